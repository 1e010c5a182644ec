/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel objects: memory that is no page of anybody's and that the group is
 * charged for. Reclaimable are names that were looked up and not found
 * (negative dentries), which the kernel remembers until it needs the memory,
 * and the dentries and inodes of files that are only looked at; unreclaimable
 * are messages that nobody reads, in the buffers of sockets.
 * What an object costs depends on the kernel, so it is measured on the way.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/util.h"
#include "workloads/content.h"
#include "workloads/proc_value.h"
#include "workloads/walk.h"

enum slab_type { SLAB_RECLAIMABLE, SLAB_INODES, SLAB_UNRECLAIMABLE };

struct slab_options {
	unsigned type;
};

struct slab {
	struct walk walk; /* first: the accesses get a pointer to it */
	const struct source *source;
	uint64_t n_objects;
	uint64_t before_bytes;	  /* of the counter, before the first object */
	uint64_t check_at;	  /* the unit of the fill at which the cost is measured again */
	double object_bytes;	  /* what an object costs, as known so far */
	int dir_fd;		  /* reclaimable, inodes: where the names are looked for */
	int (*pairs)[2];	  /* unreclaimable: sockets; the first sends to the second, which does not read */
	size_t n_pairs;
};

/* What a type is made of. */
struct source {
	const char *counter;	/* line of /proc/meminfo */
	const char *dir;	/* where its names are */
	unsigned guess_bytes;	/* cost of an object before it was measured; it is never less than half of that */
	int (*make)(struct slab *slab, struct error *err);
	/* An access to objects first to end-1. */
	int (*touch)(struct slab *slab, uint64_t first, uint64_t end, struct error *err);
};

/*
 * Names in sysfs, which has no disk below it and keeps what was not found.
 * They are short enough to be kept in the dentry itself.
 */
static int look_up(const struct slab *slab, uint64_t object, struct error *err)
{
	char name[32];

	snprintf(name, sizeof(name), "%llx.%llx", (unsigned long long)slab->walk.env->seed, (unsigned long long)object);
	if (faccessat(slab->dir_fd, name, F_OK, 0) == 0 || errno == ENOENT)
		return 0;
	return error_set_errno(err, -errno, slab->walk.env->name, "cannot look up a name");
}

static int make_name(struct slab *slab, struct error *err)
{
	return look_up(slab, slab->n_objects, err);
}

static int touch_names(struct slab *slab, uint64_t first, uint64_t end, struct error *err)
{
	int r = 0;

	for (uint64_t i = first; r == 0 && i < end; i++)
		r = look_up(slab, i, err);
	return r;
}

/*
 * Files without a disk: those of /proc/self/fd, one for each descriptor. The
 * descriptors are copies of one and cost no more than their place in the table.
 */
enum { FIRST_FD = 64 };

static int look_at(const struct slab *slab, uint64_t object, struct error *err)
{
	struct stat st;
	char name[16];

	snprintf(name, sizeof(name), "%llu", (unsigned long long)FIRST_FD + object);
	if (fstatat(slab->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_set_errno(err, -errno, slab->walk.env->name, "cannot look at /proc/self/fd/%s", name);
	return 0;
}

static int make_inode(struct slab *slab, struct error *err)
{
	if (fcntl(slab->dir_fd, F_DUPFD_CLOEXEC, (int)(FIRST_FD + slab->n_objects)) < 0)
		return error_set_errno(err, -errno, slab->walk.env->name, "cannot have %llu files open",
				       (unsigned long long)slab->n_objects);
	return look_at(slab, slab->n_objects, err);
}

static int touch_inodes(struct slab *slab, uint64_t first, uint64_t end, struct error *err)
{
	int r = 0;

	for (uint64_t i = first; r == 0 && i < end; i++)
		r = look_at(slab, i, err);
	return r;
}

/* With the kernel's own data behind it the message fills 4 KiB; it is in no page of user space. */
enum { MESSAGE_BYTES = 4096 - 320 };

static int add_pair(struct slab *slab, struct error *err)
{
	slab->pairs = xrealloc(slab->pairs, (slab->n_pairs + 1) * sizeof(*slab->pairs));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, slab->pairs[slab->n_pairs]) < 0)
		return error_set_errno(err, -errno, slab->walk.env->name, "cannot make a socket");
	slab->n_pairs++;
	return 0;
}

