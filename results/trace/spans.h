/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_TRACE_SPANS_H
#define MEMRIG_RESULTS_TRACE_SPANS_H

#include "results/trace/trace.h"

/* What has begun and not yet ended, by thread; private to results/trace/. As many as threads are in reclaim
 * at once. */
enum { TRACE_MAX_SPANS = 1024 };

struct trace_span {
	uint32_t tid;
	enum trace_what what;
	unsigned node;
	uint64_t cgroup, begin_ns;
};

struct trace_spans {
	struct trace_span list[TRACE_MAX_SPANS];
	size_t n;
	uint64_t unpaired; /* ends without a begin, begins without room */
};

void trace_span_begin(struct trace_spans *spans, const struct trace_span *span);
/* Returns true and how it began; the time it took is the caller's. */
bool trace_span_end(struct trace_spans *spans, uint32_t tid, enum trace_what what, struct trace_span *ret);
/* Records were lost: an end may be among them, and the next one would be another span's. */
void trace_spans_forget(struct trace_spans *spans);

#endif
