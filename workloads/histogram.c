/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/histogram.h"

#include <math.h>

#include "common/util.h"

/* The middle of a bucket. */
static uint64_t value_of(unsigned bucket)
{
	const unsigned width = 1U << HISTOGRAM_BITS;
	unsigned shift;

	if (bucket < 2 * width)
		return bucket;
	shift = bucket / width - 1;
	return ((uint64_t)(bucket % width + width) << shift) + (1ULL << (shift - 1));
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->buckets[i] += from->buckets[i];
	into->max = MAX(into->max, from->max);
}

uint64_t histogram_count(const struct histogram *h)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		n += h->buckets[i];
	return n;
}

uint64_t histogram_quantile(const struct histogram *h, double share)
{
	uint64_t wanted = (uint64_t)ceil(share * (double)histogram_count(h)), n = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		n += h->buckets[i];
		if (n > 0 && n >= wanted)
			return MIN(value_of(i), h->max);
	}
	return 0;
}
