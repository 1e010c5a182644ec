/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_PLAN_STORED_H
#define MEMRIG_RUNNER_PLAN_STORED_H

#include "runner/plan.h"

/*
 * A plan as a document, memrig.plan/1: plan.json in a run's directory. It has the
 * scenarios and profiles themselves, not their names, so that a run is resumed
 * or done again whatever has become of the files, and from any directory.
 */

/* New reference. */
json_t *plan_to_json(const struct plan *plan);

struct plan_stored {
	const char *only;		/* the id of one cell; NULL: all */
	bool host, fetch;		/* as in struct plan_request */
	void (*note)(const char *text); /* as there */
};

/* The reverse. Kernels are found as they were named then; where that name means another one by now, the one of then is
 * taken if it is still where it was. -ENOENT when `only` is no cell of it, -EPROTO for a plan this memrig does not read. */
int plan_from_json(const json_t *json, const struct plan_stored *request, struct plan **ret, struct error *err);

#endif
