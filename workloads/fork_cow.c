/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copy-on-write: the parent fills its memory and forks; each child writes a
 * share of the pages it got and so has copies of its own, as a database that
 * snapshots itself by fork() does. The children keep them until the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "common/rng.h"
#include "common/util.h"
#include "workloads/children.h"
#include "workloads/content.h"
#include "workloads/pattern.h"
#include "workloads/walk.h"

enum { CHILDREN_MAX = 64 };

struct fork_options {
	uint64_t children;
	double write;
};

/* What a child tells, in memory it shares with the parent. */
struct child {
	uint64_t faults, alone_bytes, bad_pages;
	int error;
};

struct cow {
	struct walk walk; /* first: the accesses get a pointer to it */
	const struct fork_options *options;
	struct content content;
	unsigned char *memory;
	uint64_t n_pages;
	struct child *children;
	int ready[2];	/* a byte of every child that has written */
	int release[2]; /* the children's end is that of this pipe */
};

static uint64_t minor_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)usage.ru_minflt;
}

/*
 * Bytes of the memory that only this process maps: page by page, since a sum over the process has its stack and heap in it.
 * Bits of an entry: Documentation/admin-guide/mm/pagemap.rst.
 */
static int count_alone(const struct cow *cow, uint64_t *ret)
{
	const uint64_t alone = UINT64_C(1) << 63 | UINT64_C(1) << 56; /* present, mapped exclusively */
	uint64_t entries[256], bytes = 0, n;
	_cleanup_close_ int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (uint64_t done = 0; done < cow->n_pages; done += n) {
		off_t from = (off_t)(((uintptr_t)cow->memory / CONTENT_PAGE + done) * sizeof(*entries));
		ssize_t r = pread(fd, entries, MIN(cow->n_pages - done, ARRAY_SIZE(entries)) * sizeof(*entries), from);

		if (r <= 0)
			return r < 0 ? -errno : -ENODATA;
		n = (uint64_t)r / sizeof(*entries);
		for (uint64_t i = 0; i < n; i++)
			bytes += (entries[i] & alone) == alone ? CONTENT_PAGE : 0;
	}
	*ret = bytes;
	return 0;
}

/* A child's pages are different ones: the first in order, or as many scattered over the memory. */
static void write_share(struct cow *cow, uint64_t number, struct child *child)
{
	const struct workload_env *env = cow->walk.env;
	uint64_t n = (uint64_t)(cow->options->write * (double)cow->n_pages + 0.5);
	bool in_order = env->params->pattern == PATTERN_SEQUENTIAL;
	struct pattern pattern;
	uint64_t first;

	pattern_init(&pattern, env->params, cow->n_pages, env->seed + number);
	/* fork() does not copy the page tables of code and shared memory: what the loop needs of them is got first. */
	first = pattern_scatter(&pattern, 0);
	content_check(&cow->content, first, cow->memory + first * CONTENT_PAGE);
	child->bad_pages = 0;
	child->faults = minor_faults();
	for (uint64_t i = 0; i < n; i++) {
		uint64_t page = in_order ? i : pattern_scatter(&pattern, i);

		if (!content_rewrite(&cow->content, page, cow->memory + page * CONTENT_PAGE))
			child->bad_pages++;
	}
	child->faults = minor_faults() - child->faults;
}

static void child_main(struct cow *cow, uint64_t number)
{
	struct child *child = &cow->children[number];
	char byte = 0;

	close(cow->release[1]); /* or it would wait for itself */
	write_share(cow, number, child);
	child->error = count_alone(cow, &child->alone_bytes);
	if (write(cow->ready[1], &byte, 1) == 1)
		while (read(cow->release[0], &byte, 1) < 0 && errno == EINTR)
			;
	_exit(0);
}

static int wait_ready(struct cow *cow, struct error *err)
{
	const struct workload_env *env = cow->walk.env;
	uint64_t faults = 0, bytes = 0;

	/* A child that dies takes us with it, so every byte comes. */
	for (uint64_t i = 0; i < cow->options->children; i++) {
		char byte;

		while (read(cow->ready[0], &byte, 1) < 0 && errno == EINTR)
			;
	}
	for (uint64_t i = 0; i < cow->options->children; i++) {
		const struct child *child = &cow->children[i];

		if (child->error < 0)
			return error_set_errno(err, child->error, env->name, "cannot read /proc/self/pagemap");
		faults += child->faults;
		bytes += child->alone_bytes;
		env->report->bad_pages += child->bad_pages;
	}
	workload_set_figure(env, "cow_faults", (double)faults);
	workload_set_figure(env, "cow_bytes", (double)bytes);
	return 0;
}

