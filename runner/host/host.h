/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_HOST_HOST_H
#define MEMRIG_RUNNER_HOST_HOST_H

#include "runner/lab/lab.h"
#include "runner/plan.h"
#include "runner/pool.h"
#include "tuners/undo.h"

/*
 * The host place: cells on this machine, one after another, each executed by a
 * child that dies with the runner; beside them a guardian that does not
 * (tuners/guardian.h). Everything is journalled.
 */
struct host_options {
	uint64_t keep_bytes;   /* memory that the rest of the system keeps; 0: the larger of 1 GiB and 10 % */
	uint64_t swap_bytes;   /* of a swap file made for each cell; 0: none */
	const char *data_dir;  /* where a directory for data files and the swap file are made; NULL: $TMPDIR or /var/tmp */
	const char *state_dir; /* of the journal */
	int (*done)(void *opaque, const struct plan_cell *cell, struct lab_result *result, struct error *err);
	void (*progress)(void *opaque, size_t finished, size_t running, double share);
	void (*note)(const char *text); /* what was put back of a run that died */
	void *opaque;
};

/* host_check.c. Whether this machine can run the plan and not be taken down by it. Returns 0, or a negative errno with what is
 * missing and how to get it. Only looks. */
int host_check(const struct plan *plan, const struct host_options *options, struct error *err);
/* The default of keep_bytes. */
uint64_t host_keep_bytes(uint64_t ram_bytes);

/* host_ready.c. What a cell opens and makes when it has begun already. */
struct host_needs {
	const char *state_dir, *data_dir; /* as in host_options */
	uint64_t data_bytes;		  /* of the files of the cell that makes most; 0: none */
	uint64_t swap_bytes;		  /* of its own swap file; 0: none */
};
/* -EOPNOTSUPP, -ENOSPC or another errno, with a hint. Only looks. */
int host_ready(const struct host_needs *needs, struct error *err);
/* Its last part: data files and swap file have a directory and room, and swap may be added. */
int host_ready_data(const struct host_needs *needs, struct error *err);
/* The directory in which a cell's data directory is made, "" for the root; NULL with errno when it is not there. The caller
 * frees it. */
char *host_data_parent(const char *data_dir);

/* host_show.c. For --dry-run: prints what a run does before its cells, and what one of them does, in that order. Paths are the
 * true ones; PID and RANDOM stand for what is not known before. */
void host_show_run(const struct host_options *options);
void host_show_cell(const struct host_options *options, const struct plan_cell *cell);
/* Whether it makes a data directory. */
bool host_needs_disk(const struct scenario *scenario);

/* host_group.c. The group cells are made in, relative to HOST_CGROUP_MOUNT. */
#define HOST_CGROUP_MOUNT "/sys/fs/cgroup"
struct host_group {
	char *own;   /* the group memrig was started in; "" is the root */
	char *moved; /* where it has moved itself to, because a group with children has no processes; NULL: it has not */
};
/* Only looks: -EOPNOTSUPP, -EACCES with a hint. */
int host_group_find(struct host_group *ret, struct error *err);
/* Memrig and its guardian move to a group of their own, where that is needed. */
int host_group_enter(struct host_group *group, pid_t guardian, struct undo_list *list, struct error *err);
/* false: they could not, and the group, list->home, stays. */
bool host_group_leave(struct host_group *group, pid_t guardian, struct undo_list *list);
void host_group_release(struct host_group *group);

/* Runs the cells. With the signals of pool_block_signals() blocked. Returns as pool_run(). What a run that died has left is put
 * back first. */
int host_run(const struct plan *plan, const struct host_options *options, struct error *err);


#endif
