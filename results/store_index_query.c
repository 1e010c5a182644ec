/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The index, its questions. */
#include <errno.h>
#include <math.h>

#include "common/util.h"
#include "results/store_index_db.h"

/* A row's texts are one block; where their pointers stand is told by offsets, in the order of the columns. */
static void *take_texts(sqlite3_stmt *s, void *row, const size_t *offsets, size_t n)
{
	size_t room = 0, at = 0;
	char *block;

	for (size_t i = 0; i < n; i++)
		room += (size_t)sqlite3_column_bytes(s, (int)i) + 1;
	block = xcalloc(1, room);
	for (size_t i = 0; i < n; i++) {
		size_t len = (size_t)sqlite3_column_bytes(s, (int)i);

		if (len)
			memcpy(block + at, sqlite3_column_text(s, (int)i), len);
		*(const char **)((char *)row + offsets[i]) = block + at;
		at += len + 1;
	}
	return block;
}

/* A list of rows that grows: n is a power of two less one when there is no more room. */
static void *next_row(void **list, size_t *n, size_t size)
{
	void *row;

	if ((*n & (*n + 1)) == 0)
		*list = xrealloc(*list, 2 * (*n + 1) * size);
	row = (char *)*list + (*n)++ * size;
	memset(row, 0, size);
	return row;
}

/* ---- the filter ---- */

/* The filter's texts are numbered parameters, so that one list of bindings serves every question. */
#define BY_RUN "(?1 IS NULL OR runs.run = ?1) AND (?5 IS NULL OR runs.started >= ?5) AND readable"
#define BY_CELL \
	"(?2 IS NULL OR cells.scenario = ?2) AND (?3 IS NULL OR cells.profile = ?3)" \
	" AND (?4 IS NULL OR cells.kernel = ?4 OR (substr(cells.kernel, 1, length(?4)) = ?4" \
	" AND substr(cells.kernel, length(?4) + 1, 1) NOT BETWEEN '0' AND '9'))" \
	" AND (?6 IS NULL OR cells.seed = ?6)"
#define OLDEST_FIRST "substr(runs.run, 1, 16), runs.stamp, runs.run"
#define PATH "?7 || '/' || runs.run"

static int ask(struct index *index, const char *sql, const struct index_filter *filter, sqlite3_stmt **ret, struct error *err)
{
	const char *texts[] = { filter->run, filter->scenario, filter->profile, filter->kernel, filter->since };
	sqlite3_stmt *s;
	int r = index_prepare(index, sql, &s, err);

	if (r < 0)
		return r;
	for (int i = 0; i < (int)ARRAY_SIZE(texts); i++)
		if (i < sqlite3_bind_parameter_count(s) && texts[i])
			sqlite3_bind_text(s, i + 1, texts[i], -1, SQLITE_STATIC);
	if (filter->seed)
		sqlite3_bind_int64(s, 6, *filter->seed);
	sqlite3_bind_text(s, 7, index->store->dir, -1, SQLITE_STATIC);
	*ret = s;
	return 0;
}

/* ---- runs ---- */

static int find_runs(struct index *index, const struct index_filter *filter, struct index_runs *ret, struct error *err)
{
	static const size_t texts[] = {
		offsetof(struct index_run, run),	offsetof(struct index_run, path),
		offsetof(struct index_run, status),	offsetof(struct index_run, clock),
		offsetof(struct index_run, started),	offsetof(struct index_run, finished),
		offsetof(struct index_run, place),	offsetof(struct index_run, memrig),
		offsetof(struct index_run, scenarios),	offsetof(struct index_run, profiles),
		offsetof(struct index_run, kernels),	offsetof(struct index_run, provenance),
	};
	_cleanup_stmt_ sqlite3_stmt *s = NULL;
	bool any = !filter->scenario && !filter->profile && !filter->kernel && !filter->seed;
	int r = ask(index,
		    any ? "SELECT run, " PATH ", status, clock, started, finished, place, memrig, scenarios, profiles, kernels,"
			  " provenance, cells, valid FROM runs WHERE " BY_RUN " ORDER BY " OLDEST_FIRST
			: "SELECT run, " PATH ", status, clock, started, finished, place, memrig, scenarios, profiles, kernels,"
			  " provenance, cells, valid FROM runs WHERE " BY_RUN
			  " AND EXISTS (SELECT 1 FROM cells WHERE cells.run = runs.id AND " BY_CELL ") ORDER BY " OLDEST_FIRST,
		    filter, &s, err);

	if (r < 0)
		return r;
	while ((r = sqlite3_step(s)) == SQLITE_ROW) {
		struct index_run *row = next_row((void **)&ret->list, &ret->n, sizeof(*row));

		row->block = take_texts(s, row, texts, ARRAY_SIZE(texts));
		row->cells = sqlite3_column_int64(s, ARRAY_SIZE(texts));
		row->valid = sqlite3_column_int64(s, ARRAY_SIZE(texts) + 1);
	}
	return r == SQLITE_DONE ? 0 : index_failed(index, err);
}

