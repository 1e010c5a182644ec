/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_BUDDYINFO_H
#define MEMRIG_WORKLOADS_BUDDYINFO_H

#include <stdint.h>

/* Free pages in the buddy allocator's lists. What waits in the per-CPU lists is in neither. */
struct buddyinfo {
	uint64_t free_pages;
	uint64_t high_pages; /* in blocks of the order asked for and above */
};

/* Sums the lines of /proc/buddyinfo over the zones of the nodes in the mask. */
struct buddyinfo buddyinfo_sum(const char *text, uint64_t nodes, unsigned order);

#endif
