/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_VERDICT_SPAN_H
#define MEMRIG_RESULTS_VERDICT_SPAN_H

#include "results/timeline.h"

/*
 * The intervals between samples in which something held, and what happened in
 * them. Interval i ends at sample i, so the first is 1.
 *
 *   _cleanup_span_ struct span span = span_none(t);
 *
 *   for (size_t i = 1; i < t->n_samples; i++)
 *           if (span_rise(t, column, i) > 0)
 *                   span_add(&span, i);
 *   bytes = span_growth(&span, column) * t->page_bytes;
 *
 * A column of -1 is one that is absent: it never grew.
 */
struct span {
	const struct timeline *t;
	bool *hit; /* per sample */
	size_t n;  /* intervals that count */
};

struct span span_none(const struct timeline *t);
struct span span_whole(const struct timeline *t);
void span_release(struct span *span);
#define _cleanup_span_ __attribute__((cleanup(span_release)))

void span_add(struct span *span, size_t interval);

/* When the first interval began, since the cell's clock started; 0 when there is none. */
uint64_t span_first_ns(const struct span *span);
/* The sum of the intervals. */
uint64_t span_duration_ns(const struct span *span);
/* From begin to end of the cell, the samples alone. */
uint64_t span_cell_ns(const struct timeline *t);

/* When the last workload was done with its work: from then on they only end, and what reclaim has begun goes on beside memory that
 * is given back. UINT64_MAX when one was not, or there is none. */
uint64_t span_work_end_ns(const struct timeline *t);

/* Growth of a column in one interval, and over those of a span. */
uint64_t span_rise(const struct timeline *t, int column, size_t interval);
uint64_t span_fall(const struct timeline *t, int column, size_t interval);
uint64_t span_growth(const struct span *span, int column);

/* The columns of a counter that some kernels split, as "vmstat.allocstall_normal" and its like: those that are there. */
struct span_columns {
	int list[8];
	size_t n;
};
struct span_columns span_columns(const struct timeline *t, const char *const *names); /* NULL-terminated, 8 at most */
/* vmstat.allocstall_<zone>; the sum over all zones on kernels that do not split it. */
struct span_columns span_allocstall(const struct timeline *t);
uint64_t span_rise_all(const struct timeline *t, const struct span_columns *columns, size_t interval);
uint64_t span_growth_all(const struct span *span, const struct span_columns *columns);

/* Share of the span's time that `column`, a total in microseconds (PSI), grew by; 0 without time. */
double span_pressure(const struct span *span, int column);
/* a / b; 0 when b is 0. */
double span_ratio(uint64_t a, uint64_t b);

/* The group whose column group.<G>.<what> grew most over the span, and by how much; NULL when none did. Borrowed. */
const char *span_top_group(const struct span *span, const char *what, uint64_t *ret_growth);
/* The first group that ran into memory.max or memory.high in interval i ("max" or "high" in *ret_event, may be NULL);
 * NULL: none. Borrowed. */
const char *span_group_at_limit(const struct timeline *t, size_t interval, const char **ret_event);

#endif
