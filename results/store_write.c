/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <zstd.h>

#include "common/file.h"
#include "common/util.h"
#include "results/store.h"
#include "results/store_dir.h"
#include "results/store_sums.h"

struct run {
	char *id;
	char *path;       /* when it is finished */
	char *tmp;        /* until then */
	char *dir;        /* of the store */
	int lock;	  /* on `tmp`, held as long as it is written: see store_prune.h */
	json_t *document; /* run.json */
	size_t *indexes;  /* of the cells, ascending */
	size_t n_cells;
};

/* ---- small helpers ---- */

static struct tm utc_now(void)
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	return tm;
}

static json_t *json_utc_now(void)
{
	struct tm now = utc_now();
	char text[32];

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &now);
	return json_string(text);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A file's name survives a crash only when its directory was synced. */
static int sync_dir(const char *path, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return error_set_errno(err, -errno, path, "cannot sync");
	return 0;
}

static int write_json(const char *dir, const char *name, const json_t *json, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	_cleanup_free_ char *text = json_dumps(json, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
	_cleanup_free_ char *line = NULL;

	if (!text)
		return error_set(err, -EINVAL, path, "cannot be written as JSON");
	line = xasprintf("%s\n", text);
	return file_write_atomic(path, line, strlen(line), err);
}

/* ---- begin ---- */

static char *new_id(void)
{
	struct tm now = utc_now();
	char when[32];
	uint16_t salt;

	strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &now);
	if (getrandom(&salt, sizeof(salt), 0) != sizeof(salt))
		salt = (uint16_t)getpid();
	return xasprintf("%s-%04x", when, salt);
}

/* Between the two steps somebody may prune it: then it is no longer there. */
static int make_locked_dir(const char *path, int *ret_lock)
{
	_cleanup_close_ int fd = -1;

	if (mkdir(path, 0700) < 0)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || access(path, F_OK) < 0)
		return -EEXIST;
	*ret_lock = TAKE_FD(fd);
	return 0;
}

static int make_tmp(struct run *run, struct error *err)
{
	int r = -EEXIST;

	for (int attempt = 0; attempt < 16 && r == -EEXIST; attempt++) {
		free(run->id);
		free(run->tmp);
		free(run->path);
		run->id = new_id();
		run->tmp = xasprintf("%s/" STORE_UNFINISHED "%s", run->dir, run->id);
		run->path = xasprintf("%s/%s", run->dir, run->id);
		if (access(run->path, F_OK) == 0)
			continue;
		r = make_locked_dir(run->tmp, &run->lock);
		if (r == 0)
			return 0;
	}
	error_set_errno(err, r, run->dir, "cannot write to the store");
	error_hint(err, "give another with --store DIR or MEMRIG_STORE");
	return r;
}

static void set_or_leave_out(json_t *object, const char *key, json_t *value)
{
	if (value)
		json_object_set(object, key, value);
}

static void run_free(struct run *run)
{
	if (run->lock >= 0)
		close(run->lock);
	json_decref(run->document);
	free(run->id);
	free(run->path);
	free(run->tmp);
	free(run->dir);
	free(run->indexes);
	free(run);
}

/* Writing run.json now finds a full or read-only store before anything has run. */
static int make_run(struct run *run, struct error *err)
{
	_cleanup_free_ char *cells = NULL;
	int r = file_make_dirs(run->dir, err);

	if (r < 0) {
		error_hint(err, "give another store with --store DIR or MEMRIG_STORE");
		return r;
	}
	r = make_tmp(run, err);
	if (r < 0)
		return r;
	json_object_set_new(run->document, "run", json_string(run->id));
	cells = xasprintf("%s/cells", run->tmp);
	r = file_make_dirs(cells, err);
	if (r == 0)
		r = write_json(run->tmp, "run.json", run->document, err);
	if (r < 0)
		remove_tree(run->tmp);
	return r;
}

int run_begin(struct store *store, json_t *argv, json_t *matrix, json_t *provenance, const char *clock,
	      struct run **ret, struct error *err)
{
	struct run *run = xcalloc(1, sizeof(*run));
	int r;

	run->dir = xstrdup(store->dir);
	run->lock = -1;
	run->document = json_object();
	json_object_set_new(run->document, "schema", json_string("memrig.run/1"));
	json_object_set_new(run->document, "run", json_string(""));
	json_object_set_new(run->document, "status", json_string("running"));
	if (clock)
		json_object_set_new(run->document, "clock", json_string(clock));
	json_object_set_new(run->document, "started", json_utc_now());
	set_or_leave_out(run->document, "argv", argv);
	set_or_leave_out(run->document, "matrix", matrix);
	set_or_leave_out(run->document, "provenance", provenance);
	json_object_set_new(run->document, "cells", json_array());
	r = make_run(run, err);
	if (r < 0) {
		run_free(run);
		return r;
	}
	*ret = run;
	return 0;
}

