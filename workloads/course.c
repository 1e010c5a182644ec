/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/course.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "common/clock.h"
#include "common/rng.h"
#include "common/util.h"
#include "workloads/content.h"
#include "workloads/pattern.h"

static uint64_t rate_of(const struct walk *walk)
{
	return walk->env->params->rate_pages_per_s;
}

/* At a low rate the looks come about every millisecond, down to each access. */
static unsigned stride(const struct walk *walk, unsigned n_courses)
{
	uint64_t per_ms = rate_of(walk) / 1000 / n_courses / walk->unit_pages;

	return rate_of(walk) == 0 ? COURSE_STRIDE_MAX : (unsigned)MIN(MAX(per_ms, 1), COURSE_STRIDE_MAX);
}

void course_init(struct course *c, struct walk *walk, unsigned index, unsigned n_courses)
{
	struct workload_report *report = walk->env->report;
	uint64_t n_units = walk_units(walk);

	*c = (struct course){
		.walk = walk,
		.report = report,
		.index = index,
		.n_courses = n_courses,
		.n_units = n_units,
		.first = n_units * index / n_courses,
		.share = n_units * (index + 1) / n_courses - n_units * index / n_courses,
		.touched_pages = index ? &report->more[index - 1].touched_pages : &report->touched_pages,
		.written_pages = index ? &report->more[index - 1].written_pages : &report->written_pages,
		.filled_pages = index ? &report->more[index - 1].filled_pages : &report->filled_pages,
		.end_ns = UINT64_MAX,
		.stride = stride(walk, n_courses),
	};
	c->countdown = c->stride;
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
 * kernel catches up. Each of n threads has an n-th of the rate.
 */
static uint64_t due_ns(const struct course *c)
{
	uint64_t rate = rate_of(c->walk);

	if (rate == 0)
		return 0;
	return c->begin_ns + (uint64_t)((unsigned __int128)c->touched * c->n_courses * NSEC_PER_SEC / rate);
}

static void look_at_clock(struct course *c)
{
	uint64_t due = MIN(due_ns(c), c->end_ns), now;

	c->countdown = c->stride;
	c->over = *c->failed;
	if (c->over || (due == 0 && c->end_ns == UINT64_MAX))
		return;
	now = now_ns();
	if (due > now) {
		sleep_until(due);
		now = due;
	}
	c->over = now >= c->end_ns;
}

/* Each counter has one writer: plain stores, no read-modify-write in the shared page. */
static void count(struct course *c, uint64_t unit, bool wrote)
{
	uint64_t pages = walk_pages(c->walk, unit);

	c->touched += pages;
	atomic_store_explicit(c->touched_pages, c->touched, memory_order_relaxed);
	if (wrote) {
		c->written += pages;
		atomic_store_explicit(c->written_pages, c->written, memory_order_relaxed);
	}
	if (c->filling)
		atomic_store_explicit(c->filled_pages, c->touched, memory_order_relaxed);
}

/*
 * Makes the n accesses chosen. One reading of the clock is the end of an access
 * and the beginning of the next. Compiled for each way to time them: the loop
 * is what the memory's speed shows in.
 */
static inline __attribute__((always_inline)) int access_timed(struct course *c, walk_access_fn *access, unsigned n,
							      struct histogram *times, bool counter, struct error *err)
{
	uint64_t begin = times ? ticks_read(counter) : 0;

	for (unsigned i = 0; i < n; i++) {
		int r = access(c->walk, c->units[i], c->writes[i], err);

		if (r < 0)
			return r;
		if (times) {
			uint64_t end = ticks_read(counter);

			histogram_add(times, end > begin ? end - begin : 0);
			begin = end;
		}
		count(c, c->units[i], c->writes[i]);
	}
	return 0;
}

static int make_accesses(struct course *c, walk_access_fn *access, unsigned n, struct histogram *times, struct error *err)
{
	int r;

	if (!times)
		r = access_timed(c, access, n, NULL, false, err);
	else if (c->ticks.counter)
		r = access_timed(c, access, n, times, true, err);
	else
		r = access_timed(c, access, n, times, false, err);
	if (r < 0)
		return r;
	c->countdown -= n;
	if (c->countdown == 0)
		look_at_clock(c);
	return 0;
}

int course_fill(struct course *c, struct error *err)
{
	struct walk *walk = c->walk;
	struct histogram *times = c->times ? &c->times->fill : NULL;
	uint64_t next = c->first, end = c->first + c->share;
	int r = 0;

	c->filling = true;
	while (r == 0 && next < end && !c->over) {
		unsigned n = (unsigned)MIN((uint64_t)c->countdown, end - next);

		for (unsigned i = 0; i < n; i++) {
			c->units[i] = next++;
			c->writes[i] = walk->fill_writes;
		}
		r = make_accesses(c, walk->fill, n, times, err);
	}
	c->filling = false;
	return r;
}

/* A number below this one, of 53 random bits, is a write: exact for 0 and 1. */
static uint64_t write_bound(double share)
{
	return (uint64_t)(share * 0x1p53);
}

static int pass(struct course *c, struct pattern *pattern, struct rng *writes, struct error *err)
{
	struct histogram *times = c->times ? &c->times->work : NULL;
	uint64_t bound = write_bound(c->walk->write), left = c->share;
	int r = 0;

	while (r == 0 && left > 0 && !c->over) {
		unsigned n = (unsigned)MIN((uint64_t)c->countdown, left);

		for (unsigned i = 0; i < n; i++) {
			c->units[i] = pattern_next(pattern);
			c->writes[i] = bound && rng_next(writes) >> 11 < bound;
		}
		left -= n;
		r = make_accesses(c, c->walk->touch, n, times, err);
	}
	return r;
}

/* A pass is complete when every thread has made its part of it. */
static void tell_passes(struct course *c, uint64_t passes)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	const struct course *all = c - c->index;

	pthread_mutex_lock(&lock);
	c->passes = passes;
	for (unsigned i = 0; i < c->n_courses; i++)
		passes = MIN(passes, all[i].passes);
	c->report->passes = passes;
	pthread_mutex_unlock(&lock);
}

int course_work(struct course *c, struct error *err)
{
	const struct workload_env *env = c->walk->env;
	const struct work *amount = &env->params->work;
	/* Numbers of their own: a write share must not change which pages come. */
	struct rng writes = { rng_derive(env->seed, "write") };
	struct pattern pattern;
	int r = 0;

	pattern_init(&pattern, env->params, c->n_units, env->seed);
	if (c->index > 0) {
		pattern_of_thread(&pattern, c->index, c->first);
		writes.state = rng_nth(writes.state, c->index);
	}
	if (amount->time_ns)
		c->end_ns = c->report->filled_ns + amount->time_ns;
	for (uint64_t n = 0; r == 0 && (amount->time_ns || n < amount->passes); n++) {
		r = pass(c, &pattern, &writes, err);
		if (r < 0 || c->over)
			break;
		tell_passes(c, n + 1);
	}
	return r;
}
