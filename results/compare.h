/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_COMPARE_H
#define MEMRIG_RESULTS_COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "results/compare_group.h"
#include "results/judge_options.h"

/*
 * Profiles side by side, for people: one table per scenario and kernel, what
 * happened first, then the numbers, then the verdicts as sentences. A pure
 * function of run documents (memrig.run/1, as store_load() gives them).
 */
struct compare_options {
	bool utf8;      /* else plain ASCII */
	unsigned width; /* columns to stay within where possible; 0: 100 */
	enum compare_by by;
	struct judge_options judge; /* as they are: a threshold of 0 is none */
};

/* `other` is a second run whose columns come after, or NULL. Returns 0, or -EINVAL for a document that is no
 * run. */
int compare_print(FILE *out, const json_t *run, const json_t *other, const struct compare_options *options);

/* One cell in full, for `memrig show RUN/CELL`: outcome, workloads, verdicts, settings, all metrics. */
int compare_print_cell(FILE *out, const json_t *cell, const struct compare_options *options);

#endif
