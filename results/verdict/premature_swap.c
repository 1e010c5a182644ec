/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Anonymous memory went to swap while page cache that nobody wanted could have been dropped. */
#include <inttypes.h>

#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"
#include "results/verdict/span.h"

/* Of each node, a sixteenth in page cache that is not dirty, before and after: reclaim had a choice. Active or not: cache that was
 * used once is active long after, which is just what lets it outlive memory in use. */
#define CACHE_SHARE 16
/* In all a 64th of the memory, as for the verdicts about nodes. */
#define LEAST_SHARE 64
/* The kernel's default; above it swap is preferred by somebody's choice. */
#define DEFAULT_SWAPPINESS 60

/* Whether every node has clean page cache: then so has the one that pages left. */
static bool has_cache(const struct timeline *t, size_t sample)
{
	uint64_t nodes = timeline_nodes(t);
	bool any = false;

	for (unsigned n = 0; n < MAX_NODES; n++) {
		int total = timeline_columnf(t, "node%u.meminfo.MemTotal_bytes", n);
		int idle = timeline_columnf(t, "node%u.meminfo.Inactive(file)_bytes", n);
		int used = timeline_columnf(t, "node%u.meminfo.Active(file)_bytes", n);
		int dirty = timeline_columnf(t, "node%u.meminfo.Dirty_bytes", n);
		uint64_t busy = dirty < 0 ? 0 : timeline_value(t, sample, dirty), file = 0;

		if (!(nodes & (1ULL << n)) || total < 0 || timeline_value(t, sample, total) == 0)
			continue;
		if (idle >= 0)
			file += timeline_value(t, sample, idle);
		if (used >= 0)
			file += timeline_value(t, sample, used);
		if (file < busy + timeline_value(t, sample, total) / CACHE_SHARE)
			return false;
		any = true;
	}
	return any;
}

static void judge(const struct timeline *t, json_t *found)
{
	int out = timeline_column(t, "vmstat.pswpout"), total = timeline_column(t, "meminfo.MemTotal_bytes");
	int refaults = timeline_column(t, "vmstat.workingset_refault_file");
	uint64_t swappiness = setting_u64(t, "vm.swappiness", DEFAULT_SWAPPINESS), bytes, grew;
	_cleanup_span_ struct span span = span_none(t), whole = span_whole(t);
	const uint64_t end_ns = span_work_end_ns(t);
	const char *group, *cause = setting_is_mglru(t) ? "mglru" : "streaming";
	char size[32];
	json_t *finding;

	if (out < 0 || total < 0)
		return;
	/* A group at its limit has to reclaim its own pages, whatever cache others have. */
	for (size_t i = 1; i < t->n_samples && t->times[i - 1] < end_ns; i++)
		if (span_rise(t, out, i) > 0 && has_cache(t, i - 1) && has_cache(t, i) && !span_group_at_limit(t, i, NULL))
			span_add(&span, i);
	bytes = span_growth(&span, out) * t->page_bytes;
	/* Cache that is read again is no better to drop. */
	if (bytes == 0 || bytes * LEAST_SHARE < timeline_value(t, 0, total) ||
	    span_growth(&whole, refaults) * t->page_bytes > bytes / 4)
		return;
	group = span_top_group(&span, "stat.pswpout", &grew);
	if (swappiness > DEFAULT_SWAPPINESS)
		cause = "swappiness";
	finding = finding_add(found, &verdict_premature_swap, cause,
			      "%s of anonymous memory were swapped out while each node had clean page cache that nobody read "
			      "again, at vm.swappiness %" PRIu64 ".",
			      size_format(bytes, size, sizeof(size)), swappiness);
	finding_window(finding, span_first_ns(&span), span_duration_ns(&span));
	finding_u64(finding, "swapped_bytes", bytes);
	finding_u64(finding, "refaulted_file_pages", span_growth(&whole, refaults));
	finding_u64(finding, "swappiness", swappiness);
	finding_text(finding, "group", group);
}

static const struct verdict_cause causes[] = {
	{ "swappiness", "vm.swappiness is above the kernel's 60", "Lower vm.swappiness; at 1 page cache goes first." },
	{ "mglru", "vm.swappiness is 60 or less and the multi-generational LRU is on: it ages anonymous memory and cache together",
	  "Protect the group by memory.low, limit the readers' by memory.high, or turn the multi-generational LRU off." },
	{ "streaming", "vm.swappiness is 60 or less: cache that is read once comes in faster than it is dropped",
	  "Let the reader drop what it has read (POSIX_FADV_DONTNEED), limit its group by memory.high, or lower vm.swappiness." },
	{ .name = NULL },
};

const struct verdict verdict_premature_swap = {
	.name = "premature_swap",
	.title = "Swapped although page cache could be dropped",
	.doc = "A 64th of the memory or more was swapped out while every node had a sixteenth of its memory in clean "
	       "page cache, of which next to nothing was read again.",
	.causes = causes,
	.judge = judge,
};
