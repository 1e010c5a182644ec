/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/blocks.h"

#include <errno.h>
#include <fcntl.h>

#include "common/util.h"
#include "workloads/walk.h"

const char *const blocks_sizes[] = { "4K", "8K", "16K", "32K", "64K", "128K", "256K", "512K", "1M", NULL };
const char *const blocks_readaheads[] = { "normal", "sequential", "random", NULL };

int blocks_read(int fd, void *data, size_t n, uint64_t at)
{
	while (n > 0) {
		ssize_t done = pread(fd, data, n, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? -errno : -EIO; /* it has become shorter */
		data = (char *)data + done;
		at += (uint64_t)done;
		n -= (size_t)done;
	}
	return 0;
}

int blocks_write(int fd, const void *data, size_t n, uint64_t at)
{
	while (n > 0) {
		ssize_t done = pwrite(fd, data, n, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? -errno : -EIO;
		data = (const char *)data + done;
		at += (uint64_t)done;
		n -= (size_t)done;
	}
	return 0;
}

int blocks_set_readahead(int fd, enum file_readahead readahead)
{
	static const int advice[] = {
		[READAHEAD_NORMAL] = POSIX_FADV_NORMAL,
		[READAHEAD_SEQUENTIAL] = POSIX_FADV_SEQUENTIAL,
		[READAHEAD_RANDOM] = POSIX_FADV_RANDOM,
	};

	return -posix_fadvise(fd, 0, 0, advice[readahead]);
}

int blocks_drop(int fd, uint64_t at, uint64_t n)
{
	return -posix_fadvise(fd, (off_t)at, (off_t)n, POSIX_FADV_DONTNEED);
}

int blocks_write_back(int fd, uint64_t at, uint64_t n)
{
	static const unsigned wait_for_all =
		SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;

	return sync_file_range(fd, (off_t)at, (off_t)n, wait_for_all) < 0 ? -errno : 0;
}

uint64_t blocks_pages(const struct workload_params *params)
{
	return 1ULL << params->block;
}

void *blocks_buffer(const struct workload_params *params)
{
	return aligned_alloc(CONTENT_PAGE, MAX(params->threads, 1) * CONTENT_PAGE << params->block);
}

void *blocks_mine(const struct workload_params *params, void *buffer)
{
	return (unsigned char *)buffer + (walk_thread() * CONTENT_PAGE << params->block);
}
