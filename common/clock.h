/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_COMMON_CLOCK_H
#define MEMRIG_COMMON_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "common/util.h"

/* CLOCK_MONOTONIC. */
static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}

static inline double now_s(void)
{
	return 1e-9 * (double)now_ns();
}

#endif
