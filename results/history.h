/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_HISTORY_H
#define MEMRIG_RESULTS_HISTORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "common/error.h"
#include "results/store.h"
#include "results/trend.h"

/*
 * A metric over the runs of a store, oldest first: for each scenario, profile
 * and series of kernels (6.1) the nights, one a run, and the change points
 * among them (results/trend.h) with what else changed that night.
 *
 * A night's value is the median over its valid cells that completed; cells that
 * ended otherwise are counted and in no median.
 */
struct history_filter {
	const char *metric;
	const char *scenario, *profile, *kernel; /* NULL: any; kernel is a release or the beginning of one */
	size_t last;                             /* nights a series; 0: all */
};

/* One cell, as it was stored. Texts are owned. */
struct history_cell {
	char *run, *path, *started; /* of its run */
	char *id, *scenario, *profile, *kernel, *clock, *outcome;
	json_int_t seed;
	bool valid, has_value;
	double value;
};

struct history_cells {
	struct history_cell *list; /* by run, oldest first */
	size_t n;
};

/* Reads the cells that the filter lets through; cells that cannot be read are left out. */
int history_read(const struct store *store, const struct history_filter *filter, struct history_cells *ret,
		 struct error *err);
void history_cells_release(struct history_cells *cells);

/* The document memrig.history/1 (docs/schema/history.json). Reads from the runs' directories what changed at
 * a change point. options->exact is not used: the clock decides. New reference. */
json_t *history_make(const struct history_cells *cells, const struct history_filter *filter,
		     const struct trend_options *options);

/* For people: a line of blocks and a table a series. */
void history_print(FILE *out, const json_t *history, bool utf8, unsigned width);
/* A line a night, with a head. */
void history_csv(FILE *out, const json_t *history);

#endif