/* ---- cells ---- */

/* Which double of a cell's blob the metric is, by layout; -1: it has none. */
struct places {
	int64_t *list; /* by the layout's row number */
	int64_t n;
};

static int64_t place_in(const char *names, const char *metric)
{
	size_t len = strlen(metric);
	int64_t place = 0;

	for (const char *end; (end = strchr(names, INDEX_LAYOUT_SEPARATOR)); names = end + 1, place++)
		if ((size_t)(end - names) == len && memcmp(names, metric, len) == 0)
			return place;
	return -1;
}

static int find_places(struct index *index, const char *metric, struct places *ret, struct error *err)
{
	_cleanup_stmt_ sqlite3_stmt *s = NULL;
	int r = index_prepare(index, "SELECT id, names FROM layouts ORDER BY id", &s, err);

	if (r < 0)
		return r;
	while ((r = sqlite3_step(s)) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(s, 0);
		const char *names = (const char *)sqlite3_column_text(s, 1);

		/* The tables number them one by one; anything else is damage. */
		if (id != ret->n + 1 || !names)
			return error_set(err, -EBADMSG, index->store->dir, "the index is damaged");
		ret->list = xrealloc(ret->list, (size_t)(id + 1) * sizeof(*ret->list));
		ret->list[id] = place_in(names, metric);
		ret->n = id;
	}
	return r == SQLITE_DONE ? 0 : index_failed(index, err);
}

static void take_value(struct index_cell *cell, const struct places *places, int64_t layout, const double *values, size_t n)
{
	int64_t place = layout >= 1 && layout <= places->n ? places->list[layout] : -1;

	if (place < 0 || (size_t)place >= n)
		return;
	memcpy(&cell->value, values + place, sizeof(cell->value));
	cell->has_value = !isnan(cell->value);
}

#define CELL_COLUMNS \
	"SELECT runs.run, " PATH ", started, place, memrig, provenance, cell, scenario, profile, kernel, cells.clock, lru, outcome," \
	" stream_sha256, seed, cells.valid, repeat, layout"

static int find_cells(struct index *index, const struct index_filter *filter, const struct places *places, bool values,
		      struct index_cells *ret, struct error *err)
{
	static const size_t texts[] = {
		offsetof(struct index_cell, run),	 offsetof(struct index_cell, path),
		offsetof(struct index_cell, started),	 offsetof(struct index_cell, place),
		offsetof(struct index_cell, memrig),	 offsetof(struct index_cell, provenance),
		offsetof(struct index_cell, cell),	 offsetof(struct index_cell, scenario),
		offsetof(struct index_cell, profile),	 offsetof(struct index_cell, kernel),
		offsetof(struct index_cell, clock),	 offsetof(struct index_cell, lru),
		offsetof(struct index_cell, outcome),	 offsetof(struct index_cell, stream_sha256),
	};
	enum { SEED = ARRAY_SIZE(texts), VALID, REPEAT, LAYOUT, METRICS };
	_cleanup_stmt_ sqlite3_stmt *s = NULL;
	int r = ask(index,
		    values ? CELL_COLUMNS ", metrics FROM runs JOIN cells ON cells.run = runs.id WHERE " BY_RUN " AND " BY_CELL
					  " ORDER BY " OLDEST_FIRST ", cells.id"
			   : CELL_COLUMNS " FROM runs JOIN cells ON cells.run = runs.id WHERE " BY_RUN " AND " BY_CELL
					  " ORDER BY " OLDEST_FIRST ", cells.id",
		    filter, &s, err);

	if (r < 0)
		return r;
	while ((r = sqlite3_step(s)) == SQLITE_ROW) {
		struct index_cell *row = next_row((void **)&ret->list, &ret->n, sizeof(*row));

		row->block = take_texts(s, row, texts, ARRAY_SIZE(texts));
		row->seed = sqlite3_column_int64(s, SEED);
		row->valid = sqlite3_column_int(s, VALID);
		row->repeat = sqlite3_column_int(s, REPEAT);
		if (values)
			take_value(row, places, sqlite3_column_int64(s, LAYOUT), sqlite3_column_blob(s, METRICS),
				   (size_t)sqlite3_column_bytes(s, METRICS) / sizeof(double));
	}
	return r == SQLITE_DONE ? 0 : index_failed(index, err);
}

