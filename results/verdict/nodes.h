/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_VERDICT_NODES_H
#define MEMRIG_RESULTS_VERDICT_NODES_H

#include "common/size.h"
#include "results/timeline.h"
#include "results/zones.h"

/* The nodes of a stream: what each had free beyond its watermarks, and which was short. */
struct node {
	bool there;
	/* Columns, -1 absent. */
	int free, anon, file, anon_reclaimed, file_reclaimed;
	uint64_t total_bytes; /* its memory; 0 when the stream does not say */
	uint64_t high_bytes;
	struct zones_spare zones;
};

struct nodes {
	const struct timeline *t;
	struct node list[MAX_NODES];
};
struct nodes nodes_look(const struct timeline *t);

/* What node n had free at one sample that any allocation may have. */
uint64_t nodes_spare_at(const struct nodes *nodes, unsigned n, size_t sample);
/* The node but `not_this` with most to spare at both ends of the interval; -1 when none had least_bytes. */
int nodes_spare(const struct nodes *nodes, unsigned not_this, size_t interval, uint64_t least_bytes);
/* MemFree of node n all through the interval, as far as the samples tell. */
uint64_t nodes_free_through(const struct nodes *nodes, unsigned n, size_t interval);
/* The node with the least free memory against its high watermark at a sample. */
unsigned nodes_shortest(const struct nodes *nodes, size_t sample);

/*
 * To spare, for the verdicts that compare nodes: a sixteenth of the node's
 * memory, 16 MiB at least, beyond the high watermarks. kswapd stops at those, and what a
 * batch of reclaim frees beyond them is far less than that.
 */
uint64_t nodes_much(const struct nodes *nodes, unsigned n);

#endif
