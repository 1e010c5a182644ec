/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_VERDICT_SWAP_H
#define MEMRIG_RESULTS_VERDICT_SWAP_H

#include <jansson.h>

#include "results/verdict/placement.h"

/* swap_with_free_memory in two parts: what happened, and why. */

/* What was found about one node; sums over the intervals between samples in which it happened. */
struct swap_finding {
	unsigned node, other;
	uint64_t swapped_bytes;    /* left the node */
	uint64_t zswap_bytes;      /* went into zswap meanwhile, of all nodes */
	uint64_t other_free_bytes; /* the least the other node had free meanwhile */
	uint64_t other_high_bytes; /* its high watermark */
	uint64_t first_ns;         /* since begin */
	uint64_t duration_ns;
	const char *attributed_by; /* how the node was told */
	bool *hit;                 /* per sample: the interval that ends there counts */
	const char *group;         /* with most growth of swap meanwhile; NULL: not known */
	uint64_t group_swapped_bytes;
	const char *workload; /* of that group; NULL when not known */
};

/* Why it happened; the name is "unknown" and the reason NULL when nothing explains it. */
struct placement swap_explain(const struct timeline *t, const struct swap_finding *f);

/* Growth of a column over the intervals that count; 0 for a column that is absent (-1). */
uint64_t swap_growth(const struct timeline *t, const struct swap_finding *f, int column);

/* Bytes a group swapped out in the intervals of the finding, where the kernel counts them, else by how much what it has in
 * swap grew. */
uint64_t swap_of_group(const struct timeline *t, const struct swap_finding *f, const char *group);

#endif
