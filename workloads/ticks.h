/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_TICKS_H
#define MEMRIG_WORKLOADS_TICKS_H

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <stdbool.h>

#include "common/clock.h"

/*
 * A clock cheap enough to be read at every access. Where the CPU says that its
 * counter runs at one speed, that; else CLOCK_MONOTONIC. What a tick is worth
 * is known at the end, from the time that has passed.
 */
struct ticks {
	bool counter;
	uint64_t begin, begin_ns;
};

static inline uint64_t ticks_read(bool counter)
{
#if defined(__x86_64__)
	if (counter)
		return __builtin_ia32_rdtsc();
#endif
	(void)counter;
	return now_ns();
}

static inline struct ticks ticks_begin(void)
{
	struct ticks t = { 0 };
#if defined(__x86_64__)
	unsigned eax, ebx, ecx, edx;

	t.counter = __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) && edx >> 8 & 1;
#endif
	t.begin_ns = now_ns();
	t.begin = ticks_read(t.counter);
	return t;
}

/* The nanoseconds of a tick. */
static inline double ticks_worth_ns(const struct ticks *t)
{
	uint64_t ns = now_ns() - t->begin_ns, ticks = ticks_read(t->counter) - t->begin;

	return t->counter && ticks > 0 ? (double)ns / (double)ticks : 1;
}

#endif
