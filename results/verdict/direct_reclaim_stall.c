/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/nodes.h"
#include "results/verdict/placement.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"
#include "results/verdict/span.h"
#include "results/zones.h"

/* kswapd is there so that tasks need not reclaim; a quarter of the pages taken by them is far from that. */
#define DIRECT_SHARE 4
/* In all, as for the other verdicts: a 64th of the machine's pages. */
#define LEAST_SHARE 64
/* From the min to the low watermark is what tasks may take while kswapd wakes up and works. A 1000th of the memory is the
 * kernel's default (vm.watermark_scale_factor 10); below ten times that, the factor is the first thing to raise. */
#define SMALL_GAP_SHARE 100

/* Sum over the nodes of low less min. */
static uint64_t gap_bytes(const struct timeline *t)
{
	uint64_t gap = 0;

	for (unsigned n = 0; n < MAX_NODES; n++) {
		struct watermarks marks;

		if (zones_watermarks(t, n, &marks) == 0 && marks.low_bytes > marks.min_bytes)
			gap += marks.low_bytes - marks.min_bytes;
	}
	return gap;
}

static void report(const struct span *span, uint64_t ram, json_t *found)
{
	const struct timeline *t = span->t;
	const struct span_columns stalls = span_allocstall(t);
	uint64_t direct = span_growth(span, timeline_column(t, "vmstat.pgsteal_direct"));
	uint64_t kswapd = span_growth(span, timeline_column(t, "vmstat.pgsteal_kswapd"));
	uint64_t gap = gap_bytes(t), stalled = span_growth_all(span, &stalls);
	const char *cause = gap > 0 && gap < ram / SMALL_GAP_SHARE ? "watermark_gap" : "burst";
	int psi = timeline_column(t, "psi.memory.some_us");
	char taken[32], width[32];
	json_t *finding;

	finding = finding_add(found, &verdict_direct_reclaim_stall, cause,
			      "Allocations stalled %" PRIu64 " times and reclaimed %s themselves, %.0f %% of all, although kswapd "
			      "ran; it wakes %s above the min watermarks.",
			      stalled, size_format(direct * t->page_bytes, taken, sizeof(taken)),
			      100 * span_ratio(direct, direct + kswapd), size_format(gap, width, sizeof(width)));
	finding_window(finding, span_first_ns(span), span_duration_ns(span));
	finding_u64(finding, "allocstall", stalled);
	finding_u64(finding, "direct_reclaimed_pages", direct);
	finding_u64(finding, "kswapd_reclaimed_pages", kswapd);
	finding_u64(finding, "direct_scanned_pages", span_growth(span, timeline_column(t, "vmstat.pgscan_direct")));
	finding_u64(finding, "kswapd_scanned_pages", span_growth(span, timeline_column(t, "vmstat.pgscan_kswapd")));
	finding_u64(finding, "watermark_gap_bytes", gap);
	finding_ratio(finding, "watermark_gap_ratio", span_ratio(gap, ram));
	finding_text(finding, "min_free_kbytes", setting_text(t, "vm.min_free_kbytes"));
	finding_text(finding, "watermark_scale_factor", setting_text(t, "vm.watermark_scale_factor"));
	if (psi >= 0)
		finding_ratio(finding, "memory_pressure_ratio", span_pressure(span, psi));
}

/* Whether some group is kept to a short node while another has much to spare: then that is why tasks reclaim, and no
 * watermark would help. */
static bool is_shut_in(const struct nodes *nodes, size_t interval)
{
	unsigned shortest = nodes_shortest(nodes, interval);
	int spare = nodes_spare(nodes, shortest, interval, nodes_much(nodes, shortest));
	size_t pos = 0;
	const json_t *group;

	while (spare >= 0 && (group = timeline_next(nodes->t, "group", &pos))) {
		struct placement placement = { 0 };
		bool forbids = placement_forbids(nodes->t, record_text(group, "group", ""), NULL, shortest,
						 (unsigned)spare, &placement);

		free(placement.reason);
		if (forbids)
			return true;
	}
	return false;
}

static void judge(const struct timeline *t, json_t *found)
{
	_cleanup_span_ struct span span = span_none(t);
	struct nodes nodes = nodes_look(t);
	const struct span_columns stalls = span_allocstall(t);
	int direct = timeline_column(t, "vmstat.pgsteal_direct"), kswapd = timeline_column(t, "vmstat.pgsteal_kswapd");
	int ram = timeline_column(t, "meminfo.MemTotal_bytes");
	uint64_t pages, by_tasks, by_kswapd;

	if (direct < 0 || kswapd < 0 || ram < 0 || t->n_samples < 2)
		return;
	/* Neither a group's reclaim nor a node's own counts as a stall. */
	for (size_t i = 1; i < t->n_samples; i++)
		if (span_rise_all(t, &stalls, i) > 0 && !is_shut_in(&nodes, i))
			span_add(&span, i);
	pages = timeline_value(t, 0, ram) / t->page_bytes;
	by_tasks = span_growth(&span, direct);
	by_kswapd = span_growth(&span, kswapd);
	if (by_tasks > 0 && by_tasks * LEAST_SHARE >= pages && by_tasks * DIRECT_SHARE >= by_tasks + by_kswapd &&
	    timeline_delta(t, timeline_column(t, "vmstat.pgsteal_kswapd")) > 0)
		report(&span, timeline_value(t, 0, ram), found);
}

static const struct verdict_cause causes[] = {
	{ "watermark_gap", "from the min to the low watermarks is less than a hundredth of the memory",
	  "Raise vm.watermark_scale_factor (100 to 500), or vm.min_free_kbytes, so that kswapd wakes earlier." },
	{ "burst", "the gap is larger than that, or not known: memory is taken faster than kswapd frees it",
	  "Take memory more slowly, bound the group by memory.high, or widen the gap further by "
	  "vm.watermark_scale_factor." },
	{ .name = NULL },
};

const struct verdict verdict_direct_reclaim_stall = {
	.name = "direct_reclaim_stall",
	.title = "Tasks reclaim themselves although kswapd runs",
	.doc = "While allocations stalled, tasks took at least a quarter of the pages that were reclaimed, and a 64th of the "
	       "machine's pages in all; kswapd reclaimed too. Not while a group is kept to a short node and another has much to spare.",
	.causes = causes,
	.judge = judge,
};
