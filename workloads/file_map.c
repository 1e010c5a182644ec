/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A shared mapping of a file, as databases and libraries use it: page cache
 * with page tables, which reclaim must unmap first and, where it is dirty,
 * write back to the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "common/util.h"
#include "workloads/data_file.h"
#include "workloads/walk.h"

struct map {
	struct walk walk; /* first: the accesses get a pointer to it */
	struct content content;
	unsigned char *memory;
};

static int touch_page(struct walk *walk, uint64_t page, bool write, struct error *err)
{
	const struct map *map = (const struct map *)walk;
	void *at = map->memory + page * CONTENT_PAGE;

	(void)err;
	walk_touch_page(walk, &map->content, page, at, write);
	return 0;
}

/* MS_ASYNC does nothing in Linux: starting the write-back is sync_file_range()'s. */
static int sync_map(const struct map *map, int fd)
{
	const struct workload_env *env = map->walk.env;
	int r = 0;

	if (env->params->sync == SYNC_FULL)
		r = msync(map->memory, env->size_bytes, MS_SYNC);
	else if (env->params->sync == SYNC_ASYNC)
		r = sync_file_range(fd, 0, (off_t)env->size_bytes, SYNC_FILE_RANGE_WRITE);
	return r < 0 ? -errno : 0;
}

static int walk_map(struct map *map, int fd, struct error *err)
{
	const struct workload_env *env = map->walk.env;
	int r = walk_run(&map->walk, err);

	if (r < 0)
		return r;
	r = sync_map(map, fd);
	if (r < 0)
		return error_set_errno(err, r, env->name, "cannot write the mapping back");
	walk_end(env);
	return 0;
}

static int run(const struct workload_env *env, struct error *err)
{
	struct map map = {
		.walk = { .env = env,
			  .unit_pages = 1,
			  .fill = touch_page,
			  .touch = touch_page,
			  .write = env->params->write },
	};
	_cleanup_close_ int fd = data_file_open(env, O_RDWR, err);
	int r;

	if (fd < 0)
		return fd;
	data_file_content(env, &map.content);
	map.memory = mmap(NULL, env->size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map.memory == MAP_FAILED)
		return error_set_errno(err, -errno, env->name, "cannot map the data file");
	r = walk_map(&map, fd, err);
	munmap(map.memory, env->size_bytes);
	return r;
}

static const char *const sync_choices[] = { "none", "async", "sync", NULL };

static const struct workload_option options[] = {
	WALK_OPTION_WRITE,
	DATA_FILE_OPTION,
	{ "sync", OPTION_CHOICE, offsetof(struct workload_params, sync), .fallback = "none",
	  .choices = sync_choices,
	  .doc = "at the end: leave dirty pages to the kernel, start writing them back, or wait for it" },
	{ .name = NULL },
};

const struct workload_kind workload_file_map = {
	.name = "file_map",
	.summary = "page cache through a shared mapping of a file: reads every page once, then reads and "
		   "dirties it",
	.needs_disk = true,
	.traits = TRAIT_WALK,
	.options = options,
	.disk_bytes = data_file_bytes,
	.prepare = data_file_prepare,
	.run = run,
};
