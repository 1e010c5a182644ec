/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A swap file that memrig has added: taken from the kernel, then removed. No other area is ever touched. */
#include <errno.h>
#include <sys/stat.h>
#include <sys/swap.h>

#include "common/clock.h"
#include "common/util.h"
#include "tuners/undo_parts.h"

/* memrig makes a file for itself alone: what is named so and is a link, a device or somebody else's is not what it made. */
static int look(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) && st.st_nlink == 1 && st.st_uid == geteuid() ? 0 : -EPERM;
}

/* -EINVAL: it is no swap area, or not one any more. -ENOMEM: what is in it has no room elsewhere now; the killed may be about to
 * give theirs back. */
static int take_off(const char *path, uint64_t deadline)
{
	while (swapoff(path) < 0) {
		if (errno == EINVAL)
			return 0;
		if ((errno != ENOMEM && errno != EINTR) || now_ns() >= deadline)
			return -errno;
		undo_pause();
	}
	return 0;
}

int undo_swap_back(struct undo *undo, uint64_t deadline)
{
	int r = look(undo->path);

	if (r == 0)
		r = take_off(undo->path, deadline);
	if (r == 0 && unlink(undo->path) < 0)
		r = -errno;
	if (r < 0 && r != -ENOENT)
		return r;
	undo->state = UNDO_BACK;
	return 0;
}
