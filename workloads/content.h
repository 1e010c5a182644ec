/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_CONTENT_H
#define MEMRIG_WORKLOADS_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What stands in a page: never zero, never equal in two pages, compressible by
 * a known share, cheap to write and cheap to recognise.
 *
 * Every 64-bit word is mixed with the page's key, a bijection of its number:
 *
 *     word 0               key ^ generation; how often the page was rewritten, below 2^32
 *     words 1 to random-1  key ^ random word, the same ones in each page
 *     the rest             key: a repetition that compresses away
 *     word 511             key
 *
 * The first and the last word tell whether the page is the one that was
 * written there. What compresses pages together would see through the shared
 * random words; swap (zram, zswap) compresses them one by one.
 */
enum { CONTENT_PAGE = 4096, CONTENT_WORDS = CONTENT_PAGE / 8 };

struct content {
	uint64_t pool[CONTENT_WORDS];
	size_t n_random; /* words */
	uint64_t seed;
};

/* compressibility: 0 to 0.95; kept to the nearest 1/16. */
void content_init(struct content *content, uint64_t seed, double compressibility);

/* Writes the whole page, generation 0. `at` is aligned to 8. */
void content_fill(const struct content *content, uint64_t page, void *at);

/* Whether the page is the one written there, in any generation. */
bool content_check(const struct content *content, uint64_t page, const void *at);

/* Makes the page dirty by one word: the next generation. Returns as content_check(), before the change. */
bool content_rewrite(const struct content *content, uint64_t page, void *at);

#endif
