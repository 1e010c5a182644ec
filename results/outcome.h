/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_OUTCOME_H
#define MEMRIG_RESULTS_OUTCOME_H

#include <jansson.h>
#include <stdbool.h>

#include "results/timeline.h"

/* How a cell ended, better to worse. */
enum outcome {
	OUTCOME_COMPLETED,
	OUTCOME_TIMED_OUT,
	OUTCOME_OOM_KILLED,
	OUTCOME_CRASHED,
	OUTCOME_PANICKED,
};

/* "completed", "timed_out", ...; ends with NULL. */
extern const char *const outcome_names[];

/* Returns -1 when it is none of outcome_names. */
int outcome_parse(const char *name);

/*
 * From the "end" record. Without one: panicked when the console shows a panic,
 * timed_out when the host stopped the cell at its wall deadline, else crashed.
 */
enum outcome outcome_of_cell(const struct timeline *t, const char *console, bool deadline);

/*
 * Why the cell's numbers must not be used: sentences, an empty array when they
 * may. A workload that was killed, or a kernel that panicked, is a finding and
 * leaves the cell valid; a setting that did not hold, or pages that were asked
 * for and not touched, do not.
 */
json_t *outcome_invalid_reasons(const struct timeline *t, enum outcome outcome);

#endif
