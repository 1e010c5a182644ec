/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/walk.h"

#include <errno.h>
#include <stdatomic.h>
#include <time.h>

#include "common/clock.h"
#include "common/rng.h"
#include "common/util.h"
#include "workloads/content.h"
#include "workloads/pattern.h"

/* Accesses between two looks at the clock. */
enum { STRIDE_MAX = 64 };

struct course {
	struct walk *walk;
	struct workload_report *report;
	uint64_t n_units;
	uint64_t touched, written; /* as in the report, which is only ever written */
	uint64_t begin_ns, end_ns; /* of the rate's schedule; of work that is a time, else UINT64_MAX */
	unsigned stride, countdown;
	bool over;
};

static uint64_t n_pages(const struct walk *walk)
{
	return walk->env->size_bytes / CONTENT_PAGE;
}

uint64_t walk_pages(const struct walk *walk, uint64_t unit)
{
	return MIN(walk->unit_pages, n_pages(walk) - unit * walk->unit_pages);
}

void walk_bad_page(struct walk *walk, uint64_t page)
{
	for (unsigned i = 0; i < walk->n_bad; i++)
		if (walk->bad[i] == page)
			return;
	if (walk->n_bad < ARRAY_SIZE(walk->bad))
		walk->bad[walk->n_bad++] = page;
	walk->env->report->bad_pages++;
}

static void sleep_until(uint64_t ns)
{
	struct timespec t = { (time_t)(ns / NSEC_PER_SEC), (long)(ns % NSEC_PER_SEC) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/*
 * The schedule is absolute: the page of number k is due k / rate after the
 * start, whatever the ones before took. A workload that was held up by the
 * kernel catches up.
 */
static uint64_t due_ns(const struct course *c)
{
	uint64_t rate = c->walk->env->params->rate_pages_per_s;

	if (rate == 0)
		return 0;
	return c->begin_ns + (uint64_t)((unsigned __int128)c->touched * NSEC_PER_SEC / rate);
}

static void look_at_clock(struct course *c)
{
	uint64_t due = MIN(due_ns(c), c->end_ns), now;

	c->countdown = c->stride;
	if (due == 0 && c->end_ns == UINT64_MAX)
		return;
	now = now_ns();
	if (due > now) {
		sleep_until(due);
		now = due;
	}
	c->over = now >= c->end_ns;
}

/* At a low rate the looks come about every millisecond, down to each access. */
static unsigned stride(const struct walk *walk)
{
	uint64_t rate = walk->env->params->rate_pages_per_s, per_ms = rate / 1000 / walk->unit_pages;

	return rate == 0 ? STRIDE_MAX : (unsigned)MIN(MAX(per_ms, 1), STRIDE_MAX);
}

/* Each counter has one writer: plain stores, no read-modify-write in the shared page. */
static void count(struct course *c, uint64_t unit, bool wrote)
{
	uint64_t pages = walk_pages(c->walk, unit);

	c->touched += pages;
	atomic_store_explicit(&c->report->touched_pages, c->touched, memory_order_relaxed);
	if (wrote) {
		c->written += pages;
		atomic_store_explicit(&c->report->written_pages, c->written, memory_order_relaxed);
	}
	if (--c->countdown == 0)
		look_at_clock(c);
}

static int fill(struct course *c, struct error *err)
{
	struct walk *walk = c->walk;
	int r = 0;

	for (uint64_t unit = 0; r == 0 && unit < c->n_units; unit++) {
		r = walk->fill(walk, unit, walk->fill_writes, err);
		if (r < 0)
			break;
		count(c, unit, walk->fill_writes);
		atomic_store_explicit(&c->report->filled_pages, c->touched, memory_order_relaxed);
	}
	return r;
}

/* A number below this one, of 53 random bits, is a write: exact for 0 and 1. */
static uint64_t write_bound(double share)
{
	return (uint64_t)(share * 0x1p53);
}

static int pass(struct course *c, struct pattern *pattern, struct rng *writes, struct error *err)
{
	struct walk *walk = c->walk;
	uint64_t bound = write_bound(walk->write);

	for (uint64_t i = 0; i < c->n_units && !c->over; i++) {
		uint64_t unit = pattern_next(pattern);
		bool write = bound && rng_next(writes) >> 11 < bound;
		int r = walk->touch(walk, unit, write, err);

		if (r < 0)
			return r;
		count(c, unit, write);
	}
	return 0;
}

static int work(struct course *c, struct error *err)
{
	const struct workload_env *env = c->walk->env;
	const struct work *amount = &env->params->work;
	/* Numbers of their own: a write share must not change which pages come. */
	struct rng writes = { rng_derive(env->seed, "write") };
	struct pattern pattern;
	int r = 0;

	pattern_init(&pattern, env->params, c->n_units, env->seed);
	if (amount->time_ns)
		c->end_ns = c->report->filled_ns + amount->time_ns;
	for (uint64_t n = 0; r == 0 && (amount->time_ns || n < amount->passes); n++) {
		r = pass(c, &pattern, &writes, err);
		if (r < 0 || c->over)
			break;
		c->report->passes = n + 1;
	}
	return r;
}

int walk_run(struct walk *walk, struct error *err)
{
	struct course c = {
		.walk = walk,
		.report = walk->env->report,
		.n_units = (n_pages(walk) + walk->unit_pages - 1) / walk->unit_pages,
		.end_ns = UINT64_MAX,
		.stride = stride(walk),
	};
	int r;

	c.countdown = c.stride;
	workload_reached(walk->env, WORKLOAD_STARTED);
	c.begin_ns = c.report->started_ns;
	r = fill(&c, err);
	if (r < 0)
		return r;
	workload_reached(walk->env, WORKLOAD_FILLED);
	return work(&c, err);
}

void walk_end(const struct workload_env *env)
{
	workload_reached(env, WORKLOAD_DONE);
	workload_hold(env);
}
