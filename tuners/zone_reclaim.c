/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/families.h"

/* Reclaiming on the local node before a remote node is used. */
static const struct tunable tunables[] = {
	{ .key = "vm.min_unmapped_ratio",
	  .type = TUNABLE_INT,
	  .max = 100,
	  .doc = "percent of a node that must be unmapped file pages for zone reclaim to look at it" },
	{ .key = "vm.min_slab_ratio",
	  .type = TUNABLE_INT,
	  .max = 100,
	  .doc = "percent of a node that must be reclaimable slab for zone reclaim to shrink it" },
	/* The kernel takes any number and looks at three bits. */
	{ .key = "vm.zone_reclaim_mode",
	  .type = TUNABLE_INT,
	  .max = 7,
	  .doc = "bits: 1 reclaim locally first, 2 write pages out for it, 4 unmap pages for it" },
	{ 0 },
};

const struct tuner tuner_zone_reclaim = { "zone_reclaim", tunables };
