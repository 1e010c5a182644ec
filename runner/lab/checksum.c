/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/checksum.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "common/util.h"

#define PAGE  4096
#define CHUNK ((size_t)256 * PAGE)

static void add_pages(XXH3_state_t *state, const char *data, size_t len, uint64_t offset)
{
	static const char zeros[PAGE];

	for (size_t at = 0; at < len; at += PAGE) {
		size_t n = MIN(len - at, (size_t)PAGE);
		uint64_t place = offset + at;

		if (memcmp(data + at, zeros, n) == 0)
			continue;
		XXH3_128bits_update(state, &place, sizeof(place));
		XXH3_128bits_update(state, data + at, n);
	}
}

static int add_range(XXH3_state_t *state, int fd, off_t start, off_t end, char *buffer)
{
	while (start < end) {
		ssize_t n = pread(fd, buffer, MIN(CHUNK, (size_t)(end - start)), start);

		if (n < 0)
			return -errno;
		if (n == 0)
			return 0; /* the end of the file */
		add_pages(state, buffer, (size_t)n, (uint64_t)start);
		start += n;
	}
	return 0;
}

static int add_data(XXH3_state_t *state, int fd, char *buffer)
{
	off_t start, end = 0;
	int r = 0;

	while (r == 0 && (start = lseek(fd, end, SEEK_DATA)) >= 0) {
		start -= start % PAGE;
		end = lseek(fd, start, SEEK_HOLE);
		end = end < 0 ? start + PAGE : end + (PAGE - end % PAGE) % PAGE; /* what a page has is read once */
		r = add_range(state, fd, start, end, buffer);
	}
	return r < 0 ? r : errno == ENXIO ? 0 : -errno;
}

int checksum_fd(int fd, char *ret)
{
	_cleanup_free_ char *buffer = xcalloc(CHUNK, 1);
	XXH3_state_t *state = XXH3_createState();
	XXH128_hash_t sum;
	struct stat st;
	int r;

	if (!state)
		out_of_memory();
	XXH3_128bits_reset(state);
	r = fstat(fd, &st) < 0 ? -errno : add_data(state, fd, buffer);
	XXH3_128bits_update(state, &st.st_size, sizeof(st.st_size));
	sum = XXH3_128bits_digest(state);
	XXH3_freeState(state);
	if (r == 0)
		snprintf(ret, CHECKSUM_ROOM, "%016" PRIx64 "%016" PRIx64, sum.high64, sum.low64);
	return r;
}
