/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Controllers that were handed on to the groups below one, taken back unless somebody else's group uses them by now. */
#include <dirent.h>
#include <errno.h>

#include "common/util.h"
#include "tuners/undo_parts.h"

/* A group that has another value there is in use of the controller. */
static const struct {
	const char *controller, *file, *unused;
} knobs[] = {
	{ "memory", "memory.min", "0" },      { "memory", "memory.low", "0" },
	{ "memory", "memory.high", "max" },   { "memory", "memory.max", "max" },
	{ "memory", "memory.swap.max", "max" }, { "cpuset", "cpuset.cpus", "" },
	{ "cpuset", "cpuset.mems", "" },      { "cpuset", "cpuset.cpus.partition", "member" },
};

struct need {
	const char *controller;
	bool needed;
};

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += len)
		if ((at == text || at[-1] == ' ') && (at[len] == '\0' || at[len] == ' '))
			return true;
	return false;
}

/* Memrig's own are being removed, or hold nothing but a runner. */
static void look_at_group(int parent, const char *name, void *opaque)
{
	struct need *need = opaque;
	_cleanup_close_ int dir = strncmp(name, "memrig-", strlen("memrig-")) == 0 ? -1 : undo_open_dir(parent, name);
	char text[256];

	if (dir < 0)
		return;
	if (undo_read_text(dir, "cgroup.subtree_control", text, sizeof(text)) > 0 && has_word(text, need->controller))
		need->needed = true;
	for (size_t i = 0; i < ARRAY_SIZE(knobs); i++)
		if (streq(knobs[i].controller, need->controller) &&
		    undo_read_text(dir, knobs[i].file, text, sizeof(text)) >= 0 && !streq(text, knobs[i].unused))
			need->needed = true;
}

static bool is_needed(const char *control_path, const char *controller)
{
	struct need need = { controller, false };
	char path[UNDO_PATH];
	_cleanup_close_ int dir = -1;

	strcpy(path, control_path);
	*strrchr(path, '/') = '\0';
	dir = undo_open_dir(-1, path);
	if (dir >= 0)
		undo_for_each(dir, DT_DIR, look_at_group, &need);
	return need.needed;
}

static int take_back(struct undo *undo, const char *controller, bool force)
{
	char text[256], request[32];
	ssize_t n = undo_read_text(-1, undo->path, text, sizeof(text));
	int r;

	if (n < 0)
		return n == -ENOENT ? 0 : (int)n; /* the group is gone, and all below it */
	if (!has_word(text, controller))
		return 0;
	if (!force && is_needed(undo->path, controller)) {
		undo->state = UNDO_LEFT;
		return 0;
	}
	snprintf(request, sizeof(request), "-%s", controller);
	r = undo_write_text(-1, undo->path, request);
	if (r == 0 && undo_read_text(-1, undo->path, text, sizeof(text)) >= 0 && has_word(text, controller))
		r = -EIO;
	return r;
}

int undo_control_back(struct undo *undo, bool force)
{
	static const char *const controllers[] = { "memory", "cpuset" };
	bool touched = undo->state != UNDO_SAVED;
	int r = 0;

	undo->state = touched ? UNDO_INTENDED : UNDO_BACK;
	for (size_t i = 0; touched && i < ARRAY_SIZE(controllers); i++)
		if (has_word(undo->before, controllers[i])) {
			int failed = take_back(undo, controllers[i], force);

			r = r ? r : failed;
		}
	if (touched && r == 0 && undo->state != UNDO_LEFT)
		undo->state = UNDO_BACK;
	return r;
}
