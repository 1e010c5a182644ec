/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read(2) of a file: page cache that nobody maps. Clean, so reclaim can drop
 * it without any I/O; what is read again after that are refaults. One that
 * drops behind itself leaves nothing to reclaim.
 */
#include <errno.h>
#include <fcntl.h>

#include "common/util.h"
#include "workloads/blocks.h"
#include "workloads/data_file.h"
#include "workloads/walk.h"

struct own {
	bool drop_behind;
};

struct reader {
	struct walk walk; /* first: the accesses get a pointer to it */
	const struct own *own;
	struct content content;
	unsigned char *blocks; /* one for each thread */
	int fd;
};

static int read_unit(struct walk *walk, uint64_t unit, bool write, struct error *err)
{
	const struct reader *reader = (const struct reader *)walk;
	uint64_t first = unit * walk->unit_pages, pages = walk_pages(walk, unit);
	unsigned char *block = blocks_mine(walk->env->params, reader->blocks);
	int r = blocks_read(reader->fd, block, pages * CONTENT_PAGE, first * CONTENT_PAGE);

	(void)write;
	if (r == 0 && reader->own->drop_behind)
		r = blocks_drop(reader->fd, first * CONTENT_PAGE, pages * CONTENT_PAGE);
	if (r < 0)
		return error_set_errno(err, r, walk->env->name, "cannot read the data file at page %llu",
				       (unsigned long long)first);
	for (uint64_t i = 0; i < pages; i++)
		walk_touch_page(walk, &reader->content, first + i, block + i * CONTENT_PAGE, false);
	return 0;
}

static int run(const struct workload_env *env, struct error *err)
{
	struct reader reader = {
		.walk = { .env = env,
			  .unit_pages = blocks_pages(env->params),
			  .fill = read_unit,
			  .touch = read_unit },
		.own = workload_own(env),
	};
	_cleanup_free_ unsigned char *blocks = blocks_buffer(env->params);
	_cleanup_close_ int fd = data_file_open(env, O_RDONLY, err);
	int r;

	if (fd < 0)
		return fd;
	if (!blocks)
		return error_set_errno(err, -ENOMEM, env->name, "cannot get a buffer");
	r = blocks_set_readahead(fd, env->params->readahead);
	if (r < 0)
		return error_set_errno(err, r, env->name, "cannot set the readahead");
	reader.fd = fd;
	reader.blocks = blocks;
	data_file_content(env, &reader.content);
	r = walk_run(&reader.walk, err);
	if (r == 0)
		walk_end(env);
	return r;
}

static const struct workload_option options[] = {
	DATA_FILE_OPTION,
	BLOCKS_OPTION_BLOCK,
	BLOCKS_OPTION_READAHEAD,
	{ "drop_behind", OPTION_BOOL, WORKLOAD_OWN(struct own, drop_behind), .fallback = "false",
	  .doc = "tell the kernel after each block that its pages are not needed any more" },
	{ .name = NULL },
};

const struct workload_kind workload_file_read = {
	.name = "file_read",
	.summary = "page cache through read(2): reads a file once, then block by block again",
	.needs_disk = true,
	.traits = TRAIT_WALK,
	.options = options,
	.disk_bytes = data_file_bytes,
	.prepare = data_file_prepare,
	.run = run,
};
