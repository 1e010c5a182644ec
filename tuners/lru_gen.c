/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/families.h"

/*
 * The multi-generational LRU. It decides more than most sysctls: with it,
 * zone_reclaim_mode 1 to 5 do nothing and swappiness means something else.
 */
static const struct tunable tunables[] = {
	{ .key = "kernel/mm/lru_gen/enabled",
	  .sysfs = true,
	  .type = TUNABLE_HEX,
	  .max = 7,
	  .doc = "parts of the multi-generational LRU that are on: y or 7 all, n or 0 the classic LRU" },
	{ .key = "kernel/mm/lru_gen/min_ttl_ms",
	  .sysfs = true,
	  .type = TUNABLE_INT,
	  .max = INT32_MAX,
	  .doc = "keep what was used in the last N ms, kill when that does not fit; 0: off" },
	{ 0 },
};

const struct tuner tuner_lru_gen = { "lru_gen", tunables };
