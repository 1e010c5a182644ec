/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/probe/probe.h"

/* Amounts are in bytes; what happened (refaults, and newer kernels' reclaim) is counted. */
static const char *numa_unit(struct span item)
{
	if (item.len > 11 && memcmp(item.at, "workingset_", 11) == 0)
		return "";
	if (item.len > 2 && memcmp(item.at, "pg", 2) == 0)
		return "";
	return "_bytes";
}

/* "anon N0=123 N1=456" */
static void parse_numa_stat(struct probe_cursor *c, const char *text)
{
	for (const char *line = text; *line; line = text_next_line(line)) {
		struct span item = text_word(line, ' ');
		const char *unit = numa_unit(item);
		const char *p = line + item.len;
		uint64_t value;

		while (*p == ' ') {
			struct span node = text_word(p + 1, '=');

			p = node.at + node.len;
			if (*p != '=')
				break;
			p = text_number(p + 1, &value);
			if (!p)
				return;
			probe_put(c, item, node, unit, value);
		}
		line = p;
	}
}

/* "0-1,3" to a bit mask. */
static void parse_node_list(struct probe_cursor *c, const char *text)
{
	uint64_t mask = 0, from, to;
	const char *p = text;

	while (p && (p = text_number(p, &from))) {
		to = from;
		if (*p == '-')
			p = text_number(p + 1, &to);
		for (uint64_t n = from; p && n <= to && n < 64; n++)
			mask |= UINT64_C(1) << n;
		p = p && *p == ',' ? p + 1 : NULL;
	}
	probe_put(c, SPAN(""), SPAN(""), "", mask);
}

const struct probe probes_cgroup[] = {
	{ PROBE_GROUP, "memory.current", "memory.current", probe_parse_byte_count, 0 },
	{ PROBE_GROUP, "memory.peak", "memory.peak", probe_parse_byte_count, 0 },
	{ PROBE_GROUP, "memory.swap.current", "memory.swap.current", probe_parse_byte_count, 0 },
	{ PROBE_GROUP, "memory.stat", "stat.", probe_parse_pairs, 0 },
	{ PROBE_GROUP, "memory.events", "events.", probe_parse_pairs, 0 },
	{ PROBE_GROUP, "memory.events.local", "events_local.", probe_parse_pairs, 0 },
	{ PROBE_GROUP, "memory.swap.events", "swap_events.", probe_parse_pairs, 0 },
	{ PROBE_GROUP, "memory.pressure", "psi.", probe_parse_psi, 0 },
	{ PROBE_GROUP, "io.pressure", "psi.io.", probe_parse_psi, 0 },
	{ PROBE_GROUP, "cpu.pressure", "psi.cpu.", probe_parse_psi, 0 },
	{ PROBE_GROUP, "memory.zswap.current", "memory.zswap.current", probe_parse_byte_count, 0 },
	{ PROBE_GROUP, "cpuset.mems.effective", "cpuset.mems_effective_mask", parse_node_list, 0 },
	{ 0 },
};

const struct probe probes_cgroup_numa[] = {
	{ PROBE_GROUP, "memory.numa_stat", "numa.", parse_numa_stat, 0 },
	{ 0 },
};
