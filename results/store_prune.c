/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/store_prune.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "common/util.h"
#include "results/store_dir.h"
#include "results/store_tag.h"

/* Locked when nobody else has; -1 when somebody has, or it is not there. */
static int lock_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

bool store_is_being_written(const char *path)
{
	int fd = lock_dir(path);
	bool written = fd < 0 && access(path, F_OK) == 0;

	if (fd >= 0)
		close(fd);
	return written;
}

/* ---- what would go ---- */

static uint64_t bytes_found; /* nftw() has no argument of ours */

static int add_bytes(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)path;
	(void)type;
	(void)ftw;
	bytes_found += (uint64_t)st->st_blocks * 512;
	return 0;
}

static size_t count_cells(const char *path)
{
	_cleanup_free_ char *cells = xasprintf("%s/cells", path);
	DIR *dir = xopendir(cells);
	struct dirent *found;
	size_t n = 0;

	while (dir && (found = readdir(dir)))
		n += found->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

static void add_run(struct prune_plan *plan, const struct store *store, const char *prefix, const char *name)
{
	struct prune_run run = { .name = xstrdup(name),
				 .path = xasprintf("%s/%s%s", store->dir, prefix, name),
				 .unfinished = *prefix != '\0' };

	bytes_found = 0;
	if (nftw(run.path, add_bytes, 16, FTW_PHYS) < 0 && errno == ENOMEM)
		out_of_memory();
	run.bytes = bytes_found;
	run.cells = count_cells(run.path);
	plan->bytes += run.bytes;
	plan->list = xrealloc(plan->list, (plan->n + 1) * sizeof(run));
	plan->list[plan->n++] = run;
}

/* When it began, by its name; a copy has other times. */
static time_t time_of(const struct store_entry *entry)
{
	struct tm tm = { 0 };

	return strptime(entry->name, "%Y%m%dT%H%M%SZ", &tm) ? timegm(&tm) : entry->changed.tv_sec;
}

static bool is_kept(const struct prune_rules *rules, const struct store_entries *entries, size_t i, time_t now)
{
	if (!rules->keep && !rules->older_than_s)
		return true;
	if (rules->keep && i + rules->keep >= entries->n)
		return true;
	return rules->older_than_s && now - time_of(&entries->list[i]) < rules->older_than_s;
}

static int add_finished(struct prune_plan *plan, const struct store *store, const struct prune_rules *rules, time_t now,
			struct error *err)
{
	struct store_entries entries;
	json_t *tags = tag_list(store);
	int r = store_entries_read(store, &entries, err);

	for (size_t i = 0; r == 0 && i < entries.n; i++) {
		_cleanup_free_ char *words = tag_words(tags, entries.list[i].name);

		if (is_kept(rules, &entries, i, now))
			continue;
		if (*words)
			plan->tagged++;
		else
			add_run(plan, store, "", entries.list[i].name);
	}
	if (r == 0)
		store_entries_release(&entries);
	json_decref(tags);
	return r;
}

static int add_unfinished(struct prune_plan *plan, const struct store *store, const char *prefix, struct error *err)
{
	struct store_entries entries;
	int r = store_hidden_read(store, prefix, &entries, err);

	for (size_t i = 0; r == 0 && i < entries.n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s%s", store->dir, prefix, entries.list[i].name);

		if (!store_is_being_written(path))
			add_run(plan, store, prefix, entries.list[i].name);
	}
	if (r == 0)
		store_entries_release(&entries);
	return r;
}

int prune_make(const struct store *store, const struct prune_rules *rules, time_t now, struct prune_plan *ret, struct error *err)
{
	struct prune_plan plan = { 0 };
	int r = add_finished(&plan, store, rules, now, err);

	if (r == 0 && rules->unfinished)
		r = add_unfinished(&plan, store, STORE_UNFINISHED, err);
	if (r == 0 && rules->unfinished)
		r = add_unfinished(&plan, store, STORE_GONE, err);
	if (r < 0)
		prune_release(&plan);
	else
		*ret = plan;
	return r;
}

void prune_release(struct prune_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		free(plan->list[i].name);
		free(plan->list[i].path);
	}
	free(plan->list);
	*plan = (struct prune_plan){ 0 };
}

/* ---- deleting ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int prune_delete(const struct store *store, const struct prune_run *run, struct error *err)
{
	_cleanup_free_ char *gone = xasprintf("%s/" STORE_GONE "%s", store->dir, run->name), *words = NULL;
	_cleanup_close_ int lock = lock_dir(run->path);
	json_t *tags = tag_list(store);

	words = tag_words(tags, run->name);
	json_decref(tags);
	if (lock < 0)
		return error_set(err, -EBUSY, run->path, "is being written, or not there any more");
	if (*words && !run->unfinished)
		return error_set(err, -EBUSY, run->path, "was tagged meanwhile");
	if (rename(run->path, gone) < 0)
		return error_set_errno(err, -errno, run->path, "cannot be deleted");
	if (nftw(gone, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0)
		return error_set_errno(err, -errno, gone, "cannot be deleted");
	return 0;
}
