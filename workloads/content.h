/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_CONTENT_H
#define MEMRIG_WORKLOADS_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What stands in a page: never all zero, never equal in two pages, compressible
 * by a known share, cheap to write and cheap to recognise.
 *
 * Its 64-bit words are mixed with the page's key, a bijection of its number:
 *
 *     word 0               key ^ generation, how often the page was rewritten: 32 bits, and 32 that follow from
 *                          them, so that no flipped bit makes another generation of it
 *     words 1 to random-1  key ^ random word, the same ones in each page
 *     the rest             0: it compresses away, and the kernel has written it already
 *     word 511             key
 *
 * The first and the last word tell whether the page is the one that was
 * written there. What compresses pages together would see through the shared
 * random words; swap (zram, zswap) compresses them one by one.
 */
enum { CONTENT_PAGE = 4096, CONTENT_WORDS = CONTENT_PAGE / 8 };

struct content {
	_Alignas(64) uint64_t pool[CONTENT_WORDS];
	size_t n_random; /* words */
	uint64_t seed;
	unsigned vector_bytes; /* of the vectors to write with on this CPU; 0: words */
};

/* A word that is not what was written. */
struct content_damage {
	unsigned offset; /* in the page, bytes */
	uint64_t expected, got; /* expected: of generation 0 where it is the first word */
};

/* compressibility: 0 to 0.95; kept to the nearest 1/16. */
void content_init(struct content *content, uint64_t seed, double compressibility);

/* Writes the whole page, generation 0. `at` is aligned to 8. */
void content_fill(const struct content *content, uint64_t page, void *at);

/* The same of a page that is all zero, as the kernel gives them. */
void content_fill_zeroed(const struct content *content, uint64_t page, void *at);

/* Whether the page is the one written there, in any generation. */
bool content_check(const struct content *content, uint64_t page, const void *at);

/* As content_check(), of every word; fills *ret with the first that is damaged. */
bool content_verify(const struct content *content, uint64_t page, const void *at, struct content_damage *ret);

/* Makes the page dirty by one word: the next generation. Returns as content_check(), before the change. */
bool content_rewrite(const struct content *content, uint64_t page, void *at);

#endif