static int find_cells_with(struct index *index, const struct index_filter *filter, const char *metric, struct index_cells *ret,
			   struct error *err)
{
	struct places places = { 0 };
	int r = metric ? find_places(index, metric, &places, err) : 0;

	if (r == 0)
		r = find_cells(index, filter, &places, metric != NULL, ret, err);
	free(places.list);
	return r;
}

/* ---- verdicts ---- */

static int find_verdicts(struct index *index, const struct index_filter *filter, struct index_verdicts *ret, struct error *err)
{
	static const size_t texts[] = { offsetof(struct index_verdict, run), offsetof(struct index_verdict, cell),
					offsetof(struct index_verdict, name), offsetof(struct index_verdict, cause) };
	_cleanup_stmt_ sqlite3_stmt *s = NULL;
	int r = ask(index,
		    "SELECT runs.run, cells.cell, name, cause, ?7 FROM runs JOIN verdicts ON verdicts.run = runs.id"
		    " JOIN cells ON cells.run = runs.id AND cells.cell = verdicts.cell WHERE " BY_RUN " AND " BY_CELL
		    " ORDER BY " OLDEST_FIRST ", cells.id, verdicts.rowid",
		    filter, &s, err);

	if (r < 0)
		return r;
	while ((r = sqlite3_step(s)) == SQLITE_ROW) {
		struct index_verdict *row = next_row((void **)&ret->list, &ret->n, sizeof(*row));

		row->block = take_texts(s, row, texts, ARRAY_SIZE(texts));
	}
	return r == SQLITE_DONE ? 0 : index_failed(index, err);
}

static int count(struct index *index, struct index_counts *ret, struct error *err)
{
	_cleanup_stmt_ sqlite3_stmt *s = NULL;
	int r = index_prepare(index, "SELECT total(readable), total(cells), total(NOT readable) FROM runs", &s, err);

	if (r < 0)
		return r;
	if (sqlite3_step(s) != SQLITE_ROW)
		return index_failed(index, err);
	*ret = (struct index_counts){ sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2) };
	return 0;
}

/* ---- for everybody: damage that shows while rows are read costs a second try ---- */

int index_find_runs(struct index *index, const struct index_filter *filter, struct index_runs *ret, struct error *err)
{
	int r;

	*ret = (struct index_runs){ 0 };
	r = find_runs(index, filter, ret, err);
	if (r < 0)
		index_runs_release(ret);
	if (r == -EBADMSG && index_replace(index, err) == 0)
		r = find_runs(index, filter, ret, err);
	return r;
}

int index_find_cells(struct index *index, const struct index_filter *filter, const char *metric, struct index_cells *ret,
		     struct error *err)
{
	int r;

	*ret = (struct index_cells){ 0 };
	r = find_cells_with(index, filter, metric, ret, err);
	if (r < 0)
		index_cells_release(ret);
	if (r == -EBADMSG && index_replace(index, err) == 0)
		r = find_cells_with(index, filter, metric, ret, err);
	return r;
}

int index_find_verdicts(struct index *index, const struct index_filter *filter, struct index_verdicts *ret, struct error *err)
{
	int r;

	*ret = (struct index_verdicts){ 0 };
	r = find_verdicts(index, filter, ret, err);
	if (r < 0)
		index_verdicts_release(ret);
	if (r == -EBADMSG && index_replace(index, err) == 0)
		r = find_verdicts(index, filter, ret, err);
	return r;
}

int index_count(struct index *index, struct index_counts *ret, struct error *err)
{
	int r = count(index, ret, err);

	if (r == -EBADMSG && index_replace(index, err) == 0)
		r = count(index, ret, err);
	return r;
}

void index_runs_release(struct index_runs *runs)
{
	for (size_t i = 0; i < runs->n; i++)
		free(runs->list[i].block);
	free(runs->list);
	*runs = (struct index_runs){ 0 };
}

void index_cells_release(struct index_cells *cells)
{
	for (size_t i = 0; i < cells->n; i++)
		free(cells->list[i].block);
	free(cells->list);
	*cells = (struct index_cells){ 0 };
}

void index_verdicts_release(struct index_verdicts *verdicts)
{
	for (size_t i = 0; i < verdicts->n; i++)
		free(verdicts->list[i].block);
	free(verdicts->list);
	*verdicts = (struct index_verdicts){ 0 };
}
