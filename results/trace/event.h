/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_TRACE_EVENT_H
#define MEMRIG_RESULTS_TRACE_EVENT_H

#include "results/trace/trace.h"

/* Which trace points there are, and where this kernel keeps their fields; private to results/trace/. */

enum trace_role { TRACE_BEGIN, TRACE_END, TRACE_PAUSE };

/* What the one field that is read says. */
enum trace_meaning {
	TRACE_NOTHING,
	TRACE_NODE,       /* a node's number */
	TRACE_ZONE_START, /* the first page frame of a zone */
	TRACE_PAUSE_MS,   /* signed */
	TRACE_RECLAIMED,  /* pages */
};

struct trace_event {
	enum trace_what what;
	enum trace_role role;
	enum trace_meaning meaning;
	uint16_t id;           /* as in the records' first two bytes */
	unsigned offset, size; /* of the field; size 0: this kernel has none */
};

enum { TRACE_MAX_EVENTS = 16 };

/* Reads the formats of all events below root. Returns how many there are; a pair of which one is missing is
 * left out. `ret` has room for TRACE_MAX_EVENTS. */
size_t trace_events_read(const char *root, struct trace_event *ret);

/* The number and a field of a format file; the field's size is 0 when there is none of that name (or name is
 * NULL). Returns false when the text is no format. */
bool trace_format_parse(const char *text, const char *field, uint16_t *ret_id, unsigned *ret_offset,
			unsigned *ret_size);

/* The field in a record's data; false when it lies outside or has no usual size. */
bool trace_event_field(const struct trace_event *event, const uint8_t *data, size_t len, int64_t *ret);

#endif
