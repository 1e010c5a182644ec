/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Anonymous memory went to swap while every node had free memory that its watermarks keep from everybody. */
#include <inttypes.h>

#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/nodes.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"
#include "results/verdict/span.h"

/* The min watermarks, or the way from them to the high ones, are a sixteenth of the memory: the kernel asks for a hundredth, and
 * for a twentieth at most, with huge pages on a small machine. */
#define RESERVE_SHARE 16
/* Half of that stayed free: the reserve was there, and not what a burst had just taken. */
#define FREE_SHARE 32
/* In all a 64th of the memory, as for the verdicts about nodes. */
#define LEAST_SHARE 64

struct reserve {
	uint64_t ram, min_bytes, gap_bytes; /* gap: from the min to the high watermarks */
};

static struct reserve reserve_of(const struct nodes *nodes)
{
	struct reserve reserve = { 0 };

	for (unsigned n = 0; n < MAX_NODES; n++) {
		struct watermarks marks;

		if (!nodes->list[n].there || zones_watermarks(nodes->t, n, &marks) < 0)
			continue;
		reserve.ram += nodes->list[n].total_bytes;
		reserve.min_bytes += marks.min_bytes;
		reserve.gap_bytes += marks.high_bytes > marks.min_bytes ? marks.high_bytes - marks.min_bytes : 0;
	}
	return reserve;
}

static bool is_large(const struct reserve *reserve)
{
	return reserve->ram > 0 && MAX(reserve->min_bytes, reserve->gap_bytes) >= reserve->ram / RESERVE_SHARE;
}

/* What was free all through the interval and not above the high watermarks: that above is another matter. */
static uint64_t kept_free(const struct nodes *nodes, size_t interval)
{
	uint64_t bytes = 0;

	for (unsigned n = 0; n < MAX_NODES; n++)
		if (nodes->list[n].there)
			bytes += MIN(nodes_free_through(nodes, n, interval), nodes->list[n].high_bytes);
	return bytes;
}

static void report(const struct span *span, const struct reserve *reserve, uint64_t swapped, uint64_t kept, json_t *found)
{
	const struct timeline *t = span->t;
	bool by_min = reserve->min_bytes >= reserve->ram / RESERVE_SHARE;
	uint64_t held = by_min ? reserve->min_bytes : reserve->gap_bytes, grew;
	char out[32], left[32], size[32];
	json_t *finding;

	finding = finding_add(found, &verdict_swap_for_reserve, by_min ? "min_free_kbytes" : "watermark_scale_factor",
			      "%s were swapped out while at least %s stayed free, because %s keeps %s, %.0f %% of the memory, %s.",
			      size_format(swapped, out, sizeof(out)), size_format(kept, left, sizeof(left)),
			      by_min ? "vm.min_free_kbytes" : "vm.watermark_scale_factor", size_format(held, size, sizeof(size)),
			      100 * span_ratio(held, reserve->ram), by_min ? "for emergencies" : "ready above the min watermarks");
	finding_window(finding, span_first_ns(span), span_duration_ns(span));
	finding_u64(finding, "swapped_bytes", swapped);
	finding_u64(finding, "free_min_bytes", kept);
	finding_u64(finding, "min_watermarks_bytes", reserve->min_bytes);
	finding_u64(finding, "watermark_gap_bytes", reserve->gap_bytes);
	finding_ratio(finding, "reserve_ratio", span_ratio(held, reserve->ram));
	finding_text(finding, "min_free_kbytes", setting_text(t, "vm.min_free_kbytes"));
	finding_text(finding, "watermark_scale_factor", setting_text(t, "vm.watermark_scale_factor"));
	finding_text(finding, "group", span_top_group(span, "stat.pswpout", &grew));
}

static void judge(const struct timeline *t, json_t *found)
{
	const struct nodes nodes = nodes_look(t);
	const struct reserve reserve = reserve_of(&nodes);
	int out = timeline_column(t, "vmstat.pswpout");
	_cleanup_span_ struct span span = span_none(t);
	uint64_t kept = UINT64_MAX, end_ns = span_work_end_ns(t), swapped;

	if (out < 0 || !is_large(&reserve))
		return;
	/* A group at its limit reclaims whatever is free. */
	for (size_t i = 1; i < t->n_samples && t->times[i - 1] < end_ns; i++) {
		uint64_t bytes = kept_free(&nodes, i);

		if (span_rise(t, out, i) == 0 || bytes < reserve.ram / FREE_SHARE || span_group_at_limit(t, i, NULL))
			continue;
		span_add(&span, i);
		kept = MIN(kept, bytes);
	}
	swapped = span_growth(&span, out) * t->page_bytes;
	if (swapped > 0 && swapped * LEAST_SHARE >= reserve.ram)
		report(&span, &reserve, swapped, kept, found);
}

static const struct verdict_cause causes[] = {
	{ "min_free_kbytes", "the min watermarks are a sixteenth of the memory or more",
	  "Lower vm.min_free_kbytes: 1 % of the memory is much." },
	{ "watermark_scale_factor", "the min watermarks are less, and the way from them to the high ones is a sixteenth or more",
	  "Lower vm.watermark_scale_factor: it counts in 10,000ths of the memory, twice from min to high." },
	{ .name = NULL },
};

const struct verdict verdict_swap_for_reserve = {
	.name = "swap_for_reserve",
	.title = "Swapped to keep a reserve free",
	.doc = "A 64th of the memory or more was swapped out while at least a 32nd was free, which the watermarks, a sixteenth of the "
	       "memory, keep from programs.",
	.causes = causes,
	.judge = judge,
};
