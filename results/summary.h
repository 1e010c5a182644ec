/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_SUMMARY_H
#define MEMRIG_RESULTS_SUMMARY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "results/outcome.h"
#include "results/timeline.h"

/* What the host has when a cell is over. */
struct summary_input {
	const char *stream; /* text, possibly cut short */
	size_t stream_len;
	const char *console; /* NUL-terminated; NULL when there is none */
	bool deadline;       /* the host stopped the cell at its wall deadline */
	double wall_s;       /* by the host's clock; below 0: not known, left out */
	const json_t *cell;  /* the cell description, for a stream that has not even that; may be NULL */
};

/* What is known of a cell after it ran. The json_t are in the form of the run document
 * (docs/schema/run.json). */
struct summary {
	char *scenario, *profile; /* names; "" when the stream says nothing */
	int64_t seed;
	char *clock;     /* "virtual" or "real"; "" not known */
	char *kernel;    /* release; "" when the guest did not come so far */
	const char *lru; /* "classic", "mglru", or NULL: not known */
	unsigned tiers;	 /* of memory; 0: the kernel knows of none */
	enum outcome outcome;
	bool valid;
	json_t *reasons;   /* why it is not; array of sentences */
	json_t *workloads; /* array */
	json_t *oom;       /* array: constraint, victim, group, workload, at_ns, ... */
	json_t *verdicts;  /* array, see verdict.h */
	json_t *settings;  /* object: key -> {before, asked, target, effective, drift} */
	json_t *nodes;     /* array: node, total_bytes, free_bytes */
	json_t *metrics;   /* object: name -> number */
	struct timeline *timeline; /* the stream, for what only a formula asks */
	uint64_t page_bytes;
	char stream_sha256[65];
	double wall_s;
};

/* -EPROTO when the text is a stream of a version this does not read; a cut or empty one is a result, no
 * error. */
int summary_make(const struct summary_input *input, struct summary **ret, struct error *err);
void summary_free(struct summary *s);

/* How one workload ended; NULL when the cell has none of that name. */
const char *summary_workload_outcome(const struct summary *s, const char *workload);

/* The cells[] entry of the run document. `expectations` is what expect_evaluate() returned, borrowed; NULL:
 * none. */
json_t *summary_to_json(const struct summary *s, const char *id, json_t *expectations);

#endif
