/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_PLAN_H
#define MEMRIG_RUNNER_PLAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/diag.h"
#include "common/error.h"
#include "runner/lab/kernel.h"
#include "runner/profile.h"
#include "runner/scenario.h"

/*
 * The plan of a run: the matrix scenarios x profiles x seeds x kernels as a
 * list of cells. Everything is loaded and checked here, before anything starts.
 */
struct plan_request {
	const char *const *scenarios, *const *profiles, *const *kernels; /* names or paths; NULL-terminated */
	uint64_t first_seed;
	unsigned seeds;	  /* first_seed, first_seed + 1, ...; 0: as many as the scenario says */
	bool cures;	  /* each scenario that says how it is cured is followed by the cured one, for profiles that give way */
	unsigned repeats; /* each cell so many times; more than 1 for --check-repeat */
	const char *clock; /* "virtual" or "real" */
	bool host;	  /* cells run on this machine and its kernel; `kernels` is not looked at */
	bool fetch;	  /* may fetch kernels */
	void (*note)(const char *text); /* progress of fetching, or NULL */
};

struct plan_cell {
	char *id; /* "mixed-pressure.swap-eager.s1.k6.1" */
	const struct scenario *scenario;
	const struct profile *profile;
	const struct lab_kernel *kernel;
	uint64_t seed;
	unsigned repeat;   /* 0, 1, ... */
	char *data;	   /* scenario_data() */
	const char *userspace; /* userspace_prepare() */
	bool ended;	   /* taken over from a run that is resumed: not to be run */
	json_t *description;
};

struct plan {
	struct plan_cell *cells; /* seeds outermost, profiles innermost: profiles are interleaved */
	size_t n_cells;
	struct scenario **scenarios;
	char **userspaces; /* one a scenario; NULL where it needs none */
	struct profile **profiles; /* one per profile and kernel: ranges depend on the kernel */
	struct lab_kernel *kernels;
	size_t n_scenarios, n_profiles, n_kernels;
	uint64_t order_seed; /* real clock: of the order within blocks, never 0; else 0 */
};

/* Returns 0; -EINVAL with all mistakes of all files in *diags; or another negative errno with *err. */
int plan_make(const struct plan_request *request, struct plan **ret, struct diags *diags, struct error *err);
void plan_free(struct plan *plan);

/*
 * The cells in the order they run, NULL-terminated; the caller frees the list.
 * That of the plan; on a real clock the profiles and kernels of each seed are
 * shuffled, so that a machine that gets slower or warmer favours none of them.
 */
const struct plan_cell **plan_order(const struct plan *plan);

/* {"scenarios":[...],"profiles":[...],"kernels":[...],"seeds":[...]}, with "order_seed" on a real clock: what
 * run.json records. */
json_t *plan_matrix(const struct plan *plan);

#endif
