/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STREAM_H
#define MEMRIG_RESULTS_STREAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/*
 * The stream: what a cell emits while it runs, JSON Lines, described in
 * docs/stream.md. The writer is used by the executor; it has one fixed buffer
 * and neither allocates nor faults after stream_writer_init(), except in
 * stream_write_json(), which is for the time before and after the measurement.
 */
struct stream_sink {
	/* Takes len bytes, whole lines. Returns 0 or a negative errno (-ENOSPC: the sink is full). */
	int (*write)(void *opaque, const char *data, size_t len);
	void *opaque;
};

struct stream_writer {
	struct stream_sink sink;
	char *line; /* one line under construction */
	size_t len, room;
	int error;  /* first failure of the sink; later writes do nothing */
};

int stream_writer_init(struct stream_writer *w, struct stream_sink sink, struct error *err);
/* For records longer than those of a cell: room is that of the longest. */
int stream_writer_init_room(struct stream_writer *w, struct stream_sink sink, size_t room, struct error *err);
void stream_writer_release(struct stream_writer *w);

/* A whole record, compact, keys in the order they were added. Allocates. Steals the reference. */
int stream_write_json(struct stream_writer *w, json_t *record);

/* Building one record without allocation:
 *   stream_begin(w, "event", t_ns); stream_text(w, "workload", "db.0"); stream_end(w);
 * Keys are written as they are. A record that outgrows the buffer is not written: the error is -E2BIG. */
void stream_begin(struct stream_writer *w, const char *type, uint64_t t_ns);
void stream_text(struct stream_writer *w, const char *key, const char *value); /* escapes */
void stream_u64(struct stream_writer *w, const char *key, uint64_t value);
void stream_i64(struct stream_writer *w, const char *key, int64_t value);
void stream_number(struct stream_writer *w, const char *key, double value); /* whole ones without a point; 9 digits */
void stream_bool(struct stream_writer *w, const char *key, bool value);
void stream_array_begin(struct stream_writer *w, const char *key);
void stream_array_u64(struct stream_writer *w, uint64_t value);
void stream_array_text(struct stream_writer *w, const char *value); /* escapes */
void stream_array_end(struct stream_writer *w);
int stream_end(struct stream_writer *w);

#endif
