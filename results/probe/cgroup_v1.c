/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory controller of cgroup v1. Its counters have the names of v2 where they mean the same; the rest is left
 * out (memory.numa_stat counts pages on the LRU lists, not anonymous and file memory; pgpgin is charges, not I/O).
 * Groups are looked at with what is below them, as in v2: the "total_" lines.
 * (Documentation/admin-guide/cgroup-v1/memory.rst, section 5.2)
 */
#include "results/probe/probe.h"

#include "common/util.h"

struct renamed {
	struct span v1, v2;
};

#define RENAMED(v1, v2) { { v1, sizeof(v1) - 1 }, { v2, sizeof(v2) - 1 } }

static const struct renamed stat_names[] = {
	RENAMED("total_cache", "file"),
	RENAMED("total_rss", "anon"),
	RENAMED("total_rss_huge", "anon_thp"),
	RENAMED("total_shmem", "shmem"),
	RENAMED("total_mapped_file", "file_mapped"),
	RENAMED("total_dirty", "file_dirty"),
	RENAMED("total_writeback", "file_writeback"),
	RENAMED("total_workingset_refault_anon", "workingset_refault_anon"),
	RENAMED("total_workingset_refault_file", "workingset_refault_file"),
	RENAMED("total_swapcached", "swapcached"),
	RENAMED("total_pgfault", "pgfault"),
	RENAMED("total_pgmajfault", "pgmajfault"),
	RENAMED("total_inactive_anon", "inactive_anon"),
	RENAMED("total_active_anon", "active_anon"),
	RENAMED("total_inactive_file", "inactive_file"),
	RENAMED("total_active_file", "active_file"),
	RENAMED("total_unevictable", "unevictable"),
};

static void put_renamed(struct probe_cursor *c, struct span key, uint64_t value)
{
	/* A file of its own in v2. */
	if (span_equal(key, SPAN("total_swap")))
		probe_put(c, SPAN("memory.swap"), SPAN("current"), "_bytes", value);
	for (size_t i = 0; i < ARRAY_SIZE(stat_names); i++)
		if (span_equal(key, stat_names[i].v1))
			probe_put(c, SPAN("stat"), stat_names[i].v2, "", value);
}

static void parse_stat(struct probe_cursor *c, const char *text)
{
	for (const char *line = text; *line; line = text_next_line(line)) {
		struct span key = text_word(line, ' ');
		uint64_t value;

		if (key.len && text_number(key.at + key.len, &value))
			put_renamed(c, key, value);
	}
}

/* "oom_kill 0": kills of the group's own tasks, since 4.13. */
static void parse_oom_control(struct probe_cursor *c, const char *text)
{
	const char *line = strstr(text, "oom_kill ");
	uint64_t value;

	if (line && text_number(line + strlen("oom_kill "), &value))
		probe_put(c, SPAN(""), SPAN("oom_kill"), "", value);
}

/* "123": how often the limit was hit. */
static void parse_failcnt(struct probe_cursor *c, const char *text)
{
	uint64_t value;

	if (text_number(text, &value))
		probe_put(c, SPAN(""), SPAN("max"), "", value);
}

const struct probe probes_cgroup_v1[] = {
	{ PROBE_GROUP_V1, "memory.usage_in_bytes", "memory.current", probe_parse_byte_count, 0 },
	{ PROBE_GROUP_V1, "memory.max_usage_in_bytes", "memory.peak", probe_parse_byte_count, 0 },
	{ PROBE_GROUP_V1, "memory.stat", "", parse_stat, 0 },
	{ PROBE_GROUP_V1, "memory.failcnt", "events.", parse_failcnt, 0 },
	{ PROBE_GROUP_V1, "memory.oom_control", "events_local.", parse_oom_control, 0 },
	{ 0 },
};
