/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Short-lived processes: each maps its memory, writes all of it and exits,
 * and the next one takes its place; so pages, page tables and processes come
 * and go without end, as with a build or with one process a request.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "common/rng.h"
#include "workloads/children.h"
#include "workloads/content.h"
#include "workloads/walk.h"

enum { PROCESSES_MAX = 64 };

struct churn_options {
	uint64_t processes;
};

/* A unit of the walk is a process: the fill starts as many as there may be, an access waits for one and starts one. */
struct churn {
	struct walk walk; /* first: the accesses get a pointer to it */
	struct content content;
	uint64_t process_bytes;
	uint64_t n_ended;
};

static void process_main(const struct churn *churn, uint64_t first_page)
{
	unsigned char *memory = mmap(NULL, churn->process_bytes, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		_exit(errno);
	for (uint64_t i = 0; i < churn->process_bytes / CONTENT_PAGE; i++)
		content_fill(&churn->content, first_page + i, memory + i * CONTENT_PAGE);
	_exit(0);
}

static int start_one(struct walk *walk, uint64_t unit, bool write, struct error *err)
{
	const struct churn *churn = (const struct churn *)walk;
	pid_t pid = child_fork();

	(void)write;
	if (pid == 0)
		process_main(churn, unit * walk->unit_pages);
	return pid < 0 ? error_set_errno(err, -errno, walk->env->name, "cannot fork") : 0;
}

/* -ECHILD when none is left. */
static int wait_for_one(struct churn *churn, struct error *err)
{
	int status;

	while (wait(&status) < 0)
		if (errno != EINTR)
			return -errno;
	child_share_fate(status);
	churn->n_ended++;
	if (WEXITSTATUS(status) == 0)
		return 0;
	return error_set_errno(err, -WEXITSTATUS(status), churn->walk.env->name, "a process cannot map %llu bytes",
			       (unsigned long long)churn->process_bytes);
}

static int next_one(struct walk *walk, uint64_t unit, bool write, struct error *err)
{
	int r = wait_for_one((struct churn *)walk, err);

	return r < 0 ? r : start_one(walk, unit, write, err);
}

static int wait_for_all(struct churn *churn, struct error *err)
{
	int r;

	do
		r = wait_for_one(churn, err);
	while (r == 0);
	return r == -ECHILD ? 0 : r;
}

static int run(const struct workload_env *env, struct error *err)
{
	const struct churn_options *own = workload_own(env);
	struct workload_env all = *env; /* the walk is over the memory of all processes */
	struct churn churn = {
		.walk = { .env = &all,
			  .unit_pages = env->size_bytes / CONTENT_PAGE,
			  .fill = start_one,
			  .touch = next_one,
			  .fill_writes = true,
			  .write = 1 },
		.process_bytes = env->size_bytes,
	};
	double seconds;
	int r;

	all.size_bytes = env->size_bytes * own->processes;
	content_init(&churn.content, rng_derive(env->seed, "content"), env->params->compressibility);
	r = walk_run(&churn.walk, err);
	if (r == 0)
		r = wait_for_all(&churn, err);
	if (r < 0)
		return r;
	seconds = 1e-9 * (double)(now_ns() - env->report->started_ns);
	workload_set_figure(env, "processes", (double)churn.n_ended);
	workload_set_figure(env, "processes_per_s", (double)churn.n_ended / seconds);
	walk_end(env);
	return 0;
}

static const struct workload_option options[] = {
	{ "size", OPTION_SIZE, offsetof(struct workload_params, size), .doc = "the memory of each process" },
	{ "processes", OPTION_COUNT, WORKLOAD_OWN(struct churn_options, processes), .fallback = "2", .min = 1,
	  .max = PROCESSES_MAX, .doc = "how many there are at a time" },
	{ .name = NULL },
};

/* A process is an access, and they are all alike. */
static const char *const without[] = { "pattern", "zipf_skew", "hot_share", "hot_access", NULL };

const struct workload_kind workload_churn = {
	.name = "churn",
	.summary = "short-lived processes, so many at a time: each writes its memory once and exits",
	.options = options,
	.without = without,
	.run = run,
};
