/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was just evicted is wanted back: memory goes round instead of work going on. */
#include <inttypes.h>

#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"
#include "results/verdict/span.h"

/* Of the pages reclaimed in an interval, as many came back: half. Reclaim that frees what nobody wants has next to none. */
#define REFAULT_SHARE 2
/* In all such intervals a quarter of the machine's pages: below that it is a change of phase, the new set coming in. */
#define LEAST_SHARE 4
/* Tasks waited for memory a tenth of that time: the kernel counts a wait for a page that was just evicted, no other. */
#define LEAST_PRESSURE 0.1

struct counters {
	struct span_columns refaults, reclaimed;
};

static struct counters counters_of(const struct timeline *t)
{
	/* By kind of page: reclaim at the limits of groups is in these, and is not in pgsteal_direct up to 6.12. */
	static const char *const refaults[] = { "vmstat.workingset_refault_anon", "vmstat.workingset_refault_file", NULL };
	static const char *const reclaimed[] = { "vmstat.pgsteal_anon", "vmstat.pgsteal_file", NULL };

	return (struct counters){ span_columns(t, refaults), span_columns(t, reclaimed) };
}

static bool at_limit_mostly(const struct span *span)
{
	size_t hits = 0, n = 0;

	for (size_t i = 1; i < span->t->n_samples; i++) {
		n += span->hit[i];
		hits += span->hit[i] && span_group_at_limit(span->t, i, NULL);
	}
	return hits * 2 >= n;
}

static void report(const struct span *span, const struct counters *c, double pressure, json_t *found)
{
	const struct timeline *t = span->t;
	uint64_t refaults = span_growth_all(span, &c->refaults), reclaimed = span_growth_all(span, &c->reclaimed);
	uint64_t anon, file;
	const char *by_anon = span_top_group(span, "stat.workingset_refault_anon", &anon);
	const char *by_file = span_top_group(span, "stat.workingset_refault_file", &file);
	const char *group = anon >= file ? by_anon : by_file;
	char size[32];
	json_t *finding;

	finding = finding_add(found, &verdict_thrashing, at_limit_mostly(span) ? "memcg_limit" : "working_set",
			      "%s were read back that had just been evicted, %.0f %% of what was reclaimed, and tasks waited "
			      "for memory %.0f %% of that time.",
			      size_format(refaults * t->page_bytes, size, sizeof(size)), 100 * span_ratio(refaults, reclaimed),
			      100 * pressure);
	finding_window(finding, span_first_ns(span), span_duration_ns(span));
	finding_u64(finding, "refaulted_anon_pages", span_growth(span, timeline_column(t, "vmstat.workingset_refault_anon")));
	finding_u64(finding, "refaulted_file_pages", span_growth(span, timeline_column(t, "vmstat.workingset_refault_file")));
	finding_u64(finding, "reclaimed_pages", reclaimed);
	finding_ratio(finding, "refault_ratio", span_ratio(refaults, reclaimed));
	finding_ratio(finding, "memory_pressure_ratio", pressure);
	finding_text(finding, "group", group);
	if (group)
		finding_u64(finding, "group_refaulted_pages", MAX(anon, file));
}

static void judge(const struct timeline *t, json_t *found)
{
	struct counters c = counters_of(t);
	int total = timeline_column(t, "meminfo.MemTotal_bytes"), psi = timeline_column(t, "psi.memory.some_us");
	_cleanup_span_ struct span span = span_none(t);
	double pressure;

	if (c.reclaimed.n == 0 || total < 0 || psi < 0)
		return;
	for (size_t i = 1; i < t->n_samples; i++) {
		uint64_t refaults = span_rise_all(t, &c.refaults, i);

		if (refaults > 0 && refaults * REFAULT_SHARE >= span_rise_all(t, &c.reclaimed, i))
			span_add(&span, i);
	}
	pressure = span_pressure(&span, psi);
	if (pressure >= LEAST_PRESSURE && span_growth_all(&span, &c.refaults) * t->page_bytes * LEAST_SHARE >=
						  timeline_value(t, 0, total))
		report(&span, &c, pressure, found);
}

static const struct verdict_cause causes[] = {
	{ "memcg_limit", "in half of the intervals or more a group was at its memory.max or memory.high",
	  "Raise memory.max or memory.high of the group above its working set, or make its workload smaller." },
	{ "working_set", "no group was at a limit: what is used in turn is larger than the memory",
	  "Run less at once or give the machine more memory; memory.low keeps the most important group's pages." },
	{ .name = NULL },
};

const struct verdict verdict_thrashing = {
	.name = "thrashing",
	.title = "Evicted pages are wanted again at once",
	.doc = "In intervals in which half of what was reclaimed or more came back, a quarter of the machine's memory or more did, "
	       "and tasks waited for memory a tenth of that time.",
	.causes = causes,
	.judge = judge,
};
