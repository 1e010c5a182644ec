/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/families.h"

/* What is reclaimed: anonymous memory, page cache or slab. */
static const struct tunable tunables[] = {
	{ .key = "vm.page-cluster",
	  .type = TUNABLE_INT,
	  .max = 31,
	  .doc = "swap in 2^N pages at a time; 0: no read-ahead" },
	{ .key = "vm.vfs_cache_pressure",
	  .type = TUNABLE_INT,
	  .max = INT32_MAX,
	  .doc = "how readily inodes and directory entries are reclaimed, 100 is even" },
	{ .key = "vm.swappiness",
	  .type = TUNABLE_INT,
	  .max = 200,
	  .max_since = 5008,
	  .max_before = 100,
	  .doc = "cost of swapping against reading files again; 100 is even" },
	{ 0 },
};

const struct tuner tuner_swap = { "swap", tunables };
