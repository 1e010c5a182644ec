/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_PRIVATE_H
#define MEMRIG_WORKLOADS_PRIVATE_H

#include "workloads/walk.h"

/* Private anonymous memory, for the kinds with TRAIT_PRIVATE. */

/* Maps it without a reservation, with what the options thp and mlock say. */
int private_map(const struct workload_env *env, uint64_t bytes, unsigned char **ret, struct error *err);

/* Locks its pages as they are touched. */
int private_lock(const struct workload_env *env, void *memory, uint64_t bytes, struct error *err);

/*
 * A walk over memory, such or shared: every page is written in full by the fill, then read
 * or rewritten. The pages may be any distance apart.
 */
struct region {
	struct walk walk; /* first: the accesses get a pointer to it */
	struct content content;
	unsigned char *first; /* page 0 */
	int64_t step;	      /* bytes from one page to the next; may be negative */
};

/* Everything but `first`, which is for walk.begin to set; pages side by side. */
void region_init(struct region *region, const struct workload_env *env);

static inline void *region_page(const struct region *region, uint64_t page)
{
	return region->first + (int64_t)page * region->step;
}

walk_access_fn region_fill, region_touch;

/* A figure of the process itself, from /proc/self/status ("VmPTE"), in bytes; 0 when it is not there. */
uint64_t own_status_bytes(const char *key);

#endif
