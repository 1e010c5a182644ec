/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_METRICS_H
#define MEMRIG_RESULTS_METRICS_H

#include <jansson.h>
#include <stdbool.h>

#include "results/timeline.h"

/*
 * Metrics: one number each about a cell, computed from its timeline. The table
 * is the one place that defines them; docs/metrics.md, `compare` and the check
 * of expectations come from it.
 *
 * A name may hold a place: <N> a node number, <G> a group, <W> a workload
 * ("db.0"). Such a row stands for one metric per node, group or workload that
 * the stream speaks of.
 */
enum metric_better { BETTER_NONE, BETTER_LOWER, BETTER_HIGHER };

enum metric_how {
	METRIC_GROWTH,  /* sum of the columns' growth over the cell */
	METRIC_LOWEST,  /* lowest value of the sum of the columns over the samples */
	METRIC_HIGHEST, /* highest value */
	METRIC_RATIO,   /* growth of `columns` over growth of `over`; absent when that is 0 */
	METRIC_RATE,    /* growth in `rate_ns` of the cell's time, which is that between the first and the last sample */
	METRIC_SPECIAL, /* `special` */
};

struct metric {
	const char *name;
	const char *unit; /* "bytes", "pages", "events", "us", "ns", "ratio" */
	enum metric_better better;
	bool primary; /* among the few that a comparison is about */
	enum metric_how how;
	bool of_pages;       /* the columns count pages; the metric is bytes */
	const char *columns; /* names with a blank between; "name?" may be absent, "name*" is every column so
				begun */
	const char *over;    /* METRIC_RATIO */
	uint64_t rate_ns;    /* METRIC_RATE: a second for "per second", 1 for the share of time of a column in ns */
	/* Returns a new reference, NULL when the metric is absent. `who` is what stands for the place in the
	 * name; `columns` is free for the function's use. */
	json_t *(*special)(const struct timeline *t, const struct metric *m, const char *who);
	const char *formula; /* METRIC_SPECIAL; the others' is metric_formula() */
	const char *doc;     /* one or two sentences */
};

extern const struct metric metrics[]; /* ends with a NULL name */

/* {"swap.out_bytes": 337461248, ...}: every metric the stream has the counters for; never a null. */
json_t *metrics_compute(const struct timeline *t);

/* The row that defines a metric, patterned names included: "node0.free_min_bytes". NULL when there is none.
 */
const struct metric *metric_find(const char *name);
bool metric_known(const char *name);

/* How soon to speak of a column of the stream: that of a primary metric before those of the other metrics, in the order
 * of the table; UINT_MAX for one that no metric is made of. */
unsigned metric_column_rank(const char *column);

/* "growth of vmstat.pswpout x page size"; the caller frees it. */
char *metric_formula(const struct metric *m);

/* "322.5 MiB", "450 ms", "120 pages": a value in its metric's unit; an unknown name's as it is. The caller
 * frees it. */
char *metric_value_text(const char *name, const json_t *value);

/* The table of docs/metrics.md, Markdown; the caller frees it. */
char *metrics_markdown(void);

#endif
