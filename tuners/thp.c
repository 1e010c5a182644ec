/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/families.h"

/*
 * Transparent huge pages. First of all families: enabling them raises
 * min_free_kbytes, and disabling them never lowers it again.
 */
static const char *const when[] = { "always", "madvise", "never", NULL };
static const char *const effort[] = { "always", "defer", "defer+madvise", "madvise", "never", NULL };
static const char *const shmem[] = { "always", "within_size", "advise", "never", "deny", "force", NULL };

static const struct tunable tunables[] = {
	{ .key = "kernel/mm/transparent_hugepage/enabled",
	  .sysfs = true,
	  .type = TUNABLE_WORD,
	  .words = when,
	  .doc = "whether anonymous memory gets huge pages" },
	{ .key = "kernel/mm/transparent_hugepage/defrag",
	  .sysfs = true,
	  .type = TUNABLE_WORD,
	  .words = effort,
	  .doc = "how hard a fault tries for a huge page; defer wakes kswapd of the local node" },
	{ .key = "kernel/mm/transparent_hugepage/shmem_enabled",
	  .sysfs = true,
	  .type = TUNABLE_WORD,
	  .words = shmem,
	  .doc = "whether shared memory gets huge pages" },
	{ .key = "kernel/mm/transparent_hugepage/use_zero_page",
	  .sysfs = true,
	  .type = TUNABLE_INT,
	  .max = 1,
	  .doc = "1: a read fault maps the shared huge page of zeros" },
	{ .key = "kernel/mm/transparent_hugepage/khugepaged/defrag",
	  .sysfs = true,
	  .type = TUNABLE_INT,
	  .max = 1,
	  .doc = "1: khugepaged reclaims and compacts to get huge pages" },
	{ 0 },
};

const struct tuner tuner_thp = { "thp", tunables };
