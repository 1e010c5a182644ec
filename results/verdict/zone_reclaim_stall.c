/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"
#include "results/verdict/span.h"

/* An interval counts in which one allocated page of ten waited for a reclaim of the node that freed nothing. One that works
 * frees a batch of 32 pages and then is not asked again for as many; a tenth is three failures for each success. */
#define FAILED_SHARE 10
/* In all: as many as a 64th of the machine's pages, the same for any size of machine. */
#define LEAST_SHARE 64
/* Or fewer that take long: half of the time in those intervals someone waited, and they are a tenth of the cell. */
#define PRESSURE   0.5
#define CELL_SHARE 10

static uint64_t allocated(const struct timeline *t, size_t i)
{
	static const char *const names[] = { "vmstat.pgalloc_dma",     "vmstat.pgalloc_dma32",	"vmstat.pgalloc_normal",
					     "vmstat.pgalloc_movable", "vmstat.pgalloc_device", NULL };
	const struct span_columns columns = span_columns(t, names);

	return span_rise_all(t, &columns, i);
}

static const char *cause_of(const struct timeline *t)
{
	bool writes_and_unmaps = (setting_u64(t, "vm.zone_reclaim_mode", 0) & 6) == 6;

	if (setting_is_mglru(t) && !writes_and_unmaps)
		return "mglru";
	return (setting_u64(t, "vm.zone_reclaim_mode", 0) & 6) == 4 ? "unmap_without_write" : "nothing_to_take";
}

/* How long allocations waited in it: traced, else memory pressure, which newer kernels count it as. */
static void add_latency(const struct span *span, json_t *finding)
{
	const struct timeline *t = span->t;
	int count = timeline_column(t, "trace.node_reclaim.count");
	int total = timeline_column(t, "trace.node_reclaim.total_ns");
	int longest = timeline_column(t, "trace.node_reclaim.max_ns");
	int psi = timeline_column(t, "psi.memory.some_us");

	if (count >= 0 && total >= 0) {
		finding_u64(finding, "node_reclaim_count", span_growth(span, count));
		finding_u64(finding, "node_reclaim_total_ns", span_growth(span, total));
	}
	if (longest >= 0)
		finding_u64(finding, "node_reclaim_max_ns", timeline_value(t, t->n_samples - 1, longest));
	if (psi >= 0)
		finding_ratio(finding, "memory_pressure_ratio", span_pressure(span, psi));
}

static bool took_long(const struct span *span)
{
	return span_pressure(span, timeline_column(span->t, "psi.memory.some_us")) >= PRESSURE &&
	       span_duration_ns(span) * CELL_SHARE >= span_cell_ns(span->t);
}

static void judge(const struct timeline *t, json_t *found)
{
	_cleanup_span_ struct span span = span_none(t);
	int column = timeline_column(t, "vmstat.zone_reclaim_failed"), ram = timeline_column(t, "meminfo.MemTotal_bytes");
	uint64_t failed, pages = 0;
	json_t *finding;

	if (column < 0 || ram < 0 || t->n_samples < 2)
		return;
	for (size_t i = 1; i < t->n_samples; i++) {
		uint64_t rise = span_rise(t, column, i), got = allocated(t, i);

		if (rise == 0 || rise * FAILED_SHARE < got)
			continue;
		pages += got;
		span_add(&span, i);
	}
	failed = span_growth(&span, column);
	if (failed == 0 || (failed * LEAST_SHARE < timeline_value(t, 0, ram) / t->page_bytes && !took_long(&span)))
		return;
	finding = finding_add(found, &verdict_zone_reclaim_stall, cause_of(t),
			      "A node's own reclaim ran and freed nothing %" PRIu64 " times for %" PRIu64
			      " pages allocated, with vm.zone_reclaim_mode=%s.",
			      failed, pages, setting_text(t, "vm.zone_reclaim_mode") ?: "?");
	finding_window(finding, span_first_ns(&span), span_duration_ns(&span));
	finding_u64(finding, "zone_reclaim_failed", failed);
	finding_u64(finding, "allocated_pages", pages);
	if (timeline_column(t, "vmstat.zone_reclaim_success") >= 0)
		finding_u64(finding, "zone_reclaim_success",
			    span_growth(&span, timeline_column(t, "vmstat.zone_reclaim_success")));
	add_latency(&span, finding);
}

static const struct verdict_cause causes[] = {
	{ "mglru", "the multi-generational LRU is on and vm.zone_reclaim_mode lacks 2 or 4: it takes nothing then",
	  "Set vm.zone_reclaim_mode to 0; 6 or 7 if pages must stay on the node at any price." },
	{ "unmap_without_write", "the classic LRU with bit 4 of vm.zone_reclaim_mode and not 2: pages are unmapped and cannot be "
				 "written",
	  "Set vm.zone_reclaim_mode to 0." },
	{ "nothing_to_take", "any other mode: what is left on the node is mapped, dirty or just used",
	  "Set vm.zone_reclaim_mode to 0." },
	{ .name = NULL },
};

const struct verdict verdict_zone_reclaim_stall = {
	.name = "zone_reclaim_stall",
	.title = "A node's own reclaim fails again and again",
	.doc = "zone_reclaim_failed grew by a tenth or more of the pages allocated in the interval, and by a 64th of the "
	       "machine's pages in all, or tasks waited for memory half of that time, a tenth of the cell or more.",
	.causes = causes,
	.judge = judge,
};
