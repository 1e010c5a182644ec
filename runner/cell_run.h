/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CELL_RUN_H
#define MEMRIG_RUNNER_CELL_RUN_H

#include "results/sampler.h"
#include "runner/cell.h"
#include "runner/cgroup.h"
#include "runner/floor.h"
#include "runner/kmsg.h"
#include "runner/machine.h"
#include "runner/task.h"
#include "runner/topology.h"
#include "tuners/changes.h"

/* A cell while it is executed; private to the cell_*.c files. */
struct cell_run {
	const struct cell_description *cell;
	const struct cell_place *place;
	struct stream_writer out;
	struct topology topology;
	struct size_env sizes;
	struct tune *tunes; /* in the order of application */
	size_t n_tunes;
	struct cgroup_tree cgroups;
	struct task *tasks;
	size_t n_tasks;
	int event_fd;
	struct kmsg kmsg;
	struct oom_report oom; /* the kill that is being recorded */
	struct sampler *sampler;
	struct journal journal; /* with place->safety */
	struct floor floor;	/* with place->safety */
	struct trace *trace; /* NULL: the kernel or the user has none */
	uint64_t begin_ns; /* when the cell's clock started */
	bool failed;	   /* a fatal problem was recorded */
};

/* Records a problem; a fatal one makes the cell invalid. Returns r. */
int cell_problem(struct cell_run *run, int r, const struct error *err, bool fatal);

/* Under the virtual clock, until its next round moment. */
void cell_wait_for_grid(const struct cell_run *run);

static inline void cell_enter(struct cell_run *run, enum cell_phase phase)
{
	*run->place->phase = phase;
}

/* cell_settings.c */
int cell_settings_plan(struct cell_run *run, struct error *err);
int cell_settings_apply(struct cell_run *run, struct error *err);
/* Goes on after a failure and records each. */
void cell_settings_undo(struct cell_run *run);

/* cell_swap.c. A swap file of the cell's own, listed before: makes and adds it. */
int cell_swap_list(struct cell_run *run, struct error *err);
int cell_swap_add(struct cell_run *run, struct error *err);

/* cell_safety.c; nothing is done where place->safety is NULL. */
/* Before the first change: saves what there is, and writes the journal. */
int cell_safety_begin(struct cell_run *run, struct error *err);
/* After the last undo: looks whether everything is as it was, and says so to the guardian. */
void cell_safety_finish(struct cell_run *run);
/* When cell_safety_starved() has to be asked again; UINT64_MAX: never. */
static inline uint64_t cell_safety_due(const struct cell_run *run)
{
	return run->floor.next_ns;
}
/* Whether the rest of the system has been short of memory for so long that the cell must end. */
bool cell_safety_starved(struct cell_run *run, uint64_t now);

/* cell_groups.c: makes the groups and the tasks in them. */
int cell_groups_create(struct cell_run *run, struct error *err);
int cell_tasks_prepare(struct cell_run *run, struct error *err);
int cell_tasks_spawn(struct cell_run *run, struct error *err);
/* Of the prepare steps; goes on after a failure and records each. */
void cell_tasks_undo(struct cell_run *run);
void cell_groups_record_end(struct cell_run *run);

/* cell_sampler.c */
int cell_sampler_open(struct cell_run *run, struct error *err);
/* From here on the executor must neither fault nor be chosen by the OOM killer; recorded as read back. -EBUSY when it is
 * in a group of the cell, and so under the pressure that it measures. */
int cell_sampler_protect(struct cell_run *run, struct error *err);
/* cell_oom.c: records the kills that the kernel has logged since the last call. */
void cell_record_kills(struct cell_run *run);

/* cell_loop.c: from the start of the first workload to the end of the last. */
int cell_loop(struct cell_run *run, struct error *err);

#endif
