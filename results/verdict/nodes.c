/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/verdict/nodes.h"

#include "common/util.h"

#define MUCH_SHARE 16
#define MUCH_BYTES (16 * MIB)

struct nodes nodes_look(const struct timeline *t)
{
	struct nodes nodes = { .t = t };

	for (unsigned n = 0; n < MAX_NODES; n++) {
		struct node *node = &nodes.list[n];
		struct watermarks marks;
		int total = timeline_columnf(t, "node%u.meminfo.MemTotal_bytes", n);

		node->free = timeline_columnf(t, "node%u.meminfo.MemFree_bytes", n);
		node->anon = timeline_columnf(t, "node%u.meminfo.AnonPages_bytes", n);
		node->file = timeline_columnf(t, "node%u.meminfo.FilePages_bytes", n);
		node->anon_reclaimed = timeline_columnf(t, "node%u.reclaim.anon_reclaimed_pages", n);
		node->file_reclaimed = timeline_columnf(t, "node%u.reclaim.file_reclaimed_pages", n);
		node->there = node->free >= 0;
		if (total >= 0 && t->n_samples > 0)
			node->total_bytes = timeline_value(t, 0, total);
		if (zones_watermarks(t, n, &marks) == 0)
			node->high_bytes = marks.high_bytes;
		node->zones = zones_spare_of(t, n);
	}
	return nodes;
}

uint64_t nodes_spare_at(const struct nodes *nodes, unsigned n, size_t sample)
{
	const struct node *node = &nodes->list[n];
	uint64_t free_bytes = timeline_value(nodes->t, sample, node->free);

	if (node->zones.n > 0)
		return zones_spare_bytes(nodes->t, &node->zones, sample);
	return free_bytes > node->high_bytes ? free_bytes - node->high_bytes : 0;
}

int nodes_spare(const struct nodes *nodes, unsigned not_this, size_t interval, uint64_t least_bytes)
{
	int best = -1;
	uint64_t most = 0;

	for (unsigned n = 0; n < MAX_NODES; n++) {
		uint64_t spare;

		if (n == not_this || !nodes->list[n].there)
			continue;
		spare = MIN(nodes_spare_at(nodes, n, interval - 1), nodes_spare_at(nodes, n, interval));
		if (spare >= least_bytes && spare > most) {
			most = spare;
			best = (int)n;
		}
	}
	return best;
}

uint64_t nodes_free_through(const struct nodes *nodes, unsigned n, size_t interval)
{
	return MIN(timeline_value(nodes->t, interval - 1, nodes->list[n].free),
		   timeline_value(nodes->t, interval, nodes->list[n].free));
}

unsigned nodes_shortest(const struct nodes *nodes, size_t sample)
{
	unsigned shortest = 0;
	int64_t least = INT64_MAX;

	for (unsigned n = 0; n < MAX_NODES; n++) {
		const struct node *node = &nodes->list[n];
		int64_t spare;

		if (!node->there)
			continue;
		spare = (int64_t)timeline_value(nodes->t, sample, node->free) - (int64_t)node->high_bytes;
		if (spare < least) {
			least = spare;
			shortest = n;
		}
	}
	return shortest;
}

uint64_t nodes_much(const struct nodes *nodes, unsigned n)
{
	return MAX(MUCH_BYTES, nodes->list[n].total_bytes / MUCH_SHARE);
}
