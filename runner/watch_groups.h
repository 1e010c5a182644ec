/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_WATCH_GROUPS_H
#define MEMRIG_RUNNER_WATCH_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/stream.h"

/* The control groups of a host: found, ranked, told to the timeline. Nothing is changed, and root is not needed. */

/* Where the hierarchies are below root; a directory is NULL where there is none. */
struct watch_hierarchy {
	const char *name;	/* "v1", "hybrid", "v2" or "none" */
	const char *dir;	/* of cgroup v2: pressure, and where it has the memory controller the memory */
	const char *v1_dir;	/* of the v1 memory controller */
	const char *v1_cpuset_dir;
};

struct watch_hierarchy watch_hierarchy_find(const char *root);

/* Names relative to the hierarchy, "system.slice/ssh.service"; NULL-terminated. */
struct watch_groups {
	char **names;
	size_t n;
};

/*
 * The groups worth watching, `most` at most: first those under most memory
 * pressure (PSI's 60 s average), then the largest. A group counts where it has
 * no groups with memory in it, or a limit of its own; what is more than six
 * levels down is part of its parent. `before` (may be NULL) are those watched so far: they are
 * given up only for clearly larger ones. Groups that vanish meanwhile are left out.
 */
#define WATCH_GROUP_DEPTH 6
struct watch_groups watch_groups_find(const char *root, const struct watch_hierarchy *h, size_t most,
				      const struct watch_groups *before);
bool watch_groups_equal(const struct watch_groups *a, const struct watch_groups *b);
void watch_groups_release(struct watch_groups *groups);

/* A "group" record with the limits and nodes of the group, under the names that v2 has for them. Returns 0 or the
 * stream's error. */
int watch_group_record(const char *root, const struct watch_hierarchy *h, const char *group, struct stream_writer *out);

#endif
