/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the anon workload costs over the least there is: a loop that touches
 * one byte of every page. Prints pages per second, best of a few turns, for
 * the first touch (the fill) and for touching again.
 *
 *     touch [MIB [TURNS]]
 */
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

#include "common/clock.h"
#include "common/util.h"
#include "workloads/content.h"
#include "workloads/workload.h"

/* Nanoseconds for all the pages. */
struct times {
	uint64_t first, again;
};

/* A store alone: reading first would map the zero page and cost a second fault. */
static void touch_all(volatile unsigned char *memory, uint64_t bytes)
{
	for (uint64_t i = 0; i < bytes; i += CONTENT_PAGE)
		memory[i] = 1;
}

static int bare_loop(uint64_t bytes, struct times *ret)
{
	unsigned char *memory =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint64_t begin = now_ns(), filled;

	if (memory == MAP_FAILED)
		return -1;
	touch_all(memory, bytes);
	filled = now_ns();
	touch_all(memory, bytes);
	*ret = (struct times){ filled - begin, now_ns() - filled };
	munmap(memory, bytes);
	return 0;
}

static int workload(uint64_t bytes, const char *pattern, struct times *ret)
{
	const struct workload_kind *kind = workload_find("anon");
	struct workload_params params;
	struct workload_report report = { 0 };
	struct workload_env env = {
		.params = &params,
		.size_bytes = bytes,
		.seed = 1,
		.name = "bench",
		.data_dir = "",
		.report = &report,
		.event_fd = eventfd(0, EFD_NONBLOCK),
		.release_fd = -1,
	};
	int r;

	workload_params_init(kind, &params);
	workload_set_option(workload_find_option(kind, "write"), "1", &params, NULL);
	workload_set_option(workload_find_option(kind, "pattern"), pattern, &params, NULL);
	r = kind->run(&env, NULL);
	*ret = (struct times){ report.filled_ns - report.started_ns, report.done_ns - report.filled_ns };
	workload_params_release(&params);
	close(env.event_fd);
	return r;
}

static void keep_best(struct times *best, const struct times *t)
{
	best->first = best->first ? MIN(best->first, t->first) : t->first;
	best->again = best->again ? MIN(best->again, t->again) : t->again;
}

static void print_line(const char *what, uint64_t pages, const struct times *t, const struct times *bare)
{
	printf("%-18s %12.0f %12.0f %9.1f %9.1f %8.2f %8.2f\n", what, (double)pages * 1e9 / (double)t->first,
	       (double)pages * 1e9 / (double)t->again, (double)t->first / (double)pages,
	       (double)t->again / (double)pages, (double)t->first / (double)bare->first,
	       (double)t->again / (double)bare->again);
}

int main(int argc, char **argv)
{
	static const char *const patterns[] = { "sequential", "random", "zipf", "hot-cold" };
	struct times bare = { 0 }, kinds[ARRAY_SIZE(patterns)] = { 0 }, t;
	uint64_t mib = argc > 1 ? strtoull(argv[1], NULL, 10) : 256,
		 turns = argc > 2 ? strtoull(argv[2], NULL, 10) : 5;
	uint64_t pages = mib * MIB / CONTENT_PAGE;

	if (mib == 0 || turns == 0)
		return 2;
	/* In turns, so that a change of the machine's speed meets all of them. */
	for (; turns > 0; turns--) {
		if (bare_loop(mib * MIB, &t) < 0)
			return 3;
		keep_best(&bare, &t);
		for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
			if (workload(mib * MIB, patterns[i], &t) < 0)
				return 3;
			keep_best(&kinds[i], &t);
		}
	}
	printf("%-18s %12s %12s %9s %9s %8s %8s\n", "", "first/s", "again/s", "first ns", "again ns",
	       "x bare", "x bare");
	print_line("one byte a page", pages, &bare, &bare);
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		print_line(patterns[i], pages, &kinds[i], &bare);
	return 0;
}
