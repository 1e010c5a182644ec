/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CELL_RUN_H
#define MEMRIG_RUNNER_CELL_RUN_H

#include "results/sampler.h"
#include "runner/cell.h"
#include "runner/cgroup.h"
#include "runner/kmsg.h"
#include "runner/machine.h"
#include "runner/task.h"
#include "runner/topology.h"
#include "tuners/tuner.h"

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
	struct sampler *sampler;
	uint64_t begin_ns; /* when the cell's clock started */
	bool failed;	   /* a fatal problem was recorded */
};

/* Records a problem; a fatal one makes the cell invalid. Returns r. */
int cell_problem(struct cell_run *run, int r, const struct error *err, bool fatal);

static inline void cell_enter(struct cell_run *run, enum cell_phase phase)
{
	*run->place->phase = phase;
}

/* cell_settings.c */
int cell_settings_plan(struct cell_run *run, struct error *err);
int cell_settings_apply(struct cell_run *run, struct error *err);
/* Goes on after a failure and records each. */
void cell_settings_undo(struct cell_run *run);

/* cell_groups.c: makes the groups and the tasks in them. */
int cell_groups_create(struct cell_run *run, struct error *err);
int cell_tasks_prepare(struct cell_run *run, struct error *err);
int cell_tasks_spawn(struct cell_run *run, struct error *err);
/* Of the prepare steps; goes on after a failure and records each. */
void cell_tasks_undo(struct cell_run *run);
void cell_groups_record_end(struct cell_run *run);

/* cell_loop.c: from the start of the first workload to the end of the last. */
int cell_loop(struct cell_run *run, struct error *err);

#endif