static int send_message(struct slab *slab, size_t pair)
{
	char message[MESSAGE_BYTES];

	memset(message, 0x5a, sizeof(message));
	return send(slab->pairs[pair][0], message, sizeof(message), MSG_DONTWAIT) < 0 ? -errno : 0;
}

static int make_message(struct slab *slab, struct error *err)
{
	int r = slab->n_pairs ? send_message(slab, slab->n_pairs - 1) : -EAGAIN;

	if (r == -EAGAIN) {
		r = add_pair(slab, err);
		if (r < 0)
			return r;
		r = send_message(slab, slab->n_pairs - 1);
	}
	return r < 0 ? error_set_errno(err, r, slab->walk.env->name, "cannot send a message") : 0;
}

/* The oldest message of a socket goes and a new one comes. */
static int touch_messages(struct slab *slab, uint64_t first, uint64_t end, struct error *err)
{
	int r = 0;

	for (uint64_t i = first; r == 0 && i < end; i++) {
		size_t pair = (size_t)(i * slab->n_pairs / slab->n_objects);
		char message[MESSAGE_BYTES];

		r = recv(slab->pairs[pair][1], message, sizeof(message), MSG_DONTWAIT) < 0 ? -errno : send_message(slab, pair);
		if (r < 0)
			error_set_errno(err, r, slab->walk.env->name, "cannot replace a message");
	}
	return r;
}

static const struct source sources[] = {
	[SLAB_RECLAIMABLE] = { "SReclaimable", "/sys/kernel", 192, make_name, touch_names },
	[SLAB_INODES] = { "SReclaimable", "/proc/self/fd", 192 + 680, make_inode, touch_inodes },
	[SLAB_UNRECLAIMABLE] = { "SUnreclaim", "/", 4096 + 256, make_message, touch_messages },
};

/* The counters are kept by CPU and added up now and then; root can have it done. */
static int read_counter(const struct slab *slab, uint64_t *ret, struct error *err)
{
	file_write("", "/proc/sys/vm/stat_refresh", "1", NULL);
	return proc_value("/proc/meminfo", slab->source->counter, ret, err);
}

static int read_growth(const struct slab *slab, uint64_t *ret, struct error *err)
{
	uint64_t now;
	int r = read_counter(slab, &now, err);

	if (r == 0)
		*ret = now > slab->before_bytes ? now - slab->before_bytes : 0;
	return r;
}

/* Where objects are reclaimed as fast as they come, it must end all the same: hence the least cost. */
static int measure_cost(struct slab *slab, struct error *err)
{
	uint64_t growth = 0;
	int r = read_growth(slab, &growth, err);

	if (r == 0 && slab->n_objects > 0)
		slab->object_bytes = MAX((double)growth / (double)slab->n_objects, slab->source->guess_bytes / 2.0);
	return r;
}

static uint64_t n_units(const struct slab *slab)
{
	return slab->walk.env->size_bytes / CONTENT_PAGE;
}

/*
 * What became of all the objects. Under pressure they may be reclaimed as fast
 * as they come, and then the slab that was asked for never was there. Others
 * use slabs, too: a little is no matter.
 */
static int check_growth(const struct slab *slab, struct error *err)
{
	const struct workload_env *env = slab->walk.env;
	uint64_t growth = 0;
	int r = read_growth(slab, &growth, err);

	if (r < 0)
		return r;
	workload_set_figure(env, "slab_bytes", (double)growth);
	workload_set_figure(env, "slab_objects", (double)slab->n_objects);
	if (growth + env->size_bytes / 10 + 2 * MIB >= env->size_bytes)
		return 0;
	return error_set(err, -ENOMEM, env->name, "%s grew by %llu bytes and not by %llu", slab->source->counter,
			 (unsigned long long)growth, (unsigned long long)env->size_bytes);
}

