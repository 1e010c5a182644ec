/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/probe/probe.h"

#include "common/util.h"

/* In the kernel's order; "managed" is the last, and tells whether the zone has any pages. */
static const struct span wanted[] = {
	{ "free", 4 }, { "boost", 5 }, { "min", 3 }, { "low", 3 }, { "high", 4 }, { "managed", 7 },
};

/* "Node 0, zone    DMA32" to "node0.DMA32"; empty when the line has another form. */
static struct span zone_name(const char *line, char *buf, size_t room)
{
	struct span node, zone;

	if (strncmp(line, "Node ", 5) != 0)
		return (struct span){ buf, 0 };
	node = text_word(line + 5, ',');
	line = node.at + node.len;
	if (strncmp(line, ", zone ", 7) != 0)
		return (struct span){ buf, 0 };
	line += 7;
	zone = text_word(line + strspn(line, " "), ' ');
	if (4 + node.len + 1 + zone.len > room)
		return (struct span){ buf, 0 };
	memcpy(buf, "node", 4);
	memcpy(buf + 4, node.at, node.len);
	buf[4 + node.len] = '.';
	memcpy(buf + 5 + node.len, zone.at, zone.len);
	return (struct span){ buf, 5 + node.len + zone.len };
}

/* From "  pages free 123" on. An empty zone gives nothing. */
static void parse_marks(struct probe_cursor *c, struct span zone, const char *line)
{
	uint64_t values[ARRAY_SIZE(wanted)], value;
	bool seen[ARRAY_SIZE(wanted)] = { false };
	size_t i = 0;

	for (; *line && i < ARRAY_SIZE(wanted); line = text_next_line(line)) {
		struct span key;

		line += strspn(line, " ");
		if (strncmp(line, "pages ", 6) == 0)
			line += 6;
		key = text_word(line, ' ');
		if (strncmp(line, "Node ", 5) == 0 || !text_number(line + key.len, &value))
			return;
		for (size_t k = i; k < ARRAY_SIZE(wanted); k++) {
			if (!span_equal(wanted[k], key))
				continue;
			values[k] = value;
			seen[k] = true;
			i = k + 1;
		}
	}
	if (i < ARRAY_SIZE(wanted) || values[i - 1] == 0)
		return;
	for (i = 0; i < ARRAY_SIZE(wanted); i++)
		if (seen[i])
			probe_put(c, zone, wanted[i], "_pages", values[i]);
}

/* Most of the file is not wanted (counters that are elsewhere, every CPU's lists) and skipped by strstr(). */
static void parse_zoneinfo(struct probe_cursor *c, const char *text)
{
	const char *header = text, *next;
	char buf[64];

	for (; header; header = next) {
		struct span zone = zone_name(header, buf, sizeof(buf));
		const char *marks = strstr(header, "\n  pages free ");

		if (!marks)
			return;
		next = strstr(marks, "\nNode ");
		if (next)
			next++;
		if (zone.len)
			parse_marks(c, zone, marks + 1);
	}
}

const struct probe probes_zoneinfo[] = {
	{ PROBE_SYSTEM, "/proc/zoneinfo", "", parse_zoneinfo, PROBE_CHUNKED },
	{ 0 },
};
