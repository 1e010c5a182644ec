/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_GATE_COLUMN_H
#define MEMRIG_RESULTS_GATE_COLUMN_H

#include "results/gate.h"

/* What is found when the cells of one scenario, profile and kernel are held against those of the baseline. */
struct gate_pair {
	const struct compare_column *base, *other;
	bool exact;       /* virtual clock: cells of one seed are the same cell */
	json_t *findings; /* array of {"kind","result","text",...} */
};

/* Adds one, or, when there is one with the same kind, result and text, only the seed to it (seed < 0: of no
 * one cell). Returns the entry, borrowed. Takes the text over. */
json_t *gate_add(struct gate_pair *pair, const char *kind, enum gate_result result, json_int_t seed,
		 char *text);

/* The cell of that seed; NULL when there is none. */
const json_t *gate_cell(const struct compare_column *column, json_int_t seed);
json_int_t gate_seed(const json_t *cell);

/* Cells that are missing, not valid any more; outcomes, expectations, verdicts. */
void gate_find_in_cells(struct gate_pair *pair);

/* Outcomes by their shares and every metric. */
void gate_find_in_numbers(struct gate_pair *pair, const struct judge_options *options);

/* The worst result of the findings. */
enum gate_result gate_worst(const json_t *findings);

#endif
