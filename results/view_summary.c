/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A moment in a few lines: levels as they are, counters by what they grew. */
#include "results/view.h"

#include "common/util.h"

static void add_level(const struct timeline *t, size_t sample, struct view_table *table, const char *name,
		      const char *column)
{
	uint64_t value;

	if (view_value(t, sample, &value, "%s", column))
		view_put(view_add_row(table, name), "now", value);
}

static void add_node_levels(const struct timeline *t, size_t sample, struct view_table *table)
{
	uint64_t nodes = timeline_nodes(t);

	for (unsigned n = 0; n < MAX_NODES; n++) {
		_cleanup_free_ char *name = xasprintf("node%u.free_bytes", n);
		_cleanup_free_ char *column = xasprintf("node%u.meminfo.MemFree_bytes", n);

		if (nodes >> n & 1)
			add_level(t, sample, table, name, column);
	}
}

/* Growth of the sum of columns with a blank between, those that are there; x page size where bytes are meant. */
static void add_growth(const struct timeline *t, size_t sample, struct view_table *table, const char *name,
		       const char *columns, uint64_t scale)
{
	uint64_t all = 0, last = 0;
	bool any = false;
	json_t *row;

	while (*columns) {
		size_t len = strcspn(columns, " ");
		int column = timeline_columnf(t, "%.*s", (int)len, columns);

		columns += len + strspn(columns + len, " ");
		if (column < 0)
			continue;
		any = true;
		all += timeline_growth(t, column, 0, sample);
		last += sample ? timeline_growth(t, column, sample - 1, sample) : 0;
	}
	if (!any)
		return;
	row = view_add_row(table, name);
	view_put(row, "since_begin", all * scale);
	if (sample)
		view_put(row, "since_sample", last * scale);
}

/* The state a workload was in: its last event, unless it had ended. */
static const char *state_at(const struct timeline *t, uint64_t t_ns, const char *workload)
{
	const json_t *outcome = timeline_find(t, "outcome", "workload", workload), *event;
	const char *state = "waiting";
	size_t pos = 0;

	if (outcome && record_u64(outcome, "t_ns", 0) <= t_ns)
		return record_text(outcome, "outcome", "ended");
	while ((event = timeline_next(t, "event", &pos)))
		if (streq(record_text(event, "workload", ""), workload) && record_u64(event, "t_ns", 0) <= t_ns)
			state = record_text(event, "state", state);
	return state;
}

static void add_workloads(const struct timeline *t, size_t sample, struct view_table *table)
{
	size_t pos = 0;
	const json_t *record;

	while ((record = timeline_next(t, "workload", &pos))) {
		const char *workload = record_text(record, "workload", "");
		_cleanup_free_ char *resident = xasprintf("%s.resident_bytes", workload);
		_cleanup_free_ char *filled = xasprintf("%s.filled_bytes", workload);
		uint64_t value;

		json_object_set_new(view_add_row(table, workload), "now",
				    json_string(state_at(t, t->times[sample], workload)));
		if (view_value(t, sample, &value, "task.%s.VmRSS_bytes", workload))
			view_put(view_add_row(table, resident), "now", value);
		if (view_value(t, sample, &value, "task.%s.filled_pages", workload))
			view_put(view_add_row(table, filled), "now", value * t->page_bytes);
	}
}

void view_make_summary(const struct timeline *t, size_t sample, struct view_table *table)
{
	view_add_column(table, "now", "now", VIEW_BY_NAME);
	view_add_column(table, "since begin", "since_begin", VIEW_BY_NAME);
	view_add_column(table, "since last sample", "since_sample", VIEW_BY_NAME);
	add_level(t, sample, table, "available_bytes", "meminfo.MemAvailable_bytes");
	add_node_levels(t, sample, table);
	add_growth(t, sample, table, "swapped_out_bytes", "vmstat.pswpout", t->page_bytes);
	add_growth(t, sample, table, "swapped_in_bytes", "vmstat.pswpin", t->page_bytes);
	add_growth(t, sample, table, "reclaimed_by_kswapd_bytes", "vmstat.pgsteal_kswapd", t->page_bytes);
	add_growth(t, sample, table, "reclaimed_directly_bytes", "vmstat.pgsteal_direct", t->page_bytes);
	add_growth(t, sample, table, "refaulted_bytes", "vmstat.workingset_refault_anon vmstat.workingset_refault_file",
		   t->page_bytes);
	add_growth(t, sample, table, "waited_for_memory_us", "psi.memory.some_us", 1);
	add_growth(t, sample, table, "oom_kills", "vmstat.oom_kill", 1);
	add_workloads(t, sample, table);
}
