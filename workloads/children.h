/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_CHILDREN_H
#define MEMRIG_WORKLOADS_CHILDREN_H

#include <sys/types.h>

/*
 * The processes of a workload that has several live and die together: when
 * its first process goes, so do the children; when a child is killed, by the
 * OOM killer say, the first process goes by the same signal, and the executor
 * sees what it would have seen of a workload with one process.
 */

/* fork(); the child dies with the process that made it. */
pid_t child_fork(void);

/* After a child's end: does not return when it was killed. */
void child_share_fate(int status);

/* While children are not expected to end: the end of any is that of this process, at once. */
void children_bind(void);
void children_unbind(void);

#endif
