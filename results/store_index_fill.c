/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The index, its rows: what a run's directory says, as tables. */
#include <errno.h>
#include <math.h>
#include <sha256.h>

#include "common/util.h"
#include "results/store_index_db.h"
#include "results/timeline.h"

int index_make_tables(struct index *index, struct error *err)
{
	return index_exec(index,
			  "DROP TABLE IF EXISTS runs; DROP TABLE IF EXISTS cells; DROP TABLE IF EXISTS verdicts;"
			  "DROP TABLE IF EXISTS layouts;"
			  "CREATE TABLE runs (id INTEGER PRIMARY KEY, run TEXT UNIQUE, stamp INTEGER, readable INTEGER,"
			  " status TEXT, clock TEXT, started TEXT, finished TEXT, place TEXT, memrig TEXT, provenance TEXT,"
			  " scenarios TEXT, profiles TEXT, kernels TEXT, cells INTEGER, valid INTEGER);"
			  "CREATE TABLE cells (id INTEGER PRIMARY KEY, run INTEGER, cell TEXT, scenario TEXT, profile TEXT,"
			  " kernel TEXT, clock TEXT, lru TEXT, outcome TEXT, stream_sha256 TEXT, seed INTEGER, valid INTEGER,"
			  " repeat INTEGER, layout INTEGER, metrics BLOB);"
			  "CREATE INDEX cells_run ON cells (run);"
			  "CREATE TABLE verdicts (run INTEGER, cell TEXT, name TEXT, cause TEXT);"
			  "CREATE INDEX verdicts_run ON verdicts (run);"
			  "CREATE TABLE layouts (id INTEGER PRIMARY KEY, names TEXT UNIQUE);",
			  err);
}

/* ---- one row ---- */

enum { INSERT_RUN, INSERT_CELL, INSERT_VERDICT, INSERT_LAYOUT, FIND_LAYOUT, N_STATEMENTS };

static const char *const statement_texts[] = {
	[INSERT_RUN] = "INSERT INTO runs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[INSERT_CELL] = "INSERT INTO cells VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[INSERT_VERDICT] = "INSERT INTO verdicts VALUES (?,?,?,?)",
	[INSERT_LAYOUT] = "INSERT INTO layouts VALUES (NULL,?)",
	[FIND_LAYOUT] = "SELECT id FROM layouts WHERE names = ?",
};

struct filler {
	struct index *index;
	sqlite3_stmt *statements[N_STATEMENTS];
	int64_t run; /* the row that the cells belong to */
};

static int filler_prepare(struct filler *f, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < N_STATEMENTS && r == 0; i++)
		r = index_prepare(f->index, statement_texts[i], &f->statements[i], err);
	return r;
}

static void filler_release(struct filler *f)
{
	for (size_t i = 0; i < N_STATEMENTS; i++)
		sqlite3_finalize(f->statements[i]);
}

/* Texts live until the step: nothing is copied. */
static void bind_text(sqlite3_stmt *s, int *column, const char *text)
{
	sqlite3_bind_text(s, (*column)++, text, -1, SQLITE_STATIC);
}

static void bind_number(sqlite3_stmt *s, int *column, int64_t number)
{
	sqlite3_bind_int64(s, (*column)++, number);
}

static int insert(struct filler *f, int which, struct error *err)
{
	sqlite3_stmt *s = f->statements[which];
	int r = sqlite3_step(s) == SQLITE_DONE ? 0 : index_failed(f->index, err);

	sqlite3_reset(s);
	return r;
}

/* ---- metrics ---- */

static char *layout_of(const json_t *metrics, double *values)
{
	size_t room = 1, at = 0, n = 0;
	char *names;
	const char *name;
	const json_t *value;

	json_object_foreach ((json_t *)metrics, name, value)
		room += strlen(name) + 1;
	names = xcalloc(1, room);
	json_object_foreach ((json_t *)metrics, name, value) {
		size_t len = strlen(name);

		memcpy(names + at, name, len);
		names[at + len] = INDEX_LAYOUT_SEPARATOR;
		at += len + 1;
		values[n++] = json_is_number(value) ? json_number_value(value) : NAN;
	}
	return names;
}

static int find_layout(struct filler *f, const char *names, int64_t *ret, struct error *err)
{
	sqlite3_stmt *find = f->statements[FIND_LAYOUT];
	int column = 1, r;

	sqlite3_bind_text(find, 1, names, -1, SQLITE_STATIC);
	r = sqlite3_step(find);
	if (r == SQLITE_ROW)
		*ret = sqlite3_column_int64(find, 0);
	sqlite3_reset(find);
	if (r == SQLITE_ROW)
		return 0;
	if (r != SQLITE_DONE)
		return index_failed(f->index, err);
	bind_text(f->statements[INSERT_LAYOUT], &column, names);
	r = insert(f, INSERT_LAYOUT, err);
	*ret = sqlite3_last_insert_rowid(f->index->db);
	return r;
}

