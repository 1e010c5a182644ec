/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A group's memory lay on a node that its cpuset.mems leaves out. */
#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/rows.h"
#include "results/verdict/span.h"

/* Less is what a CPU's lists of free pages and shared files can bring: a sixteenth of what the group has, and this at least. */
#define LEAST_SHARE 16
#define LEAST_BYTES (4 * MIB)

struct outside {
	const struct timeline *t;
	const char *group;
	unsigned node;
	/* Columns, -1 absent. File has shared memory in it. */
	int mems, anon[MAX_NODES], file[MAX_NODES];
	uint64_t most_bytes;
	size_t most_at; /* the sample with most */
};

static struct outside outside_of(const struct timeline *t, const char *group)
{
	struct outside o = { .t = t, .group = group };

	o.mems = timeline_columnf(t, "group.%s.cpuset.mems_effective_mask", group);
	for (unsigned n = 0; n < MAX_NODES; n++) {
		o.anon[n] = timeline_columnf(t, "group.%s.numa.anon.N%u_bytes", group, n);
		o.file[n] = timeline_columnf(t, "group.%s.numa.file.N%u_bytes", group, n);
	}
	return o;
}

static uint64_t bytes_on(const struct outside *o, unsigned node, size_t sample)
{
	return (o->anon[node] < 0 ? 0 : timeline_value(o->t, sample, o->anon[node])) +
	       (o->file[node] < 0 ? 0 : timeline_value(o->t, sample, o->file[node]));
}

static uint64_t bytes_anywhere(const struct outside *o, size_t sample)
{
	uint64_t bytes = 0;

	for (unsigned n = 0; n < MAX_NODES; n++)
		bytes += bytes_on(o, n, sample);
	return bytes;
}

/* A mask of 0 is one that could not be read. */
static bool forbids(const struct outside *o, size_t sample)
{
	uint64_t mems = timeline_value(o->t, sample, o->mems);

	return mems != 0 && !(mems & (UINT64_C(1) << o->node));
}

static bool is_much(const struct outside *o, size_t sample, uint64_t bytes)
{
	return bytes >= LEAST_BYTES && bytes >= bytes_anywhere(o, sample) / LEAST_SHARE;
}

static void look(struct outside *o, struct span *span)
{
	for (size_t i = 1; i < o->t->n_samples; i++) {
		uint64_t bytes = forbids(o, i) ? bytes_on(o, o->node, i) : 0;

		if (!is_much(o, i, bytes))
			continue;
		span_add(span, i);
		if (bytes > o->most_bytes) {
			o->most_bytes = bytes;
			o->most_at = i;
		}
	}
}

/* ---- why ---- */

/* All groups' and nodes', up to the sample with most outside: the kernel has it for each group from 6.14 on only. */
static uint64_t demoted_bytes(const struct outside *o)
{
	static const char *const names[] = { "vmstat.pgdemote_kswapd", "vmstat.pgdemote_direct", "vmstat.pgdemote_khugepaged",
					     "vmstat.pgdemote_proactive", NULL };
	const struct span_columns columns = span_columns(o->t, names);
	uint64_t pages = 0;

	for (size_t i = 1; i <= o->most_at; i++)
		pages += span_rise_all(o->t, &columns, i);
	return pages * o->t->page_bytes;
}

/* The most the group had there while it was allowed. */
static uint64_t allowed_bytes(const struct outside *o)
{
	uint64_t most = 0;

	for (size_t i = 0; i < o->most_at; i++)
		if (!forbids(o, i))
			most = MAX(most, bytes_on(o, o->node, i));
	return most;
}

static const char *cause_of(const struct outside *o)
{
	if (demoted_bytes(o) >= o->most_bytes / 2)
		return "demotion";
	if (allowed_bytes(o) >= o->most_bytes / 2)
		return "cpuset_changed";
	return "unknown";
}

static void report(const struct outside *o, const struct span *span, json_t *found)
{
	const char *cause = cause_of(o);
	char bytes[32], mems[256];
	json_t *finding;

	idlist_format(timeline_value(o->t, o->most_at, o->mems), mems, sizeof(mems));
	finding = finding_add(found, &verdict_memory_outside_cpuset, cause,
			      "%s of group %s lay on node %u, which its cpuset.mems=%s leaves out%s.",
			      size_format(o->most_bytes, bytes, sizeof(bytes)), o->group, o->node, mems,
			      streq(cause, "demotion")	     ? ", because reclaim demoted pages whatever the cpuset says" :
			      streq(cause, "cpuset_changed") ? ", because they were there before it was narrowed" :
							       "; no setting explains it");
	finding_node(finding, o->node);
	finding_window(finding, span_first_ns(span), span_duration_ns(span));
	finding_text(finding, "group", o->group);
	finding_text(finding, "cpuset_mems", mems);
	finding_u64(finding, "outside_bytes", o->most_bytes);
	finding_u64(finding, "group_bytes", bytes_anywhere(o, o->most_at));
	finding_u64(finding, "demoted_bytes", demoted_bytes(o));
}

static void judge(const struct timeline *t, json_t *found)
{
	const json_t *record;
	size_t pos = 0;

	while ((record = timeline_next(t, "group", &pos))) {
		const struct outside group = outside_of(t, record_text(record, "group", ""));

		for (unsigned n = 0; group.mems >= 0 && n < MAX_NODES; n++) {
			_cleanup_span_ struct span span = span_none(t);
			struct outside o = group;

			o.node = n;
			look(&o, &span);
			if (o.most_bytes > 0)
				report(&o, &span, found);
		}
	}
}

static const struct verdict_cause causes[] = {
	{ "demotion", "pages demoted until then are half of it or more",
	  "Set kernel/mm/numa/demotion_enabled to false, or use Linux 6.16 or later, which keeps demotion to cpuset.mems." },
	{ "cpuset_changed", "none of the above, and half of it or more was there while the group's cpuset.mems had the node",
	  "Start the workload in the narrower group: what tasks have mapped moves, file cache stays until it is dropped." },
	{ "unknown", "none of the above", "Look at the timeline: when it grew, and what ran then." },
	{ .name = NULL },
};

const struct verdict verdict_memory_outside_cpuset = {
	.name = "memory_outside_cpuset",
	.title = "Memory on a node that the cpuset forbids",
	.doc = "A sixteenth or more of what a group had in memory, and 4 MiB at least, lay on a node that its cpuset.mems left out.",
	.causes = causes,
	.judge = judge,
};
