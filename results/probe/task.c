/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process of a workload. Its children are in its group's figures, not here. */
#include "results/probe/probe.h"

#include "common/util.h"

/* Every size that status has ("VmRSS:  123 kB"); other lines are not wanted, and change with each sample. */
static void parse_status(struct probe_cursor *c, const char *text)
{
	for (const char *line = text; *line; line = text_next_line(line)) {
		struct span key = text_word(line, ':');
		const char *end;
		uint64_t kb;

		line += key.len;
		if (!key.len || *line != ':')
			continue;
		end = text_number(line + 1, &kb);
		if (end && strncmp(end, " kB", 3) == 0)
			probe_put(c, SPAN(""), key, "_bytes", text_kib(kb));
	}
}

/* A process that has ended has no state; what it did stays done. */
static void parse_stat(struct probe_cursor *c, const char *text)
{
	uint64_t fields[STAT_FIELDS] = { 0 };
	bool there = text_process_stat(text, fields);

	probe_put(c, SPAN(""), SPAN("state"), "", there ? fields[STAT_STATE] : 0);
	if (!there)
		return;
	probe_put(c, SPAN(""), SPAN("minflt"), "", fields[STAT_MINFLT]);
	probe_put(c, SPAN(""), SPAN("majflt"), "", fields[STAT_MAJFLT]);
	probe_put(c, SPAN(""), SPAN("cpu"), "_ns", stat_cpu_ns(fields));
}

static void parse_oom_score(struct probe_cursor *c, const char *text)
{
	uint64_t value;

	if (text_number(text, &value))
		probe_put(c, SPAN(""), SPAN("oom_score"), "", value);
}

/* "7f00 default anon=3 dirty=3 N0=2 N1=1 kernelpagesize_kB=4": pages of the size told at the end. */
static const char *add_mapping(const char *line, uint64_t *bytes)
{
	uint64_t pages[MAX_NODES] = { 0 }, node, value, kb = 4;
	const char *p = line;

	while (*p && *p != '\n') {
		struct span word = text_word(p, ' ');
		const char *end;

		if (word.len > 3 && *p == 'N' && (end = text_number(p + 1, &node)) && *end == '=' &&
		    node < MAX_NODES && text_number(end + 1, &value))
			pages[node] = value;
		else if (word.len > 18 && memcmp(p, "kernelpagesize_kB=", 18) == 0 && text_number(p + 18, &value))
			kb = value;
		p += word.len;
		p += *p && *p != '\n';
	}
	for (unsigned n = 0; n < MAX_NODES; n++)
		bytes[n] += pages[n] * kb * KIB;
	return *p ? p + 1 : p;
}

static void parse_numa_maps(struct probe_cursor *c, const char *text)
{
	uint64_t bytes[MAX_NODES] = { 0 };
	char name[] = "N0";

	while (*text)
		text = add_mapping(text, bytes);
	for (unsigned n = 0; n < MAX_NODES; n++) {
		if (!(c->nodes >> n & 1))
			continue;
		name[1] = (char)('0' + n);
		probe_put(c, SPAN(""), (struct span){ name, 2 }, "_bytes", bytes[n]);
	}
}

/* The kernel walks all page tables for numa_maps: the dearest file of all, and the more memory the dearer. */
const struct probe probes_task[] = {
	{ PROBE_TASK, "status", "", parse_status, PROBE_SIZES },
	{ PROBE_TASK, "stat", "", parse_stat, 0 },
	{ PROBE_TASK, "oom_score", "", parse_oom_score, PROBE_SIZES },
	{ PROBE_TASK, "numa_maps", "numa.", parse_numa_maps, PROBE_CHUNKED | PROBE_SIZES | PROBE_SELDOM },
	{ 0 },
};
