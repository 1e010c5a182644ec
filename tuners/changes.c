/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/changes.h"

#include <errno.h>

#include "common/file.h"
#include "common/util.h"

#define THP	 "kernel/mm/transparent_hugepage/"
#define MIN_FREE "vm.min_free_kbytes"

static bool is_thp(const struct tunable *t)
{
	return t->sysfs && strncmp(t->key, THP, strlen(THP)) == 0;
}

static int save_one(const char *root, struct tune *tune, struct undo_list *list, struct error *err)
{
	int r = tune_save(root, tune, err);

	if (r == 0 && !undo_add_value(list, root, tune, err))
		r = -ENOSPC;
	return r;
}

static int save_min_free(const char *root, struct undo_list *list, struct error *err)
{
	struct tune tune = { .tunable = tunable_find(false, MIN_FREE) };

	return save_one(root, &tune, list, err);
}

int changes_save(const char *root, struct tune *tunes, size_t n, struct undo_list *list, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < n; i++)
		if (is_thp(tunes[i].tunable)) {
			r = save_min_free(root, list, err);
			break;
		}
	for (size_t i = 0; i < n && r == 0; i++)
		r = save_one(root, &tunes[i], list, err);
	return r;
}

/* The last of them: where a setting is in the list twice, the first is there to be put back again at the end. */
static struct undo *find(struct undo_list *list, const struct tunable *tunable)
{
	for (unsigned i = undo_count(list); i-- > 0;)
		if (list->list[i].kind == UNDO_VALUE && list->list[i].tunable == tunable)
			return &list->list[i];
	return NULL;
}

static int mark(struct undo_list *list, struct journal *journal, struct undo *undo, enum undo_state state,
		struct error *err)
{
	undo->state = state;
	return journal_record(journal, list, undo, err);
}

/* Setting huge pages changes min_free_kbytes to what the kernel thinks best: not known before. */
static int mark_min_free(struct undo_list *list, struct journal *journal, struct error *err)
{
	struct undo *first = &list->list[0];

	return first->state == UNDO_SAVED ? mark(list, journal, first, UNDO_INTENDED, err) : 0;
}

int changes_set(const char *root, struct tune *tune, uint64_t ram_bytes, struct undo_list *list,
		struct journal *journal, struct error *err)
{
	struct undo *undo = find(list, tune->tunable);
	int r = 0;

	if (!undo)
		return error_set(err, -EINVAL, tune->tunable->key, "not saved before it is set");
	if (is_thp(tune->tunable))
		r = mark_min_free(list, journal, err);
	if (r == 0)
		r = mark(list, journal, undo, UNDO_INTENDED, err);
	if (r == 0)
		r = tune_set(root, tune, ram_bytes, err);
	if (r < 0)
		return r;
	snprintf(undo->effective, sizeof(undo->effective), "%s", tune->effective);
	return mark(list, journal, undo, UNDO_CHANGED, err);
}

int changes_settled(const struct tune *tune, struct undo_list *list, struct journal *journal, struct error *err)
{
	struct undo *undo = find(list, tune->tunable);

	if (!undo || streq(undo->effective, tune->effective))
		return 0;
	snprintf(undo->effective, sizeof(undo->effective), "%s", tune->effective);
	return mark(list, journal, undo, UNDO_CHANGED, err);
}

int changes_settled_all(struct undo_list *list, const char *root, struct journal *journal, struct error *err)
{
	struct undo *first = &list->list[0];
	int r;

	if (undo_count(list) == 0 || first->kind != UNDO_VALUE || first->state != UNDO_INTENDED)
		return 0;
	r = tune_read(root, first->tunable, first->effective, sizeof(first->effective), err);
	return r < 0 ? r : mark(list, journal, first, UNDO_CHANGED, err);
}

uint64_t changes_ram_bytes(const char *root)
{
	_cleanup_free_ char *text = NULL;
	const char *line;

	if (file_read(root, "/proc/meminfo", &text, NULL, NULL) < 0)
		return 0;
	line = strstr(text, "MemTotal:");
	return line ? strtoull(line + strlen("MemTotal:"), NULL, 10) * KIB : 0;
}
