/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/walk.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>

#include "common/util.h"
#include "workloads/course.h"
#include "workloads/crew.h"

static uint64_t n_pages(const struct walk *walk)
{
	return walk->env->size_bytes / CONTENT_PAGE;
}

uint64_t walk_units(const struct walk *walk)
{
	return (n_pages(walk) + walk->unit_pages - 1) / walk->unit_pages;
}

uint64_t walk_pages(const struct walk *walk, uint64_t unit)
{
	return MIN(walk->unit_pages, n_pages(walk) - unit * walk->unit_pages);
}

unsigned walk_thread(void)
{
	return crew_index();
}

unsigned walk_threads(const struct walk *walk)
{
	return (unsigned)MIN(MAX(walk->env->params->threads, 1), walk_units(walk));
}

/* Returns false when it is counted already. One thread at a time. */
static bool count_bad(struct walk *walk, uint64_t page)
{
	for (unsigned i = 0; i < walk->n_bad; i++)
		if (walk->bad[i] == page)
			return false;
	if (walk->n_bad < ARRAY_SIZE(walk->bad))
		walk->bad[walk->n_bad++] = page;
	walk->env->report->bad_pages++;
	return true;
}

static void damaged(struct walk *walk, uint64_t page, const struct content_damage *damage)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct workload_report *report = walk->env->report;

	pthread_mutex_lock(&lock);
	if (count_bad(walk, page) && damage && report->bad_pages == 1)
		snprintf(report->message, sizeof(report->message),
			 "page %" PRIu64 " is damaged at offset %" PRIu64 ": expected 0x%016" PRIx64 ", got 0x%016" PRIx64,
			 page, page * CONTENT_PAGE + damage->offset, damage->expected, damage->got);
	pthread_mutex_unlock(&lock);
}

void walk_bad_page(struct walk *walk, uint64_t page)
{
	damaged(walk, page, NULL);
}

void walk_touch_page(struct walk *walk, const struct content *content, uint64_t page, void *at, bool write)
{
	struct content_damage damage;

	if (walk->env->params->verify && !content_verify(content, page, at, &damage))
		damaged(walk, page, &damage);
	if (!(write ? content_rewrite(content, page, at) : content_check(content, page, at)))
		walk_bad_page(walk, page);
}

static void set_times(const struct workload_env *env, const char *what, const struct histogram *h, double tick_ns)
{
	static const struct {
		const char *name;
		double share;
	} quantiles[] = { { "p50", 0.5 }, { "p99", 0.99 } };
	char name[40];

	if (histogram_count(h) == 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++) {
		snprintf(name, sizeof(name), "%s_%s_ns", what, quantiles[i].name);
		workload_set_figure(env, name, round((double)histogram_quantile(h, quantiles[i].share) * tick_ns));
	}
	snprintf(name, sizeof(name), "%s_max_ns", what);
	workload_set_figure(env, name, round((double)h->max * tick_ns));
}

static void tell_times(const struct workload_env *env, struct course *courses, unsigned n)
{
	struct course_times *times = courses[0].times;
	double tick_ns = ticks_worth_ns(&courses[0].ticks);

	for (unsigned i = 1; i < n; i++) {
		histogram_merge(&times->fill, &courses[i].times->fill);
		histogram_merge(&times->work, &courses[i].times->work);
	}
	set_times(env, "fill", &times->fill, tick_ns);
	set_times(env, "access", &times->work, tick_ns);
}

static int fill_step(void *courses, unsigned index, struct error *err)
{
	return course_fill((struct course *)courses + index, err);
}

static int work_step(void *courses, unsigned index, struct error *err)
{
	return course_work((struct course *)courses + index, err);
}

static int fill_and_work(struct walk *walk, struct crew *crew, struct course *courses, struct error *err)
{
	struct ticks ticks = ticks_begin();
	int r = 0;

	workload_reached(walk->env, WORKLOAD_STARTED);
	for (unsigned i = 0; i < crew->n; i++) {
		courses[i].begin_ns = walk->env->report->started_ns;
		courses[i].ticks = ticks;
		courses[i].failed = &crew->failed;
	}
	if (walk->begin)
		r = walk->begin(walk, err);
	if (r == 0)
		r = crew_do(crew, fill_step, err);
	if (r < 0)
		return r;
	workload_reached(walk->env, WORKLOAD_FILLED);
	return crew_do(crew, work_step, err);
}

/* Written all over, so that nothing of it is touched for the first time later on. */
static void *get_memory(size_t bytes)
{
	void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);

	return memory ? memset(memory, 0, bytes) : NULL;
}

int walk_run(struct walk *walk, struct error *err)
{
	const struct workload_env *env = walk->env;
	unsigned n = walk_threads(walk);
	_cleanup_free_ struct course *courses = get_memory(n * sizeof(*courses));
	_cleanup_free_ struct course_times *times = env->params->latency ? get_memory(n * sizeof(*times)) : NULL;
	struct crew crew;
	int r;

	if (!courses || (env->params->latency && !times))
		return error_set_errno(err, -ENOMEM, env->name, "cannot get memory for %u threads", n);
	for (unsigned i = 0; i < n; i++) {
		course_init(&courses[i], walk, i, n);
		courses[i].times = times ? &times[i] : NULL;
	}
	r = crew_start(&crew, n, courses, err);
	if (r < 0)
		return r;
	r = fill_and_work(walk, &crew, courses, err);
	crew_end(&crew);
	if (r == 0 && times)
		tell_times(env, courses, n);
	return r;
}

void walk_end(const struct workload_env *env)
{
	workload_reached(env, WORKLOAD_DONE);
	workload_hold(env);
}
