/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/families.h"

/* The compressed cache before the swap device. What it takes is not counted as swapped out. */
static const char *const flag[] = { "N", "Y", NULL };

static const struct tunable tunables[] = {
	{ .key = "module/zswap/parameters/enabled",
	  .sysfs = true,
	  .type = TUNABLE_WORD,
	  .words = flag,
	  .doc = "Y: pages to be swapped are compressed into memory first" },
	{ .key = "module/zswap/parameters/max_pool_percent",
	  .sysfs = true,
	  .type = TUNABLE_INT,
	  .max = 100,
	  .doc = "largest share of memory zswap may take" },
	{ .key = "module/zswap/parameters/accept_threshold_percent",
	  .sysfs = true,
	  .type = TUNABLE_INT,
	  .max = 100,
	  .doc = "after having been full, zswap accepts pages again below this share of its limit" },
	{ 0 },
};

const struct tuner tuner_zswap = { "zswap", tunables };
