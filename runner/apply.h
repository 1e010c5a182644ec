/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_APPLY_H
#define MEMRIG_RUNNER_APPLY_H

#include "runner/profile.h"
#include "tuners/changes.h"

/* A profile on the machine itself, journalled; and the way back. */

/* The profile's settings in the order of application; *ret is the caller's to free. */
int apply_plan(const struct settings *settings, struct tune **ret, size_t *ret_n, struct error *err);

/* Only reads: fills `before` and `target` of each. -ENOENT for one that this kernel does not have. */
int apply_look(const char *root, struct tune *tunes, size_t n, struct error *err);

/* Applies all and leaves the journal, for a restore; on failure everything is put back. `state_dir` as journal_dir().
 * -EEXIST, -EBUSY: see journal.h. -EPERM or -EACCES: this user may not. */
int apply_profile(const char *root, const char *state_dir, const struct profile *profile, struct tune *tunes, size_t n,
		  struct error *err);

/* What a restore found and did. */
struct restored {
	struct journal_found found; /* its list has each entry's state */
	unsigned missing;	    /* entries that are not back */
};

/* Undoes what the journal says and removes it when all is back. Returns 0 (also when entries are missing), -ENOENT (nothing
 * to do) or another negative errno. With `forget`, values that others have changed are theirs from now on. */
int apply_restore(const char *root, const char *state_dir, const char *cgroup_mount, bool force, bool forget,
		  struct restored *ret, struct error *err);

/* With the lock: what a run that died has left, before another one. Returns 1 when it was put back, 0 when there is nothing, -EEXIST when a
 * profile is applied, -EIO when not everything could be put back, or another negative errno. */
int apply_restore_run(const char *state_dir, const char *cgroup_mount, struct restored *ret, struct error *err);

/* Removes the groups below a directory that killed runners had for themselves; one that is in use stays. */
void apply_remove_homes(const char *dir);

/* How a cell calls itself in the journal. */
#define APPLY_CELL "cell "

#endif
