/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_RESUME_H
#define MEMRIG_RUNNER_CLI_RESUME_H

#include "results/store.h"
#include "runner/plan.h"

/* A run that was interrupted: what had ended is taken over into a new run, the rest is done there. */
struct resume {
	char *path;	/* of the run's directory */
	json_t *run;	/* its run.json */
};

/* -ENODATA when there is nothing left to do in it. */
int resume_open(const struct store *store, const char *what, struct resume *ret, struct error *err);
void resume_close(struct resume *resume);

/* Its command line, as run_begin() had it. Borrowed. */
const json_t *resume_argv(const struct resume *resume);

/* -ESTALE when guests would not be the same now as they were then; `provenance` is today's. */
int resume_check(const struct resume *resume, const json_t *provenance, struct error *err);

/* Copies the cell into `run` when it has ended there with the same description. 1 with *ret_summary (a new reference), 0
 * when it is to be run, or a negative errno. */
int resume_take(const struct resume *resume, const struct plan_cell *cell, size_t index, struct run *run,
		json_t **ret_summary, struct error *err);

#endif
