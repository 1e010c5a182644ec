/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/content.h"

#include "common/rng.h"

typedef uint64_t word __attribute__((may_alias));

/* What one turn of a loop writes. */
enum { STEP_WORDS = 32 };

void content_init(struct content *content, uint64_t seed, double compressibility)
{
	struct rng rng = { rng_derive(seed, "pool") };
	size_t steps = (size_t)((1 - compressibility) * CONTENT_WORDS / STEP_WORDS + 0.5);

	for (size_t i = 0; i < CONTENT_WORDS; i++)
		content->pool[i] = rng_next(&rng);
	content->n_random = steps * STEP_WORDS;
	content->seed = rng_derive(seed, "key");
}

/* Odd multiplication and SplitMix64 are bijections: two pages never share a key. */
static uint64_t page_key(const struct content *content, uint64_t page)
{
	struct rng rng = { content->seed + page * 0x9e3779b97f4a7c15ULL };

	return rng_next(&rng);
}

/*
 * Word by word on purpose: in the lab, where the CPU is emulated, the same
 * loops with 16-byte vectors took two to three times as long, and a mere
 * memcpy() of a page longer, too. A real CPU hardly notices beside the fault.
 */
void content_fill(const struct content *content, uint64_t page, void *at)
{
	uint64_t key = page_key(content, page);
	volatile word *to = at, *random_end = to + content->n_random, *end = to + CONTENT_WORDS;
	const uint64_t *from = content->pool;

	for (; to < random_end; to += STEP_WORDS, from += STEP_WORDS)
#pragma GCC unroll 32
		for (size_t i = 0; i < STEP_WORDS; i++)
			to[i] = from[i] ^ key;
	for (; to < end; to += STEP_WORDS)
#pragma GCC unroll 32
		for (size_t i = 0; i < STEP_WORDS; i++)
			to[i] = key;
	to = at;
	to[0] = key;
	to[CONTENT_WORDS - 1] = key;
}

/* The generation found; anything else that stands there is not below 2^32. */
static uint64_t generation(uint64_t key, const volatile word *words)
{
	uint64_t first = words[0], last = words[CONTENT_WORDS - 1];

	return last == key ? first ^ key : UINT64_MAX;
}

bool content_check(const struct content *content, uint64_t page, const void *at)
{
	return generation(page_key(content, page), at) <= UINT32_MAX;
}

bool content_rewrite(const struct content *content, uint64_t page, void *at)
{
	uint64_t key = page_key(content, page);
	uint64_t found = generation(key, at);

	/* One store, so that who reads a shared file meanwhile sees the old generation or the new one. */
	*(volatile word *)at = key ^ (uint32_t)(found + 1);
	return found <= UINT32_MAX;
}