const char *run_id(const struct run *run)
{
	return run->id;
}

const char *run_path(const struct run *run)
{
	return run->path;
}

int run_add_document(struct run *run, const char *name, const json_t *json, struct error *err)
{
	return write_json(run->tmp, name, json, err);
}

void run_set(struct run *run, const char *key, json_t *value)
{
	json_object_set_new(run->document, key, value);
}

/* ---- cells ---- */

static bool good_cell_id(const char *id)
{
	return id && id[0] && id[0] != '.' && strlen(id) < 200 &&
	       id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == '\0';
}

static int write_stream(const char *dir, const char *text, size_t len, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/stream.jsonl.zst", dir);
	size_t room = ZSTD_compressBound(len), packed_len;
	_cleanup_free_ char *packed = xcalloc(1, room);

	packed_len = ZSTD_compress(packed, room, text, len, ZSTD_CLEVEL_DEFAULT);
	if (ZSTD_isError(packed_len))
		return error_set(err, -EIO, path, "cannot compress: %s", ZSTD_getErrorName(packed_len));
	return file_write_atomic(path, packed, packed_len, err);
}

static int write_cell(const char *dir, const struct run_cell *cell, struct error *err)
{
	const char *console = cell->console ? cell->console : "";
	_cleanup_free_ char *log = xasprintf("%s/console.log", dir);
	int r = write_json(dir, "cell.json", cell->cell, err);

	if (r == 0)
		r = write_stream(dir, cell->stream, cell->stream_len, err);
	if (r == 0)
		r = file_write_atomic(log, console, strlen(console), err);
	if (r == 0)
		r = write_json(dir, "summary.json", cell->summary, err);
	return r < 0 ? r : sync_dir(dir, err);
}

/* Cells end in any order; the list is in that of the plan. */
static void list_cell(struct run *run, const struct run_cell *cell)
{
	json_t *cells = json_object_get(run->document, "cells");
	size_t at = run->n_cells;

	while (at > 0 && run->indexes[at - 1] > cell->index)
		at--;
	run->indexes = xrealloc(run->indexes, (run->n_cells + 1) * sizeof(*run->indexes));
	memmove(run->indexes + at + 1, run->indexes + at, (run->n_cells - at) * sizeof(*run->indexes));
	run->indexes[at] = cell->index;
	run->n_cells++;
	json_array_insert_new(cells, at, json_string(cell->id));
}

int run_add_cell(struct run *run, const struct run_cell *cell, struct error *err)
{
	_cleanup_free_ char *dir = NULL;
	int r;

	if (!good_cell_id(cell->id))
		return error_set(err, -EINVAL, cell->id ? cell->id : "", "not an id for a cell");
	dir = xasprintf("%s/cells/%s", run->tmp, cell->id);
	if (mkdir(dir, 0700) < 0)
		return error_set_errno(err, -errno, dir, "cannot make the cell's directory");
	r = write_cell(dir, cell, err);
	if (r < 0) {
		remove_tree(dir);
		return r;
	}
	list_cell(run, cell);
	return 0;
}

/* ---- the end ---- */

/* "latest" goes by this time; the file system's own stands still for milliseconds. */
static void stamp_exactly(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/run.json", dir);
	struct timespec now[2];

	clock_gettime(CLOCK_REALTIME, &now[0]);
	now[1] = now[0];
	utimensat(AT_FDCWD, path, now, 0);
}

static int complete(struct run *run, const char *status, struct error *err)
{
	_cleanup_free_ char *cells = xasprintf("%s/cells", run->tmp);
	int r;

	json_object_set_new(run->document, "status", json_string(status));
	json_object_set_new(run->document, "finished", json_utc_now());
	r = write_json(run->tmp, "run.json", run->document, err);
	if (r == 0)
		stamp_exactly(run->tmp);
	if (r == 0)
		r = store_sums_write(run->tmp, err);
	if (r == 0)
		r = sync_dir(cells, err);
	if (r == 0)
		r = sync_dir(run->tmp, err);
	if (r == 0 && rename(run->tmp, run->path) < 0)
		r = error_set_errno(err, -errno, run->path, "cannot rename the finished run");
	return r < 0 ? r : sync_dir(run->dir, err);
}

int run_finish(struct run *run, const char *status, struct error *err)
{
	int r = complete(run, status, err);

	if (r < 0)
		remove_tree(run->tmp);
	run_free(run);
	return r;
}

int run_abort(struct run *run, struct error *err)
{
	if (json_array_size(json_object_get(run->document, "cells")) > 0)
		return run_finish(run, "interrupted", err);
	remove_tree(run->tmp);
	run_free(run);
	return 0;
}
