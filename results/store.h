/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STORE_H
#define MEMRIG_RESULTS_STORE_H

#include <jansson.h>
#include <stddef.h>

#include "common/error.h"

/*
 * The store: a directory of runs. A run is a directory that is written under a
 * temporary name (.tmp-ID), every file of it fsynced, and renamed when it is
 * complete; after that it never changes.
 *
 *   ID/run.json
 *   ID/plan.json
 *   ID/cells/CELL/{cell.json,stream.jsonl.zst,console.log,summary.json}
 *   ID/SHA256SUMS
 */
struct store {
	char *dir; /* absolute */
};

/* dir NULL: $MEMRIG_STORE, $XDG_DATA_HOME/memrig/runs, ~/.local/share/memrig/runs. Only reads: a store that
 * is not there yet is an empty one. */
int store_open(const char *dir, struct store **ret, struct error *err);
void store_close(struct store *store);

/* ---- writing ---- */

struct run;

/* Makes the store when needed and the run's temporary directory in it: fails here, before anything ran, when
 * the store cannot be written. The documents are borrowed; any may be NULL. `clock` is "virtual" or "real".
 */
int run_begin(struct store *store, json_t *argv, json_t *matrix, json_t *provenance, const char *clock,
	      struct run **ret, struct error *err);

/* "20260101T120000Z-1a2b" */
const char *run_id(const struct run *run);
/* The directory the run will have after run_finish(). */
const char *run_path(const struct run *run);

/* Another document in the run's directory, at once and synced: "plan.json". */
int run_add_document(struct run *run, const char *name, const json_t *json, struct error *err);

/* Another member of run.json, in which it is from run_finish() on; takes the reference. */
void run_set(struct run *run, const char *key, json_t *value);

struct run_cell {
	const char *id; /* [A-Za-z0-9._-]+, unique in the run */
	size_t index;      /* its place in the list of cells, whatever order they end in */
	json_t *cell;   /* the cell description, borrowed */
	const char *stream;
	size_t stream_len;
	const char *console; /* NUL-terminated; NULL: an empty file */
	json_t *summary;     /* summary_to_json(), borrowed */
};

/* On failure nothing of the cell is left and the run can still be finished or aborted. */
int run_add_cell(struct run *run, const struct run_cell *cell, struct error *err);

/* Writes run.json and gives the run its name. `status` is "finished" or another word for the user.
 * On failure the temporary directory is removed. Frees the run in both cases. */
int run_finish(struct run *run, const char *status, struct error *err);

/* After an error or a signal: keeps what was measured, as run_finish() with "interrupted"; removes a run
 * without cells. Frees the run. */
int run_abort(struct run *run, struct error *err);

/* ---- reading ---- */

/* `what` is an id, a prefix of one that is unique, "latest", a tag, or a path of a run directory. *ret is the path.
 * -ENOENT, or -ENOTUNIQ with the candidates as hint. */
int store_find(const struct store *store, const char *what, char **ret_path, struct error *err);

/* A JSON file of a run directory, read as file_read_beneath() reads, of at most 64 MiB, and disarmed. New reference.
 * -EBADMSG: damaged. */
int store_read_json(const char *run, const char *file, json_t **ret, struct error *err);

/* The memrig.run/1 document of a run directory: run.json with the summaries of its cells. New reference. */
int store_load(const char *path, json_t **ret, struct error *err);

/* The run.json of all runs, oldest first, each with its "path"; unreadable ones are left out. New reference.
 */
int store_list(const struct store *store, json_t **ret, struct error *err);

/* The stream of a cell, decompressed, disarmed and NUL-terminated; the caller frees it. */
int store_read_stream(const char *path, const char *cell, char **ret, size_t *ret_len, struct error *err);

#endif
