/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Swap ran full, of the machine or of a group, and what came of it. */
#include <inttypes.h>

#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"
#include "results/verdict/span.h"

/* Full: a 64th or less is left. Slots are handed out to CPUs in batches, so that the last few are never seen used. */
#define FULL_SHARE 64

/* Full at the end of the interval. */
static bool is_full(uint64_t left, uint64_t total)
{
	return total > 0 && left <= total / FULL_SHARE;
}

static void report(const struct span *span, const char *group, uint64_t total, uint64_t kills, uint64_t stalls, json_t *found)
{
	char size[32];
	json_t *finding;

	size_format(total, size, sizeof(size));
	if (group)
		finding = finding_add(found, &verdict_swap_exhausted, "swap_max",
				      "Group %s used up its memory.swap.max of %s; then it ran into its limit %" PRIu64
				      " times and %" PRIu64 " of its processes were killed.",
				      group, size, stalls, kills);
	else
		finding = finding_add(found, &verdict_swap_exhausted, "device",
				      "The swap of %s was full; then %" PRIu64 " allocations stalled and %" PRIu64
				      " processes were killed.",
				      size, stalls, kills);
	finding_window(finding, span_first_ns(span), span_duration_ns(span));
	finding_text(finding, "group", group);
	finding_u64(finding, "swap_bytes", total);
	finding_u64(finding, "killed", kills);
	finding_u64(finding, "stalls", stalls);
}

/* A kill in the interval whose report says that the machine's swap was full: that may be over by the next sample. */
static bool was_full_in(const struct timeline *t, size_t interval)
{
	size_t pos = 0;
	const json_t *oom;

	while ((oom = timeline_next(t, "oom", &pos))) {
		uint64_t ns = record_u64(oom, "t_ns", 0);

		if (ns > t->times[interval - 1] && ns <= t->times[interval] &&
		    is_full(record_u64(oom, "swap_free_bytes", UINT64_MAX), record_u64(oom, "swap_total_bytes", 0)))
			return true;
	}
	return false;
}

static void judge_machine(const struct timeline *t, json_t *found)
{
	int total = timeline_column(t, "meminfo.SwapTotal_bytes"), left = timeline_column(t, "meminfo.SwapFree_bytes");
	const struct span_columns stalls = span_allocstall(t);
	_cleanup_span_ struct span span = span_none(t);
	uint64_t kills, stalled;

	if (total < 0 || left < 0)
		return;
	/* The interval in which a kill frees the swap begins full and ends empty. */
	for (size_t i = 1; i < t->n_samples; i++)
		if (is_full(timeline_value(t, i, left), timeline_value(t, i, total)) ||
		    is_full(timeline_value(t, i - 1, left), timeline_value(t, i - 1, total)) || was_full_in(t, i))
			span_add(&span, i);
	kills = span_growth(&span, timeline_column(t, "vmstat.oom_kill"));
	stalled = span_growth_all(&span, &stalls);
	if (kills > 0 || stalled > 0)
		report(&span, NULL, timeline_value(t, 0, total), kills, stalled, found);
}

/* Whether the report of a kill says that the group's swap was full: it is over by the next sample. */
static bool was_full_at_kill(const struct timeline *t, const char *group, uint64_t limit)
{
	size_t pos = 0;
	const json_t *oom;

	while ((oom = timeline_next(t, "oom", &pos))) {
		uint64_t used = record_u64(oom, "memcg_swap_usage_bytes", 0);

		if (streq(record_text(oom, "group", ""), group) && is_full(limit > used ? limit - used : 0, limit))
			return true;
	}
	return false;
}

static uint64_t left_at(const struct timeline *t, size_t sample, int used, uint64_t limit)
{
	uint64_t bytes = used < 0 ? 0 : timeline_value(t, sample, used);

	return limit > bytes ? limit - bytes : 0;
}

static void judge_group(const struct timeline *t, const char *group, json_t *found)
{
	/* swap_events.max is not counted where reclaim sees the limit and leaves anonymous pages alone. */
	int failed = timeline_columnf(t, "group.%s.swap_events.max", group);
	int used = timeline_columnf(t, "group.%s.memory.swap.current_bytes", group);
	int killed = timeline_columnf(t, "group.%s.events.oom_kill", group);
	const char *text = setting_of_group(t, group, "memory.swap.max");
	_cleanup_span_ struct span span = span_none(t);
	uint64_t kills, hits, limit = text ? strtoull(text, NULL, 10) : 0;
	bool at_kill;

	/* None at all is what somebody wanted: it did not run full. */
	if (limit == 0)
		return;
	at_kill = was_full_at_kill(t, group, limit);
	for (size_t i = 1; i < t->n_samples; i++)
		if (span_rise(t, failed, i) > 0 || is_full(left_at(t, i, used, limit), limit) ||
		    is_full(left_at(t, i - 1, used, limit), limit) || (at_kill && span_rise(t, killed, i) > 0))
			span_add(&span, i);
	kills = span_growth(&span, killed);
	hits = span_growth(&span, timeline_columnf(t, "group.%s.events.max", group)) +
	       span_growth(&span, timeline_columnf(t, "group.%s.events.high", group));
	if (kills > 0 || hits > 0)
		report(&span, group, limit, kills, hits, found);
}

static void judge(const struct timeline *t, json_t *found)
{
	size_t pos = 0;
	const json_t *record;

	judge_machine(t, found);
	while ((record = timeline_next(t, "group", &pos)))
		judge_group(t, record_text(record, "group", ""), found);
}

static const struct verdict_cause causes[] = {
	{ "device", "SwapFree of the machine was a 64th of SwapTotal or less (by its samples or the report of a kill), and allocations stalled or processes were killed",
	  "Add swap, or limit what the groups take (memory.high, memory.max)." },
	{ "swap_max", "the group had a 64th of its memory.swap.max left or less (by its samples, its swap_events.max or the report of a kill), and "
	  "ran into memory.max or memory.high or was killed",
	  "Raise memory.swap.max of the group, or its memory.max." },
	{ .name = NULL },
};

const struct verdict verdict_swap_exhausted = {
	.name = "swap_exhausted",
	.title = "Swap ran full",
	.doc = "The machine's swap, or what a group may have of it, was used up, and tasks then stalled, ran into limits or were "
	       "killed.",
	.causes = causes,
	.judge = judge,
};
