/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/families.h"

/* How much stays free. min_free_kbytes comes after everything that makes the kernel compute it anew. */
static const struct tunable tunables[] = {
	{ .key = "vm.watermark_boost_factor",
	  .type = TUNABLE_INT,
	  .max = INT32_MAX,
	  .doc = "1/10000 of the high watermark reclaimed on fragmentation; 0: off" },
	{ .key = "vm.watermark_scale_factor",
	  .type = TUNABLE_INT,
	  .min = 1,
	  .max = 3000,
	  .max_since = 5017,
	  .max_before = 1000,
	  .doc = "distance between the watermarks, in 1/10000 of a zone" },
	{ .key = "vm.compaction_proactiveness",
	  .type = TUNABLE_INT,
	  .max = 100,
	  .doc = "how eagerly memory is compacted in the background; 0: off" },
	{ .key = "vm.extfrag_threshold",
	  .type = TUNABLE_INT,
	  .max = 1000,
	  .doc = "fragmentation above which the kernel compacts instead of reclaiming" },
	{ .key = "vm.min_free_kbytes",
	  .type = TUNABLE_KBYTES,
	  .min = 1024,
	  .max = INT32_MAX,
	  .doc = "memory kept free, in KiB, or \"1%\" of RAM, or \"64M\", or \"64M at most 1%\"" },
	{ 0 },
};

const struct tuner tuner_watermark = { "watermark", tunables };
