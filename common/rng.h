/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_COMMON_RNG_H
#define MEMRIG_COMMON_RNG_H

#include <stdint.h>

/*
 * SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
 * generators", OOPSLA 2014): one 64-bit word of state, any seed is good.
 */
struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *rng)
{
	uint64_t z = (rng->state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* Uniform in [0, n), n > 0 (Lemire's multiply-shift; bias below 2^-32 for n < 2^32). */
static inline uint64_t rng_below(struct rng *rng, uint64_t n)
{
	return (uint64_t)(((unsigned __int128)rng_next(rng) * n) >> 64);
}

/* Uniform in [0, 1). */
static inline double rng_unit(struct rng *rng)
{
	return (double)(rng_next(rng) >> 11) * 0x1.0p-53;
}

/* A seed for a named part, so that adding one workload does not change another's numbers. */
static inline uint64_t rng_derive(uint64_t seed, const char *name)
{
	struct rng rng = { seed };

	for (; *name; name++)
		rng.state = rng_next(&rng) ^ (unsigned char)*name;
	return rng_next(&rng);
}

/* The seed of the n-th of parts that are alike. */
static inline uint64_t rng_nth(uint64_t seed, uint64_t n)
{
	struct rng rng = { rng_derive(seed, "nth") ^ n };

	return rng_next(&rng);
}

#endif
