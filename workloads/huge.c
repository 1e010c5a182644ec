/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of 2 MiB set aside for hugetlb on the nodes of the workload's policy,
 * and used through MAP_HUGETLB. They are neither swapped nor reclaimed, and
 * what is set aside and not used is lost to everybody else.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/mman.h>
#include <sys/mman.h>

#include "common/util.h"
#include "workloads/huge_pool.h"
#include "workloads/private.h"

enum { PAGES_IN_HUGE = HUGE_PAGE_BYTES / CONTENT_PAGE };

struct huge_options {
	uint64_t reserve_bytes; /* 0: as much as is used */
};

static uint64_t used_pages(const struct workload_env *env)
{
	return (env->size_bytes + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES;
}

static uint64_t reserved_pages(const struct workload_env *env)
{
	const struct huge_options *options = workload_own(env);
	uint64_t bytes = options->reserve_bytes;

	return bytes ? (bytes + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES : used_pages(env);
}

static int prepare(const struct workload_env *env, struct error *err)
{
	if (reserved_pages(env) < used_pages(env))
		return error_set(err, -EINVAL, env->name,
				 "size needs %" PRIu64 " huge pages of 2 MiB, and reserve asks for %" PRIu64,
				 used_pages(env), reserved_pages(env));
	return huge_pool_grow("", env->nodes, reserved_pages(env), err);
}

static int undo(const struct workload_env *env, struct error *err)
{
	return huge_pool_shrink("", env->nodes, reserved_pages(env), err);
}

/* With a reservation: what the pools do not have is an error here and no signal later. */
static int begin(struct walk *walk, struct error *err)
{
	struct region *region = (struct region *)walk;
	uint64_t bytes = used_pages(walk->env) * HUGE_PAGE_BYTES;
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB,
			    -1, 0);

	if (memory == MAP_FAILED)
		return error_set_errno(err, -errno, walk->env->name, "cannot map %" PRIu64 " bytes of huge pages", bytes);
	region->first = memory;
	return 0;
}

/* The pool of an allowed node may be empty although another one is not: asked for, that is an error, too. */
static int fill_page(struct walk *walk, uint64_t page, bool write, struct error *err)
{
	const struct region *region = (const struct region *)walk;

	if (page % PAGES_IN_HUGE != 0 || madvise(region_page(region, page), HUGE_PAGE_BYTES, MADV_POPULATE_WRITE) == 0)
		return region_fill(walk, page, write, err);
	if (errno == EINVAL)
		return error_set(err, -EOPNOTSUPP, walk->env->name, "the kernel is too old to tell a full pool (MADV_POPULATE_WRITE, Linux 5.14)");
	return error_set_errno(err, -ENOMEM, walk->env->name,
			       "there is no huge page left for it on its nodes after %" PRIu64 " of %" PRIu64,
			       page / PAGES_IN_HUGE, used_pages(walk->env));
}

static int run(const struct workload_env *env, struct error *err)
{
	struct region region;
	int r;

	region_init(&region, env);
	region.walk.begin = begin;
	region.walk.fill = fill_page;
	r = walk_run(&region.walk, err);
	if (r == 0)
		walk_end(env);
	if (region.first)
		munmap(region.first, used_pages(env) * HUGE_PAGE_BYTES);
	return r;
}

static const char *const without[] = { "threads", NULL }; /* huge pages are taken in order */

static const struct workload_option options[] = {
	WALK_OPTION_WRITE,
	{ "reserve", OPTION_BYTES, WORKLOAD_OWN(struct huge_options, reserve_bytes), .fallback = "", .min = HUGE_PAGE_BYTES,
	  .max = 0x1p46,
	  .doc = "how much to set aside on the nodes of the policy before the cell begins; else as much as the size" },
	{ .name = NULL },
};

const struct workload_kind workload_huge = {
	.name = "huge",
	.summary = "hugetlb pages of 2 MiB, set aside on the nodes of its policy and used",
	.traits = TRAIT_WALK,
	.options = options,
	.without = without,
	.prepare = prepare,
	.undo = undo,
	.run = run,
};
