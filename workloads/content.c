/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/content.h"

#include "common/rng.h"

/* Loops of our own, not memcpy() and memset(): those use `rep movsb`, which an emulated CPU does byte by
 * byte. */
typedef uint64_t pair __attribute__((vector_size(16), may_alias));
typedef uint64_t word __attribute__((may_alias));

enum { UNROLL_WORDS = 8, UNROLL_PAIRS = UNROLL_WORDS / 2 };

void content_init(struct content *content, uint64_t seed, double compressibility)
{
	struct rng rng = { rng_derive(seed, "pool") };
	size_t n = (size_t)((1 - compressibility) * CONTENT_WORDS + 0.5);

	for (size_t i = 0; i < CONTENT_WORDS; i++)
		content->pool[i] = rng_next(&rng);
	/* Whole steps of the loops; the last word is always the key. */
	n = (n + UNROLL_WORDS / 2) / UNROLL_WORDS * UNROLL_WORDS;
	content->n_random = n < CONTENT_WORDS ? n : CONTENT_WORDS - UNROLL_WORDS;
	content->seed = rng_derive(seed, "key");
}

/* Odd multiplication and SplitMix64 are bijections: two pages never share a key. */
static uint64_t page_key(const struct content *content, uint64_t page)
{
	struct rng rng = { content->seed + page * 0x9e3779b97f4a7c15ULL };

	return rng_next(&rng);
}

void content_fill(const struct content *content, uint64_t page, void *at)
{
	uint64_t key = page_key(content, page);
	pair *to = at, *random_end = to + content->n_random / 2, *end = to + CONTENT_WORDS / 2;
	const pair *from = (const pair *)content->pool;
	const pair keys = { key, key };

	for (; to < random_end; to += UNROLL_PAIRS, from += UNROLL_PAIRS) {
		to[0] = from[0] ^ keys;
		to[1] = from[1] ^ keys;
		to[2] = from[2] ^ keys;
		to[3] = from[3] ^ keys;
	}
	for (; to < end; to += UNROLL_PAIRS) {
		to[0] = keys;
		to[1] = keys;
		to[2] = keys;
		to[3] = keys;
	}
	*(volatile word *)at = key;
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
