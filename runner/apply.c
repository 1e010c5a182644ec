/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/apply.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "common/file.h"
#include "common/util.h"

static int by_order(const void *a, const void *b)
{
	const struct tune *x = a, *y = b;

	return tunable_order(x->tunable) - tunable_order(y->tunable);
}

int apply_plan(const struct settings *settings, struct tune **ret, size_t *ret_n, struct error *err)
{
	_cleanup_free_ struct tune *tunes = xcalloc(settings->n + 1, sizeof(*tunes));

	for (size_t i = 0; i < settings->n; i++) {
		const struct setting *setting = &settings->list[i];

		tunes[i].tunable = tunable_find(setting->sysfs, setting->key);
		if (!tunes[i].tunable)
			return error_set(err, -EINVAL, setting->key, "no tuner knows this setting");
		snprintf(tunes[i].asked, sizeof(tunes[i].asked), "%s", setting->value);
	}
	qsort(tunes, settings->n, sizeof(*tunes), by_order);
	*ret_n = settings->n;
	*ret = TAKE_PTR(tunes);
	return 0;
}

int apply_look(const char *root, struct tune *tunes, size_t n, struct error *err)
{
	uint64_t ram = changes_ram_bytes(root);
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		r = tune_save(root, &tunes[i], err);
		if (r == 0)
			r = tunable_resolve(tunes[i].tunable, tunes[i].asked, ram, tunes[i].target, sizeof(tunes[i].target),
					    err);
	}
	return r;
}

/* With the journal there: any failure undoes what was done. */
static int set_all(const char *root, struct tune *tunes, size_t n, struct undo_list *list, struct journal *journal,
		   struct error *err)
{
	struct undo_options options = { 0 };
	uint64_t ram = changes_ram_bytes(root);
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = changes_set(root, &tunes[i], ram, list, journal, err);
	for (size_t i = 0; i < n && r == 0; i++) {
		r = tune_read(root, tunes[i].tunable, tunes[i].effective, sizeof(tunes[i].effective), err);
		if (r == 0)
			r = changes_settled(&tunes[i], list, journal, err);
	}
	if (r == 0)
		r = changes_settled_all(list, root, journal, err);
	if (r == 0) {
		journal_close(journal);
		return 0;
	}
	if (undo_all(list, &options) == 0) {
		error_hint(err, "everything was put back");
		journal_remove(journal, NULL);
	} else {
		error_hint(err, "not everything could be put back: `memrig restore` says what is left");
		journal_close(journal);
	}
	return r;
}

int apply_profile(const char *root, const char *state_dir, const struct profile *profile, struct tune *tunes, size_t n,
		  struct error *err)
{
	_cleanup_free_ char *what = xasprintf("profile %s", profile->name);
	_cleanup_close_ int lock = -1;
	struct undo_list *list;
	struct journal journal;
	sigset_t all, before;
	int r = journal_lock(state_dir, &lock, err);

	if (r < 0)
		return r;
	list = undo_list_new();
	if (!list)
		return error_set(err, -ENOMEM, "", "no memory for the undo list");
	/* All or nothing: what ends us comes after it. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	r = changes_save(root, tunes, n, list, err);
	if (r == 0)
		r = journal_create(state_dir, root, what, list, &journal, err);
	if (r == 0)
		r = set_all(root, tunes, n, list, &journal, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	undo_list_free(list);
	return r;
}

/* The group that a killed runner had moved itself to: beside the cell's, and empty. */
static void remove_homes(const char *cgroup_mount, const struct undo_list *list)
{
	for (unsigned i = 0; i < undo_count(list); i++) {
		_cleanup_free_ char *above = xstrdup(list->list[i].path);

		if (list->list[i].kind != UNDO_GROUP)
			continue;
		*strrchr(above, '/') = '\0';
		if (!streq(above, cgroup_mount))
			apply_remove_homes(above);
	}
}

void apply_remove_homes(const char *dir)
{
	static const char prefix[] = "memrig-runner-";
	DIR *d = opendir(dir);
	struct dirent *entry;

	while (d && (entry = readdir(d)))
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			unlinkat(dirfd(d), entry->d_name, AT_REMOVEDIR); /* fails where processes are in it */
	if (d)
		closedir(d);
}

/* After another boot the kernel that had the settings and groups is gone. */
static void forget_kernel(struct undo_list *list)
{
	for (unsigned i = 0; i < undo_count(list); i++)
		if (list->list[i].kind != UNDO_FILE && list->list[i].kind != UNDO_SWAP)
			list->list[i].state = UNDO_BACK;
}

static unsigned count_left(const struct undo_list *list)
{
	unsigned n = 0;

	for (unsigned i = 0; i < undo_count(list); i++)
		n += list->list[i].state == UNDO_LEFT;
	return n;
}

/* With the lock. */
static int restore_locked(const char *root, const char *state_dir, const char *cgroup_mount, bool force, bool forget,
			  struct restored *ret, struct error *err)
{
	struct undo_options options = { .force = force, .deadline_ms = 30000 };
	_cleanup_free_ char *new = xasprintf("%s/" JOURNAL_NEW, state_dir);
	struct journal journal = { .fd = -1 };
	struct restored done = { 0 };
	int r = journal_load(state_dir, root, cgroup_mount, &done.found, err);

	unlink(new); /* one that was never finished: nothing was changed under it */
	if (r < 0)
		return r;
	snprintf(journal.path, sizeof(journal.path), "%s/" JOURNAL_NAME, state_dir);
	if (!done.found.same_boot)
		forget_kernel(done.found.list);
	done.missing = undo_all(done.found.list, &options);
	remove_homes(cgroup_mount, done.found.list);
	if (done.missing == 0 || (forget && done.missing == count_left(done.found.list)))
		r = journal_remove(&journal, err);
	if (r < 0) {
		undo_list_free(done.found.list);
		return r;
	}
	*ret = done;
	return 0;
}

int apply_restore(const char *root, const char *state_dir, const char *cgroup_mount, bool force, bool forget,
		  struct restored *ret, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/" JOURNAL_NAME, state_dir), *new = xasprintf("%s/" JOURNAL_NEW, state_dir);
	_cleanup_close_ int lock = -1;
	int r;

	/* One that was being written when the power went is removed with the lock. */
	if (access(path, F_OK) < 0 && errno == ENOENT && access(new, F_OK) < 0)
		return error_set(err, -ENOENT, path, "there is nothing to put back");
	r = journal_lock(state_dir, &lock, err);
	return r < 0 ? r : restore_locked(root, state_dir, cgroup_mount, force, forget, ret, err);
}

int apply_restore_run(const char *state_dir, const char *cgroup_mount, struct restored *ret, struct error *err)
{
	struct journal_found found;
	struct restored done;
	bool of_cell, same_boot;
	int r = journal_load(state_dir, "", cgroup_mount, &found, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	of_cell = strncmp(found.what, APPLY_CELL, strlen(APPLY_CELL)) == 0;
	same_boot = found.same_boot;
	undo_list_free(found.list);
	if (!of_cell && same_boot) {
		error_set(err, -EEXIST, state_dir, "%s is applied to this machine", found.what);
		error_hint(err, "`memrig restore` puts back what was there; then run again");
		return -EEXIST;
	}
	r = restore_locked("", state_dir, cgroup_mount, false, false, &done, err);
	if (r < 0)
		return r;
	if (done.missing > 0) {
		error_set(err, -EIO, state_dir, "%s died, and not everything it changed could be put back", found.what);
		error_hint(err, "`memrig restore` says what is left");
		undo_list_free(done.found.list);
		return -EIO;
	}
	*ret = done;
	return 1;
}
