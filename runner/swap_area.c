/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/swap_area.h"

#include <errno.h>
#include <sys/swap.h>

#include "common/util.h"

/* include/linux/swap.h, union swap_header. */
static int write_header(int fd, uint64_t bytes)
{
	static char page[4096] __attribute__((aligned(4096)));
	uint32_t info[3] = { 1, (uint32_t)(bytes / sizeof(page)) - 1, 0 }; /* version, last_page, nr_badpages */

	memset(page, 0, sizeof(page));
	memcpy(page + 1024, info, sizeof(info));
	memcpy(page + sizeof(page) - 10, "SWAPSPACE2", 10);
	if (pwrite(fd, page, sizeof(page), 0) != (ssize_t)sizeof(page) || fsync(fd) < 0)
		return errno ? -errno : -EIO;
	return 0;
}

int swap_area_add(int fd, const char *path, uint64_t bytes, int priority, struct error *err)
{
	int flags = priority < 0 ? 0 : SWAP_FLAG_PREFER | (priority << SWAP_FLAG_PRIO_SHIFT & SWAP_FLAG_PRIO_MASK);
	int r = write_header(fd, bytes);

	if (r < 0)
		return error_set_errno(err, r, path, "cannot write the swap header");
	if (swapon(path, flags) < 0)
		return error_set_errno(err, -errno, path, "cannot add the swap");
	return 0;
}
