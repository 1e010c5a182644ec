/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_VIEW_H
#define MEMRIG_RESULTS_VIEW_H

#include "results/table.h"
#include "results/timeline.h"

/*
 * Views of one moment of a cell: the tables that people know from free(1),
 * top(1), numastat(8) and /proc/zoneinfo, made from the samples. Which columns
 * each figure comes from is in docs/views.md.
 *
 * A view is made as JSON, rows of {"name": ..., KEY: number or text, ...}; what
 * the stream does not have is absent. The text is the same rows, formatted.
 */
enum view_form {
	VIEW_AS_IT_IS, /* text, or a number without a unit */
	VIEW_KIB,      /* bytes, shown in KiB as free(1) does */
	VIEW_SIZE,     /* bytes, shown with a unit */
	VIEW_SHORT,    /* bytes, shown in KiB or, with an m or g, in MiB or GiB, as top(1) does */
	VIEW_PERCENT,  /* a ratio */
	VIEW_TIME,     /* ns, as top(1)'s TIME+: minutes:seconds.hundredths */
	VIEW_BY_NAME,  /* as the end of the row's name says: _bytes, _us, _ns, or a count */
};

struct view_column {
	char head[24], key[24];
	enum view_form form;
};

struct view_table {
	const char *label; /* what the rows are */
	struct view_column columns[16];
	unsigned n_columns;
	json_t *rows;
};

struct view {
	const char *name;
	const char *doc; /* one line */
	void (*make)(const struct timeline *t, size_t sample, struct view_table *table);
};

extern const struct view views[]; /* ends with a NULL name; the first is the summary */

/* NULL when there is none of that name. */
const struct view *view_find(const char *name);

/* The last sample at `at_ns` after the cell's begin or before; the first one when there is none. Returns 0, -ENODATA when
 * the stream has no samples, or -ERANGE when the cell had ended by then; the message says when. */
int view_sample(const struct timeline *t, uint64_t at_ns, size_t *ret, struct error *err);

/* Fills the table; view_release() it. */
void view_make(const struct view *view, const struct timeline *t, size_t sample, struct view_table *ret);
void view_release(struct view_table *table);

/* The same as text: table_release() it. */
void view_text(const struct view_table *table, struct table *ret);

/* For the makers: a column, a new row (borrowed), a value from a column of the stream. */
void view_add_column(struct view_table *table, const char *head, const char *key, enum view_form form);
json_t *view_add_row(struct view_table *table, const char *name);
void view_put(json_t *row, const char *key, uint64_t value);

/* The value of a column at a sample. Returns false when the stream has no such column. */
bool view_value(const struct timeline *t, size_t sample, uint64_t *ret, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

void view_make_summary(const struct timeline *t, size_t sample, struct view_table *table);
void view_make_free(const struct timeline *t, size_t sample, struct view_table *table);
void view_make_top(const struct timeline *t, size_t sample, struct view_table *table);
void view_make_numastat(const struct timeline *t, size_t sample, struct view_table *table);
void view_make_zones(const struct timeline *t, size_t sample, struct view_table *table);

#endif
