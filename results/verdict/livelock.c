/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"
#include "results/verdict/span.h"

/* Stands still: less than a hundredth of what it is to touch ... */
#define PROGRESS_SHARE 100
/* ... in the last quarter, or more, of the cell, which its limit ended. */
#define STILL_SHARE 4
/* The kernel works: half of that time someone waited for memory, or a hundredth of the memory was scanned each second. */
#define PRESSURE 0.5
#define SCAN_SHARE 100

struct still {
	const char *workload, *group;
	struct span span; /* up to the end of the cell */
	uint64_t progress_pages, size_pages;
	double pressure;
	uint64_t scanned_pages;
};

/* Accesses made; of a stream without, what its group has in memory and swap, which grows while it fills. */
static uint64_t progress_at(const struct timeline *t, const struct still *s, size_t sample)
{
	int touched = timeline_columnf(t, "task.%s.touched_pages", s->workload);
	int current = timeline_columnf(t, "group.%s.memory.current_bytes", s->group);
	int swapped = timeline_columnf(t, "group.%s.memory.swap.current_bytes", s->group);

	if (touched >= 0)
		return timeline_value(t, sample, touched);
	return ((current < 0 ? 0 : timeline_value(t, sample, current)) +
		(swapped < 0 ? 0 : timeline_value(t, sample, swapped))) / t->page_bytes;
}

static bool reached(const struct timeline *t, const char *workload, const char *state)
{
	size_t pos = 0;
	const json_t *event;

	while ((event = timeline_next(t, "event", &pos)))
		if (streq(record_text(event, "workload", ""), workload) && streq(record_text(event, "state", ""), state))
			return true;
	return false;
}

/* The last sample before the workloads were stopped: the sample after that is taken when they are gone. */
static size_t last_sample(const struct timeline *t, uint64_t stopped_ns)
{
	size_t last = t->n_samples - 1;

	while (last > 0 && t->times[last] >= stopped_ns)
		last--;
	return last;
}

static void find_still(const struct timeline *t, uint64_t stopped_ns, struct still *s)
{
	size_t last = last_sample(t, stopped_ns);
	uint64_t end = progress_at(t, s, last);

	for (size_t i = last; i > 0; i--) {
		uint64_t before = progress_at(t, s, i - 1);

		if ((end > before ? end - before : before - end) * PROGRESS_SHARE >= s->size_pages)
			break;
		s->progress_pages = end > before ? end - before : 0;
		span_add(&s->span, i);
	}
}

static uint64_t scanned(const struct span *span)
{
	static const char *const names[] = { "vmstat.pgscan_anon", "vmstat.pgscan_file", NULL };
	static const char *const by_who[] = { "vmstat.pgscan_kswapd", "vmstat.pgscan_direct", NULL };
	struct span_columns columns = span_columns(span->t, names);

	if (columns.n == 0)
		columns = span_columns(span->t, by_who);
	return span_growth_all(span, &columns);
}

static bool kernel_works(struct still *s)
{
	const struct timeline *t = s->span.t;
	int ram = timeline_column(t, "meminfo.MemTotal_bytes");
	double seconds = (double)span_duration_ns(&s->span) / 1e9;
	double group = span_pressure(&s->span, timeline_columnf(t, "group.%s.psi.some_us", s->group));
	double machine = span_pressure(&s->span, timeline_column(t, "psi.memory.some_us"));

	s->pressure = MAX(group, machine);
	s->scanned_pages = scanned(&s->span);
	if (s->pressure >= PRESSURE)
		return true;
	return ram >= 0 && s->scanned_pages > 0 &&
	       (double)s->scanned_pages * (double)t->page_bytes * SCAN_SHARE >= seconds * (double)timeline_value(t, 0, ram);
}

/* ---- why ---- */

static const char *cause_of(const struct still *s)
{
	const struct timeline *t = s->span.t;
	const struct span_columns stalls = span_allocstall(t);
	bool own_reclaim = span_growth(&s->span, timeline_column(t, "vmstat.zone_reclaim_failed")) > 0 ||
			   (span_growth(&s->span, timeline_column(t, "vmstat.pgscan_direct")) > 0 &&
			    span_growth_all(&s->span, &stalls) == 0);

	if (span_growth(&s->span, timeline_columnf(t, "group.%s.events.high", s->group)) > 0)
		return "memory_high";
	if (span_growth(&s->span, timeline_columnf(t, "group.%s.events.max", s->group)) > 0)
		return "memory_max";
	if ((setting_u64(t, "vm.zone_reclaim_mode", 0) & 6) == 4 && !setting_is_mglru(t) && own_reclaim)
		return "zone_reclaim";
	return "reclaim";
}

