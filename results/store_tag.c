/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/store_tag.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "common/file.h"
#include "common/util.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

bool tag_is_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= 100 && strchr(LETTERS, name[0]) && strspn(name, LETTERS "0123456789._-") == len &&
	       !streq(name, "latest");
}

static int check_name(const char *name, struct error *err)
{
	if (tag_is_name(name))
		return 0;
	error_set(err, -EINVAL, name, "not a name for a tag");
	error_hint(err, "a letter, then letters, digits, '.', '_' and '-'; not 'latest'");
	return -EINVAL;
}

char *tag_run(const struct store *store, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/tags/%s", store->dir, name);
	char target[PATH_MAX];
	ssize_t len = tag_is_name(name) ? readlink(path, target, sizeof(target) - 1) : -1;
	const char *run;

	if (len < 0)
		return NULL;
	target[len] = '\0';
	run = strrchr(target, '/') ? strrchr(target, '/') + 1 : target;
	return text_is_plain_name(run) ? xstrdup(run) : NULL;
}

static int sync_tags(const char *dir, struct error *err)
{
	_cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && fsync(fd) == 0 ? 0 : error_set_errno(err, -errno, dir, "cannot sync");
}

/* The run's id when it lies in this store; a tag elsewhere would not keep it from being pruned. */
static const char *id_in_store(const struct store *store, const char *path)
{
	_cleanup_free_ char *top = realpath(store->dir, NULL), *run = realpath(path, NULL);
	size_t len = top ? strlen(top) : 0;

	if (!top || !run || strncmp(run, top, len) != 0 || run[len] != '/' || strchr(run + len + 1, '/'))
		return NULL;
	return path + strlen(path) - strlen(run + len + 1);
}

int tag_set(const struct store *store, const char *name, const char *path, char **ret_before, struct error *err)
{
	_cleanup_free_ char *dir = xasprintf("%s/tags", store->dir), *link = xasprintf("%s/%s", dir, name);
	_cleanup_free_ char *tmp = xasprintf("%s/.%s.%d", dir, name, (int)getpid()), *target = NULL, *before = NULL;
	const char *id = id_in_store(store, path);
	int r = check_name(name, err);

	if (r < 0)
		return r;
	if (!id)
		return error_set(err, -EINVAL, path, "is not a run of the store %.200s", store->dir);
	r = file_make_dirs(dir, err);
	if (r < 0)
		return r;
	target = xasprintf("../%s", id);
	before = tag_run(store, name);
	unlink(tmp); /* of a process that was killed and had our number */
	if (symlink(target, tmp) < 0 || rename(tmp, link) < 0) {
		r = error_set_errno(err, -errno, link, "cannot write the tag");
		unlink(tmp);
		return r;
	}
	r = sync_tags(dir, err);
	if (r == 0)
		*ret_before = TAKE_PTR(before);
	return r;
}

int tag_remove(const struct store *store, const char *name, struct error *err)
{
	_cleanup_free_ char *dir = xasprintf("%s/tags", store->dir), *link = xasprintf("%s/%s", dir, name);
	int r = check_name(name, err);

	if (r < 0)
		return r;
	if (unlink(link) < 0)
		return errno == ENOENT ? error_set(err, -ENOENT, name, "there is no such tag")
				       : error_set_errno(err, -errno, link, "cannot remove the tag");
	return sync_tags(dir, err);
}

json_t *tag_list(const struct store *store)
{
	_cleanup_free_ char *path = xasprintf("%s/tags", store->dir);
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);
	json_t *tags = json_object();

	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *run = tag_run(store, names[i]->d_name);

		if (run)
			json_object_set_new(tags, names[i]->d_name, json_string(run));
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return tags;
}

char *tag_words(const json_t *tags, const char *run)
{
	char *text = xstrdup("");
	const char *name;
	const json_t *id;

	json_object_foreach ((json_t *)tags, name, id) {
		_cleanup_free_ char *before = NULL;

		if (!streq(json_string_value(id), run))
			continue;
		before = text;
		text = xasprintf("%s%s%s", before, *before ? ", " : "", name);
	}
	return text;
}
