/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_TASK_H
#define MEMRIG_RUNNER_TASK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "common/error.h"
#include "runner/cgroup.h"
#include "runner/scenario.h"

/*
 * The processes of a cell: one a workload, born inside its group, waiting for
 * its start. Pages are charged to the group a process is in when it touches
 * them, so no process is ever moved.
 */
struct task {
	const struct scenario_group *group;
	const struct scenario_workload *workload;
	uint64_t size_bytes, seed;
	struct workload_report *report; /* shared with the process */
	int start_fd;	/* written once: start; closed unwritten: never */
	int release_fd; /* closed: end of the hold */
	int pidfd;
	pid_t pid;
	bool prepared, started, released, ended;
	bool stopped;	 /* killed by us at the cell's limit */
	bool oom_killed; /* the kernel's log names it as a victim */
	enum workload_state seen; /* last state told in the stream */
	int status;		  /* of wait4() */
	struct rusage usage;
};

/* What the processes share. */
struct task_place {
	const struct cgroup_tree *cgroups;
	const char *data_dir, *user_dir;
	int event_fd; /* eventfd that every change of state adds to */
	int guard_fd; /* closed in the processes; -1: none */
	int oom_score_adj; /* of the processes */
};

/* Maps the report and makes the pipes; no process yet. */
int task_init(struct task *task, struct error *err);
/* Runs the workload's prepare step in a process of its own, outside any group, and waits for it. */
int task_prepare(struct task *task, const struct task_place *place, struct error *err);
/* Takes back what a prepare step changed of the machine. */
int task_undo(struct task *task, const struct task_place *place, struct error *err);
/* Makes the process in its group; `all` are the n tasks of the cell, whose descriptors it must not keep. */
int task_spawn(struct task *task, struct task *all, size_t n, const struct task_place *place, struct error *err);
void task_start(struct task *task);
void task_release_hold(struct task *task);
/* After pidfd became readable: reaps the process. */
void task_reap(struct task *task);
/* Closes and unmaps; kills a process that still runs. */
void task_free(struct task *task);

/* "completed", "oom_killed", "timed_out" or "crashed". */
const char *task_outcome(const struct task *task);

#endif
