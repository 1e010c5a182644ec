/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_HISTOGRAM_H
#define MEMRIG_WORKLOADS_HISTOGRAM_H

#include <stdint.h>

/*
 * How often each duration came. Buckets of the same width within a power of
 * two, as of a HDR histogram: values below 128 are kept exactly, all others to
 * 1/128, whatever their unit is. Nothing is allocated.
 */
enum {
	HISTOGRAM_BITS = 6, /* a power of two has 2^6 buckets */
	HISTOGRAM_BUCKETS = (64 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS,
};

struct histogram {
	uint64_t max; /* exact */
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

static inline unsigned histogram_bucket(uint64_t value)
{
	unsigned shift = 63 - HISTOGRAM_BITS - (unsigned)__builtin_clzll(value | 1ULL << HISTOGRAM_BITS);

	return (shift << HISTOGRAM_BITS) + (unsigned)(value >> shift);
}

static inline void histogram_add(struct histogram *h, uint64_t value)
{
	h->buckets[histogram_bucket(value)]++;
	if (value > h->max)
		h->max = value;
}

void histogram_merge(struct histogram *into, const struct histogram *from);

uint64_t histogram_count(const struct histogram *h);

/* The value that the given share (0 to 1) of all values does not exceed; 0 when there are none. */
uint64_t histogram_quantile(const struct histogram *h, double share);

#endif
