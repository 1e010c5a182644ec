/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/families.h"

/* Kernel same-page merging. */
static const struct tunable tunables[] = {
	{ .key = "kernel/mm/ksm/run",
	  .sysfs = true,
	  .type = TUNABLE_INT,
	  .max = 2,
	  .doc = "0: no merging, 1: merge equal pages, 2: stop and unmerge all" },
	{ .key = "kernel/mm/ksm/merge_across_nodes",
	  .sysfs = true,
	  .type = TUNABLE_INT,
	  .max = 1,
	  .doc = "0: only pages of one node are merged" },
	{ .key = "kernel/mm/ksm/pages_to_scan",
	  .sysfs = true,
	  .type = TUNABLE_INT,
	  .max = INT32_MAX,
	  .doc = "pages looked at before ksmd sleeps" },
	{ .key = "kernel/mm/ksm/sleep_millisecs",
	  .sysfs = true,
	  .type = TUNABLE_INT,
	  .max = INT32_MAX,
	  .doc = "how long ksmd sleeps between scans" },
	{ 0 },
};

const struct tuner tuner_ksm = { "ksm", tunables };
