/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one sample costs, against the reads alone of the same files:
 *
 *	sample [ROOT [CGROUP_DIR GROUP...]]
 *
 * The two take turns, so that whatever else the machine does hits both; the
 * median of the rounds is shown. The goal is a ratio of 1.3 at most.
 */
#include <fcntl.h>

#include "common/clock.h"
#include "common/util.h"
#include "results/sampler.h"

#define ROUNDS 300
#define MAX_FD 1024

struct file {
	int fd;
	int chunked;
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
		ret[n++] = (struct file){ fd, strstr(target, "/proc/vmstat") ||
						      strstr(target, "/proc/zoneinfo") };
	}
	return n;
}

static size_t read_files(const struct file *files, size_t n)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++) {
		size_t len = 0;
		ssize_t got;

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

int main(int argc, char **argv)
{
	static uint64_t bare[ROUNDS], sample[ROUNDS];
	static struct file files[MAX_FD];
	struct sampler_config config = {
		.root = argc > 1 ? argv[1] : "",
		.cgroup_dir = argc > 2 ? argv[2] : "",
		.groups = argc > 3 ? (const char *const *)argv + 3 : NULL,
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

		bytes = read_files(files, n);
		middle = now_ns();
		sampler_take(s, middle, &w);
		bare[i] = middle - start;
		sample[i] = now_ns() - middle;
	}
	a = median_us(bare);
	b = median_us(sample);
	printf("%zu files, %zu bytes, %zu columns, %zu bytes in the last record\n", n, bytes,
	       sampler_n_columns(s), stream_bytes);
	printf("reads %.1f us, sample %.1f us, ratio %.2f\n", a, b, b / a);
	stream_writer_release(&w);
	sampler_close(s);
	return 0;
}
