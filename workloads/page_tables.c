/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One page touched in each 2 MiB of a large mapping: every page needs a page
 * table of its own, so page tables take as much memory as the data. They are
 * not on any list of reclaim and stay when the data is swapped out.
 */
#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>

#include "common/util.h"
#include "workloads/private.h"

enum { TABLE_SPAN = 2 * 1024 * 1024 }; /* what a page of page-table entries maps */

static uint64_t span(const struct workload_env *env)
{
	return env->size_bytes / CONTENT_PAGE * TABLE_SPAN;
}

static int begin(struct walk *walk, struct error *err)
{
	struct region *region = (struct region *)walk;
	int r = private_map(walk->env, span(walk->env), &region->first, err);

	/* A huge page would fill the 2 MiB and do without a table. A kernel without huge pages refuses: as well. */
	if (r == 0)
		madvise(region->first, span(walk->env), MADV_NOHUGEPAGE);
	return r;
}

static int run(const struct workload_env *env, struct error *err)
{
	struct region region;
	int r;

	region_init(&region, env);
	region.step = TABLE_SPAN;
	region.walk.begin = begin;
	r = walk_run(&region.walk, err);
	if (r == 0) {
		workload_set_figure(env, "page_table_bytes", (double)own_status_bytes("VmPTE"));
		walk_end(env);
	}
	if (region.first)
		munmap(region.first, span(env));
	return r;
}

static const char *const without[] = { "thp", NULL };

static const struct workload_option options[] = {
	WALK_OPTION_WRITE,
	{ .name = NULL },
};

const struct workload_kind workload_page_tables = {
	.name = "page_tables",
	.summary = "anonymous pages 2 MiB apart: as much memory in page tables as in the pages",
	.traits = TRAIT_WALK | TRAIT_PRIVATE,
	.options = options,
	.without = without,
	.run = run,
};
