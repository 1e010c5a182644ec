/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"
#include "results/verdict/span.h"

/*
 * The kernel counts compact_stall when an allocating task ran compaction itself, which it does
 * where enough memory is free but not in one piece (mm/page_alloc.c, __alloc_pages_direct_compact()). A quarter
 * of them in vain is more than bad luck.
 */
#define FAILED_SHARE 4
/* Huge pages that were wanted and came as small ones: a 64th of the machine's memory, as for the other
 * verdicts. */
#define LEAST_SHARE 64
/* The blocks that count as large; 2 MiB with pages of 4 KiB. */
#define HUGE_ORDER 9

static uint64_t huge_page_pages(const struct timeline *t)
{
	int column = timeline_column(t, "meminfo.Hugepagesize_bytes");
	uint64_t bytes = column < 0 ? 0 : timeline_value(t, 0, column);

	return bytes > 0 ? bytes / t->page_bytes : 1ULL << HUGE_ORDER;
}

/* The fewest free blocks of HUGE_ORDER and above at the ends of the intervals, over all zones; larger ones
 * count as many. UINT64_MAX when the stream does not say. */
static uint64_t fewest_large_blocks(const struct span *span)
{
	const struct timeline *t = span->t;
	_cleanup_free_ uint64_t *blocks = xcalloc(t->n_samples, sizeof(*blocks));
	uint64_t fewest = UINT64_MAX;
	bool any = false;

	for (size_t c = 0; c < t->n_columns; c++) {
		unsigned node, order;
		char zone[32];

		if (!t->seen[c] ||
		    sscanf(t->columns[c], "node%u.buddy.%31[^.].order%u", &node, zone, &order) != 3)
			continue;
		any = true;
		for (size_t i = 1; order >= HUGE_ORDER && i < t->n_samples; i++)
			blocks[i] += timeline_value(t, i, (int)c) << (order - HUGE_ORDER);
	}
	for (size_t i = 1; any && i < t->n_samples; i++)
		if (span->hit[i])
			fewest = MIN(fewest, blocks[i]);
	return fewest;
}

static void add_state(const struct span *span, json_t *finding)
{
	const struct timeline *t = span->t;
	int free_bytes = timeline_column(t, "meminfo.MemFree_bytes");
	uint64_t least = UINT64_MAX, blocks = fewest_large_blocks(span);

	for (size_t i = 1; free_bytes >= 0 && i < t->n_samples; i++)
		if (span->hit[i])
			least = MIN(least, timeline_value(t, i, free_bytes));
	if (least != UINT64_MAX)
		finding_u64(finding, "free_min_bytes", least);
	if (blocks != UINT64_MAX)
		finding_u64(finding, "free_huge_blocks_min", blocks);
	if (timeline_column(t, "trace.compaction.total_ns") >= 0)
		finding_u64(finding, "compaction_total_ns",
			    span_growth(span, timeline_column(t, "trace.compaction.total_ns")));
	if (timeline_column(t, "psi.memory.some_us") >= 0)
		finding_ratio(finding, "memory_pressure_ratio",
			      span_pressure(span, timeline_column(t, "psi.memory.some_us")));
}

static void report(const struct span *span, bool huge, json_t *found)
{
	const struct timeline *t = span->t;
	uint64_t stalls = span_growth(span, timeline_column(t, "vmstat.compact_stall"));
	uint64_t fails = span_growth(span, timeline_column(t, "vmstat.compact_fail"));
	uint64_t fallback = span_growth(span, timeline_column(t, "vmstat.thp_fault_fallback"));
	uint64_t got = span_growth(span, timeline_column(t, "vmstat.thp_fault_alloc"));
	json_t *finding;

	if (huge)
		finding = finding_add(found, &verdict_fragmentation_stall, "thp",
				      "Tasks compacted memory themselves %" PRIu64 " times, %" PRIu64
				      " of them in vain: %" PRIu64 " of %" PRIu64
				      " huge pages came as small ones.",
				      stalls, fails, fallback, fallback + got);
	else
		finding = finding_add(found, &verdict_fragmentation_stall, "high_order",
				      "Tasks compacted memory themselves %" PRIu64 " times, %" PRIu64
				      " of them in vain, for blocks of several pages.",
				      stalls, fails);
	finding_window(finding, span_first_ns(span), span_duration_ns(span));
	finding_u64(finding, "compact_stall", stalls);
	finding_u64(finding, "compact_fail", fails);
	finding_u64(finding, "thp_fault_alloc", got);
	finding_u64(finding, "thp_fault_fallback", fallback);
	finding_u64(finding, "compact_scanned_pages",
		    span_growth(span, timeline_column(t, "vmstat.compact_migrate_scanned")) +
			    span_growth(span, timeline_column(t, "vmstat.compact_free_scanned")));
	finding_text(finding, "thp_defrag", setting_text(t, "kernel/mm/transparent_hugepage/defrag"));
	add_state(span, finding);
}

static void judge(const struct timeline *t, json_t *found)
{
	_cleanup_span_ struct span span = span_none(t);
	int stall = timeline_column(t, "vmstat.compact_stall"),
	    fail = timeline_column(t, "vmstat.compact_fail");
	int ram = timeline_column(t, "meminfo.MemTotal_bytes");
	uint64_t pages, missed, scanned;
	bool huge;

	if (stall < 0 || fail < 0 || ram < 0 || t->n_samples < 2)
		return;
	for (size_t i = 1; i < t->n_samples; i++)
		if (span_rise(t, stall, i) > 0)
			span_add(&span, i);
	if (span.n == 0 || span_growth(&span, fail) * FAILED_SHARE < span_growth(&span, stall))
		return;
	pages = timeline_value(t, 0, ram) / t->page_bytes;
	missed = span_growth(&span, timeline_column(t, "vmstat.thp_fault_fallback")) * huge_page_pages(t);
	scanned = span_growth(&span, timeline_column(t, "vmstat.compact_migrate_scanned")) +
		  span_growth(&span, timeline_column(t, "vmstat.compact_free_scanned"));
	/* Without huge pages: the compaction went over as many pages as the machine has. */
	huge = missed * LEAST_SHARE >= pages;
	if (huge || scanned >= pages)
		report(&span, huge, found);
}

static const struct verdict_cause causes[] = {
	{ "thp", "huge pages came as small ones, a 64th of the machine's memory or more of them",
	  "Set kernel/mm/transparent_hugepage/defrag to defer or madvise, or enabled to madvise, so that "
	  "faults do not wait for "
	  "huge pages." },
	{ "high_order", "fewer of them; compaction went over as many pages as the machine has",
	  "Raise vm.min_free_kbytes or vm.compaction_proactiveness, so that large blocks are made before "
	  "they are "
	  "wanted." },
	{ .name = NULL },
};

const struct verdict verdict_fragmentation_stall = {
	.name = "fragmentation_stall",
	.title = "Tasks wait for large blocks while memory is free in small ones",
	.doc = "While tasks ran compaction themselves, a quarter of it or more was in vain, and huge pages of a "
	       "64th of the machine's "
	       "memory came as small pages, or it went over as many pages as the machine has.",
	.causes = causes,
	.judge = judge,
};
