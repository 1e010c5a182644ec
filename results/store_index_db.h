/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STORE_INDEX_DB_H
#define MEMRIG_RESULTS_STORE_INDEX_DB_H

#include <sqlite3.h>

#include "results/store_dir.h"
#include "results/store_index.h"

/* What the parts of the index share: store_index.c opens it, _fill.c writes the rows, _query.c reads them. */

struct index {
	sqlite3 *db;
	struct store *store;
	char *file; /* NULL: in memory */
};

/* Raise it with every change of the tables, or of what is put into them. */
#define INDEX_VERSION 1

/* -EBADMSG for a file that is no index or damaged, -EAGAIN when others held it for too long, -EROFS, -EIO. */
int index_failed(const struct index *index, struct error *err);

int index_exec(struct index *index, const char *sql, struct error *err);
int index_prepare(struct index *index, const char *sql, sqlite3_stmt **ret, struct error *err);

static inline void index_finalizep(sqlite3_stmt **statement)
{
	sqlite3_finalize(*statement);
}
#define _cleanup_stmt_ _cleanup_(index_finalizep)

/* Makes the tables, empty. */
int index_make_tables(struct index *index, struct error *err);

/* Adds the runs that the index has not and drops those that are gone. */
int index_follow(struct index *index, struct error *err);

/* Makes the file anew; what was asked before may be asked again. */
int index_replace(struct index *index, struct error *err);

/*
 * Metrics are one blob a cell: doubles, NaN for those that are absent, in the order of the cell's layout, a list of names
 * with a newline between. Cells of one scenario share a layout, so that a metric is found once a layout and read by offset.
 */
#define INDEX_LAYOUT_SEPARATOR '\n'

#endif
