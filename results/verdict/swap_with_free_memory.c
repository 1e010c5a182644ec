/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/nodes.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"
#include "results/verdict/span.h"
#include "results/verdict/swap.h"

/* Free memory just above the high watermark comes and goes with every batch of reclaim: not worth a verdict.
 */
#define SPARE_BYTES (16 * MIB)
/* Less than this swapped is what a kernel does at any pressure. */
#define LEAST_SWAPPED_BYTES (1 * MIB)

/* ---- how much was swapped ---- */

/* Pages go to zswap or to a device, and what zswap writes back later is counted as gone to a device, too. */
struct swap_out {
	struct span_columns gone;
	int zswap, written_back;
};

static struct swap_out swap_out_of(const struct timeline *t)
{
	static const char *const names[] = { "vmstat.pswpout", "vmstat.zswpout", NULL };
	int counted = timeline_column(t, "vmstat.zswpwb"); /* newer kernels' */

	return (struct swap_out){ span_columns(t, names), timeline_column(t, "vmstat.zswpout"),
				  counted >= 0 ? counted : timeline_column(t, "zswap.written_back_pages") };
}

static uint64_t swap_out_rise(const struct timeline *t, const struct swap_out *out, size_t interval)
{
	uint64_t gone = span_rise_all(t, &out->gone, interval);

	return gone - MIN(gone, span_rise(t, out->written_back, interval));
}

/* ---- which node the pages left ---- */

/*
 * The kernel counts swap-out for the whole machine. A node's share of an
 * interval's swap-out is its share of the anonymous pages reclaimed (counted
 * per node by a trace point; the multi-generational LRU of some kernels does
 * not emit it), else of the fall of anonymous memory (hidden when the workload
 * grows as fast), else all of it goes to the node that is shortest.
 */
static double share_of_node(const struct nodes *view, unsigned n, size_t sample, const char **ret_by)
{
	uint64_t reclaimed = 0, fallen = 0;

	for (unsigned i = 0; i < MAX_NODES; i++) {
		reclaimed += span_rise(view->t, view->list[i].anon_reclaimed, sample);
		fallen += span_fall(view->t, view->list[i].anon, sample);
	}
	if (reclaimed > 0) {
		*ret_by = "reclaimed anonymous pages";
		return (double)span_rise(view->t, view->list[n].anon_reclaimed, sample) / (double)reclaimed;
	}
	if (fallen > 0) {
		*ret_by = "fall of AnonPages";
		return (double)span_fall(view->t, view->list[n].anon, sample) / (double)fallen;
	}
	*ret_by = "least free against its watermarks";
	return nodes_shortest(view, sample) == n ? 1 : 0;
}

/* ---- what happened on a node ---- */

/* The other node that is reported is the one with most to spare over most of the swap-out. */
static void pick_other(const struct nodes *view, const double swapped_beside[MAX_NODES],
		       struct swap_finding *f)
{
	double most = 0;

	for (unsigned n = 0; n < MAX_NODES; n++) {
		if (swapped_beside[n] > most) {
			most = swapped_beside[n];
			f->other = n;
		}
	}
	f->other_high_bytes = view->list[f->other].high_bytes;
	f->other_free_bytes = UINT64_MAX;
	for (size_t i = 1; i < view->t->n_samples; i++)
		if (f->hit[i])
			f->other_free_bytes = MIN(f->other_free_bytes, nodes_free_through(view, f->other, i));
}

/* Returns whether it fires. */
static bool find_on_node(const struct nodes *view, const struct swap_out *out, unsigned n, struct swap_finding *f)
{
	const struct timeline *t = view->t;
	const uint64_t end_ns = span_work_end_ns(t);
	double swapped = 0, beside[MAX_NODES] = { 0 };

	f->node = n;
	for (size_t i = 1; i < t->n_samples && t->times[i - 1] < end_ns; i++) {
		uint64_t pages = swap_out_rise(t, out, i);
		int other = pages > 0 ? nodes_spare(view, n, i, SPARE_BYTES) : -1;
		const char *by;
		double bytes;

		if (other < 0)
			continue;
		bytes = share_of_node(view, n, i, &by) * (double)pages * (double)t->page_bytes;
		if (bytes <= 0)
			continue;
		if (swapped == 0) {
			f->first_ns = t->times[i - 1] > t->begin_ns ? t->times[i - 1] - t->begin_ns : 0;
			f->attributed_by = by;
		}
		swapped += bytes;
		beside[other] += bytes;
		f->duration_ns += t->times[i] - t->times[i - 1];
		f->hit[i] = true;
	}
	f->swapped_bytes = (uint64_t)swapped;
	f->zswap_bytes = swap_growth(t, f, out->zswap) * t->page_bytes;
	if (f->swapped_bytes < LEAST_SWAPPED_BYTES)
		return false;
	pick_other(view, beside, f);
	return true;
}

uint64_t swap_growth(const struct timeline *t, const struct swap_finding *f, int column)
{
	uint64_t sum = 0;

	for (size_t i = 1; i < t->n_samples; i++)
		if (f->hit[i])
			sum += span_rise(t, column, i);
	return sum;
}

/* ---- whose pages went ---- */

uint64_t swap_of_group(const struct timeline *t, const struct swap_finding *f, const char *group)
{
	int column = timeline_columnf(t, "group.%s.stat.pswpout", group);

	if (column >= 0)
		return swap_growth(t, f, column) * t->page_bytes;
	return swap_growth(t, f, timeline_columnf(t, "group.%s.memory.swap.current_bytes", group));
}

