/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The index, its file: opened, made, made anew when it is damaged, and in memory where there is no other way. */
#include "results/store_index.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "common/util.h"
#include "results/store_index_db.h"

/* As long as another process may need to index a large store. */
#define BUSY_MS 60000

int index_failed(const struct index *index, struct error *err)
{
	int code = sqlite3_errcode(index->db) & 0xff, r;

	switch (code) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_ERROR: /* the statements are ours: the tables are not */
	case SQLITE_SCHEMA:
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
		r = -EBADMSG;
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		r = -EAGAIN;
		break;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		r = -EROFS;
		break;
	default:
		r = -EIO;
	}
	return error_set(err, r, index->file ? index->file : index->store->dir, "the index: %s", sqlite3_errmsg(index->db));
}

int index_exec(struct index *index, const char *sql, struct error *err)
{
	return sqlite3_exec(index->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : index_failed(index, err);
}

int index_prepare(struct index *index, const char *sql, sqlite3_stmt **ret, struct error *err)
{
	return sqlite3_prepare_v2(index->db, sql, -1, ret, NULL) == SQLITE_OK ? 0 : index_failed(index, err);
}

/* ---- the database ---- */

static int open_db(struct index *index, const char *name, int flags, struct error *err)
{
	sqlite3_close(index->db);
	index->db = NULL;
	if (sqlite3_open_v2(name, &index->db, flags, NULL) != SQLITE_OK)
		return index_failed(index, err);
	sqlite3_busy_timeout(index->db, BUSY_MS);
	/* It can be made again: a power cut may cost it, not damage it. */
	return index_exec(index, "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;", err);
}

static int read_version(struct index *index, int *ret, struct error *err)
{
	_cleanup_stmt_ sqlite3_stmt *s = NULL;
	int r = index_prepare(index, "PRAGMA user_version", &s, err);

	if (r < 0)
		return r;
	if (sqlite3_step(s) != SQLITE_ROW)
		return index_failed(index, err);
	*ret = sqlite3_column_int(s, 0);
	return 0;
}

static int set_up_tables(struct index *index, struct error *err)
{
	_cleanup_free_ char *version = xasprintf("PRAGMA user_version=%d", INDEX_VERSION);
	int had = 0, r = index_exec(index, "BEGIN IMMEDIATE", err);

	if (r < 0)
		return r;
	r = read_version(index, &had, err);
	/* Another process may have come first. */
	if (r == 0 && had != INDEX_VERSION) {
		r = index_make_tables(index, err);
		if (r == 0)
			r = index_exec(index, version, err);
	}
	if (r == 0)
		r = index_exec(index, "COMMIT", err);
	if (r < 0)
		index_exec(index, "ROLLBACK", NULL);
	return r;
}

/* -EPROTO: made by a newer memrig, which may want it back. */
static int begin(struct index *index, struct error *err)
{
	int version = 0, r = read_version(index, &version, err);

	if (r == 0 && version > INDEX_VERSION)
		return error_set(err, -EPROTO, index->file, "the index was made by a newer memrig");
	if (r == 0 && version != INDEX_VERSION)
		r = set_up_tables(index, err);
	return r < 0 ? r : index_follow(index, err);
}

static int use_memory(struct index *index, struct error *err)
{
	int r;

	free(index->file);
	index->file = NULL;
	r = open_db(index, ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
	return r < 0 ? r : begin(index, err);
}

static int use_file(struct index *index, struct error *err)
{
	bool writable = access(index->store->dir, W_OK) == 0;
	int flags = writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	int r = open_db(index, index->file, flags, err);

	return r < 0 ? r : begin(index, err);
}

static void unlink_files(const char *file)
{
	static const char *const suffixes[] = { "", "-journal", "-wal", "-shm" };

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		_cleanup_free_ char *path = xasprintf("%s%s", file, suffixes[i]);

		unlink(path);
	}
}

/* Of several processes that find it damaged one makes it anew, and the others use that. */
static int replace(struct index *index, bool always, struct error *err)
{
	_cleanup_close_ int lock = open(index->store->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = -EBADMSG;

	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return error_set_errno(err, -errno, index->store->dir, "cannot lock");
	if (!always)
		r = use_file(index, err);
	if (r == -EBADMSG) {
		sqlite3_close(index->db);
		index->db = NULL;
		unlink_files(index->file);
		r = use_file(index, err);
	}
	return r;
}

int index_replace(struct index *index, struct error *err)
{
	int r = index->file ? replace(index, true, err) : -EROFS;

	return r < 0 ? use_memory(index, err) : r;
}

/* ---- for everybody ---- */

static struct index *index_new(const struct store *store)
{
	struct index *index = xcalloc(1, sizeof(*index));

	index->store = xcalloc(1, sizeof(*index->store));
	index->store->dir = xstrdup(store->dir);
	index->file = xasprintf("%s/index.sqlite", store->dir);
	return index;
}

static int finish_open(struct index *index, int r, struct index **ret, struct error *err)
{
	if (r < 0)
		r = use_memory(index, err);
	if (r < 0)
		index_close(index);
	else
		*ret = index;
	return r;
}

int index_open(const struct store *store, struct index **ret, struct error *err)
{
	struct index *index = index_new(store);
	int r = access(store->dir, F_OK) == 0 ? use_file(index, NULL) : -ENOENT;

	if (r == -EBADMSG)
		r = replace(index, false, NULL);
	return finish_open(index, r, ret, err);
}

int index_rebuild(const struct store *store, struct index **ret, struct error *err)
{
	struct index *index = index_new(store);
	int r = access(store->dir, F_OK) == 0 ? replace(index, true, NULL) : -ENOENT;

	return finish_open(index, r, ret, err);
}

void index_close(struct index *index)
{
	if (!index)
		return;
	sqlite3_close(index->db);
	store_close(index->store);
	free(index->file);
	free(index);
}

/* ---- against the directories ---- */

static const char *const everything[] = {
	"SELECT run, stamp, readable, status, clock, started, finished, place, memrig, provenance, scenarios, profiles, kernels,"
	" cells, valid FROM runs ORDER BY run",
	"SELECT runs.run, cell, scenario, profile, kernel, cells.clock, lru, outcome, stream_sha256, seed, cells.valid, repeat,"
	" names, metrics FROM cells JOIN runs ON cells.run = runs.id JOIN layouts ON layout = layouts.id ORDER BY runs.run, cells.id",
	"SELECT runs.run, cell, name, cause FROM verdicts JOIN runs ON verdicts.run = runs.id ORDER BY runs.run, verdicts.rowid",
};

static bool same_row(sqlite3_stmt *a, sqlite3_stmt *b)
{
	for (int i = 0; i < sqlite3_column_count(a); i++) {
		int len = sqlite3_column_bytes(a, i);

		if (len != sqlite3_column_bytes(b, i))
			return false;
		if (len && memcmp(sqlite3_column_blob(a, i), sqlite3_column_blob(b, i), (size_t)len) != 0)
			return false;
	}
	return true;
}

static int same_table(struct index *index, struct index *fresh, const char *sql, struct error *err)
{
	_cleanup_stmt_ sqlite3_stmt *a = NULL, *b = NULL;
	int r = index_prepare(index, sql, &a, err), x, y;

	if (r == 0)
		r = index_prepare(fresh, sql, &b, err);
	if (r < 0)
		return r;
	do {
		x = sqlite3_step(a);
		y = sqlite3_step(b);
	} while (x == SQLITE_ROW && y == SQLITE_ROW && same_row(a, b));
	if (x == SQLITE_DONE && y == SQLITE_DONE)
		return 0;
	if (x != SQLITE_ROW && x != SQLITE_DONE)
		return index_failed(index, err);
	error_set(err, 1, (const char *)sqlite3_column_text(y == SQLITE_ROW ? b : a, 0),
		  "the index does not say what the directory says");
	error_hint(err, "`memrig store rebuild` makes it anew");
	return 1;
}

int index_check(const struct store *store, struct error *err)
{
	struct index *index = NULL, *fresh = index_new(store);
	int r = index_open(store, &index, err);

	if (r == 0)
		r = use_memory(fresh, err);
	for (size_t i = 0; i < ARRAY_SIZE(everything) && r == 0; i++)
		r = same_table(index, fresh, everything[i], err);
	index_close(fresh);
	index_close(index);
	return r;
}
