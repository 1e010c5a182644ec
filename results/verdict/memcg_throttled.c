/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A group beyond its memory.high is made to sleep and to reclaim while the machine has memory. */
#include <inttypes.h>

#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"
#include "results/verdict/span.h"

/* A group may touch its memory.high now and then: that is what the limit is for. Standing still for a tenth of the cell's
 * time is a slowdown that its user sees. */
#define LEAST_PRESSURE_SHARE 10

/* The kernel reclaims for the machine: then the group's wait is not of its limit's making alone. */
static bool machine_is_short(const struct timeline *t, const struct span_columns *stalls, size_t i)
{
	return span_rise_all(t, stalls, i) > 0 || span_rise(t, timeline_column(t, "vmstat.pgscan_kswapd"), i) > 0;
}

static bool can_swap(const struct timeline *t, const char *group)
{
	int total = timeline_column(t, "meminfo.SwapTotal_bytes");
	const char *limit = setting_of_group(t, group, "memory.swap.max");

	return !(total >= 0 && timeline_value(t, 0, total) == 0) && !(limit && streq(limit, "0"));
}

static void report(const struct span *span, const char *group, uint64_t waited_us, json_t *found)
{
	const struct timeline *t = span->t;
	const char *high = setting_of_group(t, group, "memory.high");
	uint64_t events = span_growth(span, timeline_columnf(t, "group.%s.events.high", group));
	uint64_t swapped = span_growth(span, timeline_columnf(t, "group.%s.stat.pswpout", group));
	uint64_t cell_us = span_cell_ns(t) / 1000;
	json_t *finding;

	finding = finding_add(found, &verdict_memcg_throttled, can_swap(t, group) ? "memory_high" : "no_swap",
			      "Group %s was beyond its memory.high %" PRIu64 " times and stood still for %.0f %% of the cell's "
			      "time, while the machine did not reclaim.",
			      group, events, 100 * span_ratio(waited_us, cell_us));
	finding_window(finding, span_first_ns(span), span_duration_ns(span));
	finding_text(finding, "group", group);
	finding_text(finding, "memory_high", high);
	finding_u64(finding, "high_events", events);
	finding_u64(finding, "waited_us", waited_us);
	finding_ratio(finding, "waited_ratio", span_ratio(waited_us, cell_us));
	finding_u64(finding, "group_swapped_pages", swapped);
}

static void judge(const struct timeline *t, json_t *found)
{
	const struct span_columns stalls = span_allocstall(t);
	size_t pos = 0;
	const json_t *record;

	while ((record = timeline_next(t, "group", &pos))) {
		const char *group = record_text(record, "group", "");
		int high = timeline_columnf(t, "group.%s.events.high", group);
		int full = timeline_columnf(t, "group.%s.psi.full_us", group);
		_cleanup_span_ struct span span = span_none(t);
		uint64_t waited_us;

		for (size_t i = 1; i < t->n_samples; i++)
			if (span_rise(t, high, i) > 0 && !machine_is_short(t, &stalls, i))
				span_add(&span, i);
		waited_us = span_growth(&span, full);
		if (waited_us > 0 && waited_us * 1000 * LEAST_PRESSURE_SHARE >= span_cell_ns(t))
			report(&span, group, waited_us, found);
	}
}

static const struct verdict_cause causes[] = {
	{ "no_swap", "the group may not swap, so that beyond memory.high it can only be slowed down",
	  "Let the group swap (memory.swap.max), or raise memory.high of the group above what it needs." },
	{ "memory_high", "the group may swap, and went beyond memory.high again and again",
	  "Raise memory.high of the group, or make its workload smaller." },
	{ .name = NULL },
};

const struct verdict verdict_memcg_throttled = {
	.name = "memcg_throttled",
	.title = "A group is slowed down by its memory.high",
	.doc = "A group went beyond its memory.high and all its tasks waited for memory for a tenth of the cell's time or more, "
	       "in intervals in which nobody reclaimed for the machine.",
	.causes = causes,
	.judge = judge,
};
