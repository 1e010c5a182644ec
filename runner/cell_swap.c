/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A swap file for one cell on a machine that others use: listed, made, added; undone like everything else. */
#include <errno.h>
#include <fcntl.h>

#include "common/util.h"
#include "runner/cell_run.h"
#include "runner/swap_area.h"

int cell_swap_list(struct cell_run *run, struct error *err)
{
	const struct cell_safety *safety = run->place->safety;
	char priority[16];

	if (!*safety->swap_path)
		return 0;
	if (access(safety->swap_path, F_OK) == 0)
		return error_set(err, -EEXIST, safety->swap_path, "there is such a file already");
	snprintf(priority, sizeof(priority), "%d", SWAP_AREA_FIRST);
	return undo_add_swap(safety->list, safety->swap_path, priority, err) ? 0 : -ENOSPC;
}

/* Without holes, which the kernel refuses. */
static int allocate(int fd, const struct cell_safety *safety, struct error *err)
{
	int r = -posix_fallocate(fd, 0, (off_t)safety->swap_bytes);

	return r < 0 ? error_set_errno(err, r, safety->swap_path, "no room for the swap file") : 0;
}

int cell_swap_add(struct cell_run *run, struct error *err)
{
	const struct cell_safety *safety = run->place->safety;
	_cleanup_close_ int fd = -1;
	int r;

	if (!*safety->swap_path)
		return 0;
	fd = open(safety->swap_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_set_errno(err, -errno, safety->swap_path, "cannot make the swap file");
	r = allocate(fd, safety, err);
	if (r == 0)
		r = swap_area_add(fd, safety->swap_path, safety->swap_bytes, SWAP_AREA_FIRST, err);
	if (r == -EINVAL)
		error_hint(err, "its file system does not allow swap files (tmpfs, overlay): name another directory with --data-dir");
	return r;
}
