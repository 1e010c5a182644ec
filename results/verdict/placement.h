/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_VERDICT_PLACEMENT_H
#define MEMRIG_RESULTS_VERDICT_PLACEMENT_H

#include "results/verdict/span.h"

/* Why pages of one node had to go while another had memory free. */

/* `name` is a verdict's cause; `reason` goes after "because", freed by the caller; NULL where it is not known. */
struct placement {
	const char *name;
	char *reason;
	const char *group; /* whose setting it is; NULL: the machine's */
};

/* The group is kept to `node` by its cpuset ("cpuset"), or its main workload by its policy ("mempolicy"): its largest, or
 * the one named (may be NULL). Whether it is. */
bool placement_forbids(const struct timeline *t, const char *group, const char *workload, unsigned node, unsigned other,
		       struct placement *ret);

/* Whether vm.zone_reclaim_mode is one that lets a node's reclaim take anonymous pages, or file pages. */
bool placement_mode_takes(const struct timeline *t, bool anon);
/* "zone_reclaim", when the node's own reclaim may take such pages and its counters moved in the span. */
bool placement_zone_reclaim(const struct span *span, bool anon, struct placement *ret);

/* "local_preference", when kswapd took more than half of the pages that were reclaimed in the span: it keeps a node at its watermarks
 * whatever the others have free, and the allocator takes from that node as long as it does. */
bool placement_prefers(const struct span *span, unsigned node, struct placement *ret);

#endif
