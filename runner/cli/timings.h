/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_TIMINGS_H
#define MEMRIG_RUNNER_CLI_TIMINGS_H

#include <stdio.h>

#include "runner/lab/lab.h"

/* Where the wall time of a run goes: the parts of each cell, what memrig does with its result, and the guests that were
 * booted to be cloned. */
struct timings {
	double (*cells)[LAB_PARTS + 1]; /* the last is the result's decoding and storing */
	size_t n_cells;
	double *boots;
	size_t n_boots;
	double started_s;
};

void timings_add_cell(struct timings *t, const struct lab_result *result, double decode_s);
void timings_add_boot(struct timings *t, double seconds);
void timings_print(FILE *out, const struct timings *t, unsigned jobs);
void timings_release(struct timings *t);

/* {"start_s":0.2,...}: one cell's, for its summary. */
json_t *timings_json(const struct lab_result *result);

#endif
