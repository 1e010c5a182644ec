/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CELL_H
#define MEMRIG_RUNNER_CELL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "results/stream.h"
#include "runner/profile.h"
#include "runner/scenario.h"
#include "tuners/undo.h"

/*
 * The cell executor, the same in every place: settings are applied, groups
 * made, workloads started, counters sampled; then outcomes are collected,
 * groups removed and settings put back. It knows nothing of guests, stores or
 * terminals: a description goes in, a stream comes out.
 */
struct cell_description {
	struct scenario *scenario;
	struct profile *profile;
	uint64_t seed;
	char *clock;  /* "virtual" or "real"; recorded, not used */
	json_t *json; /* the description as given; the stream's first record has it */
};

/* {"schema":"memrig.cell/1","scenario":{...},"profile":{...},"seed":1,"clock":"virtual"} */
json_t *cell_description_to_json(const struct scenario *scenario, const struct profile *profile, uint64_t seed,
				 const char *clock);
/* The same without what only people and judges read (names, description, expect, ...): what a guest does not know cannot move what
 * it does, not even by the length of a name. New reference. */
json_t *cell_description_bare(const json_t *description);
/* Takes the reference to json. Returns 0 or -EINVAL. */
int cell_description_parse(json_t *json, struct cell_description *ret, struct error *err);
void cell_description_release(struct cell_description *cell);

/* How far it is, for somebody who looks on. */
enum cell_phase { CELL_SETS_UP, CELL_WORKS, CELL_SAMPLES, CELL_TEARS_DOWN };

/* On a machine that others use: everything is journalled before it is changed, and somebody else can undo it. */
struct cell_safety {
	struct undo_list *list;	    /* shared with the guardian */
	const char *state_dir;	    /* of the journal */
	const char *what;	    /* for the journal's reader: "run ID, cell ID" */
	int guard_fd;		    /* the guardian's pipe: workloads must not keep it open */
	const char *swap_path;	    /* a swap file to be made for the cell; "" is none */
	uint64_t swap_bytes;	    /* its size, of whole pages */
	uint64_t floor_bytes;	    /* the cell is ended when the system has less memory available */
	int worker_oom_score_adj;
};

/* Where the executor finds itself. */
struct cell_place {
	_Atomic uint32_t *phase;  /* kept at the cell_phase it is in */
	const char *cgroup_mount; /* "/sys/fs/cgroup" */
	const char *cgroup_name;  /* the cell's own group, to be made; relative to the mount */
	const char *data_dir;	  /* where data files go; "" without a disk */
	const char *user_dir;	  /* root of the programs that exec workloads run; "" is the machine's own */
	bool whole_machine;	  /* nobody else uses it: caches may be dropped, tracing is ours */
	const struct cell_safety *safety; /* NULL: the machine is thrown away afterwards */
};

/* Makes the data files of a scenario_data() document, so that the cells that need them find them. Returns 0 or a
 * negative errno. */
int cell_prepare_data(json_t *json, const char *data_dir, const char *user_dir, struct error *err);

/*
 * Runs the cell. What goes wrong inside it (a setting the kernel refuses, a
 * workload that dies) is in the stream, which then ends with outcome "crashed"
 * or whatever happened; a negative errno means that the stream itself failed.
 */
int cell_execute(const struct cell_description *cell, const struct cell_place *place, struct stream_sink sink,
		 struct error *err);

#endif
