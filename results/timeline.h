/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_TIMELINE_H
#define MEMRIG_RESULTS_TIMELINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "results/sample_line.h"

/*
 * A stream (docs/stream.md) read into memory: the records in their order, and
 * the samples as a matrix in which every row has every column, because a value
 * that did not change is carried forward.
 *
 * A stream may be cut short anywhere, in the middle of a line too: what was
 * complete is kept. `damage` says what is wrong with a stream that is not even
 * that (a line in its middle that is no record), or has more than is read
 * (below); reading stops there.
 */
#define TIMELINE_RECORDS_MAX   65536u	   /* besides samples */
#define TIMELINE_TEXT_MAX      (16ULL << 20) /* bytes of them; as JSON in memory they take some fifty times that */
#define TIMELINE_VALUES_MAX    (128ULL << 20) /* written into the matrix: a gibibyte */

struct timeline {
	json_t *records;      /* array: all but the samples and the columns */
	json_t *column_index; /* object: name -> index */
	json_t *columns_record; /* the last one */
	const char **columns; /* names, owned by it */
	size_t n_columns;
	uint64_t *times;  /* per sample: t_ns */
	uint64_t *values; /* n_samples rows of n_columns */
	size_t n_samples, room;
	bool *seen;                /* per column: had a value in some sample */
	uint64_t begin_ns, end_ns; /* of the cell; end is the last record's time when there is no "end" */
	uint64_t page_bytes;
	bool ended;       /* the "end" record is there */
	bool began;       /* so is the first one */
	bool backfills;   /* the columns were replaced: a new one's first value is that of the rows before too */
	struct timeline_limits {
		uint64_t values, records, text;
	} left; /* how much more is taken */
	struct sample_line sample; /* room for reading one */
	char damage[160]; /* "" when the stream is well-formed up to its end */
};

/* Never fails on a stream that was cut; -EPROTO when it is none of a version this reads. */
int timeline_parse(const char *text, size_t len, struct timeline **ret, struct error *err);
void timeline_free(struct timeline *t);

/*
 * A stream that is still being written, one line at a time, by this machine: its caller keeps it short. The first line is
 * the "stream" record. A later "columns" record replaces the set: what is in
 * both keeps its rows, what has gone is unseen, and what is new counts as
 * unchanged before its first sample.
 */
struct timeline *timeline_new(void);
/* Returns 0, -EINVAL for a line that is no record (nothing is changed then), or -EPROTO as above. */
int timeline_feed_line(struct timeline *t, const char *line, size_t len, struct error *err);
/* Drops the samples that are older than the last by more than the window. */
void timeline_keep(struct timeline *t, uint64_t window_ns);
/* Drops the records of a type that are older than that: what is said again replaces what was said. */
void timeline_forget(struct timeline *t, const char *type, uint64_t before_ns);

/* The records of one type, in order; start with *pos = 0. NULL at the end. Borrowed. */
json_t *timeline_next(const struct timeline *t, const char *type, size_t *pos);
/* The first record of a type whose text `key` is `value` (key NULL: any). NULL when there is none. */
json_t *timeline_find(const struct timeline *t, const char *type, const char *key, const char *value);

/* The index of a column; -1 when the stream has none of that name or no value in it. */
int timeline_column(const struct timeline *t, const char *name);
int timeline_columnf(const struct timeline *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline uint64_t timeline_value(const struct timeline *t, size_t sample, int column)
{
	return t->values[sample * t->n_columns + (size_t)column];
}

/* Growth between two samples; 0 when it fell, or for a column of -1, which is none. */
uint64_t timeline_growth(const struct timeline *t, int column, size_t from, size_t to);
/* Growth over the whole cell. */
uint64_t timeline_delta(const struct timeline *t, int column);

/* Bit mask of the nodes the stream speaks of. */
uint64_t timeline_nodes(const struct timeline *t);

/* Members of a record with a fallback for those that are absent. */
const char *record_text(const json_t *record, const char *key, const char *fallback);
uint64_t record_u64(const json_t *record, const char *key, uint64_t fallback);

#endif
