/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_VERDICT_ROWS_H
#define MEMRIG_RESULTS_VERDICT_ROWS_H

#include "results/verdict.h"

/* One file each. */
extern const struct verdict verdict_oom_with_free_memory;
extern const struct verdict verdict_livelock;
extern const struct verdict verdict_swap_with_free_memory;
extern const struct verdict verdict_node_imbalance;
extern const struct verdict verdict_zone_reclaim_stall;
extern const struct verdict verdict_direct_reclaim_stall;
extern const struct verdict verdict_file_cache_collapse;
extern const struct verdict verdict_fragmentation_stall;
extern const struct verdict verdict_huge_page_waste;
extern const struct verdict verdict_setting_without_effect;
extern const struct verdict verdict_swap_exhausted;
extern const struct verdict verdict_memcg_throttled;
extern const struct verdict verdict_thrashing;
extern const struct verdict verdict_dirty_throttled;
extern const struct verdict verdict_disturbed;
extern const struct verdict verdict_premature_swap;
extern const struct verdict verdict_swap_for_reserve;
extern const struct verdict verdict_memory_outside_cpuset;

#endif
