/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast the anon workload touches memory, against the least there is: a loop
 * that stores one byte in every page; what the latency histogram costs; and
 * first touch against stress-ng, where that is installed. Everything is measured
 * in turns, so that a change of the machine's speed meets all of them. Ratios are
 * medians over the rounds; ends with 1 when one misses its limit.
 *
 *     touch [MIB [ROUNDS]]
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "common/util.h"
#include "workloads/content.h"
#include "workloads/workload.h"

enum { ROUNDS_MIN = 7, ROUNDS_MAX = 99, STRESS_OPS = 20 };

#define PASSES	    20
#define PASSES_TEXT "20 passes"

#define FIRST_LIMIT   0.97
#define LATENCY_LIMIT 0.90
#define STRESS_LIMIT  1.15

/* Nanoseconds for all the pages; `again` of one pass. */
struct times {
	uint64_t first, again;
};

static const char *const patterns[] = { "sequential", "random", "zipf", "hot-cold" };

struct round {
	struct times bare, plain[ARRAY_SIZE(patterns)], timed[ARRAY_SIZE(patterns)];
	double faults_per_cpu_s, stress_faults_per_cpu_s;
};

static void *map(uint64_t bytes)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

/* A store alone: reading first would map the zero page and cost a second fault. */
static void touch_all(volatile unsigned char *memory, uint64_t bytes)
{
	for (uint64_t i = 0; i < bytes; i += CONTENT_PAGE)
		memory[i] = 1;
}

static int bare_loop(uint64_t bytes, struct times *ret)
{
	uint64_t begin = now_ns(), filled;
	unsigned char *memory = map(bytes);

	if (memory == MAP_FAILED)
		return -1;
	madvise(memory, bytes, MADV_NOHUGEPAGE);
	touch_all(memory, bytes);
	filled = now_ns();
	for (int i = 0; i < PASSES; i++)
		touch_all(memory, bytes);
	*ret = (struct times){ filled - begin, (now_ns() - filled) / PASSES };
	munmap(memory, bytes);
	return 0;
}

static int workload(uint64_t bytes, const char *pattern, const char *work, const char *latency, struct times *ret)
{
	const struct workload_kind *kind = workload_find("anon");
	const char *const set[][2] = {
		{ "write", "1" }, { "thp", "never" }, { "pattern", pattern }, { "work", work }, { "latency", latency },
	};
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
	for (size_t i = 0; i < ARRAY_SIZE(set); i++)
		workload_set_option(workload_find_option(kind, set[i][0]), set[i][1], &params, NULL);
	r = kind->run(&env, NULL);
	*ret = (struct times){ report.filled_ns - report.started_ns, (report.done_ns - report.filled_ns) / PASSES };
	workload_params_release(&params);
	close(env.event_fd);
	return r;
}

/* ---- against stress-ng: minor faults of a process for each second of its CPU time, start and end included ---- */

static double wait_for_faults(pid_t pid)
{
	struct rusage usage;
	int status;

	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return 0;
	return (double)usage.ru_minflt / ((double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
					  1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec));
}

static double own_faults(uint64_t bytes)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct times t;

		for (int i = 0; i < 3; i++) /* as long as its start does not count */
			if (workload(bytes, "sequential", "0 passes", "false", &t) < 0)
				_exit(1);
		_exit(0);
	}
	return wait_for_faults(pid);
}

/* The best of its commands, which has the kernel map all pages at once. 0 where there is none. */
static double stress_faults(uint64_t mib)
{
	char size[32], ops[16];
	pid_t pid;

	snprintf(size, sizeof(size), "%lluM", (unsigned long long)mib);
	snprintf(ops, sizeof(ops), "%d", STRESS_OPS);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		execlp("stress-ng", "stress-ng", "--vm", "1", "--vm-bytes", size, "--vm-populate", "--vm-method", "write64",
		       "--vm-madvise", "nohugepage", "--no-madvise", "--vm-ops", ops, NULL);
		_exit(1);
	}
	return wait_for_faults(pid);
}

/* ---- rounds ---- */

