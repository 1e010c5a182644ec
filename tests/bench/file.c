/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a mapped file again that is in the page cache: the file_map workload
 * beside fio's mmap engine, on the same file, in turns. Prints the median of
 * each in pages per second; exits with 1 when file_map is the slower one.
 *
 * Both map the file once and go over it ROUNDS times. They do not do the same
 * with a page: fio copies it, file_map looks at two words to see whether it is
 * the page that was written there.
 *
 *     file [MIB [TURNS]]
 */
#include <jansson.h>
#include <sys/eventfd.h>

#include "common/util.h"
#include "workloads/content.h"
#include "workloads/workload.h"

enum { ROUNDS = 16, MAX_TURNS = 99 };

static const double least = 1.0; /* of what fio does */

static const char *const fio_blocks[] = { "4k", "64k", "1m" };

struct bench {
	char *dir, *file;
	uint64_t bytes;
};

/* Pages per second of the passes over the file, the first one with its faults included; below 0: it failed. */
static double memrig_speed(const struct bench *bench)
{
	const struct workload_kind *kind = workload_find("file_map");
	struct workload_params params;
	struct workload_report report = { 0 };
	struct workload_env env = {
		.params = &params,
		.size_bytes = bench->bytes,
		.seed = 1,
		.name = "bench",
		.data_dir = bench->dir,
		.report = &report,
		.event_fd = eventfd(0, EFD_NONBLOCK),
		.release_fd = -1,
	};
	_cleanup_free_ char *work = xasprintf("%d passes", ROUNDS - 1);
	int r;

	workload_params_init(kind, &params);
	workload_set_option(workload_find_option(kind, "work"), work, &params, NULL);
	r = access(bench->file, F_OK) == 0 ? 0 : kind->prepare(&env, NULL);
	if (r == 0)
		r = kind->run(&env, NULL);
	workload_params_release(&params);
	close(env.event_fd);
	if (r < 0 || report.bad_pages > 0)
		return -1;
	return (double)report.touched_pages * 1e9 / (double)(report.done_ns - report.started_ns);
}

/* The same by fio, which is told to measure no more than the whole. */
static double fio_speed(const struct bench *bench, const char *block)
{
	_cleanup_free_ char *command =
		xasprintf("fio --name=bench --filename=%s --size=%llu --io_size=%llu --rw=read --bs=%s "
			  "--ioengine=mmap --invalidate=0 --gtod_reduce=1 --output-format=json 2>/dev/null",
			  bench->file, (unsigned long long)bench->bytes,
			  (unsigned long long)bench->bytes * ROUNDS, block);
	FILE *pipe = popen(command, "r");
	json_t *json = pipe ? json_loadf(pipe, 0, NULL) : NULL;
	json_t *read = json_object_get(json_array_get(json_object_get(json, "jobs"), 0), "read");
	double ms = json_number_value(json_object_get(read, "runtime"));
	double bytes = json_number_value(json_object_get(read, "io_bytes"));
	double speed = ms > 0 ? bytes / CONTENT_PAGE * 1e3 / ms : -1;

	json_decref(json);
	if (pipe)
		pclose(pipe);
	return speed;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_value);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/* Into the page cache, and out of what the bench measures. */
static int warm_up(const struct bench *bench)
{
	return memrig_speed(bench) > 0 ? 0 : -1;
}

static int compare(const struct bench *bench, size_t turns, bool with_fio)
{
	double memrig[MAX_TURNS], fio[ARRAY_SIZE(fio_blocks)][MAX_TURNS], ours;
	bool slower = false;

	/* In turns, so that a change of the machine's speed meets all of them. */
	for (size_t i = 0; i < turns; i++) {
		memrig[i] = memrig_speed(bench);
		for (size_t b = 0; with_fio && b < ARRAY_SIZE(fio_blocks); b++)
			fio[b][i] = fio_speed(bench, fio_blocks[b]);
	}
	ours = median(memrig, turns);
	printf("%-24s %14s %10s\n", "", "pages/s", "file_map x");
	printf("%-24s %14.0f\n", "file_map", ours);
	for (size_t b = 0; with_fio && b < ARRAY_SIZE(fio_blocks); b++) {
		double theirs = median(fio[b], turns);

		printf("fio, mmap, blocks of %-3s %14.0f %10.2f\n", fio_blocks[b], theirs, ours / theirs);
		slower |= !(theirs > 0 && ours >= least * theirs);
	}
	if (!with_fio)
		printf("fio is not installed: nothing to compare with\n");
	else
		printf("limit: at least %.2f x: %s\n", least, slower ? "NOT met" : "met");
	return slower;
}

int main(int argc, char **argv)
{
	uint64_t mib = argc > 1 ? strtoull(argv[1], NULL, 10) : 128;
	uint64_t turns = argc > 2 ? strtoull(argv[2], NULL, 10) : 7;
	struct bench bench = { .bytes = mib * MIB };
	const char *tmp = getenv("TMPDIR");
	int r;

	if (mib == 0 || turns == 0 || turns > MAX_TURNS)
		return 2;
	bench.dir = xasprintf("%s/memrig-bench-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(bench.dir))
		return 3;
	bench.file = xasprintf("%s/bench", bench.dir);
	r = warm_up(&bench) < 0 ? 3 : compare(&bench, turns, system("command -v fio >/dev/null 2>&1") == 0);
	unlink(bench.file);
	rmdir(bench.dir);
	free(bench.file);
	free(bench.dir);
	return r;
}
