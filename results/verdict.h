/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_VERDICT_H
#define MEMRIG_RESULTS_VERDICT_H

#include <jansson.h>
#include <stdbool.h>

#include "results/timeline.h"

/*
 * A verdict is a named finding with its evidence and cause. One row and one
 * function each; a function that finds something appends to `found`
 *
 *   {"name":"swap_with_free_memory","node":0,"cause":"cpuset","summary":"...","fix":"...","evidence":{...}}
 *
 * and may do so more than once (for several nodes).
 */
struct verdict_cause {
	const char *name;
	const char *doc; /* one sentence: how it is told */
	const char *fix; /* one sentence: what to change */
};

struct verdict {
	const char *name;
	const char *title;
	const char *doc;
	const struct verdict_cause *causes; /* ends with a NULL name */
	void (*judge)(const struct timeline *t, json_t *found);
};

extern const struct verdict verdicts[]; /* ends with a NULL name */

/* All that fire, in the order of the table; an array, new reference. */
json_t *verdicts_judge(const struct timeline *t);

/* NULL when there is none. */
const struct verdict *verdict_find(const char *name);
bool verdict_known(const char *name);
/* NULL when the verdict has no such cause. */
const struct verdict_cause *verdict_find_cause(const struct verdict *verdict, const char *cause);

#endif
