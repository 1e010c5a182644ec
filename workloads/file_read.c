/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read(2) of a file: page cache that nobody maps. Clean, so reclaim can drop
 * it without any I/O; what is read again after that are refaults.
 */
#include <errno.h>
#include <fcntl.h>

#include "common/util.h"
#include "workloads/data_file.h"
#include "workloads/walk.h"

struct reader {
	struct walk walk; /* first: the accesses get a pointer to it */
	struct content content;
	unsigned char *blocks; /* one for each thread */
	int fd;
};

static int read_all(int fd, unsigned char *data, size_t n, uint64_t at)
{
	while (n > 0) {
		ssize_t done = pread(fd, data, n, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? -errno : -EIO; /* it has become shorter */
		data += done;
		at += (uint64_t)done;
		n -= (size_t)done;
	}
	return 0;
}

static int read_unit(struct walk *walk, uint64_t unit, bool write, struct error *err)
{
	const struct reader *reader = (const struct reader *)walk;
	uint64_t first = unit * walk->unit_pages, pages = walk_pages(walk, unit);
	unsigned char *block = reader->blocks + walk_thread() * walk->unit_pages * CONTENT_PAGE;
	int r = read_all(reader->fd, block, pages * CONTENT_PAGE, first * CONTENT_PAGE);

	(void)write;
	if (r < 0)
		return error_set_errno(err, r, walk->env->name, "cannot read the data file at page %llu",
				       (unsigned long long)first);
	for (uint64_t i = 0; i < pages; i++)
		walk_touch_page(walk, &reader->content, first + i, block + i * CONTENT_PAGE, false);
	return 0;
}

/* The advice for the whole file; with "random" the kernel reads what is asked for and nothing ahead. */
static int set_readahead(int fd, enum file_readahead readahead)
{
	static const int advice[] = {
		[READAHEAD_NORMAL] = POSIX_FADV_NORMAL,
		[READAHEAD_SEQUENTIAL] = POSIX_FADV_SEQUENTIAL,
		[READAHEAD_RANDOM] = POSIX_FADV_RANDOM,
	};

	return -posix_fadvise(fd, 0, 0, advice[readahead]);
}

static int run(const struct workload_env *env, struct error *err)
{
	struct reader reader = {
		.walk = { .env = env,
			  .unit_pages = 1ULL << env->params->block,
			  .fill = read_unit,
			  .touch = read_unit },
	};
	_cleanup_free_ unsigned char *blocks =
		aligned_alloc(CONTENT_PAGE, walk_threads(&reader.walk) * CONTENT_PAGE << env->params->block);
	_cleanup_close_ int fd = data_file_open(env, O_RDONLY, err);
	int r;

	if (fd < 0)
		return fd;
	if (!blocks)
		return error_set_errno(err, -ENOMEM, env->name, "cannot get a buffer");
	r = set_readahead(fd, env->params->readahead);
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

/* The index is the order: 4 KiB << index. */
static const char *const block_choices[] = { "4K",   "8K",   "16K",  "32K", "64K",
					     "128K", "256K", "512K", "1M",  NULL };
static const char *const readahead_choices[] = { "normal", "sequential", "random", NULL };

static const struct workload_option options[] = {
	DATA_FILE_OPTION,
	{ "block", OPTION_CHOICE, offsetof(struct workload_params, block), .fallback = "64K",
	  .choices = block_choices, .doc = "how much one read asks for; an access is one block" },
	{ "readahead", OPTION_CHOICE, offsetof(struct workload_params, readahead), .fallback = "normal",
	  .choices = readahead_choices,
	  .doc = "what the kernel is told by posix_fadvise(); random reads nothing ahead" },
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
