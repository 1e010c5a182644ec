/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/undo.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "common/clock.h"
#include "common/util.h"
#include "tuners/undo_parts.h"

/* ---- the list ---- */

struct undo_list *undo_list_new(void)
{
	struct undo_list *list = mmap(NULL, sizeof(*list), PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (list == MAP_FAILED)
		return NULL;
	list->finished = 1;
	return list;
}

void undo_list_begin(struct undo_list *list)
{
	list->journalled = 0;
	__atomic_store_n(&list->n, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&list->finished, 0, __ATOMIC_RELEASE);
}

void undo_list_finish(struct undo_list *list)
{
	__atomic_store_n(&list->finished, 1, __ATOMIC_RELEASE);
}

void undo_list_free(struct undo_list *list)
{
	if (list)
		munmap(list, sizeof(*list));
}

unsigned undo_count(const struct undo_list *list)
{
	return MIN(__atomic_load_n(&list->n, __ATOMIC_ACQUIRE), (uint32_t)UNDO_MOST);
}

static int copy(char *to, size_t room, const char *text, struct error *err)
{
	if (strlen(text) >= room)
		return error_set(err, -ENAMETOOLONG, text, "longer than %zu characters", room - 1);
	strcpy(to, text);
	return 0;
}

/* The entry counts only when it is whole. */
static struct undo *next(struct undo_list *list, enum undo_kind kind, struct error *err)
{
	struct undo *undo = &list->list[list->n];

	if (list->n == UNDO_MOST) {
		error_set(err, -ENOSPC, "", "more than %d things to undo", UNDO_MOST);
		return NULL;
	}
	*undo = (struct undo){ .kind = kind, .state = UNDO_SAVED };
	return undo;
}

static struct undo *append(struct undo_list *list, struct undo *undo)
{
	__atomic_store_n(&list->n, list->n + 1, __ATOMIC_RELEASE);
	return undo;
}

struct undo *undo_add_value(struct undo_list *list, const char *root, const struct tune *saved, struct error *err)
{
	_cleanup_free_ char *path = tunable_path(root, saved->tunable);
	_cleanup_free_ char *twin = *saved->twin_before
					    ? tunable_path(root, tunable_find(false, saved->tunable->twin))
					    : xstrdup("");
	struct undo *undo = next(list, UNDO_VALUE, err);

	if (!undo || copy(undo->path, sizeof(undo->path), path, err) < 0 ||
	    copy(undo->before, sizeof(undo->before), saved->before, err) < 0 ||
	    copy(undo->twin_path, sizeof(undo->twin_path), twin, err) < 0 ||
	    copy(undo->twin_before, sizeof(undo->twin_before), saved->twin_before, err) < 0)
		return NULL;
	undo->tunable = saved->tunable;
	return append(list, undo);
}

struct undo *undo_add_path(struct undo_list *list, enum undo_kind kind, const char *path, struct error *err)
{
	struct undo *undo = next(list, kind, err);

	if (!undo || copy(undo->path, sizeof(undo->path), path, err) < 0)
		return NULL;
	return append(list, undo);
}

struct undo *undo_add_control(struct undo_list *list, const char *group, const char *controllers, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s" UNDO_CONTROL_FILE, group);
	struct undo *undo = next(list, UNDO_CONTROL, err);

	if (!undo || copy(undo->path, sizeof(undo->path), path, err) < 0 ||
	    copy(undo->before, sizeof(undo->before), controllers, err) < 0)
		return NULL;
	return append(list, undo);
}

struct undo *undo_add_swap(struct undo_list *list, const char *path, const char *priority, struct error *err)
{
	struct undo *undo = next(list, UNDO_SWAP, err);

