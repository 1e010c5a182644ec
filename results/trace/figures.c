/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/trace/figures.h"

static void add_figure(struct trace_figure *figure, uint64_t ns, uint64_t pages)
{
	figure->count++;
	figure->reclaimed_pages += pages;
	figure->total_ns += ns;
	figure->max_ns = MAX(figure->max_ns, ns);
	figure->buckets[buckets_index(TRACE_BITS, ns)]++;
}

/* The machine's, the node's and the group's. */
static void add(struct trace *trace, const struct trace_span *span, uint64_t ns, uint64_t pages)
{
	for (size_t i = 0; i < trace->n_places; i++) {
		struct trace_place *place = &trace->places[i];

		if (i == 0 || (place->node >= 0 && (unsigned)place->node == span->node) ||
		    (place->group && place->cgroup == span->cgroup))
			add_figure(&place->figures[span->what], ns, pages);
	}
}

static void add_writer(struct trace_writers *writers, uint32_t tid)
{
	for (size_t i = 0; i < writers->n; i++)
		if (writers->tids[i] == tid)
			return;
	if (writers->n < ARRAY_SIZE(writers->tids))
		writers->tids[writers->n++] = tid;
}

static const struct trace_event *find_event(const struct trace *trace, const struct trace_record *record)
{
	uint16_t id;

	if (record->len < sizeof(id))
		return NULL;
	memcpy(&id, record->data, sizeof(id));
	for (size_t i = 0; i < trace->n_events; i++)
		if (trace->events[i].id == id)
			return &trace->events[i];
	return NULL;
}

/* The node the event tells, else that of the CPU. */
static unsigned find_node(const struct trace *trace, const struct trace_event *event, int64_t field,
			  unsigned node)
{
	if (event->meaning == TRACE_NODE && field >= 0 && field < MAX_NODES)
		return (unsigned)field;
	if (event->meaning == TRACE_ZONE_START)
		for (size_t i = 0; i < trace->n_zones; i++)
			if (trace->zones[i].start == (uint64_t)field)
				return trace->zones[i].node;
	return node;
}

void trace_feed(struct trace *trace, const struct trace_record *record, unsigned node)
{
	const struct trace_event *event = find_event(trace, record);
	struct trace_span span = { .tid = record->tid,
				   .cgroup = record->cgroup,
				   .begin_ns = record->time_ns };
	int64_t field = 0;
	bool known;

	if (!event)
		return;
	known = event->size > 0 && trace_event_field(event, record->data, record->len, &field);
	span.what = event->what;
	span.node = known ? find_node(trace, event, field, node) : node;
	if (event->role == TRACE_BEGIN)
		trace_span_begin(&trace->spans, &span);
	else if (event->role == TRACE_PAUSE && known && field > 0 && field < INT32_MAX) {
		add(trace, &span, (uint64_t)field * NSEC_PER_MSEC, 0);
		add_writer(&trace->writers, record->tid);
	} else if (event->role == TRACE_END && trace_span_end(&trace->spans, record->tid, event->what, &span) &&
		 record->time_ns >= span.begin_ns)
		add(trace, &span, record->time_ns - span.begin_ns,
		    known && event->meaning == TRACE_RECLAIMED ? (uint64_t)field : 0);
}

/* The ring whose next record is the oldest; NULL when no record is older than t_ns. */
static struct trace_ring *oldest(struct trace *trace, uint64_t t_ns)
{
	struct trace_ring *found = NULL;

	for (size_t i = 0; i < trace->rings.n; i++) {
		struct trace_ring *ring = trace->rings.list[i];
		const struct trace_record *next = trace_ring_peek(ring);

		if (next && next->time_ns <= t_ns && (!found || next->time_ns < found->next.time_ns))
			found = ring;
	}
	return found;
}

static uint64_t count_lost(const struct trace *trace)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < trace->rings.n; i++)
		lost += trace->rings.list[i]->lost;
	return lost;
}

/* A thread can begin on one CPU and end on another, so the rings are read as one, in the order of time. */
void trace_drain(struct trace *trace, uint64_t t_ns)
{
	struct trace_ring *ring;

	while ((ring = oldest(trace, t_ns))) {
		uint64_t lost = count_lost(trace);

		if (lost != trace->lost_before)
			trace_spans_forget(&trace->spans);
		trace->lost_before = lost;
		trace_feed(trace, &ring->next, ring->node);
		trace_ring_take(ring);
	}
}

void trace_put(const struct trace *trace, struct probe_cursor *c)
{
	for (size_t i = 0; i < trace->n_places; i++) {
		const struct trace_place *place = &trace->places[i];

		for (unsigned what = 0; what < TRACE_N_WHAT; what++) {
			struct span context = { place->contexts[what], strlen(place->contexts[what]) };

			if (!trace->has[what])
				continue;
			probe_put(c, context, SPAN("count"), "", place->figures[what].count);
			probe_put(c, context, SPAN("total"), "_ns", place->figures[what].total_ns);
			probe_put(c, context, SPAN("max"), "_ns", place->figures[what].max_ns);
			if (trace->has_reclaimed[what])
				probe_put(c, context, SPAN("reclaimed"), "_pages",
					  place->figures[what].reclaimed_pages);
		}
	}
	if (trace->has[TRACE_DIRTY_WAIT])
		probe_put(c, SPAN("trace.dirty_wait"), SPAN("threads"), "", trace->writers.n);
	probe_put(c, SPAN("trace"), SPAN("lost"), "", count_lost(trace));
	probe_put(c, SPAN("trace"), SPAN("unpaired"), "", trace->spans.unpaired);
}

static void write_figure(const struct trace_place *place, unsigned what, uint64_t t_ns,
			 struct stream_writer *w)
{
	const struct trace_figure *figure = &place->figures[what];

	stream_begin(w, "latency", t_ns);
	stream_text(w, "what", trace_names[what]);
	if (place->node >= 0)
		stream_u64(w, "node", (uint64_t)place->node);
	if (place->group)
		stream_text(w, "group", place->group);
	stream_u64(w, "count", figure->count);
	stream_u64(w, "total_ns", figure->total_ns);
	stream_u64(w, "p50_ns", buckets_quantile(TRACE_BITS, figure->buckets, figure->max_ns, 0.50));
	stream_u64(w, "p99_ns", buckets_quantile(TRACE_BITS, figure->buckets, figure->max_ns, 0.99));
	stream_u64(w, "max_ns", figure->max_ns);
	stream_array_begin(w, "buckets");
	for (unsigned i = 0; i < BUCKETS(TRACE_BITS); i++) {
		if (figure->buckets[i] == 0)
			continue;
		stream_array_u64(w, MIN(buckets_low(TRACE_BITS, i), (uint64_t)INT64_MAX));
		stream_array_u64(w, figure->buckets[i]);
	}
	stream_array_end(w);
	stream_end(w);
}

void trace_write_records(const struct trace *trace, uint64_t t_ns, struct stream_writer *w)
{
	for (size_t i = 0; i < trace->n_places; i++)
		for (unsigned what = 0; what < TRACE_N_WHAT; what++)
			if (trace->places[i].figures[what].count > 0)
				write_figure(&trace->places[i], what, t_ns, w);
}
