/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared memory: page cache of a file system without a disk. Swap backs it as
 * it backs anonymous memory, but the kernel counts it as Shmem and within
 * Cached, where it looks as if it could be dropped.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/shm.h>

#include "common/util.h"
#include "workloads/private.h"

enum shm_type { SHM_MEMFD, SHM_TMPFS, SHM_SYSV };

struct own {
	enum shm_type type;
};

/* None of them outlives the process, however it ends: there is no name that somebody would have to remove. */

static int open_memfd(void)
{
	int fd = memfd_create("memrig", MFD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* A tmpfs that is mounted nowhere: it has a file descriptor instead of a directory. */
static int mount_tmpfs(void)
{
	_cleanup_close_ int fs = fsopen("tmpfs", FSOPEN_CLOEXEC);
	int fd;

	/* Without a limit of its own, which would be half of the RAM. */
	if (fs < 0 || fsconfig(fs, FSCONFIG_SET_STRING, "size", "0", 0) < 0 ||
	    fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

static int open_tmpfs(void)
{
	_cleanup_close_ int root = mount_tmpfs();
	int fd;

	if (root < 0)
		return root;
	fd = openat(root, "data", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

static int map_file(int fd, uint64_t bytes, void **ret)
{
	_cleanup_close_ int file = fd;
	void *memory;

	if (file < 0)
		return file;
	if (ftruncate(file, (off_t)bytes) < 0)
		return -errno;
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (memory == MAP_FAILED)
		return -errno;
	*ret = memory;
	return 0;
}

/* Removed as soon as it is attached, and so there until the process ends. */
static int map_sysv(uint64_t bytes, void **ret)
{
	int id = shmget(IPC_PRIVATE, bytes, IPC_CREAT | SHM_NORESERVE | 0600);
	void *memory = id < 0 ? NULL : shmat(id, NULL, 0);
	int r = id < 0 || memory == (void *)-1 ? -errno : 0;

	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	if (r == 0)
		*ret = memory;
	return r;
}

static int map(enum shm_type type, uint64_t bytes, void **ret)
{
	switch (type) {
	case SHM_MEMFD:
		return map_file(open_memfd(), bytes, ret);
	case SHM_TMPFS:
		return map_file(open_tmpfs(), bytes, ret);
	case SHM_SYSV:
		return map_sysv(bytes, ret);
	}
	return -EINVAL;
}

static int run(const struct workload_env *env, struct error *err)
{
	const struct own *own = workload_own(env);
	struct region region;
	void *memory = NULL;
	int r = map(own->type, env->size_bytes, &memory);

	if (r < 0)
		return error_set_errno(err, r, env->name, "cannot get %llu bytes of shared memory",
				       (unsigned long long)env->size_bytes);
	region_init(&region, env);
	region.first = memory;
	r = walk_run(&region.walk, err);
	if (r == 0)
		walk_end(env);
	/* A SysV segment goes by munmap() too. */
	munmap(memory, env->size_bytes);
	return r;
}

static const char *const type_choices[] = { "memfd", "tmpfs", "sysv", NULL };

static const struct workload_option options[] = {
	WALK_OPTION_WRITE,
	{ "type", OPTION_CHOICE, WORKLOAD_OWN(struct own, type), .fallback = "memfd", .choices = type_choices,
	  .doc = "memfd_create(2), a file of a tmpfs of its own, or a System V segment" },
	{ .name = NULL },
};

const struct workload_kind workload_shm = {
	.name = "shm",
	.summary = "shared memory: writes every page once, then reads and rewrites it; swap-backed, counted "
		   "as Shmem",
	.traits = TRAIT_WALK,
	.options = options,
	.run = run,
};
