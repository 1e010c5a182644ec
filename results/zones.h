/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_ZONES_H
#define MEMRIG_RESULTS_ZONES_H

#include "results/timeline.h"

/* A node's free memory against its watermarks, which the kernel keeps per zone. */

/* Sums over the zones of a node, in bytes. Returns 0, or -ENOENT when the stream has no zone of that node. */
struct watermarks {
	uint64_t min_bytes, low_bytes, high_bytes;
};
int zones_watermarks(const struct timeline *t, unsigned node, struct watermarks *ret);

/* What of a node's free memory any allocation may have: that above the high watermark of each zone and what
 * the zone keeps back for allocations that can go nowhere else. */
struct zones_spare {
	struct {
		int column; /* of its free pages */
		uint64_t kept_pages;
	} zones[8];
	size_t n; /* 0: not all zones of the node were sampled */
};
struct zones_spare zones_spare_of(const struct timeline *t, unsigned node);
uint64_t zones_spare_bytes(const struct timeline *t, const struct zones_spare *spare, size_t sample);

/* How long some zone of the node had less free than a watermark ("min_pages", "low_pages" or "high_pages"), judged at
 * the end of each interval between samples. Returns 0, or -ENOENT when no zone of the node was sampled. */
int zones_below_ns(const struct timeline *t, unsigned node, const char *mark, uint64_t *ret);
int zones_below_low_ns(const struct timeline *t, unsigned node, uint64_t *ret);

#endif
