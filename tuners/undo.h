/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_TUNERS_UNDO_H
#define MEMRIG_TUNERS_UNDO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuners/tuner.h"

/*
 * What has to be put back on a machine that memrig changes: settings, groups
 * and files. The list is of fixed size and lies in memory shared by runner,
 * executor and guardian, so that whoever survives can finish. Undoing it
 * allocates nothing, opens only paths that are in the list, and may be done
 * again: what is back already stays as it is.
 */
enum undo_kind {
	UNDO_VALUE, /* a setting: path has `effective`, is given `before` */
	UNDO_GROUP, /* a cgroup directory made by memrig: killed, and removed with what is below it */
	UNDO_CONTROL, /* path, a cgroup.subtree_control, has got the controllers in `before`: taken back when no other group needs them */
	UNDO_FILE,  /* a file made by memrig, or a directory with files: removed */
	UNDO_SWAP,  /* a swap file made and added by memrig, its priority in `before`: taken from the kernel, then removed */
};

enum undo_state {
	UNDO_SAVED,    /* as it was; nothing was written yet */
	UNDO_INTENDED, /* about to be changed, or changed: what it reads now is not known */
	UNDO_CHANGED,  /* changed; a value reads `effective` */
	UNDO_BACK,     /* as it was, read back */
	UNDO_LEFT,     /* somebody else has changed it meanwhile: left alone */
};

enum { UNDO_PATH = 256, UNDO_TEXT = 64, UNDO_MOST = 192 };

struct undo {
	uint32_t kind, state; /* enum undo_kind, undo_state */
	const struct tunable *tunable; /* UNDO_VALUE */
	char path[UNDO_PATH]; /* as it is opened */
	char before[UNDO_TEXT], effective[UNDO_TEXT];
	/* The kernel refuses 0 for the half of a pair that is not in use: then the other is written instead. */
	char twin_path[UNDO_PATH], twin_before[UNDO_TEXT];
	int32_t error; /* of the last try, a negative errno; 0: none */
};

struct undo_list {
	uint32_t n;
	uint32_t journalled; /* the journal is this list's */
	uint32_t released;   /* the runner has let go of its guardian, and lives */
	uint32_t finished; /* everything is back and the journal is gone: nothing to do for anybody */
	/* The cgroup that the runner has moved itself to, and the one it came from; "" when it has not. The guardian is in there,
	 * too, and leaves it when the runner no longer can. */
	char home[UNDO_PATH], above[UNDO_PATH];
	struct undo list[UNDO_MOST];
};

/* Anonymous shared memory, every page touched; `finished`. NULL: none to be had. */
struct undo_list *undo_list_new(void);
/* Empty again, for the next to be undone; no longer `finished`. */
void undo_list_begin(struct undo_list *list);
/* Everything is back: nothing to do for anybody. */
void undo_list_finish(struct undo_list *list);
void undo_list_free(struct undo_list *list);

/* Appends and returns the entry, in state UNDO_SAVED; NULL with -ENOSPC or -ENAMETOOLONG in *err. */
struct undo *undo_add_value(struct undo_list *list, const char *root, const struct tune *saved, struct error *err);
struct undo *undo_add_path(struct undo_list *list, enum undo_kind kind, const char *path, struct error *err);
/* Before controllers (words of "memory cpuset") are handed on to the groups below `group`. The entry goes before those of the
 * groups, so that it is put back after them. */
struct undo *undo_add_control(struct undo_list *list, const char *group, const char *controllers, struct error *err);
/* Before the file is made. The entry goes before that of the group, so that it is put back when those who fill it are gone. */
struct undo *undo_add_swap(struct undo_list *list, const char *path, const char *priority, struct error *err);
#define UNDO_CONTROL_FILE "/cgroup.subtree_control"
/* What people know it by: a setting's key, else the path. */
const char *undo_name(const struct undo *undo);
/* How many entries there are; what another process may have scribbled is not believed. */
unsigned undo_count(const struct undo_list *list);

struct undo_options {
	bool force;           /* values that somebody else has changed meanwhile are put back too */
	unsigned deadline_ms; /* for killed processes to be gone, and their group; 0: 1000 */
};

/* Groups are killed first; then values go back in reverse order, then groups and files are removed. Returns how many entries are not back (their states and
 * errors say why); 0 when everything is. Neither allocates nor prints. */
unsigned undo_all(struct undo_list *list, const struct undo_options *options);

/* For the last process in list->home: goes back to list->above and removes it. */
void undo_leave_home(const struct undo_list *list);

#endif
