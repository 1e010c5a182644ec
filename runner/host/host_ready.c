/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run opens and makes only after it has begun, tried before. Only looks. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "common/size.h"
#include "common/util.h"
#include "runner/host/host.h"

char *host_data_parent(const char *data_dir)
{
	const char *tmp = data_dir ? data_dir : getenv("TMPDIR");
	char *dir = realpath(tmp && *tmp ? tmp : "/var/tmp", NULL);

	if (dir && streq(dir, "/"))
		dir[0] = '\0';
	return dir;
}

/* The directory itself, or the nearest above it that is there, in which it will be made. */
static int check_state_dir(const char *state_dir, struct error *err)
{
	_cleanup_free_ char *dir = xstrdup(state_dir);
	char *slash;
	int r;

	while (access(dir, F_OK) < 0 && errno == ENOENT && (slash = strrchr(dir, '/')) && slash > dir)
		*slash = '\0';
	if (access(dir, W_OK | X_OK) == 0)
		return 0;
	r = error_set_errno(err, -errno, state_dir, "the journal cannot be written there");
	error_hint(err, "run it as root, or name another directory by MEMRIG_STATE");
	return r;
}

static int check_kernel_log(struct error *err)
{
	_cleanup_close_ int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int r;

	if (fd >= 0)
		return 0;
	r = error_set_errno(err, -errno, "/dev/kmsg", "kills by the kernel are read there");
	error_hint(err, "run it as root, in a container with that device, or in the lab: --place lab");
	return r;
}

/* A group that is no descriptor: kernels that know the flag say so and clone nothing; others refuse the flag or the call. */
static int check_clone(struct error *err)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .cgroup = INT_MAX };
	int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (pidfd >= 0)
		close(pidfd);
	if (pidfd >= 0 && syscall(SYS_clone3, &args, sizeof(args)) < 0 && errno == EBADF)
		return 0;
	error_set(err, -EOPNOTSUPP, "clone3", "this kernel, or the container's filter of system calls, has no clone3() into a group, or "
		  "no pidfd");
	error_hint(err, "it takes Linux 5.7 or later; or run in the lab: --place lab");
	return -EOPNOTSUPP;
}

/* No file has an empty name: who may take swap off is told that, and others that they may not. */
static int check_swap_file(const char *dir, struct error *err)
{
	struct statfs fs;

	if (swapoff("") < 0 && errno == EPERM) {
		error_set(err, -EPERM, "swapon", "not permitted: a swap file cannot be added");
		error_hint(err, "run it as root (CAP_SYS_ADMIN), or in the lab: --place lab");
		return -EPERM;
	}
	if (statfs(dir, &fs) < 0 || (fs.f_type != TMPFS_MAGIC && fs.f_type != OVERLAYFS_SUPER_MAGIC))
		return 0;
	error_set(err, -EOPNOTSUPP, dir, "this file system does not allow swap files");
	error_hint(err, "name a directory on a disk with --data-dir");
	return -EOPNOTSUPP;
}

int host_ready_data(const struct host_needs *needs, struct error *err)
{
	_cleanup_free_ char *dir = host_data_parent(needs->data_dir);
	const char *path = dir && *dir ? dir : "/";
	uint64_t bytes = needs->data_bytes + needs->swap_bytes;
	struct statvfs fs;
	char wants[32], has[32];
	int r;

	if (bytes == 0)
		return 0;
	if (!dir || access(path, W_OK | X_OK) < 0 || statvfs(path, &fs) < 0) {
		r = error_set_errno(err, -errno, needs->data_dir ? needs->data_dir : dir ? path : "/var/tmp",
				    "files cannot be made there");
		error_hint(err, "name a directory with --data-dir");
		return r;
	}
	if ((uint64_t)fs.f_bavail * fs.f_frsize >= bytes)
		return needs->swap_bytes ? check_swap_file(path, err) : 0;
	error_set(err, -ENOSPC, path, "data files and swap file take %s, and %s are free", size_format(bytes, wants, sizeof(wants)),
		  size_format((uint64_t)fs.f_bavail * fs.f_frsize, has, sizeof(has)));
	error_hint(err, "make room, or name another directory with --data-dir");
	return -ENOSPC;
}

int host_ready(const struct host_needs *needs, struct error *err)
{
	int r = check_state_dir(needs->state_dir, err);

	if (r == 0)
		r = check_kernel_log(err);
	if (r == 0)
		r = check_clone(err);
	return r == 0 ? host_ready_data(needs, err) : r;
}
