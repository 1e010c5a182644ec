/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private anonymous memory: what swap, zram, zswap, THP and the OOM killer
 * deal with. Nothing backs a page but swap, so reclaim must write it out.
 */
#include <errno.h>
#include <sys/mman.h>

#include "common/rng.h"
#include "workloads/content.h"
#include "workloads/walk.h"

struct anon {
	struct walk walk; /* first: the accesses get a pointer to it */
	struct content content;
	unsigned char *memory;
};

static int fill_page(struct walk *walk, uint64_t page, bool write, struct error *err)
{
	const struct anon *anon = (const struct anon *)walk;

	(void)write;
	(void)err;
	content_fill(&anon->content, page, anon->memory + page * CONTENT_PAGE);
	return 0;
}

static int touch_page(struct walk *walk, uint64_t page, bool write, struct error *err)
{
	const struct anon *anon = (const struct anon *)walk;
	void *at = anon->memory + page * CONTENT_PAGE;
	bool good =
		write ? content_rewrite(&anon->content, page, at) : content_check(&anon->content, page, at);

	(void)err;
	if (!good)
		walk_bad_page(walk, page);
	return 0;
}

static int run(const struct workload_env *env, struct error *err)
{
	struct anon anon = {
		.walk = { .env = env,
			  .unit_pages = 1,
			  .fill = fill_page,
			  .touch = touch_page,
			  .fill_writes = true,
			  .write = env->params->write },
	};
	int r;

	content_init(&anon.content, rng_derive(env->seed, "content"), env->params->compressibility);
	/* More than the machine has may be asked for: that is the point, so without a reservation. */
	anon.memory = mmap(NULL, env->size_bytes, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (anon.memory == MAP_FAILED)
		return error_set_errno(err, -errno, env->name, "cannot map %llu bytes of memory",
				       (unsigned long long)env->size_bytes);
	r = walk_run(&anon.walk, err);
	if (r == 0)
		walk_end(env);
	munmap(anon.memory, env->size_bytes);
	return r;
}

static const struct workload_option options[] = {
	WALK_OPTION_WRITE,
	{ .name = NULL },
};

const struct workload_kind workload_anon = {
	.name = "anon",
	.summary = "anonymous memory, as of a heap: writes every page once, then reads and rewrites it",
	.options = options,
	.run = run,
};
