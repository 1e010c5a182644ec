/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_JUDGE_VALUES_H
#define MEMRIG_RESULTS_JUDGE_VALUES_H

#include "results/judge.h"

/* Which cells of two columns are held against each other, and a metric's values of them. */
struct judge_cells {
	enum judge_how how;
	const json_t **base, **other; /* borrowed; pairs of one seed when exact or paired */
	size_t n_base, n_other;
	size_t left_out; /* usable cells that have no partner */
	size_t repeated; /* that were the same as another in every metric, and count once */
};

/* Whether two cells ended alike and agree in every metric: under the virtual clock one of them tells nothing new. */
bool judge_same_cell(const json_t *a, const json_t *b);

struct judge_cells judge_cells_of(const struct compare_column *base, const struct compare_column *other);
void judge_cells_release(struct judge_cells *cells);

/* Fills n, values, median, min and max of both sides; a pair counts when both of it have the metric. */
void judge_take_values(const struct judge_cells *cells, const char *metric, struct judge_side *ret_base,
		       struct judge_side *ret_other);

/* The clock of a cell, "virtual" or "real"; that of its run where the cell has none. */
const char *judge_clock(const struct compare_column *c, const json_t *cell);

#endif
