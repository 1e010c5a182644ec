/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Broken-up free memory: fills its size with single pages, which the buddy
 * allocator hands out one behind the other, and gives back all but a share of
 * them, spread evenly. What is free then lies in holes between the pages that
 * stay, and a larger block must first be made by compaction.
 */
#include <errno.h>
#include <linux/mempolicy.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "common/file.h"
#include "common/rng.h"
#include "common/util.h"
#include "workloads/buddyinfo.h"
#include "workloads/content.h"
#include "workloads/walk.h"

struct fragment_options {
	double keep;
	uint64_t order;
};

struct fragment {
	struct walk walk; /* first: the accesses get a pointer to it */
	struct content content;
	unsigned char *memory;
	uint64_t n_pages, n_kept;
	uint64_t nodes; /* mask of those the figures are about */
};

/* The nodes that the memory can come from: those of a binding policy, else of the cpuset. */
static uint64_t own_nodes(void)
{
	unsigned long mask[1024 / sizeof(unsigned long) / 8] = { 0 };
	int mode = MPOL_DEFAULT;

	if (syscall(SYS_get_mempolicy, &mode, mask, sizeof(mask) * 8, NULL, 0) == 0 && mode == MPOL_BIND && mask[0])
		return mask[0];
	if (syscall(SYS_get_mempolicy, NULL, mask, sizeof(mask) * 8, NULL, MPOL_F_MEMS_ALLOWED) == 0 && mask[0])
		return mask[0];
	return UINT64_MAX; /* a kernel without NUMA */
}

static int set_figures(const struct fragment *f, const char *when, struct error *err)
{
	const struct workload_env *env = f->walk.env;
	const struct fragment_options *own = workload_own(env);
	_cleanup_free_ char *text = NULL;
	struct buddyinfo sum;
	char name[40];
	int r = file_read("", "/proc/buddyinfo", &text, NULL, err);

	if (r < 0)
		return r;
	sum = buddyinfo_sum(text, f->nodes, (unsigned)own->order);
	snprintf(name, sizeof(name), "free_%s_pages", when);
	workload_set_figure(env, name, (double)sum.free_pages);
	snprintf(name, sizeof(name), "high_order_free_%s_pages", when);
	workload_set_figure(env, name, (double)sum.high_pages);
	return 0;
}

/* The page that stays as number k of n_kept: the last of its equal part of the memory. */
static uint64_t kept_page(const struct fragment *f, uint64_t k)
{
	return (uint64_t)((unsigned __int128)(k + 1) * f->n_pages / f->n_kept) - 1;
}

static int free_between(const struct fragment *f, struct error *err)
{
	uint64_t from = 0;

	for (uint64_t k = 0; k < f->n_kept; k++) {
		uint64_t to = kept_page(f, k);

		if (to > from &&
		    madvise(f->memory + from * CONTENT_PAGE, (to - from) * CONTENT_PAGE, MADV_DONTNEED) < 0)
			return error_set_errno(err, -errno, f->walk.env->name, "cannot free pages");
		from = to + 1;
	}
	return 0;
}

/* It is filled when the free memory is broken up. */
static int fill_page(struct walk *walk, uint64_t page, bool write, struct error *err)
{
	struct fragment *f = (struct fragment *)walk;
	int r;

	(void)write;
	content_fill(&f->content, page, f->memory + page * CONTENT_PAGE);
	if (page + 1 < f->n_pages)
		return 0;
	r = free_between(f, err);
	return r < 0 ? r : set_figures(f, "after", err);
}

/* Accesses go to the pages that are left. */
static int touch_page(struct walk *walk, uint64_t n, bool write, struct error *err)
{
	const struct fragment *f = (const struct fragment *)walk;
	uint64_t page = kept_page(f, (uint64_t)((unsigned __int128)n * f->n_kept / f->n_pages));

	(void)write;
	(void)err;
	if (!content_check(&f->content, page, f->memory + page * CONTENT_PAGE))
		walk_bad_page(walk, page);
	return 0;
}

static int run(const struct workload_env *env, struct error *err)
{
	const struct fragment_options *own = workload_own(env);
	struct fragment f = {
		.walk = { .env = env, .unit_pages = 1, .fill = fill_page, .touch = touch_page, .fill_writes = true },
		.n_pages = env->size_bytes / CONTENT_PAGE,
		.nodes = own_nodes(),
	};
	int r;

	f.n_kept = MAX((uint64_t)(own->keep * (double)f.n_pages + 0.5), 1);
	content_init(&f.content, rng_derive(env->seed, "content"), env->params->compressibility);
	f.memory = mmap(NULL, env->size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			0);
	if (f.memory == MAP_FAILED)
		return error_set_errno(err, -errno, env->name, "cannot map %llu bytes of memory",
				       (unsigned long long)env->size_bytes);
	madvise(f.memory, env->size_bytes, MADV_NOHUGEPAGE); /* fails where there are none */
	r = set_figures(&f, "before", err);
	if (r == 0)
		r = walk_run(&f.walk, err);
	if (r == 0)
		walk_end(env);
	munmap(f.memory, env->size_bytes);
	return r;
}

static const struct workload_option options[] = {
	{ "size", OPTION_SIZE, offsetof(struct workload_params, size),
	  .doc = "how much memory is filled before a part of it is given back" },
	{ "keep", OPTION_RATIO, WORKLOAD_OWN(struct fragment_options, keep), .fallback = "0.5", .min = 0.001, .max = 1,
	  .doc = "share of the pages that stay: at 0.5 every second one" },
	{ "order", OPTION_COUNT, WORKLOAD_OWN(struct fragment_options, order), .fallback = "9", .min = 1, .max = 10,
	  .doc = "the figures of high orders are of free blocks of 2^order pages and above" },
	{ .name = NULL },
};

const struct workload_kind workload_fragment = {
	.name = "fragment",
	.summary = "breaks up free memory: fills with single pages and gives back those between the ones it keeps",
	.options = options,
	.run = run,
};
