/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/buddyinfo.h"

#include "common/util.h"

/* "Node 0, zone    DMA32   1120    546    332 ...": blocks of order 0, 1, 2, ... */
static void add_line(const char *line, uint64_t nodes, unsigned order, struct buddyinfo *sum)
{
	unsigned node;
	int used = 0;
	char *end;

	if (sscanf(line, "Node %u, zone %*s%n", &node, &used) != 1 || used == 0 || node >= 64 || !(nodes >> node & 1))
		return;
	line += used;
	for (unsigned i = 0; *line == ' '; i++, line = end) {
		uint64_t blocks = strtoull(line, &end, 10);

		if (end == line)
			return; /* blanks at the end of the line */
		sum->free_pages += blocks << i;
		if (i >= order)
			sum->high_pages += blocks << i;
	}
}

struct buddyinfo buddyinfo_sum(const char *text, uint64_t nodes, unsigned order)
{
	struct buddyinfo sum = { 0 };

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		add_line(text, nodes, order, &sum);
	}
	return sum;
}
