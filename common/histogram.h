/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_COMMON_HISTOGRAM_H
#define MEMRIG_COMMON_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/*
 * How often each duration came. Buckets of the same width within a power of
 * two, as of a HDR histogram: with b bits a power of two has 2^b buckets, values
 * below 2^(b+1) are kept exactly, all others to 1/2^(b+1), whatever their unit
 * is. Nothing is allocated.
 */
#define BUCKETS(bits) ((64 - (bits) + 1) << (bits)) /* for every 64-bit value */

static inline unsigned buckets_index(unsigned bits, uint64_t value)
{
	unsigned shift = 63 - bits - (unsigned)__builtin_clzll(value | 1ULL << bits);

	return (shift << bits) + (unsigned)(value >> shift);
}

/* The lowest value of a bucket. */
uint64_t buckets_low(unsigned bits, unsigned bucket);

uint64_t buckets_count(unsigned bits, const uint64_t *buckets);

/* The value that the given share (0 to 1) of all values does not exceed: the middle of its bucket, at most `max`,
 * which is the highest value there was; 0 when there are none. */
uint64_t buckets_quantile(unsigned bits, const uint64_t *buckets, uint64_t max, double share);

/* The one that workloads fill: values below 128 exactly, others to 1/128. */
enum {
	HISTOGRAM_BITS = 6,
	HISTOGRAM_BUCKETS = BUCKETS(HISTOGRAM_BITS),
};

struct histogram {
	uint64_t max; /* exact */
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

static inline unsigned histogram_bucket(uint64_t value)
{
	return buckets_index(HISTOGRAM_BITS, value);
}

static inline void histogram_add(struct histogram *h, uint64_t value)
{
	h->buckets[histogram_bucket(value)]++;
	if (value > h->max)
		h->max = value;
}

void histogram_merge(struct histogram *into, const struct histogram *from);

uint64_t histogram_count(const struct histogram *h);

/* As buckets_quantile(). */
uint64_t histogram_quantile(const struct histogram *h, double share);

#endif
