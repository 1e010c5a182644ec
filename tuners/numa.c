/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/families.h"

/* What moves pages between nodes behind a program's back. */
static const char *const truth[] = { "false", "true", NULL };

static const struct tunable tunables[] = {
	{ .key = "kernel.numa_balancing",
	  .type = TUNABLE_INT,
	  .max = 3,
	  .max_since = 5018,
	  .max_before = 1,
	  .doc = "bits: 1 moves pages to the node that uses them, 2 promotes from slow memory" },
	{ .key = "kernel/mm/numa/demotion_enabled",
	  .sysfs = true,
	  .type = TUNABLE_WORD,
	  .words = truth,
	  .doc = "reclaim moves pages to slow memory before it swaps them" },
	{ 0 },
};

const struct tuner tuner_numa = { "numa", tunables };
