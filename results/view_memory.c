/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory by the machine, by node and by zone. */
#include "results/view.h"

#include "common/util.h"

static void put(const struct timeline *t, size_t sample, json_t *row, const char *key, const char *column)
{
	uint64_t value;

	if (view_value(t, sample, &value, "%s", column))
		view_put(row, key, value);
}

/* ---- free ---- */

/* As procps-ng 4 (library/meminfo.c): used is what is not available, and where a container tells more available than
 * there is in all, what is not free. */
static void put_used(const struct timeline *t, size_t sample, json_t *row)
{
	uint64_t total, spare;

	if (!view_value(t, sample, &total, "meminfo.MemTotal_bytes") ||
	    !view_value(t, sample, &spare, "meminfo.MemAvailable_bytes"))
		return;
	if (spare > total && !view_value(t, sample, &spare, "meminfo.MemFree_bytes"))
		return;
	view_put(row, "used_bytes", total > spare ? total - spare : 0);
}

static void put_cache(const struct timeline *t, size_t sample, json_t *row)
{
	uint64_t buffers, cached, slab = 0;

	if (!view_value(t, sample, &buffers, "meminfo.Buffers_bytes") ||
	    !view_value(t, sample, &cached, "meminfo.Cached_bytes"))
		return;
	view_value(t, sample, &slab, "meminfo.SReclaimable_bytes");
	view_put(row, "buff_cache_bytes", buffers + cached + slab);
}

void view_make_free(const struct timeline *t, size_t sample, struct view_table *table)
{
	uint64_t total, spare;
	json_t *row;

	view_add_column(table, "total", "total_bytes", VIEW_KIB);
	view_add_column(table, "used", "used_bytes", VIEW_KIB);
	view_add_column(table, "free", "free_bytes", VIEW_KIB);
	view_add_column(table, "shared", "shared_bytes", VIEW_KIB);
	view_add_column(table, "buff/cache", "buff_cache_bytes", VIEW_KIB);
	view_add_column(table, "available", "available_bytes", VIEW_KIB);
	row = view_add_row(table, "Mem");
	put(t, sample, row, "total_bytes", "meminfo.MemTotal_bytes");
	put_used(t, sample, row);
	put(t, sample, row, "free_bytes", "meminfo.MemFree_bytes");
	put(t, sample, row, "shared_bytes", "meminfo.Shmem_bytes");
	put_cache(t, sample, row);
	put(t, sample, row, "available_bytes", "meminfo.MemAvailable_bytes");
	row = view_add_row(table, "Swap");
	if (!view_value(t, sample, &total, "meminfo.SwapTotal_bytes") ||
	    !view_value(t, sample, &spare, "meminfo.SwapFree_bytes"))
		return;
	view_put(row, "total_bytes", total);
	view_put(row, "used_bytes", total > spare ? total - spare : 0);
	view_put(row, "free_bytes", spare);
}

/* ---- numastat ---- */

/* A row of one column a node; none when no node has it. The node's number is between the two parts of the
 * column's name. */
static void add_node_row(const struct timeline *t, size_t sample, struct view_table *table, const char *name,
			 const char *before, const char *after)
{
	uint64_t nodes = timeline_nodes(t);
	json_t *row = NULL;

	for (unsigned n = 0; n < MAX_NODES; n++) {
		char key[16];
		uint64_t value;

		if (!(nodes >> n & 1) || !view_value(t, sample, &value, "%s%u%s", before, n, after))
			continue;
		if (!row)
			row = view_add_row(table, name);
		snprintf(key, sizeof(key), "node%u", n);
		view_put(row, key, value);
	}
}

static void add_tasks_by_node(const struct timeline *t, size_t sample, struct view_table *table)
{
	size_t pos = 0;
	const json_t *record;

	while ((record = timeline_next(t, "workload", &pos))) {
		const char *workload = record_text(record, "workload", "");
		_cleanup_free_ char *name = xasprintf("%s_bytes", workload);
		_cleanup_free_ char *before = xasprintf("task.%s.numa.N", workload);

		add_node_row(t, sample, table, name, before, "_bytes");
	}
}

void view_make_numastat(const struct timeline *t, size_t sample, struct view_table *table)
{
	static const char *const counters[] = { "numa_hit",	  "numa_miss",	"numa_foreign",
						"interleave_hit", "local_node", "other_node" };
	static const char *const sizes[] = { "MemTotal",     "MemFree",	    "MemUsed",	  "Active(anon)", "Inactive(anon)",
					     "Active(file)", "Inactive(file)", "AnonPages", "FilePages",	  "Shmem",
					     "Dirty",	     "Slab",	    "SReclaimable" };
	uint64_t nodes = timeline_nodes(t);

	for (unsigned n = 0; n < MAX_NODES; n++) {
		char name[16];

		snprintf(name, sizeof(name), "node%u", n);
		if (nodes >> n & 1)
			view_add_column(table, name, name, VIEW_BY_NAME);
	}
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
		_cleanup_free_ char *after = xasprintf(".numastat.%s", counters[i]);

		add_node_row(t, sample, table, counters[i], "node", after);
	}
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		_cleanup_free_ char *after = xasprintf(".meminfo.%s_bytes", sizes[i]);
		_cleanup_free_ char *name = xasprintf("%s_bytes", sizes[i]);

		add_node_row(t, sample, table, name, "node", after);
	}
	add_tasks_by_node(t, sample, table);
}

/* ---- zones ---- */

void view_make_zones(const struct timeline *t, size_t sample, struct view_table *table)
{
	static const struct {
		const char *head, *key;
	} columns[] = {
		{ "free", "free_pages" },
		{ "min", "min_pages" },
		{ "low", "low_pages" },
		{ "high", "high_pages" },
		{ "boost", "boost_pages" },
		{ "managed", "managed_pages" },
		{ "inact anon", "inactive_anon_pages" },
		{ "act anon", "active_anon_pages" },
		{ "inact file", "inactive_file_pages" },
		{ "act file", "active_file_pages" },
	};
	size_t pos = 0;
	const json_t *record;

	table->label = "zone, pages";
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		view_add_column(table, columns[i].head, columns[i].key, VIEW_AS_IT_IS);
	while ((record = timeline_next(t, "zone", &pos))) {
		_cleanup_free_ char *zone = xasprintf("node%u.%s", (unsigned)record_u64(record, "node", MAX_NODES),
						      record_text(record, "zone", ""));
		json_t *row = view_add_row(table, zone);

		for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
			_cleanup_free_ char *column = xasprintf("%s.%s", zone, columns[i].key);

			put(t, sample, row, columns[i].key, column);
		}
	}
}