/* ---- cells ---- */

static int add_verdicts(struct filler *f, const json_t *cell, struct error *err)
{
	const json_t *verdict;
	size_t i;
	int r = 0;

	json_array_foreach (json_object_get(cell, "verdicts"), i, verdict) {
		int column = 1;

		bind_number(f->statements[INSERT_VERDICT], &column, f->run);
		bind_text(f->statements[INSERT_VERDICT], &column, record_text(cell, "id", ""));
		bind_text(f->statements[INSERT_VERDICT], &column, record_text(verdict, "name", ""));
		bind_text(f->statements[INSERT_VERDICT], &column, record_text(verdict, "cause", ""));
		r = insert(f, INSERT_VERDICT, err);
		if (r < 0)
			break;
	}
	return r;
}

static int add_cell(struct filler *f, const json_t *cell, const char *clock, struct error *err)
{
	static const char *const texts[] = { "id", "scenario", "profile", "kernel", "clock", "lru", "outcome", "stream_sha256" };
	const json_t *metrics = json_object_get(cell, "metrics");
	size_t n = json_object_size(metrics);
	_cleanup_free_ double *values = xcalloc(n + 1, sizeof(*values));
	_cleanup_free_ char *names = layout_of(metrics, values);
	sqlite3_stmt *s = f->statements[INSERT_CELL];
	int64_t layout = 0;
	int column = 1, r = find_layout(f, names, &layout, err);

	if (r < 0)
		return r;
	bind_number(s, &column, f->run);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		bind_text(s, &column, record_text(cell, texts[i], streq(texts[i], "clock") ? clock : ""));
	bind_number(s, &column, json_integer_value(json_object_get(cell, "seed")));
	bind_number(s, &column, json_is_true(json_object_get(cell, "valid")));
	bind_number(s, &column, json_object_get(cell, "repeat") != NULL);
	bind_number(s, &column, layout);
	sqlite3_bind_blob(s, column, values, (int)(n * sizeof(*values)), SQLITE_STATIC);
	r = insert(f, INSERT_CELL, err);
	return r < 0 ? r : add_verdicts(f, cell, err);
}

/* ---- runs ---- */

static int64_t stamp_of(const struct store_entry *entry)
{
	return (int64_t)entry->changed.tv_sec * (int64_t)NSEC_PER_SEC + entry->changed.tv_nsec;
}

/* Two runs with one digest were made with the same things on the same machine. */
static char *digest_of(const json_t *provenance)
{
	static const char *const changing[] = { "started", "jobs", "boot_id", "load", "available_bytes", "guests" };
	json_t *lasting = provenance ? json_copy((json_t *)provenance) : json_object();
	_cleanup_free_ char *text = NULL;
	char digest[SHA256_DIGEST_STRING_LENGTH];

	for (size_t i = 0; i < ARRAY_SIZE(changing); i++)
		json_object_del(lasting, changing[i]);
	text = json_dumps(lasting, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(lasting);
	return text ? xstrdup(SHA256Data((const uint8_t *)text, strlen(text), digest)) : xstrdup("");
}

/* "a, b": each value once, in the order of the cells. */
static char *words_of(const json_t *cells, const char *key)
{
	json_t *seen = json_object();
	char *text = xstrdup("");
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell) {
		const char *word = record_text(cell, key, "");
		_cleanup_free_ char *before = NULL;

		if (!*word || json_object_get(seen, word))
			continue;
		json_object_set_new(seen, word, json_true());
		before = text;
		text = xasprintf("%s%s%s", before, *before ? ", " : "", word);
	}
	json_decref(seen);
	return text;
}

static int64_t count_valid(const json_t *cells)
{
	int64_t n = 0;
	const json_t *cell;
	size_t i;

	json_array_foreach (cells, i, cell)
		n += json_is_true(json_object_get(cell, "valid"));
	return n;
}

/* `run` NULL: its directory cannot be read; known, so that it is not tried at each opening. */
static int add_run_row(struct filler *f, const struct store_entry *entry, const json_t *run, struct error *err)
{
	static const char *const texts[] = { "status", "clock", "started", "finished" }, *const made[] = { "place", "memrig" };
	const json_t *provenance = json_object_get(run, "provenance"), *cells = json_object_get(run, "cells");
	_cleanup_free_ char *digest = digest_of(provenance), *scenarios = words_of(cells, "scenario");
	_cleanup_free_ char *profiles = words_of(cells, "profile"), *kernels = words_of(cells, "kernel");
	sqlite3_stmt *s = f->statements[INSERT_RUN];
	int column = 2, r; /* the first is the row's own number */

	bind_text(s, &column, entry->name);
	bind_number(s, &column, stamp_of(entry));
	bind_number(s, &column, run != NULL);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		bind_text(s, &column, record_text(run, texts[i], ""));
	for (size_t i = 0; i < ARRAY_SIZE(made); i++)
		bind_text(s, &column, record_text(provenance, made[i], ""));
	bind_text(s, &column, digest);
	bind_text(s, &column, scenarios);
	bind_text(s, &column, profiles);
	bind_text(s, &column, kernels);
	bind_number(s, &column, (int64_t)json_array_size(cells));
	bind_number(s, &column, count_valid(cells));
	r = insert(f, INSERT_RUN, err);
	f->run = sqlite3_last_insert_rowid(f->index->db);
	return r;
}

