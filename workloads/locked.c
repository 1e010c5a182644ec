/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that reclaim must leave alone: each page is locked when it is touched,
 * and goes to the unevictable list.
 */
#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>

#include "common/util.h"
#include "workloads/private.h"

static int begin(struct walk *walk, struct error *err)
{
	struct region *region = (struct region *)walk;
	const struct workload_env *env = walk->env;
	int r = private_map(env, env->size_bytes, &region->first, err);

	return r < 0 ? r : private_lock(env, region->first, env->size_bytes, err);
}

static int run(const struct workload_env *env, struct error *err)
{
	struct region region;
	int r;

	region_init(&region, env);
	region.walk.begin = begin;
	r = walk_run(&region.walk, err);
	if (r == 0) {
		workload_set_figure(env, "locked_bytes", (double)own_status_bytes("VmLck"));
		walk_end(env);
	}
	if (region.first)
		munmap(region.first, env->size_bytes);
	return r;
}

static const char *const without[] = { "mlock", NULL };

static const struct workload_option options[] = {
	WALK_OPTION_WRITE,
	{ .name = NULL },
};

const struct workload_kind workload_locked = {
	.name = "locked",
	.summary = "anonymous memory locked by mlock(2): unevictable, neither swapped nor reclaimed",
	.traits = TRAIT_WALK | TRAIT_PRIVATE,
	.options = options,
	.without = without,
	.run = run,
};
