/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/data_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "common/rng.h"
#include "common/util.h"
#include "workloads/blocks.h"

enum { WRITE_BYTES = 1024 * 1024, SAMPLE_PAGES = 64 };

static const char *file_name(const struct workload_env *env)
{
	return env->params->file ? env->params->file : env->name;
}

static char *file_path(const struct workload_env *env)
{
	return xasprintf("%s/%s", env->data_dir, file_name(env));
}

uint64_t data_file_bytes(const struct workload_env *env)
{
	return env->size_bytes;
}

void data_file_content(const struct workload_env *env, struct content *ret)
{
	content_init(ret, rng_derive(0, file_name(env)), env->params->compressibility);
}

static int write_pages(int fd, const struct content *content, uint64_t from, uint64_t to)
{
	_cleanup_free_ unsigned char *block = aligned_alloc(CONTENT_PAGE, WRITE_BYTES);
	int r = block ? 0 : -ENOMEM;

	for (uint64_t at = from; r == 0 && at < to; at += WRITE_BYTES) {
		size_t n = (size_t)MIN((uint64_t)WRITE_BYTES, to - at);

		for (size_t i = 0; i < n; i += CONTENT_PAGE)
			content_fill(content, (at + i) / CONTENT_PAGE, block + i);
		r = blocks_write(fd, block, n, at);
	}
	return r;
}

/* Whether a file found has our content: pages spread over it, the first and the last among them. */
static bool is_ours(int fd, const struct content *content, uint64_t bytes)
{
	_cleanup_free_ unsigned char *page = aligned_alloc(CONTENT_PAGE, CONTENT_PAGE);
	uint64_t last = bytes / CONTENT_PAGE - 1;

	for (uint64_t i = 0; page && i < SAMPLE_PAGES; i++) {
		uint64_t n = last * i / (SAMPLE_PAGES - 1);

		if (pread(fd, page, CONTENT_PAGE, (off_t)(n * CONTENT_PAGE)) != CONTENT_PAGE ||
		    !content_check(content, n, page))
			return false;
	}
	return page;
}

/* How much of the file need not be written: whole pages, 0 when it is not ours. */
static int usable_bytes(int fd, const struct content *content, uint64_t *ret)
{
	struct stat st;
	uint64_t whole;

	if (fstat(fd, &st) < 0)
		return -errno;
	whole = (uint64_t)st.st_size / CONTENT_PAGE * CONTENT_PAGE;
	*ret = whole && is_ours(fd, content, whole) ? whole : 0;
	return 0;
}

static int make_file(int fd, const struct workload_env *env)
{
	struct content content;
	uint64_t there = 0;
	int r;

	data_file_content(env, &content);
	r = usable_bytes(fd, &content, &there);
	if (r < 0)
		return r;
	if (there == 0 && ftruncate(fd, 0) < 0)
		return -errno;
	/* Past the page cache where the file system can: nothing to write back, nothing to drop, half the work. */
	fcntl(fd, F_SETFL, O_DIRECT);
	if (there < env->size_bytes)
		r = write_pages(fd, &content, there, env->size_bytes);
	/* Only clean pages can be dropped from the page cache. */
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r < 0 ? r : -posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

int data_file_prepare(const struct workload_env *env, struct error *err)
{
	_cleanup_free_ char *path = file_path(env);
	_cleanup_close_ int fd = -1;
	int r;

	if (!env->data_dir[0])
		return error_set(err, -ENODEV, env->name, "needs a data disk, and the machine has none");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_set_errno(err, -errno, path, "cannot open the data file");
	r = make_file(fd, env);
	if (r == 0)
		return 0;
	unlink(path); /* half a file is of no use, and the disk may be full */
	error_set_errno(err, r, path, "cannot write %llu bytes of data", (unsigned long long)env->size_bytes);
	if (r == -ENOSPC)
		error_hint(err, "make the machine's disk larger or the workload smaller");
	return r;
}

int data_file_open(const struct workload_env *env, int flags, struct error *err)
{
	_cleanup_free_ char *path = file_path(env);
	_cleanup_close_ int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set_errno(err, -errno, path, "cannot open the data file");
	if ((uint64_t)st.st_size < env->size_bytes)
		return error_set(err, -EIO, path, "the data file has %lld bytes instead of %llu",
				 (long long)st.st_size, (unsigned long long)env->size_bytes);
	return TAKE_FD(fd);
}