static int measure(uint64_t mib, struct round *ret)
{
	uint64_t bytes = mib * MIB;

	if (bare_loop(bytes, &ret->bare) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		if (workload(bytes, patterns[i], PASSES_TEXT, "false", &ret->plain[i]) < 0 ||
		    workload(bytes, patterns[i], PASSES_TEXT, "true", &ret->timed[i]) < 0)
			return -1;
	ret->faults_per_cpu_s = own_faults(bytes);
	ret->stress_faults_per_cpu_s = stress_faults(mib);
	return 0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* Prints a line; 1 when the ratio is below its limit. 0 is no limit. */
static int print_ratio(const char *what, double *ratios, size_t n, double limit)
{
	double middle = median(ratios, n);

	printf("  %-46s %6.3f x   (%.3f to %.3f)", what, middle, ratios[0], ratios[n - 1]);
	if (limit > 0)
		printf("   limit %.2f x: %s", limit, middle < limit ? "MISSED" : "met");
	printf("\n");
	return limit > 0 && middle < limit;
}

static int print_first(const struct round *rounds, size_t n, uint64_t pages)
{
	double ns[ROUNDS_MAX], bare[ROUNDS_MAX], ratios[ROUNDS_MAX];

	for (size_t i = 0; i < n; i++) {
		bare[i] = (double)rounds[i].bare.first / (double)pages;
		ns[i] = (double)rounds[i].plain[0].first / (double)pages;
		ratios[i] = bare[i] / ns[i];
	}
	printf("first touch: %.1f ns a page, bare loop %.1f ns\n", median(ns, n), median(bare, n));
	return print_ratio("first touch / bare loop", ratios, n, FIRST_LIMIT);
}

static int print_again(const struct round *rounds, size_t n, uint64_t pages, size_t pattern)
{
	double ns[ROUNDS_MAX], timed[ROUNDS_MAX], ratios[ROUNDS_MAX];
	char what[64];

	for (size_t i = 0; i < n; i++) {
		ns[i] = (double)rounds[i].plain[pattern].again / (double)pages;
		timed[i] = (double)rounds[i].timed[pattern].again / (double)pages;
		ratios[i] = ns[i] / timed[i];
	}
	printf("touch again, %s: %.1f ns a page, with the histogram %.1f ns\n", patterns[pattern], median(ns, n),
	       median(timed, n));
	snprintf(what, sizeof(what), "%s, with / without the histogram", patterns[pattern]);
	/* A clock reading ends the overlap of cache misses: where the order makes each access miss, it shows. */
	return print_ratio(what, ratios, n, pattern == 0 ? LATENCY_LIMIT : 0);
}

static int print_stress(const struct round *rounds, size_t n)
{
	double own[ROUNDS_MAX], stress[ROUNDS_MAX], ratios[ROUNDS_MAX];

	for (size_t i = 0; i < n; i++) {
		own[i] = rounds[i].faults_per_cpu_s;
		stress[i] = rounds[i].stress_faults_per_cpu_s;
		if (stress[i] <= 0) {
			printf("stress-ng is not installed: not compared\n");
			return 0;
		}
		ratios[i] = own[i] / stress[i];
	}
	printf("first touch: %.0f faults a CPU second, stress-ng %.0f\n", median(own, n), median(stress, n));
	return print_ratio("first touch / stress-ng", ratios, n, STRESS_LIMIT);
}

int main(int argc, char **argv)
{
	static struct round rounds[ROUNDS_MAX];
	uint64_t mib = argc > 1 ? strtoull(argv[1], NULL, 10) : 512, n = argc > 2 ? strtoull(argv[2], NULL, 10) : 9;
	uint64_t pages = mib * MIB / CONTENT_PAGE;
	int missed;

	if (mib == 0 || n < ROUNDS_MIN || n > ROUNDS_MAX) {
		fprintf(stderr, "usage: touch [MIB [ROUNDS]], %d to %d rounds\n", ROUNDS_MIN, ROUNDS_MAX);
		return 2;
	}
	if (measure(mib, &rounds[0]) < 0) /* the machine's own memory may be cold */
		return 3;
	for (uint64_t i = 0; i < n; i++)
		if (measure(mib, &rounds[i]) < 0)
			return 3;
	printf("%llu MiB, %llu rounds in turns\n", (unsigned long long)mib, (unsigned long long)n);
	missed = print_first(rounds, n, pages);
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		missed += print_again(rounds, n, pages, i);
	missed += print_stress(rounds, n);
	return missed > 0;
}