static char *reason(const struct still *s, const char *cause)
{
	const struct timeline *t = s->span.t;
	const char *knob = streq(cause, "memory_high") ? "memory.high" : "memory.max", *value;
	char size[32];

	if (streq(cause, "zone_reclaim"))
		return xasprintf("vm.zone_reclaim_mode=%" PRIu64 " unmaps pages that it may not write, again on every allocation",
				 setting_u64(t, "vm.zone_reclaim_mode", 0));
	if (streq(cause, "reclaim"))
		return xstrdup("what it needs is taken from it before it gets on");
	value = setting_of_group(t, s->group, knob);
	if (!value || streq(value, "max"))
		return xasprintf("group %s is beyond its %s", s->group, knob);
	return xasprintf("group %s is beyond its %s of %s", s->group, knob,
			 size_format(strtoull(value, NULL, 10), size, sizeof(size)));
}

static void report(const struct still *s, json_t *found)
{
	const struct timeline *t = s->span.t;
	const char *cause = cause_of(s);
	_cleanup_free_ char *why = reason(s, cause);
	json_t *finding = finding_add(found, &verdict_livelock, cause,
				      "%s got on by %" PRIu64 " of %" PRIu64 " pages in the last %.1f s before the cell's limit, while the "
				      "kernel scanned %" PRIu64 " pages and tasks waited for memory %.0f %% of the time, because %s.",
				      s->workload, s->progress_pages, s->size_pages, (double)span_duration_ns(&s->span) / 1e9,
				      s->scanned_pages, 100 * s->pressure, why);

	finding_window(finding, span_first_ns(&s->span), span_duration_ns(&s->span));
	finding_text(finding, "workload", s->workload);
	finding_text(finding, "group", s->group);
	finding_u64(finding, "progress_pages", s->progress_pages);
	finding_u64(finding, "size_pages", s->size_pages);
	finding_u64(finding, "scanned_pages", s->scanned_pages);
	finding_ratio(finding, "memory_pressure_ratio", s->pressure);
	finding_u64(finding, "zone_reclaim_failed", span_growth(&s->span, timeline_column(t, "vmstat.zone_reclaim_failed")));
	finding_u64(finding, "events_high", span_growth(&s->span, timeline_columnf(t, "group.%s.events.high", s->group)));
}

static void judge_workload(const struct timeline *t, const json_t *outcome, json_t *found)
{
	_cleanup_span_ struct span span = span_none(t);
	struct still s = { .workload = record_text(outcome, "workload", ""), .span = span };
	const json_t *workload = timeline_find(t, "workload", "workload", s.workload);

	s.group = record_text(workload, "group", "");
	s.size_pages = record_u64(workload, "size_bytes", 0) / t->page_bytes;
	/* One that only holds its memory, or was never let go, is not to get on. */
	if (!reached(t, s.workload, "started") || reached(t, s.workload, "done"))
		return;
	find_still(t, record_u64(outcome, "t_ns", t->end_ns), &s);
	if (span_duration_ns(&s.span) * STILL_SHARE >= span_cell_ns(t) && s.span.n > 0 && kernel_works(&s))
		report(&s, found);
}

static void judge(const struct timeline *t, json_t *found)
{
	size_t pos = 0;
	const json_t *outcome;

	while (t->n_samples > 1 && (outcome = timeline_next(t, "outcome", &pos)))
		if (streq(record_text(outcome, "outcome", ""), "timed_out"))
			judge_workload(t, outcome, found);
}

static const struct verdict_cause causes[] = {
	{ "memory_high", "events of the group's memory.high in that time",
	  "Raise memory.high of the group above what it needs, or give it swap: each return to user space is delayed by up "
	  "to 2 s while it is beyond." },
	{ "memory_max", "events of the group's memory.max in that time, none of memory.high",
	  "Raise memory.max of the group, or make its workload smaller." },
	{ "zone_reclaim", "the classic LRU, vm.zone_reclaim_mode with bit 4 and not 2, and its counters moved",
	  "Set vm.zone_reclaim_mode to 0." },
	{ "reclaim", "none of the above", "Give the workload more memory, or run less beside it." },
	{ .name = NULL },
};

const struct verdict verdict_livelock = {
	.name = "livelock",
	.title = "No progress while the kernel works",
	.doc = "A workload that the cell's limit ended made less than a hundredth of its pages' accesses in the last quarter of "
	       "the cell or more, while tasks waited for memory half of the time, or a hundredth of the memory was scanned "
	       "each second.",
	.causes = causes,
	.judge = judge,
};
