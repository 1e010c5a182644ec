/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/stock.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common/util.h"
#include "runner/lab/cache.h"
#include "runner/lab/parts.h"
#include "runner/lab/scratch.h"

#define BOOT_LIMIT_S 180

struct entry {
	struct stock_want want;
	char *text; /* cache_describe(): what tells guests apart */
	char key[CACHE_KEY_ROOM];
	struct snapshot snapshot;
	bool ready, cached, failed;
	int console_fd; /* of a guest that did not come up; -1: none */
	pid_t pid; /* of the process that boots it; 0: none */
	int pidfd;
	struct error *failure; /* shared with that process */
};

struct stock {
	struct entry **list; /* entries stay where they are: their snapshots are borrowed */
	size_t n;
	unsigned limit_s;
};

struct stock *stock_new(unsigned limit_s)
{
	struct stock *stock = xcalloc(1, sizeof(*stock));

	stock->limit_s = limit_s ? limit_s : BOOT_LIMIT_S;
	return stock;
}

static void end_process(struct entry *e)
{
	if (e->pid == 0)
		return;
	close(e->pidfd);
	munmap(e->failure, sizeof(*e->failure));
	e->pid = 0;
}

static void free_entry(struct entry *e)
{
	int status;

	if (e->pid) {
		kill(e->pid, SIGKILL); /* its QEMU dies with it */
		while (waitpid(e->pid, &status, 0) < 0 && errno == EINTR)
			;
		end_process(e);
	}
	snapshot_close(&e->snapshot);
	if (e->console_fd >= 0)
		close(e->console_fd);
	free(e->text);
	free(e);
}

void stock_free(struct stock *stock)
{
	for (size_t i = 0; stock && i < stock->n; i++)
		free_entry(stock->list[i]);
	if (stock)
		free(stock->list);
	free(stock);
}

void stock_drop(struct stock *stock, const void *owner)
{
	for (size_t i = 0; i < stock->n; i++)
		if (stock->list[i]->want.owner == owner) {
			free_entry(stock->list[i]);
			stock->list[i--] = stock->list[--stock->n];
		}
}

static struct entry *find(const struct stock *stock, const struct stock_want *want, const char *text)
{
	for (size_t i = 0; i < stock->n; i++)
		if (stock->list[i]->want.owner == want->owner && streq(stock->list[i]->text, text))
			return stock->list[i];
	return NULL;
}

static struct entry *add(struct stock *stock, const struct stock_want *want, char *text)
{
	struct entry *e = xcalloc(1, sizeof(*e));

	*e = (struct entry){ .want = *want, .text = text, .snapshot = SNAPSHOT_NONE, .pidfd = -1, .console_fd = -1 };
	stock->list = xrealloc(stock->list, (stock->n + 1) * sizeof(*stock->list));
	return stock->list[stock->n++] = e;
}

static int look_in_cache(struct entry *e, struct error *err)
{
	int r;

	if (e->want.owner)
		return 0;
	r = cache_key(&e->want.spec, e->key, err);
	if (r == 0)
		e->ready = e->cached = cache_open(e->key, e->want.spec.machine, &e->snapshot, NULL) == 0;
	return r;
}

int stock_find(struct stock *stock, const struct stock_want *want, const struct snapshot **ret, struct error *err)
{
	char *text = cache_describe(&want->spec);
	struct entry *e = find(stock, want, text);
	int r;

	if (e) {
		free(text);
	} else {
		r = part_check_preload(err);
		if (r < 0) {
			free(text);
			return r;
		}
		e = add(stock, want, text);
		r = look_in_cache(e, err);
		if (r < 0)
			return r;
	}
	*ret = &e->snapshot;
	if (e->failed)
		return STOCK_FAILED;
	return e->ready ? STOCK_READY : e->pid ? STOCK_BOOTING : STOCK_MISSING;
}

static struct entry *find_wanted(const struct stock *stock, const struct stock_want *want)
{
	_cleanup_free_ char *text = cache_describe(&want->spec);

	return find(stock, want, text);
}

