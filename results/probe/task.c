/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process of a workload. Its children are in its group's figures, not here. */
#include "results/probe/probe.h"

#include "common/clock.h"
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
			probe_put(c, SPAN(""), key, "_bytes", kb * KIB);
	}
}

/* proc(5), fields by their number there, from the third on. */
enum { STATE = 3, MINFLT = 10, MAJFLT = 12, UTIME = 14, STIME = 15 };

/* "57 (name) S 1 57 ...": the name may hold anything, a ')' too. All threads together. */
static bool split_stat(const char *text, uint64_t *fields)
{
	const char *p = strrchr(text, ')');

	if (!p || p[1] != ' ' || !p[2])
		return false;
	fields[STATE] = (unsigned char)p[2];
	p += 3;
	for (int i = STATE + 1; i <= STIME; i++) {
		p += strspn(p, " -"); /* the terminal's group may be -1 */
		p = text_number(p, &fields[i]);
		if (!p)
			return false;
	}
	return true;
}

/* A process that has ended has no state; what it did stays done. */
static void parse_stat(struct probe_cursor *c, const char *text)
{
	const uint64_t tick_ns = NSEC_PER_SEC / 100; /* USER_HZ, the same on every architecture memrig runs on */
	uint64_t fields[STIME + 1] = { 0 };
	bool there = split_stat(text, fields);

	probe_put(c, SPAN(""), SPAN("state"), "", fields[STATE]);
	if (!there)
		return;
	probe_put(c, SPAN(""), SPAN("minflt"), "", fields[MINFLT]);
	probe_put(c, SPAN(""), SPAN("majflt"), "", fields[MAJFLT]);
	probe_put(c, SPAN(""), SPAN("cpu"), "_ns", (fields[UTIME] + fields[STIME]) * tick_ns);
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
		p += *p == ' ';
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

/* The kernel walks the page tables for numa_maps: 10 to 100 times as dear as the other files together. */
const struct probe probes_task[] = {
	{ PROBE_TASK, "status", "", parse_status, PROBE_SIZES },
	{ PROBE_TASK, "stat", "", parse_stat, 0 },
	{ PROBE_TASK, "oom_score", "", parse_oom_score, PROBE_SIZES },
	{ PROBE_TASK, "numa_maps", "numa.", parse_numa_maps, PROBE_CHUNKED | PROBE_SIZES | PROBE_SELDOM },
	{ 0 },
};