static bool is_bound_elsewhere(const json_t *workload, unsigned node)
{
	return streq(record_text(workload, "policy", ""), "bind") &&
	       setting_leaves_out(record_text(workload, "nodes", NULL), node);
}

/* Whether the group may have pages on the node. */
static bool may_use(const struct timeline *t, const json_t *group, unsigned node)
{
	const char *name = record_text(group, "group", "");
	size_t pos = 0;
	bool any = false;
	const json_t *workload;

	if (setting_leaves_out(record_text(group, "cpuset_mems_effective", NULL), node))
		return false;
	while ((workload = timeline_next(t, "workload", &pos))) {
		if (!streq(record_text(workload, "group", ""), name))
			continue;
		if (!is_bound_elsewhere(workload, node))
			return true;
		any = true;
	}
	return !any;
}

/* The group that may use the node whose swap grew most, and its largest workload that may. */
static void find_owner(const struct timeline *t, struct swap_finding *f)
{
	size_t pos = 0;
	uint64_t largest = 0, most = 0;
	const json_t *record;

	while ((record = timeline_next(t, "group", &pos))) {
		const char *group = record_text(record, "group", "");
		uint64_t swapped = may_use(t, record, f->node) ? swap_of_group(t, f, group) : 0;

		if (swapped > most) {
			most = swapped;
			f->group = group;
		}
	}
	/* Some of it may have left other nodes. */
	f->group_swapped_bytes = MIN(most, f->swapped_bytes);
	pos = 0;
	while (f->group && (record = timeline_next(t, "workload", &pos))) {
		uint64_t size = record_u64(record, "size_bytes", 0);

		if (streq(record_text(record, "group", ""), f->group) &&
		    !is_bound_elsewhere(record, f->node) && size > largest) {
			largest = size;
			f->workload = record_text(record, "workload", NULL);
		}
	}
}

/* ---- the finding ---- */

static void report(const struct timeline *t, const struct swap_finding *f, json_t *found)
{
	struct placement cause = swap_explain(t, f);
	_cleanup_free_ char *reason = cause.reason;
	char swapped[32], spare[32];
	json_t *finding = finding_add(found, &verdict_swap_with_free_memory, cause.name,
				      "%s were swapped out of node %u%s while node %u had %s free%s%s.",
				      size_format(f->swapped_bytes, swapped, sizeof(swapped)), f->node,
				      f->zswap_bytes > 0 ? ", into zswap," : "", f->other,
				      size_format(f->other_free_bytes, spare, sizeof(spare)),
				      reason ? ", because " : "; no setting explains it", reason ? reason : "");

	finding_node(finding, f->node);
	finding_window(finding, f->first_ns, f->duration_ns);
	finding_u64(finding, "swapped_bytes", f->swapped_bytes);
	if (f->zswap_bytes > 0)
		finding_u64(finding, "zswap_bytes", f->zswap_bytes);
	finding_u64(finding, "other_node", f->other);
	finding_u64(finding, "other_free_min_bytes", f->other_free_bytes);
	finding_u64(finding, "other_high_watermark_bytes", f->other_high_bytes);
	finding_text(finding, "attributed_by", f->attributed_by);
	finding_text(finding, "group", f->group);
	if (f->group)
		finding_u64(finding, "group_swapped_bytes", f->group_swapped_bytes);
	finding_text(finding, "workload", f->workload);
	finding_text(finding, "cause_group", cause.group);
}

static void judge(const struct timeline *t, json_t *found)
{
	struct nodes view = nodes_look(t);
	struct swap_out out = swap_out_of(t);

	for (unsigned n = 0; n < MAX_NODES; n++) {
		_cleanup_free_ bool *hit = xcalloc(t->n_samples, sizeof(*hit));
		struct swap_finding f = { .hit = hit };

		if (!view.list[n].there || !find_on_node(&view, &out, n, &f))
			continue;
		find_owner(t, &f);
		report(t, &f, found);
	}
}

static const struct verdict_cause causes[] = {
	{ "memcg_limit",
	  "events of the group's memory.max or memory.high while it swapped, and at least half of the "
	  "groups' swap is its own",
	  "Raise memory.max or memory.high of the group, or make its workload smaller." },
	{ "cpuset", "the group's cpuset.mems leaves out the node with free memory",
	  "Widen cpuset.mems of the group to the node with free memory, or move memory users off the full "
	  "node." },
	{ "mempolicy", "the group's main workload is bound to nodes that leave out the one with free memory",
	  "Use an interleaved or preferred policy instead of bind, or bind to the node with free memory "
	  "too." },
	{ "zone_reclaim",
	  "vm.zone_reclaim_mode has bit 4 (2 and 4 for the multi-generational LRU) and its own counters "
	  "moved, or reclaim ran that no allocation stalled for",
	  "Set vm.zone_reclaim_mode to 0." },
	{ "local_preference",
	  "none of the above, and kswapd took more than half of what was reclaimed meanwhile",
	  "Interleave the workload over the nodes; set vm.watermark_boost_factor to 0 and vm.min_free_kbytes no higher "
	  "than needed, so that kswapd wakes later." },
	{ "unknown", "none of the above",
	  "Look at the timeline: which node was short, and what may use the other." },
	{ .name = NULL },
};

const struct verdict verdict_swap_with_free_memory = {
	.name = "swap_with_free_memory",
	.title = "Swapped although memory was free",
	.doc = "Pages of one node went to swap while another node had at least 16 MiB free above its high "
	       "watermark, before and after; 1 MiB or more in all.",
	.causes = causes,
	.judge = judge,
};