	if (!undo || copy(undo->path, sizeof(undo->path), path, err) < 0 ||
	    copy(undo->before, sizeof(undo->before), priority, err) < 0)
		return NULL;
	return append(list, undo);
}

const char *undo_name(const struct undo *undo)
{
	return undo->kind == UNDO_VALUE ? undo->tunable->key : undo->path;
}

/* ---- values ---- */

int undo_write_text(int dir, const char *path, const char *text)
{
	_cleanup_close_ int fd = openat(dir, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return -errno;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

ssize_t undo_read_text(int dir, const char *path, char *text, size_t room)
{
	_cleanup_close_ int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, room - 1);
	if (n < 0)
		return -errno;
	while (n > 0 && strchr(" \t\n", text[n - 1]))
		n--;
	text[n] = '\0';
	return n;
}

/* What a setting reads now, in the form tune_read() gives: of "always [madvise] never" the chosen word. */
static int read_value(const char *path, char *text, size_t room)
{
	char line[256], *open, *close;
	ssize_t n = undo_read_text(AT_FDCWD, path, line, sizeof(line));

	if (n < 0)
		return (int)n;
	open = strchr(line, '[');
	close = open ? strchr(open, ']') : NULL;
	if (close) {
		*close = '\0';
		memmove(line, open + 1, (size_t)(close - open));
	}
	if (strlen(line) >= room)
		return -EOVERFLOW;
	strcpy(text, line);
	return 0;
}

/* Before anything is put back, as one setting may change another: whose value it is now. */
static void look_at_value(struct undo *undo, bool force)
{
	char now[UNDO_TEXT];

	if (force && undo->state == UNDO_LEFT)
		undo->state = UNDO_CHANGED;
	if (force || undo->state != UNDO_CHANGED || read_value(undo->path, now, sizeof(now)) < 0)
		return;
	if (!streq(now, undo->effective) && !streq(now, undo->before))
		undo->state = UNDO_LEFT;
}

static int put_value_back(struct undo *undo)
{
	char now[UNDO_TEXT];
	int r;

	if (undo->state == UNDO_SAVED) {
		undo->state = UNDO_BACK; /* never changed by us */
		return 0;
	}
	if (undo->state == UNDO_LEFT)
		return 0;
	r = read_value(undo->path, now, sizeof(now));
	if (r == 0 && !streq(now, undo->before)) {
		r = *undo->twin_before ? undo_write_text(AT_FDCWD, undo->twin_path, undo->twin_before)
				       : undo_write_text(AT_FDCWD, undo->path, undo->before);
		if (r == 0)
			r = read_value(undo->path, now, sizeof(now));
		if (r == 0 && !streq(now, undo->before))
			r = -EIO;
	}
	if (r == 0)
		undo->state = UNDO_BACK;
	return r;
}

/* ---- groups ---- */

/* Without cgroup.kill (before 5.14): each by its number, until none is left. */
static void kill_each(int dir)
{
	char text[4096];
	ssize_t n = undo_read_text(dir, "cgroup.procs", text, sizeof(text));

	for (char *p = text; n > 0 && p < text + n;) {
		char *end;
		long pid = strtol(p, &end, 10);

		if (end == p)
			break;
		if (pid > 1)
			kill((pid_t)pid, SIGKILL);
		p = end + 1;
	}
}

/* As getdents64(2) gives it. */
struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short len;
	unsigned char type;
	char name[];
};

void undo_for_each(int dir, unsigned char type, undo_entry_fn *fn, void *opaque)
{
	_Alignas(struct entry) char buf[4096];
	ssize_t n;

	lseek(dir, 0, SEEK_SET);
	while ((n = syscall(SYS_getdents64, dir, buf, sizeof(buf))) > 0)
		for (ssize_t at = 0; at < n;) {
			const struct entry *entry = (const struct entry *)(buf + at);

			bool wanted = type == DT_UNKNOWN ? entry->type != DT_DIR : entry->type == type;

			if (wanted && !streq(entry->name, ".") && !streq(entry->name, ".."))
				fn(dir, entry->name, opaque);
			at += entry->len;
		}
}

int undo_open_dir(int parent, const char *name)
{
	return openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static void kill_group(int parent, const char *name, void *opaque)
{
	_cleanup_close_ int dir = undo_open_dir(parent, name);

	(void)opaque;
	if (dir < 0)
		return;
	if (undo_write_text(dir, "cgroup.kill", "1") < 0)
		kill_each(dir);
	undo_for_each(dir, DT_DIR, kill_group, NULL);
}

static void remove_group(int parent, const char *name, void *opaque)
{
	_cleanup_close_ int dir = undo_open_dir(parent, name);

	(void)opaque;
	if (dir < 0)
		return;
	undo_for_each(dir, DT_DIR, remove_group, NULL);
	unlinkat(parent, name, AT_REMOVEDIR);
}

void undo_pause(void)
{
	const struct timespec pause = { 0, 5 * (long)NSEC_PER_MSEC };

	nanosleep(&pause, NULL);
}

/* The processes go a little after they were killed: tried until the deadline. */
static int put_group_back(struct undo *undo, uint64_t deadline)
{
	for (;;) {
		kill_group(AT_FDCWD, undo->path, NULL);
		remove_group(AT_FDCWD, undo->path, NULL);
		if (access(undo->path, F_OK) < 0) {
			if (errno != ENOENT)
				return -errno;
			undo->state = UNDO_BACK;
			return 0;
		}
		if (now_ns() >= deadline)
			return -EBUSY;
		undo_pause();
	}
}

/* ---- files ---- */

static void remove_file(int dir, const char *name, void *opaque)
{
	(void)opaque;
	unlinkat(dir, name, 0);
}

static void remove_tree(int parent, const char *name, void *opaque)
{
	_cleanup_close_ int dir = undo_open_dir(parent, name);

	(void)opaque;
	if (dir < 0)
		return;
	undo_for_each(dir, DT_DIR, remove_tree, NULL);
	undo_for_each(dir, DT_UNKNOWN, remove_file, NULL);
	unlinkat(parent, name, AT_REMOVEDIR);
}

/* Those who write there were killed, and may go a little later: tried until the deadline. */
static int put_file_back(struct undo *undo, uint64_t deadline)
{
	for (;;) {
		if (unlink(undo->path) < 0 && errno == EISDIR)
			remove_tree(AT_FDCWD, undo->path, NULL);
		if (access(undo->path, F_OK) < 0) {
			if (errno != ENOENT)
				return -errno;
			undo->state = UNDO_BACK;
			return 0;
		}
		if (now_ns() >= deadline)
			return -ENOTEMPTY;
		undo_pause();
	}
}

/* ---- all ---- */

static int put_back(struct undo *undo, bool force, uint64_t deadline)
{
	switch (undo->kind) {
	case UNDO_VALUE:
		return put_value_back(undo);
	case UNDO_GROUP:
		return put_group_back(undo, deadline);
	case UNDO_FILE:
		return put_file_back(undo, deadline);
	case UNDO_SWAP:
		return undo_swap_back(undo, deadline);
	case UNDO_CONTROL:
		return undo_control_back(undo, force);
	}
	return -EINVAL;
}

/* In reverse order, either the values or the rest. */
static void put_all_back(struct undo_list *list, bool values, bool force, uint64_t deadline)
{
	for (unsigned i = undo_count(list); i-- > 0;) {
		struct undo *undo = &list->list[i];

		if ((undo->kind == UNDO_VALUE) == values && undo->state != UNDO_BACK)
			undo->error = put_back(undo, force, deadline);
	}
}

unsigned undo_all(struct undo_list *list, const struct undo_options *options)
{
	uint64_t deadline = now_ns() + (options->deadline_ms ? options->deadline_ms : 1000) * NSEC_PER_MSEC;
	unsigned n = undo_count(list), missing = 0;

	for (unsigned i = 0; i < n; i++)
		if (list->list[i].kind == UNDO_VALUE)
			look_at_value(&list->list[i], options->force);
	/* No pressure while settings go back; nor do these wait for the memory of the killed to be freed. */
	for (unsigned i = 0; i < n; i++)
		if (list->list[i].kind == UNDO_GROUP)
			kill_group(AT_FDCWD, list->list[i].path, NULL);
	put_all_back(list, true, options->force, deadline);
	put_all_back(list, false, options->force, deadline);
	for (unsigned i = 0; i < n; i++)
		missing += list->list[i].state != UNDO_BACK;
	return missing;
}

void undo_leave_home(const struct undo_list *list)
{
	_cleanup_close_ int above = undo_open_dir(AT_FDCWD, list->above);

	if (above < 0)
		return;
	/* While it hands on controllers it can have no processes: those are the cell's to take back. */
	if (undo_write_text(above, "cgroup.procs", "0") == 0)
		rmdir(list->home);
}
