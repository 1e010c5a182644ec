/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The workloads' processes. */
#include "results/view.h"

#include "common/util.h"

static void put(const struct timeline *t, size_t sample, json_t *row, const char *key, const char *workload,
		const char *column)
{
	uint64_t value;

	if (view_value(t, sample, &value, "task.%s.%s", workload, column))
		view_put(row, key, value);
}

/* RES that is shared with others, could be at least: file pages and shared memory. */
static void put_shared(const struct timeline *t, size_t sample, json_t *row, const char *workload)
{
	uint64_t file, shmem;

	if (view_value(t, sample, &file, "task.%s.RssFile_bytes", workload) &&
	    view_value(t, sample, &shmem, "task.%s.RssShmem_bytes", workload))
		view_put(row, "shared_bytes", file + shmem);
}

/* A process that has ended has no state. */
static void put_state(const struct timeline *t, size_t sample, json_t *row, const char *workload)
{
	uint64_t state;
	char text[2] = "-";

	if (!view_value(t, sample, &state, "task.%s.state", workload))
		return;
	if (state >= 'A' && state <= 'z')
		text[0] = (char)state;
	json_object_set_new(row, "state", json_string(text));
}

/* Since the sample before, as between two of top's screens. More than 100 % on several CPUs. */
static void put_cpu(const struct timeline *t, size_t sample, json_t *row, const char *workload)
{
	int column = timeline_columnf(t, "task.%s.cpu_ns", workload);

	if (column < 0 || sample == 0 || t->times[sample] <= t->times[sample - 1])
		return;
	json_object_set_new(row, "cpu_ratio",
			    json_real((double)timeline_growth(t, column, sample - 1, sample) /
				      (double)(t->times[sample] - t->times[sample - 1])));
}

static void put_share(const struct timeline *t, size_t sample, json_t *row, const char *workload)
{
	uint64_t resident, total;

	if (view_value(t, sample, &resident, "task.%s.VmRSS_bytes", workload) &&
	    view_value(t, sample, &total, "meminfo.MemTotal_bytes") && total > 0)
		json_object_set_new(row, "memory_ratio", json_real((double)resident / (double)total));
}

void view_make_top(const struct timeline *t, size_t sample, struct view_table *table)
{
	size_t pos = 0;
	const json_t *record;

	table->label = "COMMAND";
	view_add_column(table, "PID", "pid", VIEW_AS_IT_IS);
	view_add_column(table, "VIRT", "virtual_bytes", VIEW_SHORT);
	view_add_column(table, "RES", "resident_bytes", VIEW_SHORT);
	view_add_column(table, "SHR", "shared_bytes", VIEW_SHORT);
	view_add_column(table, "S", "state", VIEW_AS_IT_IS);
	view_add_column(table, "%CPU", "cpu_ratio", VIEW_PERCENT);
	view_add_column(table, "%MEM", "memory_ratio", VIEW_PERCENT);
	view_add_column(table, "TIME+", "cpu_ns", VIEW_TIME);
	view_add_column(table, "SWAP", "swap_bytes", VIEW_SHORT);
	view_add_column(table, "nMin", "minor_faults", VIEW_AS_IT_IS);
	view_add_column(table, "nMaj", "major_faults", VIEW_AS_IT_IS);
	view_add_column(table, "OOMs", "oom_score", VIEW_AS_IT_IS);
	while ((record = timeline_next(t, "workload", &pos))) {
		const char *workload = record_text(record, "workload", "");
		json_t *row = view_add_row(table, workload);

		if (json_is_integer(json_object_get(record, "pid")))
			view_put(row, "pid", record_u64(record, "pid", 0));
		put(t, sample, row, "virtual_bytes", workload, "VmSize_bytes");
		put(t, sample, row, "resident_bytes", workload, "VmRSS_bytes");
		put_shared(t, sample, row, workload);
		put_state(t, sample, row, workload);
		put_cpu(t, sample, row, workload);
		put_share(t, sample, row, workload);
		put(t, sample, row, "cpu_ns", workload, "cpu_ns");
		put(t, sample, row, "swap_bytes", workload, "VmSwap_bytes");
		put(t, sample, row, "minor_faults", workload, "minflt");
		put(t, sample, row, "major_faults", workload, "majflt");
		put(t, sample, row, "oom_score", workload, "oom_score");
	}
}
