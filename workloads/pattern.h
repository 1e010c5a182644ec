/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_PATTERN_H
#define MEMRIG_WORKLOADS_PATTERN_H

#include <stdint.h>

#include "common/rng.h"
#include "workloads/workload.h"

/*
 * Which page comes next: an endless sequence of indices in [0, n), fixed by
 * the seed. An access takes no memory, whatever n is.
 */
struct pattern {
	enum pattern_kind kind;
	uint64_t n;
	struct rng rng;
	uint64_t next; /* sequential */
	/* A permutation for the ranks of zipf and hot-cold, so that hot pages are not neighbours. */
	struct scatter {
		uint64_t n, mask, add, flip;
		unsigned shift;
	} scatter;
	struct zipf {
		double skew, h_first, h_last, near;
	} zipf;
	struct hot {
		uint64_t pages; /* how many are hot */
		double access;	/* the share they get */
	} hot;
};

/* n > 0; kind, skew and shares are those of the params. */
void pattern_init(struct pattern *pattern, const struct workload_params *params, uint64_t n, uint64_t seed);

/* Makes it that of another thread: the same hot pages, other numbers; the sequence begins at `first`. */
void pattern_of_thread(struct pattern *pattern, unsigned thread, uint64_t first);

uint64_t pattern_next(struct pattern *pattern);

/* The index that a rank (0 is the hottest) stands for; zipf and hot-cold. */
uint64_t pattern_scatter(const struct pattern *pattern, uint64_t rank);

#endif
