/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/probe/probe.h"

#include "common/util.h"

/* In the kernel's order. Which zones' LRU sizes they are matters for a zone that is short: its own pages alone help. */
static const struct {
	struct span key, column;
} wanted[] = {
	{ SPAN_INIT("free"), SPAN_INIT("free") },
	{ SPAN_INIT("boost"), SPAN_INIT("boost") },
	{ SPAN_INIT("min"), SPAN_INIT("min") },
	{ SPAN_INIT("low"), SPAN_INIT("low") },
	{ SPAN_INIT("high"), SPAN_INIT("high") },
	{ SPAN_INIT("spanned"), SPAN_INIT("spanned") },
	{ SPAN_INIT("managed"), SPAN_INIT("managed") },
	{ SPAN_INIT("nr_zone_inactive_anon"), SPAN_INIT("inactive_anon") },
	{ SPAN_INIT("nr_zone_active_anon"), SPAN_INIT("active_anon") },
	{ SPAN_INIT("nr_zone_inactive_file"), SPAN_INIT("inactive_file") },
	{ SPAN_INIT("nr_zone_active_file"), SPAN_INIT("active_file") },
};

enum { MANAGED = 6 }; /* tells whether the zone has any pages */

/* From "  pages free 123" to the lists of the CPUs. An empty zone gives nothing. */
static void parse_zone(struct probe_cursor *c, struct span zone, const char *line)
{
	uint64_t values[ARRAY_SIZE(wanted)] = { 0 };
	bool seen[ARRAY_SIZE(wanted)] = { false };
	size_t i = 0;

	for (; *line && i < ARRAY_SIZE(wanted); line = text_next_line(line)) {
		struct span key;

		line += strspn(line, " ");
		if (strncmp(line, "pages ", 6) == 0)
			line += 6;
		key = text_word(line, ' ');
		if (span_equal(key, SPAN("Node")) || span_equal(key, SPAN("pagesets")))
			break;
		for (size_t k = i; k < ARRAY_SIZE(wanted); k++) {
			if (!span_equal(wanted[k].key, key) || !text_number(line + key.len, &values[k]))
				continue;
			seen[k] = true;
			i = k + 1;
			break;
		}
	}
	if (values[MANAGED] == 0)
		return;
	for (i = 0; i < ARRAY_SIZE(wanted); i++)
		if (seen[i])
			probe_put(c, zone, wanted[i].column, "_pages", values[i]);
}

/* Most of the file is not wanted (counters that are elsewhere, every CPU's lists) and skipped by strstr(). */
static void parse_zoneinfo(struct probe_cursor *c, const char *text)
{
	const char *header = text, *next;
	char buf[64];

	for (; header; header = next) {
		struct span zone = text_zone(header, ".", buf, sizeof(buf), NULL);
		const char *marks = strstr(header, "\n  pages free ");

		if (!marks)
			return;
		next = strstr(marks, "\nNode ");
		if (next)
			next++;
		if (zone.len)
			parse_zone(c, zone, marks + 1);
	}
}

const struct probe probes_zoneinfo[] = {
	{ PROBE_SYSTEM, "/proc/zoneinfo", "", parse_zoneinfo, PROBE_CHUNKED },
	{ 0 },
};
