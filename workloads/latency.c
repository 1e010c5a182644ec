/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A probe: a block of memory is mapped and touched again and again, and it is
 * measured how late and how slow that was. Number k is due at the start plus
 * k times `every`, whatever became of the ones before: while one is stuck, all
 * that are due meanwhile grow late, so that a stall counts as often as it
 * would have been met (no coordinated omission). The sleep until an
 * allocation is due is in neither figure.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "common/clock.h"
#include "common/rng.h"
#include "common/util.h"
#include "workloads/content.h"
#include "common/histogram.h"
#include "workloads/walk.h"

struct latency_options {
	uint64_t every_ns, block_bytes;
};

struct probe {
	const struct workload_env *env;
	uint64_t every_ns, block_bytes, n_blocks;
	unsigned char *ring; /* room for n_blocks; the allocations come there in turn */
	uint64_t n_done;     /* allocations */
	struct histogram late, slow;
};

static uint64_t due_ns(const struct probe *probe)
{
	return probe->env->report->started_ns + probe->n_done * probe->every_ns;
}

static void sleep_until(uint64_t ns)
{
	struct timespec t = { (time_t)(ns / NSEC_PER_SEC), (long)(ns % NSEC_PER_SEC) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static void *map_over(void *at, uint64_t bytes, int protection)
{
	return mmap(at, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (at ? MAP_FIXED : 0), -1, 0);
}

static void count(struct probe *probe)
{
	struct workload_report *report = probe->env->report;
	uint64_t pages = probe->block_bytes / CONTENT_PAGE;

	probe->n_done++;
	report->touched_pages += pages;
	report->written_pages += pages;
	if (probe->n_done <= probe->n_blocks)
		report->filled_pages += pages;
	else if (probe->n_done % probe->n_blocks == 0)
		report->passes++;
}

static int allocate(struct probe *probe, struct error *err)
{
	unsigned char *block = probe->ring + probe->n_done % probe->n_blocks * probe->block_bytes;
	uint64_t due = due_ns(probe), began, ended;

	/* The oldest goes before the clock is looked at. */
	if (map_over(block, probe->block_bytes, PROT_NONE) == MAP_FAILED)
		return error_set_errno(err, -errno, probe->env->name, "cannot free a block");
	if (now_ns() < due)
		sleep_until(due);
	began = now_ns();
	if (map_over(block, probe->block_bytes, PROT_READ | PROT_WRITE) == MAP_FAILED)
		return error_set_errno(err, -errno, probe->env->name, "cannot map a block");
	for (uint64_t i = 0; i < probe->block_bytes; i += CONTENT_PAGE)
		*(volatile uint64_t *)(block + i) = probe->n_done + 1;
	ended = now_ns();
	histogram_add(&probe->late, began - due);
	histogram_add(&probe->slow, ended - began);
	count(probe);
	return 0;
}

/* A time ends the schedule: what was due in it is done, however late. */
static int work(struct probe *probe, struct error *err)
{
	const struct work *amount = &probe->env->params->work;
	uint64_t last = probe->n_blocks * (1 + amount->passes), end_ns = probe->env->report->filled_ns + amount->time_ns;
	int r = 0;

	while (r == 0 && (amount->time_ns ? due_ns(probe) < end_ns : probe->n_done < last))
		r = allocate(probe, err);
	return r;
}

static void set_figures(const struct probe *probe, const char *what, const struct histogram *h)
{
	static const struct {
		const char *name;
		double q;
	} quantiles[] = { { "p50", 0.5 }, { "p99", 0.99 } };
	char name[40];

	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++) {
		snprintf(name, sizeof(name), "%s_%s_ns", what, quantiles[i].name);
		workload_set_figure(probe->env, name, (double)histogram_quantile(h, quantiles[i].q));
	}
	snprintf(name, sizeof(name), "%s_max_ns", what);
	workload_set_figure(probe->env, name, (double)h->max);
}

static int run_in(struct probe *probe, struct error *err)
{
	const struct workload_env *env = probe->env;
	int r = 0;

	workload_reached(env, WORKLOAD_STARTED);
	while (r == 0 && probe->n_done < probe->n_blocks)
		r = allocate(probe, err);
	if (r < 0)
		return r;
	workload_reached(env, WORKLOAD_FILLED);
	r = work(probe, err);
	if (r < 0)
		return r;
	set_figures(probe, "late", &probe->late);
	set_figures(probe, "slow", &probe->slow);
	workload_set_figure(env, "allocations", (double)probe->n_done);
	walk_end(env);
	return 0;
}

static int run(const struct workload_env *env, struct error *err)
{
	const struct latency_options *own = workload_own(env);
	uint64_t block_bytes = (own->block_bytes + CONTENT_PAGE - 1) / CONTENT_PAGE * CONTENT_PAGE;
	uint64_t n_blocks = MAX(env->size_bytes / block_bytes, 1), ring_bytes = n_blocks * block_bytes;
	_cleanup_free_ struct probe *probe = malloc(sizeof(*probe));
	unsigned char *ring = map_over(NULL, ring_bytes, PROT_NONE);
	int r;

	if (!probe || ring == MAP_FAILED)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): freed by its attribute */
		return error_set_errno(err, -ENOMEM, env->name, "cannot map %llu bytes of memory",
				       (unsigned long long)ring_bytes);
	memset(probe, 0, sizeof(*probe)); /* touched: what it keeps must not be new memory later */
	probe->env = env;
	probe->every_ns = own->every_ns;
	probe->block_bytes = block_bytes;
	probe->n_blocks = n_blocks;
	probe->ring = ring;
	/* To be woken when it is due and not up to 50 us later; without the right to it the figures are that much worse. */
	prctl(PR_SET_TIMERSLACK, 1UL);
	r = run_in(probe, err);
	munmap(ring, ring_bytes);
	return r;
}

static const struct workload_option options[] = {
	{ "size", OPTION_SIZE, offsetof(struct workload_params, size), .fallback = "1M",
	  .doc = "how much it keeps: so many blocks, the oldest of which goes before the next one comes" },
	{ "block", OPTION_BYTES, WORKLOAD_OWN(struct latency_options, block_bytes), .fallback = "64K", .min = 4096,
	  .max = 1 << 30, .doc = "how much one allocation maps and touches" },
	{ "every", OPTION_TIME, WORKLOAD_OWN(struct latency_options, every_ns), .fallback = "10ms", .min = 1e4,
	  .max = 3.6e12, .doc = "time from one allocation to the next, whatever they take" },
	{ .name = NULL },
};

/* The schedule is the rate, and nothing is looked at twice. */
static const char *const without[] = { "pattern", "zipf_skew", "hot_share", "hot_access", "compressibility", "rate",
				       NULL };

const struct workload_kind workload_latency = {
	.name = "latency",
	.summary = "a probe: allocates and touches a block at a fixed schedule, and says how late and how slow that was",
	.options = options,
	.without = without,
	.run = run,
};
