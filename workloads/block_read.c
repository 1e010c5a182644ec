/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read(2) of a block device: page cache of the device itself, which the kernel
 * counts as Buffers and not as Cached; for reclaim it is as any clean file
 * page. The device is the one below the data disk's file system. What is on it
 * is not ours, so nothing is checked.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/util.h"
#include "workloads/blocks.h"
#include "workloads/walk.h"

struct reader {
	struct walk walk; /* first: the accesses get a pointer to it */
	unsigned char *block;
	int fd;
};

static int read_unit(struct walk *walk, uint64_t unit, bool write, struct error *err)
{
	const struct reader *reader = (const struct reader *)walk;
	uint64_t first = unit * walk->unit_pages, pages = walk_pages(walk, unit);
	int r = blocks_read(reader->fd, blocks_mine(walk->env->params, reader->block), pages * CONTENT_PAGE, first * CONTENT_PAGE);

	(void)write;
	if (r < 0)
		return error_set_errno(err, r, walk->env->name, "cannot read the device at page %llu",
				       (unsigned long long)first);
	return 0;
}

/* "/dev/pmem1": sysfs names the device that the directory is on. */
static int device_path(const struct workload_env *env, char **ret, struct error *err)
{
	_cleanup_free_ char *link = NULL;
	char target[256];
	struct stat st;
	ssize_t n;

	if (!env->data_dir[0])
		return error_set(err, -ENODEV, env->name, "needs a data disk, and the machine has none");
	if (stat(env->data_dir, &st) < 0)
		return error_set_errno(err, -errno, env->data_dir, "cannot look at the data disk");
	link = xasprintf("/sys/dev/block/%u:%u", major(st.st_dev), minor(st.st_dev));
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return error_set(err, -ENODEV, env->data_dir, "its file system is not on a block device");
	target[n] = '\0';
	*ret = xasprintf("/dev/%s", strrchr(target, '/') ? strrchr(target, '/') + 1 : target);
	return 0;
}

/* Returns the descriptor or a negative errno. */
static int open_device(const struct workload_env *env, struct error *err)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = -1;
	off_t bytes;
	int r = device_path(env, &path, err);

	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	bytes = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	if (bytes < 0)
		return error_set_errno(err, -errno, path, "cannot open the device");
	if ((uint64_t)bytes < env->size_bytes)
		return error_set(err, -EIO, path, "the device has %lld bytes instead of %llu", (long long)bytes,
				 (unsigned long long)env->size_bytes);
	return TAKE_FD(fd);
}

static int run(const struct workload_env *env, struct error *err)
{
	_cleanup_free_ unsigned char *block = blocks_buffer(env->params);
	_cleanup_close_ int fd = open_device(env, err);
	struct reader reader = {
		.walk = { .env = env,
			  .unit_pages = blocks_pages(env->params),
			  .fill = read_unit,
			  .touch = read_unit },
		.block = block,
		.fd = fd,
	};
	int r;

	if (fd < 0)
		return fd;
	if (!block)
		return error_set_errno(err, -ENOMEM, env->name, "cannot get a buffer");
	r = blocks_set_readahead(fd, env->params->readahead);
	if (r < 0)
		return error_set_errno(err, r, env->name, "cannot set the readahead");
	r = walk_run(&reader.walk, err);
	if (r == 0)
		walk_end(env);
	return r;
}

/* It uses the disk, but none of its room. */
static uint64_t disk_bytes(const struct workload_env *env)
{
	(void)env;
	return 0;
}

static const char *const without[] = { "compressibility", "verify", NULL };

static const struct workload_option options[] = {
	BLOCKS_OPTION_BLOCK,
	BLOCKS_OPTION_READAHEAD,
	{ .name = NULL },
};

const struct workload_kind workload_block_read = {
	.name = "block_read",
	.summary = "buffers: reads the block device of the data disk once, then block by block again",
	.needs_disk = true,
	.traits = TRAIT_WALK,
	.options = options,
	.without = without,
	.disk_bytes = disk_bytes,
	.run = run,
};
