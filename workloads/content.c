/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/content.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "common/rng.h"

typedef uint64_t word __attribute__((may_alias));
typedef uint64_t vector32 __attribute__((vector_size(32), aligned(8), may_alias));
typedef uint64_t vector64 __attribute__((vector_size(64), aligned(8), may_alias));

/* What one turn of a loop writes. */
enum { STEP_WORDS = 32 };

#if defined(__x86_64__)
/* QEMU's CPU is emulated: there a vector costs two to three times as much as its words. */
static bool is_emulated(void)
{
	enum { NAME = 0x40000000, TCGT = 0x54474354 };
	unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;

	__cpuid(1, eax, ebx, ecx, edx);
	if (!(ecx >> 31)) /* no hypervisor */
		return false;
	__cpuid(NAME, eax, ebx, ecx, edx);
	return ebx == TCGT;
}

static unsigned vector_bytes(void)
{
	if (is_emulated())
		return 0;
	return __builtin_cpu_supports("avx512f") ? 64 : __builtin_cpu_supports("avx2") ? 32 : 0;
}
#else
static unsigned vector_bytes(void)
{
	return 0;
}
#endif

void content_init(struct content *content, uint64_t seed, double compressibility)
{
	struct rng rng = { rng_derive(seed, "pool") };
	size_t steps = (size_t)((1 - compressibility) * CONTENT_WORDS / STEP_WORDS + 0.5);

	for (size_t i = 0; i < CONTENT_WORDS; i++)
		content->pool[i] = rng_next(&rng);
	content->n_random = steps * STEP_WORDS;
	content->seed = rng_derive(seed, "key");
	content->vector_bytes = vector_bytes();
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
 * memcpy() of a page longer, too.
 */
static void write_words(const struct content *content, uint64_t key, volatile word *to)
{
	const uint64_t *from = content->pool, *end = from + content->n_random;

	for (; from < end; to += STEP_WORDS, from += STEP_WORDS)
#pragma GCC unroll 32
		for (size_t i = 0; i < STEP_WORDS; i++)
			to[i] = from[i] ^ key;
}

#if defined(__x86_64__)
/* On a real CPU it hardly shows beside the fault. */
#define DEFINE_WRITE(name, cpu, vector)                                                                       \
	__attribute__((target(cpu))) static void name(const struct content *content, uint64_t key, vector *to) \
	{                                                                                                      \
		enum { STEP = STEP_WORDS * sizeof(word) / sizeof(vector) };                                    \
		const vector *from = (const vector *)content->pool;                                            \
		const vector *end = (const vector *)(content->pool + content->n_random);                       \
		vector keys = key - (vector){ 0 };                                                             \
                                                                                                               \
		for (; from < end; to += STEP, from += STEP)                                                   \
			for (size_t i = 0; i < STEP; i++)                                                      \
				to[i] = from[i] ^ keys;                                                        \
	}

DEFINE_WRITE(write_32, "avx2", vector32)
DEFINE_WRITE(write_64, "avx512f", vector64)
#else
#define write_32 write_words
#define write_64 write_words
#endif

void content_fill_zeroed(const struct content *content, uint64_t page, void *at)
{
	uint64_t key = page_key(content, page);
	volatile word *words = at;

	if (content->vector_bytes == 64)
		write_64(content, key, at);
	else if (content->vector_bytes == 32)
		write_32(content, key, at);
	else
		write_words(content, key, at);
	words[0] = key;
	words[CONTENT_WORDS - 1] = key;
}

void content_fill(const struct content *content, uint64_t page, void *at)
{
	volatile word *words = at;

	for (size_t i = content->n_random; i < CONTENT_WORDS; i++)
		words[i] = 0;
	content_fill_zeroed(content, page, at);
}

/* A generation with what follows from it in the upper half. */
static uint64_t sealed(uint32_t generation)
{
	return (uint64_t)(generation * 0x9e3779b1U) << 32 | generation;
}

/* The generation that the first word tells; what is none is not below 2^32. */
static uint64_t generation(uint64_t key, uint64_t first)
{
	uint64_t found = first ^ key;

	return found == sealed((uint32_t)found) ? (uint32_t)found : UINT64_MAX;
}

static uint64_t generation_of(uint64_t key, const volatile word *words)
{
	/* Another thread may be rewriting it. */
	uint64_t first = __atomic_load_n(words, __ATOMIC_RELAXED), last = words[CONTENT_WORDS - 1];

	return last == key ? generation(key, first) : UINT64_MAX;
}

bool content_check(const struct content *content, uint64_t page, const void *at)
{
	return generation_of(page_key(content, page), at) <= UINT32_MAX;
}

static uint64_t expected_word(const struct content *content, uint64_t key, size_t i)
{
	if (i == 0 || i == CONTENT_WORDS - 1)
		return key;
	return i < content->n_random ? content->pool[i] ^ key : 0;
}

/* Bits set in any word but the first and the last that differ from what was written: without a branch for each. */
static uint64_t differences(const struct content *content, uint64_t key, const volatile word *words)
{
	const size_t n_random = content->n_random < CONTENT_WORDS ? content->n_random : CONTENT_WORDS - 1;
	uint64_t bits = 0;

	for (size_t i = 1; i < n_random; i++)
		bits |= words[i] ^ content->pool[i] ^ key;
	for (size_t i = n_random; i < CONTENT_WORDS - 1; i++)
		bits |= words[i];
	return bits;
}

bool content_verify(const struct content *content, uint64_t page, const void *at, struct content_damage *ret)
{
	uint64_t key = page_key(content, page);
	const volatile word *words = at;

	if (generation_of(key, words) <= UINT32_MAX && differences(content, key, words) == 0)
		return true;
	for (size_t i = 0; i < CONTENT_WORDS; i++) {
		uint64_t expected = expected_word(content, key, i), got = words[i];

		if (i == 0 ? generation(key, got) <= UINT32_MAX : got == expected)
			continue;
		*ret = (struct content_damage){ (unsigned)(i * sizeof(word)), expected, got };
		return false;
	}
	return true;
}

bool content_rewrite(const struct content *content, uint64_t page, void *at)
{
	uint64_t key = page_key(content, page);
	uint64_t found = generation_of(key, at);

	/* One store, so that who reads the page meanwhile sees the old generation or the new one. */
	__atomic_store_n((volatile word *)at, key ^ sealed((uint32_t)(found + 1)), __ATOMIC_RELAXED);
	return found <= UINT32_MAX;
}
