/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/verdict/span.h"

#include "common/util.h"

struct span span_none(const struct timeline *t)
{
	return (struct span){ .t = t, .hit = xcalloc(t->n_samples + 1, sizeof(bool)) };
}

struct span span_whole(const struct timeline *t)
{
	struct span span = span_none(t);

	for (size_t i = 1; i < t->n_samples; i++)
		span_add(&span, i);
	return span;
}

void span_release(struct span *span)
{
	free(span->hit);
	*span = (struct span){ 0 };
}

void span_add(struct span *span, size_t interval)
{
	if (!span->hit[interval])
		span->n++;
	span->hit[interval] = true;
}

/* ---- time ---- */

uint64_t span_first_ns(const struct span *span)
{
	const struct timeline *t = span->t;

	for (size_t i = 1; i < t->n_samples; i++)
		if (span->hit[i])
			return t->times[i - 1] > t->begin_ns ? t->times[i - 1] - t->begin_ns : 0;
	return 0;
}

uint64_t span_duration_ns(const struct span *span)
{
	const struct timeline *t = span->t;
	uint64_t sum = 0;

	for (size_t i = 1; i < t->n_samples; i++)
		if (span->hit[i])
			sum += t->times[i] - t->times[i - 1];
	return sum;
}

/* When that workload was done; UINT64_MAX when it never was. */
static uint64_t done_ns(const struct timeline *t, const char *workload)
{
	size_t pos = 0;
	const json_t *event;

	while ((event = timeline_next(t, "event", &pos)))
		if (streq(record_text(event, "workload", ""), workload) && streq(record_text(event, "state", ""), "done"))
			return record_u64(event, "t_ns", UINT64_MAX);
	return UINT64_MAX;
}

uint64_t span_work_end_ns(const struct timeline *t)
{
	uint64_t last = 0;
	size_t pos = 0;
	const json_t *workload;

	while ((workload = timeline_next(t, "workload", &pos)))
		last = MAX(last, done_ns(t, record_text(workload, "workload", "")));
	return last ? last : UINT64_MAX;
}

uint64_t span_cell_ns(const struct timeline *t)
{
	return t->n_samples > 1 ? t->times[t->n_samples - 1] - t->times[0] : 0;
}

/* ---- counters ---- */

uint64_t span_rise(const struct timeline *t, int column, size_t interval)
{
	return column < 0 ? 0 : timeline_growth(t, column, interval - 1, interval);
}

uint64_t span_fall(const struct timeline *t, int column, size_t interval)
{
	return column < 0 ? 0 : timeline_growth(t, column, interval, interval - 1);
}

uint64_t span_growth(const struct span *span, int column)
{
	uint64_t sum = 0;

	for (size_t i = 1; i < span->t->n_samples; i++)
		if (span->hit[i])
			sum += span_rise(span->t, column, i);
	return sum;
}

struct span_columns span_columns(const struct timeline *t, const char *const *names)
{
	struct span_columns columns = { .n = 0 };

	for (; *names && columns.n < ARRAY_SIZE(columns.list); names++) {
		int column = timeline_column(t, *names);

		if (column >= 0)
			columns.list[columns.n++] = column;
	}
	return columns;
}

struct span_columns span_allocstall(const struct timeline *t)
{
	static const char *const names[] = {
		"vmstat.allocstall",	     "vmstat.allocstall_dma",	  "vmstat.allocstall_dma32",
		"vmstat.allocstall_normal",  "vmstat.allocstall_movable", "vmstat.allocstall_device",
		"vmstat.allocstall_highmem", NULL,
	};

	return span_columns(t, names);
}

uint64_t span_rise_all(const struct timeline *t, const struct span_columns *columns, size_t interval)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < columns->n; i++)
		sum += span_rise(t, columns->list[i], interval);
	return sum;
}

uint64_t span_growth_all(const struct span *span, const struct span_columns *columns)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < columns->n; i++)
		sum += span_growth(span, columns->list[i]);
	return sum;
}

double span_pressure(const struct span *span, int column)
{
	return span_ratio(span_growth(span, column) * 1000, span_duration_ns(span));
}

double span_ratio(uint64_t a, uint64_t b)
{
	return b > 0 ? (double)a / (double)b : 0;
}

/* ---- groups ---- */

const char *span_top_group(const struct span *span, const char *what, uint64_t *ret_growth)
{
	const char *top = NULL;
	uint64_t most = 0;
	size_t pos = 0;
	const json_t *record;

	while ((record = timeline_next(span->t, "group", &pos))) {
		const char *group = record_text(record, "group", "");
		uint64_t growth = span_growth(span, timeline_columnf(span->t, "group.%s.%s", group, what));

		if (growth > most) {
			most = growth;
			top = group;
		}
	}
	*ret_growth = most;
	return top;
}

const char *span_group_at_limit(const struct timeline *t, size_t interval, const char **ret_event)
{
	static const char *const events[] = { "max", "high" };
	size_t pos = 0;
	const json_t *record;

	while ((record = timeline_next(t, "group", &pos)))
		for (size_t e = 0; e < ARRAY_SIZE(events); e++) {
			const char *group = record_text(record, "group", "");
			int column = timeline_columnf(t, "group.%s.events.%s", group, events[e]);

			if (span_rise(t, column, interval) == 0)
				continue;
			if (ret_event)
				*ret_event = events[e];
			return group;
		}
	return NULL;
}
