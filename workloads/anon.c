/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private anonymous memory: what swap, zram, zswap, THP and the OOM killer
 * deal with. Nothing backs a page but swap, so reclaim must write it out.
 */
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "common/util.h"
#include "workloads/private.h"

enum advice { ADVICE_NONE, ADVICE_COLD, ADVICE_PAGEOUT, ADVICE_FREE, ADVICE_DONTNEED };

struct anon_options {
	unsigned read_first; /* of touch_choices: the fill reads */
	bool populate;
	unsigned advice; /* enum advice */
};

/* Of a page that the fill only read: it is the zero page until somebody writes it. */
enum page_state { PAGE_ZERO, PAGE_BEING_WRITTEN, PAGE_WRITTEN };

struct anon {
	struct region region; /* first: the accesses get a pointer to it */
	const struct anon_options *options;
	_Atomic unsigned char *states; /* enum page_state; NULL: the fill writes */
};

static int begin(struct walk *walk, struct error *err)
{
	struct anon *anon = (struct anon *)walk;
	const struct workload_env *env = walk->env;
	int r = private_map(env, env->size_bytes, &anon->region.first, err);

	/* As MAP_POPULATE, which comes before the advice on huge pages could, and hides errors. */
	if (r == 0 && anon->options->populate &&
	    madvise(anon->region.first, env->size_bytes,
		    anon->states ? MADV_POPULATE_READ : MADV_POPULATE_WRITE) < 0)
		return error_set_errno(err, -errno, env->name, "cannot populate the memory");
	return r;
}

static bool is_zero(const volatile uint64_t *words)
{
	return words[0] == 0 && words[CONTENT_WORDS - 1] == 0;
}

static int read_page(struct walk *walk, uint64_t page, bool write, struct error *err)
{
	struct anon *anon = (struct anon *)walk;

	(void)write;
	(void)err;
	/* Another thread may write it meanwhile. */
	if (!is_zero(region_page(&anon->region, page)) && anon->states[page] == PAGE_ZERO)
		walk_bad_page(walk, page);
	return 0;
}

static int write_zero_page(struct anon *anon, uint64_t page)
{
	unsigned char expected = PAGE_ZERO;

	if (atomic_compare_exchange_strong(&anon->states[page], &expected, PAGE_BEING_WRITTEN)) {
		content_fill_zeroed(&anon->region.content, page, region_page(&anon->region, page));
		anon->states[page] = PAGE_WRITTEN;
	}
	while (anon->states[page] != PAGE_WRITTEN)
		sched_yield(); /* the thread that does it may be waiting for memory */
	return 0;
}

static int touch_zero_page(struct walk *walk, uint64_t page, bool write, struct error *err)
{
	struct anon *anon = (struct anon *)walk;

	if (anon->states[page] == PAGE_WRITTEN)
		return region_touch(walk, page, write, err);
	return write ? write_zero_page(anon, page) : read_page(walk, page, write, err);
}

/* A byte a page, written here: no page of it comes later. */
static int read_first(struct anon *anon, struct error *err)
{
	const struct workload_env *env = anon->region.walk.env;
	uint64_t pages = env->size_bytes / CONTENT_PAGE;

	anon->states = malloc(pages);
	if (!anon->states)
		return error_set_errno(err, -ENOMEM, env->name, "cannot keep the state of %llu pages",
				       (unsigned long long)pages);
	memset((void *)anon->states, PAGE_ZERO, pages);
	anon->region.walk.fill = read_page;
	anon->region.walk.fill_writes = false;
	anon->region.walk.touch = touch_zero_page;
	return 0;
}

/* The work is done: what becomes of the memory now? */
static int give_advice(const struct anon *anon, struct error *err)
{
	static const int advice[] = {
		[ADVICE_COLD] = MADV_COLD,
		[ADVICE_PAGEOUT] = MADV_PAGEOUT,
		[ADVICE_FREE] = MADV_FREE,
		[ADVICE_DONTNEED] = MADV_DONTNEED,
	};
	const struct workload_env *env = anon->region.walk.env;

	if (anon->options->advice == ADVICE_NONE ||
	    madvise(anon->region.first, env->size_bytes, advice[anon->options->advice]) == 0)
		return 0;
	return error_set_errno(err, -errno, env->name, "cannot give the advice%s",
			       env->params->mlock ? " to locked memory" : "");
}

static int run(const struct workload_env *env, struct error *err)
{
	struct anon anon = { .options = workload_own(env) };
	int r = 0;

	region_init(&anon.region, env);
	anon.region.walk.begin = begin;
	if (anon.options->read_first)
		r = read_first(&anon, err);
	if (r == 0)
		r = walk_run(&anon.region.walk, err);
	if (r == 0)
		r = give_advice(&anon, err);
	if (r == 0)
		walk_end(env);
	if (anon.region.first)
		munmap(anon.region.first, env->size_bytes);
	free((void *)anon.states);
	return r;
}

static const char *const touch_choices[] = { "write", "read", NULL };
static const char *const advice_choices[] = { "none", "cold", "pageout", "free", "dontneed", NULL };

static const struct workload_option options[] = {
	WALK_OPTION_WRITE,
	{ "touch", OPTION_CHOICE, WORKLOAD_OWN(struct anon_options, read_first), .fallback = "write",
	  .choices = touch_choices,
	  .doc = "what the fill does; a page that was only read is the zero page, and its first write a second fault" },
	{ "populate", OPTION_BOOL, WORKLOAD_OWN(struct anon_options, populate), .fallback = "false",
	  .doc = "have the kernel map all pages at once before the fill, as MAP_POPULATE does" },
	{ "advice", OPTION_CHOICE, WORKLOAD_OWN(struct anon_options, advice), .fallback = "none",
	  .choices = advice_choices, .doc = "madvise() for the whole memory after the work, before the hold" },
	{ .name = NULL },
};

const struct workload_kind workload_anon = {
	.name = "anon",
	.summary = "anonymous memory, as of a heap: writes every page once, then reads and rewrites it",
	.traits = TRAIT_WALK | TRAIT_PRIVATE,
	.options = options,
	.run = run,
};