char *stock_console(struct stock *stock, const struct stock_want *want)
{
	const struct entry *e = find_wanted(stock, want);
	struct stat st;
	char *text;
	ssize_t n;

	if (!e || e->console_fd < 0 || fstat(e->console_fd, &st) < 0)
		return xstrdup("");
	text = xcalloc(1, (size_t)st.st_size + 1);
	n = pread(e->console_fd, text, (size_t)st.st_size, 0);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

bool stock_distrust(struct stock *stock, const struct stock_want *want)
{
	struct entry *e = find_wanted(stock, want);

	if (!e || !e->cached)
		return false;
	cache_remove(e->key);
	snapshot_close(&e->snapshot);
	e->ready = e->cached = false;
	return true;
}

enum { BOOT_FAILED = 1, GUEST_FAILED };

/* Kept only under the name of what was booted: files may have changed since the key was made. */
static void keep(const struct entry *e)
{
	char key[CACHE_KEY_ROOM];

	if (!e->want.owner && cache_key(&e->want.spec, key, NULL) == 0 && streq(key, e->key))
		cache_keep(key, &e->want.spec, &e->snapshot, NULL);
}

/* The process that boots a guest and saves it. A cache that cannot be written costs the next run a boot, no more. */
static void boot_and_exit(struct entry *e, unsigned limit_s, pid_t parent)
{
	int r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	r = snapshot_boot(&e->snapshot, &e->want.spec, limit_s, e->console_fd, e->failure);
	if (r == 0)
		keep(e);
	_exit(r == 0 ? 0 : r == -EPROTO || r == -ETIMEDOUT ? GUEST_FAILED : BOOT_FAILED);
}

static int fork_boot(struct entry *e, unsigned limit_s, struct error *err)
{
	pid_t parent = getpid();

	e->failure = mmap(NULL, sizeof(*e->failure), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (e->failure == MAP_FAILED)
		return error_set_errno(err, -errno, "snapshot", "cannot share memory");
	e->pid = fork();
	if (e->pid == 0)
		boot_and_exit(e, limit_s, parent);
	if (e->pid < 0) {
		munmap(e->failure, sizeof(*e->failure));
		e->pid = 0;
		return error_set_errno(err, -errno, "snapshot", "cannot start a process");
	}
	e->pidfd = (int)syscall(SYS_pidfd_open, e->pid, 0);
	return e->pidfd < 0 ? error_set_errno(err, -errno, "snapshot", "cannot watch the process") : e->pidfd;
}

/* What a boot writes of the memory, at most about, and the disk: a file system that is full would kill QEMU by SIGBUS. */
static bool has_room(const char *dir, const struct machine *machine)
{
	uint64_t need = 256 * MIB + machine->disk_bytes, room;

	for (unsigned i = 0; i < machine->n_nodes; i++)
		need += machine->nodes[i].memory_bytes / 16;
	return scratch_room(dir, &room, NULL) == 0 && room >= need;
}

/* In the cache, to be kept, or else where temporary files are. */
static int create(struct entry *e, struct error *err)
{
	const struct machine *machine = e->want.spec.machine;
	_cleanup_free_ char *dir = e->want.owner ? NULL : cache_dir();

	if (dir && has_room(dir, machine) && snapshot_create(machine, dir, &e->snapshot, NULL) == 0)
		return 0;
	if (!has_room(NULL, machine))
		return error_set(err, -ENOSPC, "TMPDIR", "there is no room to boot a guest");
	return snapshot_create(machine, NULL, &e->snapshot, err);
}

int stock_boot(struct stock *stock, const struct stock_want *want, struct error *err)
{
	struct entry *e = find_wanted(stock, want);
	int r = part_check_room(want->spec.machine, err);

	if (r == 0)
		r = create(e, err);
	if (r == 0 && e->console_fd < 0)
		r = e->console_fd = scratch_open(NULL, err);
	return r < 0 ? r : fork_boot(e, stock->limit_s, err);
}

int stock_finish(struct stock *stock, int fd, struct error *err)
{
	struct entry *e = NULL;
	int status = 0;

	for (size_t i = 0; i < stock->n && !e; i++)
		if (stock->list[i]->pid && stock->list[i]->pidfd == fd)
			e = stock->list[i];
	if (!e)
		return error_set(err, -ECHILD, "guest", "no guest is booting there");
	while (waitpid(e->pid, &status, 0) < 0 && errno == EINTR)
		;
	e->ready = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	e->failed = WIFEXITED(status) && WEXITSTATUS(status) == GUEST_FAILED;
	if (!e->ready && e->failure->what[0])
		error_set(err, -EIO, e->failure->where, "%s", e->failure->what);
	else if (!e->ready)
		error_set(err, -EIO, "snapshot", "the process that boots the guest was killed");
	end_process(e);
	return e->ready || e->failed ? 0 : -EIO;
}
