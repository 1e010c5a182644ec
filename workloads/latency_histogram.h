/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_LATENCY_HISTOGRAM_H
#define MEMRIG_WORKLOADS_LATENCY_HISTOGRAM_H

#include <stdint.h>

/*
 * Times by size, log-linear: each power of two has 128 buckets of one width,
 * so a value is known to 1/128 of itself, and exactly below 256 ns. All zero
 * is an empty one; nothing is allocated.
 */
enum { HISTOGRAM_BITS = 7, HISTOGRAM_BUCKETS = (64 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS };

struct histogram {
	uint64_t count, max;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *h, uint64_t ns);

/* The value that the share q (0 to 1) of all values does not exceed, by its bucket's middle; 0 when it is empty. */
uint64_t histogram_quantile(const struct histogram *h, double q);

/* The exact one; 0 when it is empty. */
uint64_t histogram_max(const struct histogram *h);

#endif
