/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_TRACE_FIGURES_H
#define MEMRIG_RESULTS_TRACE_FIGURES_H

#include "common/histogram.h"
#include "common/util.h"
#include "results/trace/event.h"
#include "results/trace/ring.h"
#include "results/trace/spans.h"

/* What a trace is made of, in parts that tests can feed without a kernel; private to results/trace/. */

/* 16 buckets to a power of two: quantiles to 1/32, and 8 KiB a figure. */
enum { TRACE_BITS = 4 };

struct trace_figure {
	uint64_t count, total_ns, max_ns, reclaimed_pages;
	uint64_t buckets[BUCKETS(TRACE_BITS)];
};

/* The threads that were made to pause: beyond so many they are counted no further. */
struct trace_writers {
	uint32_t tids[256];
	size_t n;
};

/* The machine, a node or a group. */
struct trace_place {
	char *name;                   /* "", "node0." or "group.db." */
	int node;                     /* -1: none */
	const char *group;            /* NULL: none */
	uint64_t cgroup;              /* of the group: the inode of its directory */
	char *contexts[TRACE_N_WHAT]; /* "node0.trace.direct_reclaim" */
	struct trace_figure figures[TRACE_N_WHAT];
};

struct trace {
	struct trace_event events[TRACE_MAX_EVENTS];
	size_t n_events;
	bool has[TRACE_N_WHAT], has_reclaimed[TRACE_N_WHAT];
	struct {
		uint64_t start;
		unsigned node;
	} zones[MAX_NODES * 4];
	size_t n_zones;
	struct trace_place *places; /* the machine first */
	size_t n_places;
	struct trace_spans spans;
	struct trace_writers writers;
	uint64_t lost_before; /* of all rings, when last looked at */
	struct trace_rings rings;
};

/* trace_open() without the rings: reads what the tree below root says. */
int trace_prepare(const struct trace_config *config, struct trace **ret, struct error *err);
/* Takes in one record, which came from a CPU of the node. */
void trace_feed(struct trace *trace, const struct trace_record *record, unsigned node);

#endif
