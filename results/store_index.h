/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STORE_INDEX_H
#define MEMRIG_RESULTS_STORE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "results/store.h"

/*
 * The index: index.sqlite in the store, so that thousands of cells are listed and
 * searched without reading their directories. It is never the truth: opening it
 * adds the runs that are new and drops those that are gone, and one that is
 * damaged or of another version of memrig is made anew. Where it cannot be
 * written (a read-only store) it is made in memory. Any number of processes may
 * have it open.
 */
struct index;

/* Brings the index up to date with the directories. A store that does not exist has an empty one and is not made. */
int index_open(const struct store *store, struct index **ret, struct error *err);
/* As index_open(), after forgetting what the index holds. */
int index_rebuild(const struct store *store, struct index **ret, struct error *err);
void index_close(struct index *index);

/* What a question is limited to; NULL or 0: any. */
struct index_filter {
	const char *run;	/* its id */
	const char *scenario, *profile;
	const char *kernel;	/* a release or the beginning of one: "6.1" is not the beginning of 6.12 */
	const char *since;	/* runs started then or later: "2026-01-31" or "2026-01-31T12:00:00Z" */
	const int64_t *seed;
};

/* All texts belong to the list and are never NULL; "" is what a run does not say. */
struct index_run {
	const char *run, *path, *status, *clock, *started, *finished, *place, *memrig;
	const char *scenarios, *profiles, *kernels; /* of its cells: "a, b", in the order of the plan */
	const char *provenance; /* digest of what the run was made with: memrig, QEMU, kernels, machine; not of when */
	int64_t cells, valid;	/* how many; how many of them are valid */
	void *block;
};

struct index_cell {
	const char *run, *path, *started, *place, *memrig, *provenance; /* of its run */
	const char *cell, *scenario, *profile, *kernel, *clock, *lru, *outcome, *stream_sha256;
	int64_t seed;
	bool valid, repeat; /* repeat: a second time the same, made by --check-repeat */
	bool has_value;	    /* of the metric that was asked for */
	double value;
	void *block;
};

struct index_verdict {
	const char *run, *cell, *name, *cause;
	void *block;
};

struct index_runs {
	struct index_run *list;
	size_t n;
};

struct index_cells {
	struct index_cell *list;
	size_t n;
};

struct index_verdicts {
	struct index_verdict *list;
	size_t n;
};

/*
 * The answers, by run, oldest first, cells and verdicts in the order of the plan. 0, or a negative errno with nothing in
 * *ret. Of a run, or a cell, that cannot be read there is none; index_count() says how
 * many such runs there are.
 */
int index_find_runs(struct index *index, const struct index_filter *filter, struct index_runs *ret, struct error *err);
/* `metric` may be NULL. */
int index_find_cells(struct index *index, const struct index_filter *filter, const char *metric, struct index_cells *ret,
		     struct error *err);
int index_find_verdicts(struct index *index, const struct index_filter *filter, struct index_verdicts *ret, struct error *err);
void index_runs_release(struct index_runs *runs);
void index_cells_release(struct index_cells *cells);
void index_verdicts_release(struct index_verdicts *verdicts);

struct index_counts {
	int64_t runs, cells, unreadable;
};

int index_count(struct index *index, struct index_counts *ret, struct error *err);

/* Whether the index on disk, brought up to date, says what the directories say. 0, 1 with *err saying what differs first, or
 * a negative errno. */
int index_check(const struct store *store, struct error *err);

#endif