/* So many objects that the units up to this one are full; the cost is measured 16 times on the way. */
static int fill_unit(struct walk *walk, uint64_t unit, bool write, struct error *err)
{
	struct slab *slab = (struct slab *)walk;
	int r = 0;

	(void)write;
	if (unit == slab->check_at) {
		slab->check_at += MAX(n_units(slab) / 16, 1);
		r = measure_cost(slab, err);
	}
	while (r == 0 && (double)slab->n_objects * slab->object_bytes < (double)(unit + 1) * CONTENT_PAGE) {
		r = slab->source->make(slab, err);
		if (r == 0)
			slab->n_objects++;
	}
	if (r == 0 && unit + 1 == n_units(slab))
		r = check_growth(slab, err);
	return r;
}

static int touch_unit(struct walk *walk, uint64_t unit, bool write, struct error *err)
{
	struct slab *slab = (struct slab *)walk;
	uint64_t n = n_units(slab);

	(void)write;
	return slab->source->touch(slab, unit * slab->n_objects / n, (unit + 1) * slab->n_objects / n, err);
}

/* Two for about 200 KB of messages, or one for each inode; without the right to so many, as many as there may be. */
static void allow_descriptors(enum slab_type type, uint64_t bytes)
{
	struct rlimit limit;
	rlim_t wanted = 2ULL * FIRST_FD + bytes / (type == SLAB_INODES ? sources[type].guess_bytes / 2 : 65536);

	if (type == SLAB_RECLAIMABLE || getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return;
	if (setrlimit(RLIMIT_NOFILE, &(struct rlimit){ wanted, MAX(wanted, limit.rlim_max) }) < 0)
		setrlimit(RLIMIT_NOFILE, &(struct rlimit){ MIN(wanted, limit.rlim_max), limit.rlim_max });
}

static void free_objects(struct slab *slab)
{
	for (size_t i = 0; i < slab->n_pairs; i++) {
		close(slab->pairs[i][0]);
		close(slab->pairs[i][1]);
	}
	free(slab->pairs);
	for (uint64_t i = 0; slab->source == &sources[SLAB_INODES] && i < slab->n_objects; i++)
		close((int)(FIRST_FD + i));
}

static int run_in(struct slab *slab, struct error *err)
{
	const struct workload_env *env = slab->walk.env;
	int r = read_counter(slab, &slab->before_bytes, err);

	if (r == 0)
		r = walk_run(&slab->walk, err);
	if (r == 0)
		walk_end(env);
	return r;
}

static int run(const struct workload_env *env, struct error *err)
{
	const struct slab_options *own = workload_own(env);
	const struct source *source = &sources[own->type];
	_cleanup_close_ int dir_fd = open(source->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct slab slab = {
		.walk = { .env = env, .unit_pages = 1, .fill = fill_unit, .touch = touch_unit, .fill_writes = true },
		.source = source,
		.object_bytes = source->guess_bytes,
		.dir_fd = dir_fd,
	};
	int r;

	if (dir_fd < 0)
		return error_set_errno(err, -errno, source->dir, "cannot open the directory");
	allow_descriptors(own->type, env->size_bytes);
	r = run_in(&slab, err);
	free_objects(&slab);
	return r;
}

static const char *const type_choices[] = { "reclaimable", "inodes", "unreclaimable", NULL };

static const struct workload_option options[] = {
	{ "size", OPTION_SIZE, offsetof(struct workload_params, size), .doc = "by how much the kernel's slab memory grows" },
	{ "type", OPTION_CHOICE, WORKLOAD_OWN(struct slab_options, type), .fallback = "reclaimable", .choices = type_choices,
	  .doc = "\"reclaimable\": names looked up in vain; \"inodes\": files looked at; \"unreclaimable\": messages that nobody reads" },
	{ .name = NULL },
};

static const char *const without[] = { "compressibility", NULL };

const struct workload_kind workload_slab = {
	.name = "slab",
	.summary = "kernel objects, which the group is charged for: dentries, inodes, or messages in sockets",
	.options = options,
	.without = without,
	.run = run,
};
