/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CGROUP_H
#define MEMRIG_RUNNER_CGROUP_H

#include <stddef.h>

#include "common/error.h"

/*
 * The cell's own subtree of cgroup v2: one parent group with one child for
 * each group of the scenario. The one user of libcgroup, which makes the groups
 * and writes their files; what it gets wrong (enabling controllers below the
 * root, killing, removing) is done here on the files themselves.
 */
struct cgroup_tree {
	char *mount;  /* "/sys/fs/cgroup" */
	char *parent; /* "memrig": the cell's group, relative to the mount */
	char **groups; /* names of the children made so far */
	size_t n_groups;
};

struct cgroup_value {
	const char *file, *value;
};

/* Whether the mount is cgroup v2 and the group `under` it ("" is the root) has the memory and cpuset controllers; 0 or
 * -EOPNOTSUPP with a hint. */
int cgroup_check(const char *mount, const char *under, struct error *err);

/* What cgroup_tree_create() will turn on for it: the directory above, and those of the controllers that it does not hand on
 * yet, "" when it does: both are the caller's to free. */
int cgroup_missing(const char *mount, const char *parent, char **ret_above, char **ret_controllers, struct error *err);

/* Makes the parent group. -EEXIST when there is one of that name: it is somebody else's and stays untouched. */
int cgroup_tree_create(const char *mount, const char *parent, struct cgroup_tree *ret, struct error *err);

/* Makes a child with its values set; each is read back, -EIO when a value was not taken. */
int cgroup_add(struct cgroup_tree *tree, const char *group, const struct cgroup_value *values, size_t n,
	       struct error *err);

/* Writes a control file of the parent group. */
int cgroup_set_parent(const struct cgroup_tree *tree, const char *file, const char *value, struct error *err);

/* A directory file descriptor, for cgroup_entry.h; the caller closes it. Negative errno. */
int cgroup_open(const struct cgroup_tree *tree, const char *group, struct error *err);

/* A control file without its trailing newline; the caller frees it. */
int cgroup_get(const struct cgroup_tree *tree, const char *group, const char *file, char **ret, struct error *err);

/* Absolute path of the parent group's directory; the caller frees it. */
char *cgroup_tree_dir(const struct cgroup_tree *tree);

/* Kills, waits and removes everything cgroup_tree_create() and cgroup_add() made, leaf to root, and frees the tree.
 * Goes on after a failure; returns the first. */
int cgroup_tree_remove(struct cgroup_tree *tree, struct error *err);

#endif
