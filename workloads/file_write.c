/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * write(2) to a file: dirty page cache, which must be written to the disk
 * before it can be reclaimed, and which holds the writer up when there is too
 * much of it. When it gets there is up to the kernel, or to fsync().
 */
#include <errno.h>
#include <fcntl.h>

#include "common/clock.h"
#include "common/util.h"
#include "workloads/blocks.h"
#include "workloads/data_file.h"
#include "workloads/walk.h"

enum when_fsync { FSYNC_NONE, FSYNC_END };

struct own {
	enum when_fsync fsync;
	uint64_t fsync_every; /* bytes, 0 is never */
	bool drop_behind;
};

struct writer {
	struct walk walk; /* first: the accesses get a pointer to it */
	const struct own *own;
	struct content content;
	unsigned char *block;
	int fd;
	uint64_t written, unsynced; /* bytes */
	uint64_t fsync_max_ns;
};

static int sync_file(struct writer *writer)
{
	uint64_t begin = now_ns();
	int r = fsync(writer->fd) < 0 ? -errno : 0;

	writer->fsync_max_ns = MAX(writer->fsync_max_ns, now_ns() - begin);
	writer->unsynced = 0;
	return r;
}

/* What the options ask for after a block. */
static int settle(struct writer *writer, uint64_t at, uint64_t n)
{
	const struct own *own = writer->own;
	int r = 0;

	if (own->fsync_every && writer->unsynced >= own->fsync_every)
		r = sync_file(writer);
	if (r == 0 && own->drop_behind)
		r = blocks_write_back(writer->fd, at, n);
	if (r == 0 && own->drop_behind)
		r = blocks_drop(writer->fd, at, n);
	return r;
}

static int write_unit(struct walk *walk, uint64_t unit, bool write, struct error *err)
{
	struct writer *writer = (struct writer *)walk;
	uint64_t first = unit * walk->unit_pages, pages = walk_pages(walk, unit), bytes = pages * CONTENT_PAGE;
	int r;

	(void)write;
	for (uint64_t i = 0; i < pages; i++)
		content_fill(&writer->content, first + i, writer->block + i * CONTENT_PAGE);
	r = blocks_write(writer->fd, writer->block, bytes, first * CONTENT_PAGE);
	if (r == 0) {
		writer->written += bytes;
		writer->unsynced += bytes;
		r = settle(writer, first * CONTENT_PAGE, bytes);
	}
	if (r < 0)
		return error_set_errno(err, r, walk->env->name, "cannot write the data file at page %llu",
				       (unsigned long long)first);
	return 0;
}

static int write_file(struct writer *writer, struct error *err)
{
	const struct workload_env *env = writer->walk.env;
	int r = walk_run(&writer->walk, err);

	if (r < 0)
		return r;
	if (writer->own->fsync == FSYNC_END && (r = sync_file(writer)) < 0)
		return error_set_errno(err, r, env->name, "cannot write the data file back");
	workload_set_figure(env, "written_bytes", (double)writer->written);
	if (writer->own->fsync == FSYNC_END || writer->own->fsync_every)
		workload_set_figure(env, "fsync_max_ns", (double)writer->fsync_max_ns);
	walk_end(env);
	return 0;
}

static int run(const struct workload_env *env, struct error *err)
{
	struct writer writer = {
		.walk = { .env = env,
			  .unit_pages = blocks_pages(env->params),
			  .fill = write_unit,
			  .touch = write_unit,
			  .fill_writes = true,
			  .write = 1 },
		.own = workload_own(env),
	};
	_cleanup_free_ unsigned char *block = blocks_buffer(env->params);
	_cleanup_close_ int fd = data_file_open(env, O_WRONLY, err);

	if (fd < 0)
		return fd;
	if (!block)
		return error_set_errno(err, -ENOMEM, env->name, "cannot get a buffer");
	writer.fd = fd;
	writer.block = block;
	data_file_content(env, &writer.content);
	return write_file(&writer, err);
}

static const char *const fsync_choices[] = { "none", "end", NULL };

static const struct workload_option options[] = {
	DATA_FILE_OPTION,
	BLOCKS_OPTION_BLOCK,
	{ "fsync", OPTION_CHOICE, WORKLOAD_OWN(struct own, fsync), .fallback = "none", .choices = fsync_choices,
	  .doc = "at the end: leave dirty pages to the kernel, or wait until they are written" },
	{ "fsync_every", OPTION_BYTES, WORKLOAD_OWN(struct own, fsync_every), .fallback = "0", .min = 0,
	  .max = 0x1p40, .doc = "fsync() each time that so much was written since the last; 0 is never" },
	{ "drop_behind", OPTION_BOOL, WORKLOAD_OWN(struct own, drop_behind), .fallback = "false",
	  .doc = "write each block back at once, wait for it, and take its pages out of the page cache" },
	{ .name = NULL },
};

/* It keeps count of what is to be synced, and reads nothing back. */
static const char *const without[] = { "threads", "verify", NULL };

const struct workload_kind workload_file_write = {
	.name = "file_write",
	.summary = "dirty page cache through write(2): overwrites a file once, then block by block again",
	.needs_disk = true,
	.traits = TRAIT_WALK,
	.options = options,
	.without = without,
	.disk_bytes = data_file_bytes,
	.prepare = data_file_prepare,
	.run = run,
};
