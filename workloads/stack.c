/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stack that grows: one page is mapped, and every page below it comes by the
 * fault that finds it missing, as in a deep recursion. The kernel lets a stack
 * grow up to its resource limit, which is raised here when it is too low.
 *
 * It is not the stack that the process runs on: that one has other mappings
 * 128 MiB below it.
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "common/util.h"
#include "workloads/private.h"

/* New mappings come right below the lowest one: so far away, none comes into the stack's way. */
#define DISTANCE (64 * GIB)

static sigjmp_buf no_growth;

static void cannot_grow(int signal)
{
	(void)signal;
	siglongjmp(no_growth, 1);
}

static int raise_limit(const struct workload_env *env, struct error *err)
{
	struct rlimit limit;
	uint64_t had;

	if (getrlimit(RLIMIT_STACK, &limit) < 0 || limit.rlim_cur >= env->size_bytes)
		return 0;
	had = limit.rlim_cur;
	limit.rlim_cur = env->size_bytes;
	limit.rlim_max = MAX(limit.rlim_max, limit.rlim_cur);
	if (setrlimit(RLIMIT_STACK, &limit) < 0)
		return error_set_errno(err, -errno, env->name,
				       "cannot raise the limit of the stack from %" PRIu64 " to %" PRIu64 " bytes", had,
				       env->size_bytes);
	return 0;
}

/* The highest page of a place that has room for all of it. */
static unsigned char *map_first_page(uint64_t bytes)
{
	const int none = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	unsigned char *place = mmap(NULL, bytes, PROT_NONE, none, -1, 0), *low;

	if (place == MAP_FAILED)
		return place;
	munmap(place, bytes);
	if ((uintptr_t)place < DISTANCE + bytes)
		return errno = ENOMEM, MAP_FAILED;
	low = mmap(place - DISTANCE - bytes, bytes, PROT_NONE, none | MAP_FIXED_NOREPLACE, -1, 0);
	if (low == MAP_FAILED)
		return low;
	munmap(low, bytes);
	return mmap(low + bytes - CONTENT_PAGE, CONTENT_PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_STACK | MAP_FIXED_NOREPLACE, -1, 0);
}

static int begin(struct walk *walk, struct error *err)
{
	struct region *region = (struct region *)walk;
	int r = raise_limit(walk->env, err);
	unsigned char *page;

	if (r < 0)
		return r;
	page = map_first_page(walk->env->size_bytes);
	if (page == MAP_FAILED)
		return error_set_errno(err, -errno, walk->env->name, "cannot map a stack of %" PRIu64 " bytes",
				       walk->env->size_bytes);
	region->first = page;
	return 0;
}

/* A stack that may not grow is a segmentation fault, wherever the walk is. */
static int walk_guarded(struct region *region, struct error *err)
{
	const struct workload_env *env = region->walk.env;
	struct sigaction action = { .sa_handler = cannot_grow, .sa_flags = SA_NODEFER }, before;
	int r;

	if (sigsetjmp(no_growth, 0))
		return error_set(err, -ENOMEM, env->name, "the stack did not grow beyond %" PRIu64 " of %" PRIu64 " bytes",
				 env->report->filled_pages * CONTENT_PAGE, env->size_bytes);
	sigaction(SIGSEGV, &action, &before);
	r = walk_run(&region->walk, err);
	sigaction(SIGSEGV, &before, NULL);
	return r;
}

static int run(const struct workload_env *env, struct error *err)
{
	struct region region;
	int r;

	region_init(&region, env);
	region.step = -CONTENT_PAGE;
	region.walk.begin = begin;
	r = walk_guarded(&region, err);
	if (r == 0) {
		workload_set_figure(env, "stack_bytes", (double)own_status_bytes("VmStk"));
		walk_end(env);
	}
	if (region.first)
		munmap(region.first + CONTENT_PAGE - env->size_bytes, env->size_bytes);
	return r;
}

static const char *const without[] = { "threads", NULL }; /* it grows downwards, page by page */

static const struct workload_option options[] = {
	WALK_OPTION_WRITE,
	{ .name = NULL },
};

const struct workload_kind workload_stack = {
	.name = "stack",
	.summary = "a stack that grows to the size, page by page downwards, beyond the usual limit if need be",
	.traits = TRAIT_WALK,
	.options = options,
	.without = without,
	.run = run,
};
