/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CGROUP_ENTRY_H
#define MEMRIG_RUNNER_CGROUP_ENTRY_H

#include <stdint.h>
#include <sys/types.h>

#include "runner/cgroup.h"

/*
 * How a process is born in a group, so that nothing it touches is charged elsewhere. Kernels before 6.4 that did not get
 * "cgroup/cpuset: Make cpuset_fork() handle CLONE_INTO_CGROUP properly", as 5.10, give it its parent's nodes and CPUs, whatever
 * the group's cpuset says: there it leaves the group and comes back before it does anything else.
 */
struct cgroup_entry {
	int group_fd, own_fd; /* the group's directory; cgroup.procs of the caller's own group, -1: cannot be written */
	uint64_t nodes, cpus; /* cpuset.*.effective; all bits: not known */
};

/* For processes of a child group; cgroup_entry_close(). */
int cgroup_entry_open(const struct cgroup_tree *tree, const char *group, struct cgroup_entry *ret, struct error *err);

/* fork() into the group: 0 in the child, which calls cgroup_entry_settle() first; negative errno. */
pid_t cgroup_entry_fork(const struct cgroup_entry *entry, int *ret_pidfd);

/* -EXDEV when the group's cpuset does not hold for this process. */
int cgroup_entry_settle(const struct cgroup_entry *entry, struct error *err);

void cgroup_entry_close(struct cgroup_entry *entry);

/* The caller's own group, relative to the mount: "user.slice/x.scope", "" for the root; the caller frees it. -EOPNOTSUPP where
 * there is no cgroup v2. */
int cgroup_own(char **ret, struct error *err);

#endif
