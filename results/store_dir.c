/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which runs a store has: the names of its directory. */
#include "results/store_dir.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "common/util.h"

void store_entries_release(struct store_entries *entries)
{
	for (size_t i = 0; i < entries->n; i++)
		free(entries->list[i].name);
	free(entries->list);
	*entries = (struct store_entries){ 0 };
}

static int compare_entries(const void *a, const void *b)
{
	const struct store_entry *x = a, *y = b;
	int order = strncmp(x->name, y->name, strlen("20260101T120000Z"));

	if (order != 0)
		return order;
	if (x->changed.tv_sec != y->changed.tv_sec)
		return x->changed.tv_sec < y->changed.tv_sec ? -1 : 1;
	if (x->changed.tv_nsec != y->changed.tv_nsec)
		return x->changed.tv_nsec < y->changed.tv_nsec ? -1 : 1;
	return strcmp(x->name, y->name);
}

static bool is_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

bool store_is_run(const char *dir, struct timespec *ret_changed)
{
	_cleanup_free_ char *path = xasprintf("%s/run.json", dir);
	struct stat st;

	if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	*ret_changed = st.st_mtim;
	return true;
}

static void add(struct store_entries *entries, const char *name, struct timespec changed)
{
	if ((entries->n & (entries->n + 1)) == 0)
		entries->list = xrealloc(entries->list, 2 * (entries->n + 1) * sizeof(*entries->list));
	entries->list[entries->n++] = (struct store_entry){ xstrdup(name), changed };
}

static int read_names(const struct store *store, const char *prefix, struct store_entries *ret, struct error *err)
{
	DIR *dir = opendir(store->dir);
	size_t skip = strlen(prefix);
	struct dirent *found;

	*ret = (struct store_entries){ 0 };
	if (!dir)
		return errno == ENOENT ? 0 : error_set_errno(err, -errno, store->dir, "cannot read the store");
	while ((found = readdir(dir))) {
		_cleanup_free_ char *path = xasprintf("%s/%s", store->dir, found->d_name);
		struct timespec changed = { 0 };

		if (skip ? strncmp(found->d_name, prefix, skip) != 0 : found->d_name[0] == '.')
			continue;
		/* What a link leads to is not this store's, and no run of memrig's has a name that steers a terminal. */
		if (is_link(path) || !text_is_plain_name(found->d_name))
			continue;
		/* One that was killed in its first moment has no run.json. */
		if (store_is_run(path, &changed) || skip)
			add(ret, found->d_name + skip, changed);
	}
	closedir(dir);
	if (ret->n > 1)
		qsort(ret->list, ret->n, sizeof(*ret->list), compare_entries);
	return 0;
}

int store_entries_read(const struct store *store, struct store_entries *ret, struct error *err)
{
	return read_names(store, "", ret, err);
}

int store_hidden_read(const struct store *store, const char *prefix, struct store_entries *ret, struct error *err)
{
	return read_names(store, prefix, ret, err);
}
