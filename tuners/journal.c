/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/util.h"
#include "tuners/journal_parts.h"

#define SCHEMA "memrig.journal/1"

const char *const journal_states[] = { "saved", "intended", "changed", "back", "left", NULL };

const char *journal_dir(void)
{
	static char dir[UNDO_PATH];
	const char *env = getenv("MEMRIG_STATE"), *home = getenv("HOME");

	if (env && *env)
		return env;
	if (geteuid() == 0)
		return "/var/lib/memrig";
	snprintf(dir, sizeof(dir), "%s/.local/state/memrig", home && *home ? home : "/nonexistent");
	return dir;
}

int journal_lock(const char *dir, int *ret_fd, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/lock", dir);
	_cleanup_close_ int fd = -1;
	struct stat st;
	int r = file_make_dirs(dir, err);

	if (r < 0)
		return r;
	/* What is in it will be believed. */
	if (stat(dir, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH))) {
		error_set(err, -EPERM, dir, "belongs to somebody else, or others may write to it");
		error_hint(err, "name another directory by MEMRIG_STATE, or mend its owner and mode");
		return -EPERM;
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_set_errno(err, -errno, path, "cannot open the lock");
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		error_set(err, -EBUSY, path, "another memrig changes this machine now");
		error_hint(err, "wait until it has ended; one run at a time");
		return -EBUSY;
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static bool is_plain(const char *path)
{
	for (const char *p = path; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return path[0] == '/' && !strstr(path, "/../") && !strstr(path, "/./") && !strstr(path, "//");
}

bool journal_is_ours(const char *path)
{
	json_t *text = json_string(path); /* none where it is not UTF-8 */
	const char *name = strrchr(path, '/');
	bool ours = text && is_plain(path) && strncmp(name, "/memrig-", strlen("/memrig-")) == 0;

	json_decref(text);
	return ours;
}

bool journal_is_control(const char *path)
{
	size_t len = strlen(path), tail = strlen(UNDO_CONTROL_FILE);
	json_t *text = json_string(path);
	bool control = text && is_plain(path) && len > tail && streq(path + len - tail, UNDO_CONTROL_FILE);

	json_decref(text);
	return control;
}

static bool can_be_undone(const struct undo *undo)
{
	switch (undo->kind) {
	case UNDO_VALUE: return true;
	case UNDO_CONTROL: return journal_is_control(undo->path);
	default: return journal_is_ours(undo->path);
	}
}

/* ---- writing ---- */

uint64_t journal_sum(uint64_t sum, const char *text, size_t len)
{
	/* FNV-1a, 64 bits: it tells accidents and edits, and is no protection against somebody who forges it. */
	for (size_t i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return sum;
}

/* Values and paths of the kernel have none of these; escaped all the same, so that a line is always one line. */
static void quote(char *to, size_t room, const char *text)
{
	size_t at = 0;

	for (; *text && at + 8 < room; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\' || c < 0x20)
			at += (size_t)snprintf(to + at, room - at, "\\u%04x", c);
		else
			to[at++] = (char)c;
	}
	to[at] = '\0';
}

/* `{...` without its end; adds the sum and writes it in one go. */
static int write_line(struct journal *journal, const char *format, ...)
{
	char line[2048];
	va_list args;
	ssize_t n;
	size_t len;

	va_start(args, format);
	len = (size_t)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (len + 40 > sizeof(line))
		return -E2BIG;
	journal->sum = journal_sum(journal->sum, line, len);
	len += (size_t)snprintf(line + len, sizeof(line) - len, ",\"sum\":\"%016" PRIx64 "\"}\n", journal->sum);
	n = write(journal->fd, line, len);
	/* A part of a line was written: no room, mostly; errno says nothing of it. */
	return n < 0 ? -errno : n == (ssize_t)len ? 0 : -EIO;
}

static const char *kind_name(const struct undo *undo)
{
	return undo->kind == UNDO_GROUP ? "group" : "file";
}

static int write_entry(struct journal *journal, size_t index, const struct undo *undo)
{
	char before[UNDO_TEXT * 6], twin[UNDO_TEXT * 6], path[UNDO_PATH * 3];

	quote(path, sizeof(path), undo->path);
	if (undo->kind == UNDO_CONTROL)
		return write_line(journal, "{\"entry\":%zu,\"kind\":\"controllers\",\"path\":\"%s\",\"enabled\":\"%s\"", index,
				  path, undo->before);
	if (undo->kind == UNDO_SWAP)
		return write_line(journal, "{\"entry\":%zu,\"kind\":\"swap\",\"path\":\"%s\",\"priority\":\"%s\"", index, path,
				  undo->before);
	if (undo->kind != UNDO_VALUE)
		return write_line(journal, "{\"entry\":%zu,\"kind\":\"%s\",\"path\":\"%s\"", index, kind_name(undo), path);
	quote(before, sizeof(before), undo->before);
	quote(twin, sizeof(twin), undo->twin_before);
	return write_line(journal, "{\"entry\":%zu,\"kind\":\"%s\",\"key\":\"%s\",\"before\":\"%s\",\"twin_before\":\"%s\"",
			  index, undo->tunable->sysfs ? "sysfs" : "sysctl", undo->tunable->key, before, twin);
}

static int write_all(struct journal *journal, const char *boot, const char *what, const struct undo_list *list)
{
	char quoted[JOURNAL_WHAT];
	int r;

	quote(quoted, sizeof(quoted), what);
	r = write_line(journal, "{\"journal\":\"" SCHEMA "\",\"boot\":\"%s\",\"pid\":%ld,\"what\":\"%s\"", boot,
		       (long)getpid(), quoted);
	for (size_t i = 0; i < undo_count(list) && r == 0; i++)
		r = write_entry(journal, i, &list->list[i]);
	if (r == 0 && fsync(journal->fd) < 0)
		r = -errno;
	return r;
}

static int sync_dir(const char *dir)
{
	_cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* Of the journal that is in the way: whether it says it is of another boot than this. Its sums are journal_load()'s to check. */
static bool is_of_other_boot(const char *path, const char *boot)
{
	json_t *header = json_load_file(path, JSON_DISABLE_EOF_CHECK, NULL); /* the first of its lines */
	const char *then = json_string_value(json_object_get(header, "boot"));
	bool other = then && !streq(then, boot);

	json_decref(header);
	return other;
}

static int refuse(const char *path, const char *boot, struct error *err)
{
	if (is_of_other_boot(path, boot)) {
		error_set(err, -EEXIST, path, "there is a journal from before this machine was booted");
		error_hint(err, "`memrig restore` removes what files it lists, and the journal; settings and groups went with the boot");
	} else {
		error_set(err, -EEXIST, path, "this machine is changed already");
		error_hint(err, "`memrig restore` puts back what a profile or a run that died has changed");
	}
	return -EEXIST;
}

int journal_create(const char *dir, const char *root, const char *what, struct undo_list *list, struct journal *ret,
		   struct error *err)
{
	_cleanup_free_ char *boot = NULL, *new = xasprintf("%s/" JOURNAL_NEW, dir);
	struct journal journal = { .fd = -1 };
	int r = file_read_line(root, "/proc/sys/kernel/random/boot_id", &boot, err);

	if (r < 0)
		return r;
	if ((size_t)snprintf(journal.path, sizeof(journal.path), "%s/" JOURNAL_NAME, dir) >= sizeof(journal.path))
		return error_set(err, -ENAMETOOLONG, dir, "too long a path for the journal");
	for (unsigned i = 0; i < undo_count(list); i++)
		if (!can_be_undone(&list->list[i]))
			return error_set(err, -EINVAL, list->list[i].path, "a path that could not be undone");
	if (access(journal.path, F_OK) == 0)
		return refuse(journal.path, boot, err);
	unlink(new);
	journal.fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (journal.fd < 0)
		return error_set_errno(err, -errno, new, "cannot make the journal");
	r = write_all(&journal, boot, what, list);
	list->journalled = r == 0;
	if (r == 0 && rename(new, journal.path) < 0)
		r = -errno;
	if (r == 0)
		r = sync_dir(dir);
	if (r < 0) {
		unlink(new);
		unlink(journal.path);
		list->journalled = 0;
		close(journal.fd);
		return error_set_errno(err, r, new, "cannot write the journal");
	}
	*ret = journal;
	return 0;
}

int journal_record(struct journal *journal, const struct undo_list *list, const struct undo *undo, struct error *err)
{
	char effective[UNDO_TEXT * 6];
	int r;

	quote(effective, sizeof(effective), undo->effective);
	r = write_line(journal, "{\"entry\":%zu,\"state\":\"%s\",\"effective\":\"%s\"", (size_t)(undo - list->list),
		       journal_states[undo->state], effective);
	if (r == 0 && fdatasync(journal->fd) < 0)
		r = -errno;
	return r < 0 ? error_set_errno(err, r, journal->path, "cannot write the journal") : 0;
}

int journal_remove(struct journal *journal, struct error *err)
{
	_cleanup_free_ char *dir = xstrdup(journal->path);

	journal_close(journal);
	if (unlink(journal->path) < 0 && errno != ENOENT)
		return error_set_errno(err, -errno, journal->path, "cannot remove the journal");
	*strrchr(dir, '/') = '\0';
	sync_dir(dir);
	return 0;
}

int journal_finish(const char *dir, struct undo_list *list)
{
	char path[UNDO_PATH];

	snprintf(path, sizeof(path), "%s/" JOURNAL_NEW, dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/" JOURNAL_NAME, dir);
	if (list->journalled && unlink(path) < 0 && errno != ENOENT)
		return -errno;
	undo_list_finish(list);
	return 0;
}

void journal_close(struct journal *journal)
{
	if (journal->fd >= 0)
		close(journal->fd);
	journal->fd = -1;
}
