/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/series.h"

#include "common/clock.h"
#include "common/util.h"

const struct series_row series_rows[] = {
	{ "swap out", SERIES_PAGES, "vmstat.pswpout", "written to swap" },
	{ "swap in", SERIES_PAGES, "vmstat.pswpin", "read from swap" },
	{ "kswapd", SERIES_PAGES, "vmstat.pgsteal_kswapd", "reclaimed in the background" },
	{ "direct", SERIES_PAGES, "vmstat.pgsteal_direct", "reclaimed by the tasks that allocate" },
	{ "stalled", SERIES_SHARE, "psi.memory.some_us", "time in which some task waited for memory" },
	{ "free", SERIES_LEVEL, "node<N>.meminfo.MemFree_bytes", "free memory" },
	{ "anon out", SERIES_PAGES, "node<N>.reclaim.anon_reclaimed_pages", "anonymous pages reclaimed" },
	{ "file out", SERIES_PAGES, "node<N>.reclaim.file_reclaimed_pages", "file pages reclaimed" },
	{ "memory", SERIES_LEVEL, "group.<G>.memory.current_bytes", "memory of the group" },
	{ "swap", SERIES_LEVEL, "group.<G>.memory.swap.current_bytes", "what it has in swap" },
	{ "stalled", SERIES_SHARE, "group.<G>.psi.some_us", "time in which some of its tasks waited for memory" },
	{ .label = NULL },
};

/* The last sample at or before a moment; the first when there is none. */
static size_t sample_at(const struct timeline *t, uint64_t t_ns)
{
	size_t low = 0, high = t->n_samples;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (t->times[middle] <= t_ns)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* What a counter was at a moment between two samples. */
static double counter_at(const struct timeline *t, int column, uint64_t t_ns)
{
	size_t i = sample_at(t, t_ns);
	double before = (double)timeline_value(t, i, column), after;
	uint64_t span;

	if (i + 1 == t->n_samples || t_ns <= t->times[i])
		return before;
	after = (double)timeline_value(t, i + 1, column);
	span = t->times[i + 1] - t->times[i];
	return span ? before + (after - before) * (double)(t_ns - t->times[i]) / (double)span : before;
}

static double value_of(const struct timeline *t, enum series_how how, int column, uint64_t from, uint64_t to)
{
	double growth;

	if (how == SERIES_LEVEL)
		return (double)timeline_value(t, sample_at(t, to), column);
	growth = MAX(counter_at(t, column, to) - counter_at(t, column, from), 0.0);
	if (how == SERIES_PAGES)
		return growth * (double)t->page_bytes * (double)NSEC_PER_SEC / (double)(to - from);
	/* The kernel adds up stalls a little later than they were. */
	return MIN(growth * 1000 / (double)(to - from), 1.0);
}

static void add(const struct timeline *t, const struct series_row *row, int column, char *who, size_t n_slots,
		struct series_list *ret)
{
	struct series s = { row, who, xcalloc(n_slots, sizeof(*s.values)), n_slots, 0, 0 };

	for (size_t i = 0; i < n_slots; i++) {
		uint64_t from = ret->begin_ns + i * ret->slot_ns;
		double value = value_of(t, row->how, column, from, from + ret->slot_ns);

		s.values[i] = value;
		s.least = i ? MIN(s.least, value) : value;
		s.most = MAX(s.most, value);
	}
	ret->list = xrealloc(ret->list, (ret->n + 1) * sizeof(*ret->list));
	ret->list[ret->n++] = s;
}

/* All rows of one kind of place; `name` is what stands for it in the column, NULL for the machine. */
static void add_rows(const struct timeline *t, const char *place, const char *name, const char *what, size_t n_slots,
		     struct series_list *ret)
{
	for (const struct series_row *row = series_rows; row->label; row++) {
		const char *at = strchr(row->column, '<');
		_cleanup_free_ char *column = NULL;
		int index;

		if (place ? !at || strncmp(at, place, strlen(place)) != 0 : at != NULL)
			continue;
		column = at ? xasprintf("%.*s%s%s", (int)(at - row->column), row->column, name, at + strlen(place))
			    : xstrdup(row->column);
		index = timeline_column(t, column);
		if (index >= 0)
			add(t, row, index, xasprintf("%s%s%s", what, name ? " " : "", name ? name : ""), n_slots, ret);
	}
}

void series_make(const struct timeline *t, size_t n_slots, struct series_list *ret)
{
	uint64_t nodes = timeline_nodes(t), end = MAX(t->end_ns, t->n_samples ? t->times[t->n_samples - 1] : 0);
	size_t pos = 0;
	const json_t *group;

	*ret = (struct series_list){ .begin_ns = t->begin_ns };
	if (n_slots == 0 || t->n_samples < 2 || end <= t->begin_ns || end - t->begin_ns < n_slots)
		return;
	ret->slot_ns = (end - t->begin_ns) / n_slots;
	add_rows(t, NULL, NULL, "machine", n_slots, ret);
	for (unsigned n = 0; n < MAX_NODES; n++) {
		char number[16];

		snprintf(number, sizeof(number), "%u", n);
		if (nodes >> n & 1)
			add_rows(t, "<N>", number, "node", n_slots, ret);
	}
	while ((group = timeline_next(t, "group", &pos)))
		add_rows(t, "<G>", record_text(group, "group", ""), "group", n_slots, ret);
}

void series_release(struct series_list *series)
{
	for (size_t i = 0; i < series->n; i++) {
		free(series->list[i].who);
		free(series->list[i].values);
	}
	free(series->list);
	*series = (struct series_list){ 0 };
}
