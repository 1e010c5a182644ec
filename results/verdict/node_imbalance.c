/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/nodes.h"
#include "results/verdict/placement.h"
#include "results/verdict/rows.h"
#include "results/verdict/span.h"

/*
 * File cache dropped on one node while another has memory to spare. What is
 * swapped there is swap_with_free_memory's: the two do not tell the same pages
 * twice.
 */
struct imbalance {
	unsigned node, other;
	struct span span;
	double dropped_pages;
	double beside[MAX_NODES]; /* of them, while that node had most to spare */
	uint64_t other_free_bytes;
};

/* Global reclaim. What a group at its limit takes of its own is none of the node's business, and on kernels that
 * count it here the interval is left out (judge_node()). */
static uint64_t stolen(const struct timeline *t, size_t i)
{
	return span_rise(t, timeline_column(t, "vmstat.pgsteal_kswapd"), i) +
	       span_rise(t, timeline_column(t, "vmstat.pgsteal_direct"), i);
}

static double file_pages(const struct timeline *t, size_t i)
{
	uint64_t file = span_rise(t, timeline_column(t, "vmstat.pgsteal_file"), i);
	uint64_t anon = span_rise(t, timeline_column(t, "vmstat.pgsteal_anon"), i);

	return (double)stolen(t, i) * span_ratio(file, file + anon);
}

/* As for swap (docs/verdicts.md): by the trace point, else by the fall of FilePages, else all for the shortest node. */
static double share_of_node(const struct nodes *nodes, unsigned n, size_t i)
{
	uint64_t reclaimed = 0, fallen = 0;

	for (unsigned m = 0; m < MAX_NODES; m++) {
		reclaimed += span_rise(nodes->t, nodes->list[m].file_reclaimed, i);
		fallen += span_fall(nodes->t, nodes->list[m].file, i);
	}
	if (reclaimed > 0)
		return span_ratio(span_rise(nodes->t, nodes->list[n].file_reclaimed, i), reclaimed);
	if (fallen > 0)
		return span_ratio(span_fall(nodes->t, nodes->list[n].file, i), fallen);
	return nodes_shortest(nodes, i) == n ? 1 : 0;
}

static void find_on_node(const struct nodes *nodes, struct imbalance *f)
{
	const struct timeline *t = nodes->t;
	double most = 0;

	for (size_t i = 1; i < t->n_samples; i++) {
		double dropped = file_pages(t, i);
		int other = dropped > 0 && !span_group_at_limit(t, i, NULL) ? nodes_spare(nodes, f->node, i, 1) : -1;

		if (other < 0 || nodes_spare(nodes, f->node, i, nodes_much(nodes, (unsigned)other)) < 0)
			continue;
		dropped *= share_of_node(nodes, f->node, i);
		if (dropped <= 0)
			continue;
		f->dropped_pages += dropped;
		f->beside[other] += dropped;
		span_add(&f->span, i);
	}
	for (unsigned n = 0; n < MAX_NODES; n++)
		if (f->beside[n] > most) {
			most = f->beside[n];
			f->other = n;
		}
	f->other_free_bytes = UINT64_MAX;
	for (size_t i = 1; i < t->n_samples; i++)
		if (f->span.hit[i])
			f->other_free_bytes = MIN(f->other_free_bytes, nodes_free_through(nodes, f->other, i));
}

/* ---- why ---- */

/* Of the groups that grew or read meanwhile, one that may not use the other node. */
static bool explain_placement(const struct imbalance *f, struct placement *ret)
{
	const struct timeline *t = f->span.t;
	size_t pos = 0;
	const json_t *record;

	while ((record = timeline_next(t, "group", &pos))) {
		const char *group = record_text(record, "group", "");
		uint64_t faults = span_growth(&f->span, timeline_columnf(t, "group.%s.stat.pgfault", group));
		uint64_t file = span_growth(&f->span, timeline_columnf(t, "group.%s.memory.current_bytes", group));
		uint64_t scanned = span_growth(&f->span, timeline_columnf(t, "group.%s.stat.pgscan", group));

		if (faults + file + scanned > 0 && placement_forbids(t, group, NULL, f->node, f->other, ret))
			return true;
	}
	return false;
}

static void report(const struct imbalance *f, json_t *found)
{
	const struct timeline *t = f->span.t;
	struct placement cause = { .name = "unknown" };
	uint64_t bytes = (uint64_t)(f->dropped_pages * (double)t->page_bytes);
	char dropped[32], spare[32];
	json_t *finding;

	if (!explain_placement(f, &cause) && !placement_zone_reclaim(&f->span, false, &cause))
		placement_prefers(&f->span, f->node, &cause);
	finding = finding_add(found, &verdict_node_imbalance, cause.name,
			      "%s of file cache were dropped on node %u while node %u had %s free%s%s.",
			      size_format(bytes, dropped, sizeof(dropped)), f->node, f->other,
			      size_format(f->other_free_bytes, spare, sizeof(spare)),
			      cause.reason ? ", because " : "; no setting explains it", cause.reason ? cause.reason : "");
	finding_node(finding, f->node);
	finding_window(finding, span_first_ns(&f->span), span_duration_ns(&f->span));
	finding_u64(finding, "dropped_bytes", bytes);
	finding_u64(finding, "other_node", f->other);
	finding_u64(finding, "other_free_min_bytes", f->other_free_bytes);
	finding_u64(finding, "refaulted_pages",
		    span_growth(&f->span, timeline_column(t, "vmstat.workingset_refault_file")));
	finding_u64(finding, "zone_reclaim_failed",
		    span_growth(&f->span, timeline_column(t, "vmstat.zone_reclaim_failed")));
	finding_text(finding, "cause_group", cause.group);
	free(cause.reason);
}

static void judge(const struct timeline *t, json_t *found)
{
	const struct nodes nodes = nodes_look(t);

	for (unsigned n = 0; n < MAX_NODES; n++) {
		_cleanup_span_ struct span span = span_none(t);
		struct imbalance f = { .node = n, .span = span };

		if (!nodes.list[n].there)
			continue;
		find_on_node(&nodes, &f);
		if (f.dropped_pages * (double)t->page_bytes >= (double)nodes_much(&nodes, n))
			report(&f, found);
	}
}

static const struct verdict_cause causes[] = {
	{ "cpuset", "a group that grew, faulted or was scanned meanwhile has a cpuset.mems that leaves out the idle node",
	  "Widen cpuset.mems of the group to the idle node, or move memory users off the full node." },
	{ "mempolicy", "the main workload of such a group is bound to nodes that leave out the idle one",
	  "Use an interleaved or preferred policy instead of bind, or bind to the idle node too." },
	{ "zone_reclaim",
	  "vm.zone_reclaim_mode is not 0 (2 and 4 set for the multi-generational LRU) and its own counters moved, or "
	  "reclaim ran that no allocation stalled for",
	  "Set vm.zone_reclaim_mode to 0." },
	{ "local_preference", "none of the above, and kswapd took more than half of what was reclaimed meanwhile",
	  "Interleave the workload over the nodes; set vm.watermark_boost_factor to 0, so that kswapd wakes later." },
	{ "unknown", "none of the above", "Look at the timeline: which node was short, and what may use the other." },
	{ .name = NULL },
};

const struct verdict verdict_node_imbalance = {
	.name = "node_imbalance",
	.title = "One node reclaims while another is idle",
	.doc = "File cache of a node was dropped, at least a sixteenth of the node's memory (and 16 MiB), while another node "
	       "had as much of its own free beyond its high watermarks.",
	.causes = causes,
	.judge = judge,
};
