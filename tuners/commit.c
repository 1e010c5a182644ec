/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/families.h"

/* What the kernel promises, before any page is touched. */
static const struct tunable tunables[] = {
	{ .key = "vm.overcommit_memory",
	  .type = TUNABLE_INT,
	  .max = 2,
	  .doc = "0: refuse obvious excess, 1: promise anything, 2: never more than the commit limit" },
	{ .key = "vm.overcommit_ratio",
	  .type = TUNABLE_INT,
	  .max = 10000,
	  .doc = "percent of RAM in the commit limit of overcommit_memory 2" },
	{ .key = "vm.max_map_count",
	  .type = TUNABLE_INT,
	  .max = INT32_MAX,
	  .doc = "mappings a process may have" },
	{ 0 },
};

const struct tuner tuner_commit = { "commit", tunables };
