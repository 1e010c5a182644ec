/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_DIVERGENCE_H
#define MEMRIG_RESULTS_DIVERGENCE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Where two streams of the same cell part. Under the virtual clock they are
 * equal byte for byte, so nothing is ignored and nothing has a tolerance: the
 * streams are walked side by side, what came before the first sample that
 * differs is named record by record (settings, zones, events, kills), and of
 * that sample every counter with both its values.
 *
 * A counter's value is carried forward from the sample where it last changed,
 * so that it has one in both streams though only one wrote it.
 */
struct divergence_value {
	char *name;     /* a counter, or a member's path: "knobs.memory.max" */
	char *texts[2]; /* as JSON writes it; NULL where it is absent */
	unsigned rank;  /* for the order: metric_column_rank() */
};

struct divergence_record {
	char *type;       /* "sample", "tune", ...; "line" for one that is no record */
	unsigned line[2]; /* from 1; 0: this stream has no such record at that place */
	uint64_t t_ns[2]; /* 0 where it has none */
	struct divergence_value *values; /* that differ; of a sample primary metrics' counters first */
	size_t n_values;
};

struct divergence {
	struct divergence_record *records; /* in their order; a sample, if any, is the last */
	size_t n;
	size_t left_out;   /* records that differ before the sample, beyond those that are listed */
	size_t samples;    /* that are equal and come before */
	uint64_t begin_ns; /* the begin of the first stream's cell; 0 when the streams part before it */
};

/* Both texts are NUL-terminated and only read. NULL when they are equal; else the caller frees it. */
struct divergence *divergence_find(const char *a, const char *b);
void divergence_free(struct divergence *d);

/* {"samples_equal":12,"at_ns":...,"records":[{"type":"sample","first":{"line":40,"t_ns":...},"second":{...},
 * "values":[{"name":"vmstat.pswpout","first":0,"second":54},...]}]}; at most `most` values a record (0: all),
 * "values_left_out" counts the rest. `at_ns` is since the begin, absent before it; what a stream lacks is
 * absent. New reference. */
json_t *divergence_json(const struct divergence *d, size_t most);

/* "sample 13, 1.2 s after the begin: vmstat.pswpout 0, 54 (and 30 more)"; the caller frees it. */
char *divergence_sentence(const struct divergence *d);

/* For people: every record with at most `most` of its values, a line each, `indent` blanks before. The names
 * are what the two streams are called. */
void divergence_print(FILE *out, const struct divergence *d, const char *const names[2], size_t most,
		      unsigned indent);

#endif
