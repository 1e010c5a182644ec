/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one sample costs, against the reads alone of the same files:
 *
 *	sample [ROOT [CGROUP_DIR GROUP...]]
 *
 * The two take turns, so that whatever else the machine does hits both; the
 * median of the rounds is shown. The goal is a ratio of 1.3 at most.
 *
 * Then the CPU time of samples as they are taken, ten a second (goal: 0.2 % of
 * a core), against that of sar's of the same seconds (goal: a third).
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/util.h"
#include "results/sampler.h"

#define ROUNDS 300
#define MAX_FD 1024
#define SECONDS 5
#define HERTZ 10

struct file {
	int fd;
	bool chunked, seldom; /* as the sampler reads it */
};

static char buffer[1 << 20];
static size_t stream_bytes;

static int discard(void *opaque, const char *data, size_t len)
{
	(void)opaque;
	memcpy(buffer, data, MIN(len, sizeof(buffer)));
	stream_bytes = len;
	return 0;
}

/* The files the sampler has opened: descriptors from `first` on. */
static size_t find_files(int first, struct file *ret)
{
	size_t n = 0;

	for (int fd = first; fd < MAX_FD; fd++) {
		char link[64], target[512];
		ssize_t len;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		len = readlink(link, target, sizeof(target) - 1);
		if (len < 0)
			continue;
		target[len] = '\0';
		ret[n++] = (struct file){ fd,
					  strstr(target, "/proc/vmstat") || strstr(target, "/proc/zoneinfo") ||
						  strstr(target, "/numa_maps"),
					  strstr(target, "/numa_maps") };
	}
	return n;
}

static size_t read_files(const struct file *files, size_t n, size_t round)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++) {
		size_t len = 0;
		ssize_t got;

		if (files[i].seldom && round % 10 != 0)
			continue;
		do {
			got = pread(files[i].fd, buffer + len, sizeof(buffer) - len, (off_t)len);
			len += got > 0 ? (size_t)got : 0;
		} while (got > 0 && files[i].chunked);
		total += len;
	}
	return total;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static double median_us(uint64_t *times)
{
	qsort(times, ROUNDS, sizeof(*times), by_value);
	return (double)times[ROUNDS / 2] / 1000;
}

static double cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static pid_t start_sar(void)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	pid_t pid = fork();

	if (pid == 0) {
		dup2(null, STDOUT_FILENO);
		execlp("sar", "sar", "-B", "-W", "-r", "-S", "1", "1000", (char *)NULL);
		_exit(127);
	}
	close(null);
	return pid;
}

/* On the CPU so far. */
static double process_us(pid_t pid)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/schedstat", (int)pid), *text = NULL;

	return file_read("", path, &text, NULL, NULL) == 0 ? strtod(text, NULL) / 1e3 : 0;
}

/* The first child: of sar it is sadc, which reads what sar shows. 0 when there is none. */
static pid_t child_of(pid_t parent)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	pid_t child = 0;

	while (dir && !child && (entry = readdir(dir))) {
		_cleanup_free_ char *path = xasprintf("/proc/%s/stat", entry->d_name), *text = NULL;
		const char *end;

		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && file_read("", path, &text, NULL, NULL) == 0 &&
		    (end = strrchr(text, ')')) && strlen(end) > 4 && atoi(end + 4) == (int)parent) /* ") S 1 ..." */
			child = (pid_t)atoi(entry->d_name);
	}
	if (dir)
		closedir(dir);
	return child;
}

/* Samples as they are in a cell: between two of them others have had the caches. Those of the first second come in
 * with code and data, ours and sar's. */
static void against_sar(struct sampler *s, struct stream_writer *w)
{
	pid_t sar = start_sar(), sadc = 0;
	double mine = 0, sars = 0;
	struct timespec due;

	clock_gettime(CLOCK_MONOTONIC, &due);
	due.tv_nsec = 500000000; /* sar samples once between two of these seconds */
	for (int i = 0; i <= (1 + SECONDS) * HERTZ; i++) {
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
		if (i == HERTZ) {
			sadc = child_of(sar);
			sars = process_us(sar) + process_us(sadc);
			mine = cpu_us();
		}
		sampler_take(s, now_ns(), w);
		due.tv_nsec += (long)(NSEC_PER_SEC / HERTZ);
		due.tv_sec += due.tv_nsec / (long)NSEC_PER_SEC;
		due.tv_nsec %= (long)NSEC_PER_SEC;
	}
	mine = (cpu_us() - mine) / (SECONDS * HERTZ);
	sars = (process_us(sar) + process_us(sadc) - sars) / SECONDS;
	kill(sar, SIGKILL);
	waitpid(sar, NULL, 0); /* sadc ends at its next write */
	printf("at %d Hz: %.1f us of CPU a sample, %.3f %% of a core (goal: 0.2)\n", HERTZ, mine, mine * HERTZ / 1e4);
	if (sadc > 0)
		printf("sar -B -W -r -S 1: %.1f us of CPU a sample, ratio %.2f (goal: 0.33)\n", sars, mine / sars);
	else
		printf("no sar to compare with; scripts/deps.sh test installs it\n");
}

int main(int argc, char **argv)
{
	static uint64_t bare[ROUNDS], sample[ROUNDS];
	static struct file files[MAX_FD];
	struct sampler_task self = { .name = "self", .pid = getpid() };
	struct sampler_config config = {
		.root = argc > 1 ? argv[1] : "",
		.cgroup_dir = argc > 2 ? argv[2] : "",
		.groups = argc > 3 ? (const char *const *)argv + 3 : NULL,
		.tasks = &self,
		.n_tasks = 1,
		.own = true,
	};
	struct error err;
	struct sampler *s;
	struct stream_writer w;
	size_t n, bytes = 0;
	int first = dup(0);
	double a, b;

	close(first);
	if (sampler_open(&config, &s, &err) < 0 ||
	    stream_writer_init(&w, (struct stream_sink){ discard, NULL }, &err) < 0) {
		fprintf(stderr, "%s: %s\n", err.where, err.what);
		return 3;
	}
	n = find_files(first, files);
	for (size_t i = 0; i < ROUNDS; i++) {
		uint64_t start = now_ns(), middle;

		bytes = read_files(files, n, i);
		middle = now_ns();
		sampler_take(s, middle, &w);
		bare[i] = middle - start;
		sample[i] = now_ns() - middle;
	}
	a = median_us(bare);
	b = median_us(sample);
	printf("%zu files, %zu bytes, %zu columns, %zu bytes in the last record\n", n, bytes,
	       sampler_n_columns(s), stream_bytes);
	printf("reads %.1f us, sample %.1f us, ratio %.2f (goal: 1.3)\n", a, b, b / a);
	against_sar(s, &w);
	stream_writer_release(&w);
	sampler_close(s);
	return 0;
}