static int fork_children(struct cow *cow, struct error *err)
{
	children_bind();
	for (uint64_t i = 0; i < cow->options->children; i++) {
		pid_t pid = child_fork();

		if (pid == 0)
			child_main(cow, i);
		if (pid < 0)
			return error_set_errno(err, -errno, cow->walk.env->name, "cannot fork");
	}
	return wait_ready(cow, err);
}

/* Also after a failure, with whatever children there are. */
static void end_children(struct cow *cow)
{
	children_unbind();
	close(cow->release[1]);
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

/* It is filled when the children have their copies. */
static int fill_page(struct walk *walk, uint64_t page, bool write, struct error *err)
{
	struct cow *cow = (struct cow *)walk;

	(void)write;
	content_fill(&cow->content, page, cow->memory + page * CONTENT_PAGE);
	return page + 1 == cow->n_pages ? fork_children(cow, err) : 0;
}

/* The parent's pages are as they were, whatever the children wrote. It only reads: a write would copy again. */
static int read_page(struct walk *walk, uint64_t page, bool write, struct error *err)
{
	const struct cow *cow = (const struct cow *)walk;

	(void)write;
	(void)err;
	if (!content_check(&cow->content, page, cow->memory + page * CONTENT_PAGE))
		walk_bad_page(walk, page);
	return 0;
}

static int run_in(struct cow *cow, struct error *err)
{
	int r = walk_run(&cow->walk, err);

	if (r == 0)
		walk_end(cow->walk.env);
	end_children(cow);
	return r;
}

static int make_pipes(struct cow *cow)
{
	if (pipe2(cow->ready, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(cow->release, O_CLOEXEC) < 0) {
		int r = -errno;

		close(cow->ready[0]);
		close(cow->ready[1]);
		return r;
	}
	return 0;
}

static int run_with_pipes(struct cow *cow, struct error *err)
{
	int r = make_pipes(cow);

	if (r < 0)
		return error_set_errno(err, r, cow->walk.env->name, "cannot make a pipe");
	r = run_in(cow, err);
	close(cow->ready[0]);
	close(cow->ready[1]);
	close(cow->release[0]);
	return r;
}

static int run(const struct workload_env *env, struct error *err)
{
	struct cow cow = {
		.walk = { .env = env, .unit_pages = 1, .fill = fill_page, .touch = read_page, .fill_writes = true },
		.options = workload_own(env),
		.n_pages = env->size_bytes / CONTENT_PAGE,
	};
	const size_t told_bytes = CHILDREN_MAX * sizeof(*cow.children);
	int r = -ENOMEM;

	content_init(&cow.content, rng_derive(env->seed, "content"), env->params->compressibility);
	cow.memory = mmap(NULL, env->size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	cow.children = mmap(NULL, told_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (cow.memory == MAP_FAILED || cow.children == MAP_FAILED)
		error_set_errno(err, r, env->name, "cannot map %llu bytes of memory", (unsigned long long)env->size_bytes);
	else
		r = run_with_pipes(&cow, err);
	if (cow.memory != MAP_FAILED)
		munmap(cow.memory, env->size_bytes);
	if (cow.children != MAP_FAILED)
		munmap(cow.children, told_bytes);
	return r;
}

static const struct workload_option options[] = {
	{ "children", OPTION_COUNT, WORKLOAD_OWN(struct fork_options, children), .fallback = "1", .min = 1,
	  .max = CHILDREN_MAX, .doc = "how many processes are forked, all at once" },
	{ "write", OPTION_RATIO, WORKLOAD_OWN(struct fork_options, write), .fallback = "0.5", .min = 0, .max = 1,
	  .doc = "share of the pages that each child writes and so copies" },
	{ .name = NULL },
};

const struct workload_kind workload_fork_cow = {
	.name = "fork_cow",
	.summary = "copy-on-write after fork: children write a share of their parent's pages and keep the copies",
	.options = options,
	.run = run,
};