static int add_run(struct filler *f, const struct store_entry *entry, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", f->index->store->dir, entry->name);
	const char *clock;
	json_t *run = NULL;
	const json_t *cell;
	size_t i;
	int r;

	store_load_readable(path, &run, NULL);
	r = add_run_row(f, entry, run, err);
	clock = record_text(run, "clock", "");
	json_array_foreach (json_object_get(run, "cells"), i, cell) {
		if (r < 0)
			break;
		r = add_cell(f, cell, clock, err);
	}
	json_decref(run);
	return r;
}

/* ---- following the directories ---- */

static int by_name(const void *a, const void *b)
{
	const struct store_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int drop_run(struct index *index, int64_t id, struct error *err)
{
	_cleanup_free_ char *sql = xasprintf("DELETE FROM cells WHERE run=%1$lld; DELETE FROM verdicts WHERE run=%1$lld;"
					     "DELETE FROM runs WHERE id=%1$lld;",
					     (long long)id);

	return index_exec(index, sql, err);
}

/*
 * Entries (by name) that the index has are marked in `known`, rows without an entry, or with an older one, are put on
 * `ret_gone`.
 */
static int compare_with_rows(struct index *index, const struct store_entries *entries, bool *known, int64_t **ret_gone,
			     size_t *ret_n, struct error *err)
{
	_cleanup_stmt_ sqlite3_stmt *s = NULL;
	int r = index_prepare(index, "SELECT id, run, stamp FROM runs", &s, err);
	_cleanup_free_ int64_t *gone = NULL;
	size_t n = 0;

	if (r < 0)
		return r;
	while ((r = sqlite3_step(s)) == SQLITE_ROW) {
		struct store_entry key = { .name = (char *)sqlite3_column_text(s, 1) }, *found = NULL;

		if (key.name && entries->n)
			found = bsearch(&key, entries->list, entries->n, sizeof(key), by_name);
		if (found && stamp_of(found) == sqlite3_column_int64(s, 2)) {
			known[found - entries->list] = true;
			continue;
		}
		gone = xrealloc(gone, (n + 1) * sizeof(*gone));
		gone[n++] = sqlite3_column_int64(s, 0);
	}
	if (r != SQLITE_DONE)
		return index_failed(index, err);
	*ret_gone = TAKE_PTR(gone);
	*ret_n = n;
	return 0;
}

static int change_rows(struct index *index, const struct store_entries *entries, const bool *known, const int64_t *gone,
		       size_t n_gone, struct error *err)
{
	struct filler filler = { .index = index };
	int r = 0;

	for (size_t i = 0; i < n_gone && r == 0; i++)
		r = drop_run(index, gone[i], err);
	if (r == 0)
		r = filler_prepare(&filler, err);
	for (size_t i = 0; i < entries->n && r == 0; i++)
		if (!known[i])
			r = add_run(&filler, &entries->list[i], err);
	filler_release(&filler);
	return r;
}

/* 0: nothing to do. `change`: inside a transaction that may write. */
static int follow(struct index *index, bool change, struct error *err)
{
	struct store_entries entries;
	_cleanup_free_ int64_t *gone = NULL;
	_cleanup_free_ bool *known = NULL;
	size_t n_gone = 0, n_known = 0;
	int r = store_entries_read(index->store, &entries, err);

	if (r < 0)
		return r;
	if (entries.n > 1)
		qsort(entries.list, entries.n, sizeof(*entries.list), by_name);
	known = xcalloc(entries.n + 1, sizeof(*known));
	r = compare_with_rows(index, &entries, known, &gone, &n_gone, err);
	for (size_t i = 0; i < entries.n; i++)
		n_known += known[i];
	if (r == 0 && (n_gone > 0 || n_known < entries.n))
		r = change ? change_rows(index, &entries, known, gone, n_gone, err) : 1;
	store_entries_release(&entries);
	return r;
}

int index_follow(struct index *index, struct error *err)
{
	int r = follow(index, false, err);

	if (r <= 0)
		return r;
	/* Somebody else may have done it by the time this is granted: it is looked at again. */
	r = index_exec(index, "BEGIN IMMEDIATE", err);
	if (r < 0)
		return r;
	r = follow(index, true, err);
	if (r == 0)
		r = index_exec(index, "COMMIT", err);
	if (r < 0)
		index_exec(index, "ROLLBACK", NULL);
	return r;
}
