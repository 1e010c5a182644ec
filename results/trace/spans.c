/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/trace/spans.h"

static struct trace_span *find(struct trace_spans *spans, uint32_t tid, enum trace_what what)
{
	for (size_t i = 0; i < spans->n; i++)
		if (spans->list[i].tid == tid && spans->list[i].what == what)
			return &spans->list[i];
	return NULL;
}

void trace_span_begin(struct trace_spans *spans, const struct trace_span *span)
{
	struct trace_span *open = find(spans, span->tid, span->what);

	/* kswapd says that it goes on each time it does, and that it sleeps once. */
	if (open && span->what == TRACE_KSWAPD)
		return;
	if (open)
		*open = *span;
	else if (spans->n < TRACE_MAX_SPANS)
		spans->list[spans->n++] = *span;
	else
		spans->unpaired++;
}

bool trace_span_end(struct trace_spans *spans, uint32_t tid, enum trace_what what, struct trace_span *ret)
{
	struct trace_span *open = find(spans, tid, what);

	if (!open) {
		spans->unpaired++;
		return false;
	}
	*ret = *open;
	*open = spans->list[--spans->n];
	return true;
}

void trace_spans_forget(struct trace_spans *spans)
{
	spans->n = 0;
}
