/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/latency_histogram.h"

#include <math.h>

#include "common/util.h"

enum { PER_OCTAVE = 1 << HISTOGRAM_BITS };

/* The first two octaves have buckets of one nanosecond. */
static unsigned bucket_of(uint64_t ns)
{
	unsigned shift = ns < 2 * PER_OCTAVE ? 0 : 63 - HISTOGRAM_BITS - (unsigned)__builtin_clzll(ns);

	return (shift << HISTOGRAM_BITS) + (unsigned)(ns >> shift);
}

static uint64_t middle_of(unsigned bucket)
{
	unsigned shift = bucket < 2 * PER_OCTAVE ? 0 : (bucket >> HISTOGRAM_BITS) - 1;
	uint64_t least = (uint64_t)(bucket - (shift << HISTOGRAM_BITS)) << shift;

	return least + ((1ULL << shift) >> 1);
}

void histogram_add(struct histogram *h, uint64_t ns)
{
	h->buckets[bucket_of(ns)]++;
	h->count++;
	h->max = MAX(h->max, ns);
}

uint64_t histogram_quantile(const struct histogram *h, double q)
{
	uint64_t rank = MAX((uint64_t)ceil(q * (double)h->count), 1), seen = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen >= rank)
			return MIN(middle_of(i), h->max);
	}
	return h->max;
}

uint64_t histogram_max(const struct histogram *h)
{
	return h->max;
}
