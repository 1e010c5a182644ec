/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/tuner.h"

#include <errno.h>

#include "common/file.h"
#include "common/util.h"

/* One change of a running kernel: what was there, what was written, what the kernel made of it. */

char *tunable_path(const char *root, const struct tunable *t)
{
	size_t len = root ? strlen(root) : 0;
	char *path = xasprintf(t->sysfs ? "%s/sys/%s" : "%s/proc/sys/%s", root ? root : "", t->key);

	if (!t->sysfs)
		for (char *p = path + len; *p; p++)
			if (*p == '.')
				*p = '/';
	return path;
}

/* "always [madvise] never" to "madvise", in place; a text without brackets stays. */
static void keep_chosen_word(char *text)
{
	char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;

	if (!close)
		return;
	*close = '\0';
	memmove(text, open + 1, strlen(open + 1) + 1);
}

int tune_read(const char *root, const struct tunable *t, char *text, size_t room, struct error *err)
{
	_cleanup_free_ char *path = tunable_path("", t), *line = NULL;
	int r = file_read_line(root, path, &line, err);

	if (r < 0)
		return r;
	if (t->type == TUNABLE_WORD)
		keep_chosen_word(line);
	if (strlen(line) >= room)
		return error_set(err, -EOVERFLOW, path, "longer than expected: '%.60s'", line);
	snprintf(text, room, "%s", line);
	return 0;
}

/* Of a pair that is both 0, the kernel takes the 0 of the ratio only. */
static bool is_bytes(const struct tunable *t)
{
	size_t len = strlen(t->key);

	return len > 6 && streq(t->key + len - 6, "_bytes");
}

int tune_save(const char *root, struct tune *tune, struct error *err)
{
	const struct tunable *twin = tune->tunable->twin ? tunable_find(false, tune->tunable->twin) : NULL;
	char before[sizeof(tune->before)], twin_before[sizeof(tune->twin_before)] = "";
	int r = tune_read(root, tune->tunable, before, sizeof(before), err);

	if (r == 0 && twin && streq(before, "0"))
		r = tune_read(root, twin, twin_before, sizeof(twin_before), err);
	if (r < 0)
		return r;
	snprintf(tune->before, sizeof(tune->before), "%s", before);
	snprintf(tune->twin_before, sizeof(tune->twin_before), "%s",
		 streq(twin_before, "0") && !is_bytes(tune->tunable) ? "" : twin_before);
	tune->saved = true;
	return 0;
}

/* Writes what tune_save() found. */
static int put_back(const char *root, const struct tune *tune, struct error *err)
{
	const struct tunable *t = tune->tunable;
	_cleanup_free_ char *path = NULL;

	if (!*tune->twin_before) {
		path = tunable_path("", t);
		return file_write(root, path, tune->before, err);
	}
	path = tunable_path("", tunable_find(false, t->twin));
	return file_write(root, path, tune->twin_before, err);
}

int tune_set(const char *root, struct tune *tune, uint64_t ram_bytes, struct error *err)
{
	_cleanup_free_ char *path = tunable_path("", tune->tunable);
	char target[sizeof(tune->target)], effective[sizeof(tune->effective)];
	int r;

	if (!tune->saved)
		return error_set(err, -EINVAL, tune->tunable->key, "not saved before it is set");
	r = tunable_check(tune->tunable, tune->asked, NULL, err);
	if (r == 0)
		r = tunable_resolve(tune->tunable, tune->asked, ram_bytes, target, sizeof(target), err);
	if (r == 0)
		r = file_write(root, path, target, err);
	if (r < 0)
		return r;
	r = tune_read(root, tune->tunable, effective, sizeof(effective), err);
	if (r < 0) {
		put_back(root, tune, NULL);
		return r;
	}
	snprintf(tune->target, sizeof(tune->target), "%s", target);
	snprintf(tune->effective, sizeof(tune->effective), "%s", effective);
	tune->set = true;
	return 0;
}

int tune_undo(const char *root, struct tune *tune, struct error *err)
{
	int r;

	if (!tune->saved)
		return error_set(err, -EINVAL, tune->tunable->key, "not saved before it is undone");
	r = put_back(root, tune, err);
	if (r == 0)
		r = tune_read(root, tune->tunable, tune->after, sizeof(tune->after), err);
	if (r < 0)
		return r;
	if (!streq(tune->after, tune->before))
		return error_set(err, -EIO, tune->tunable->key, "put back '%s', but it reads '%s'",
				 tune->before, tune->after);
	tune->set = false;
	return 0;
}

bool tune_differs(const struct tune *tune)
{
	switch (tune->tunable->type) {
	case TUNABLE_INT:
	case TUNABLE_KBYTES:
	case TUNABLE_BYTES:
		return strtoll(tune->target, NULL, 10) != strtoll(tune->effective, NULL, 10);
	case TUNABLE_HEX:
		/* "y" is all that this machine can do, which is never nothing. */
		if (streq(tune->target, "y"))
			return strtoull(tune->effective, NULL, 0) == 0;
		return strtoull(streq(tune->target, "n") ? "0" : tune->target, NULL, 0) !=
		       strtoull(tune->effective, NULL, 0);
	case TUNABLE_WORD:
		break;
	}
	return !streq(tune->target, tune->effective);
}
