/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/probe/probe.h"

/* "Node 0, zone    DMA32    101     23 ...": free blocks of 1, 2, 4, ... pages. */
static void parse_buddyinfo(struct probe_cursor *c, const char *text)
{
	for (const char *line = text; *line; line = text_next_line(line)) {
		char buf[64], order[] = "order00";
		const char *p;
		struct span zone = text_zone(line, ".buddy.", buf, sizeof(buf), &p);
		uint64_t blocks;

		for (unsigned o = 0; zone.len && o < 100 && (p = text_number(p, &blocks)); o++) {
			size_t len = 5;

			if (o >= 10)
				order[len++] = (char)('0' + o / 10);
			order[len++] = (char)('0' + o % 10);
			probe_put(c, zone, (struct span){ order, len }, "", blocks);
		}
	}
}

const struct probe probes_buddyinfo[] = {
	{ PROBE_SYSTEM, "/proc/buddyinfo", "", parse_buddyinfo, 0 },
	{ 0 },
};
