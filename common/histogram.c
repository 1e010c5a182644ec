/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/histogram.h"

#include <math.h>

#include "common/util.h"

uint64_t buckets_low(unsigned bits, unsigned bucket)
{
	const unsigned width = 1U << bits;

	if (bucket < 2 * width)
		return bucket;
	return (uint64_t)(bucket % width + width) << (bucket / width - 1);
}

static uint64_t middle(unsigned bits, unsigned bucket)
{
	const unsigned width = 1U << bits;
	unsigned shift = bucket / width;

	return buckets_low(bits, bucket) + (shift > 1 ? 1ULL << (shift - 2) : 0);
}

uint64_t buckets_count(unsigned bits, const uint64_t *buckets)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < BUCKETS(bits); i++)
		n += buckets[i];
	return n;
}

uint64_t buckets_quantile(unsigned bits, const uint64_t *buckets, uint64_t max, double share)
{
	uint64_t wanted = (uint64_t)ceil(share * (double)buckets_count(bits, buckets)), n = 0;

	for (unsigned i = 0; i < BUCKETS(bits); i++) {
		n += buckets[i];
		if (n > 0 && n >= wanted)
			return MIN(middle(bits, i), max);
	}
	return 0;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->buckets[i] += from->buckets[i];
	into->max = MAX(into->max, from->max);
}

uint64_t histogram_count(const struct histogram *h)
{
	return buckets_count(HISTOGRAM_BITS, h->buckets);
}

uint64_t histogram_quantile(const struct histogram *h, double share)
{
	return buckets_quantile(HISTOGRAM_BITS, h->buckets, h->max, share);
}
