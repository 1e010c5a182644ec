/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"
#include "results/verdict/span.h"

/* Much: a sixteenth of the memory, as where nodes are compared. */
#define MUCH_SHARE 16
/* Reclaim that matters: a 64th of the machine's pages, as for the other verdicts. */
#define LEAST_SHARE 64
/* A workload has twice as much as it ever reached: half of each huge page is idle. */
#define IDLE_FACTOR 2

/* ---- the pool ---- */

struct pool {
	const struct timeline *t;
	int total, free, reserved, size;
};

/* What nobody has and nobody was promised. */
static uint64_t idle_at(const struct pool *p, size_t sample)
{
	uint64_t pages = timeline_value(p->t, sample, p->free);
	uint64_t promised = p->reserved < 0 ? 0 : timeline_value(p->t, sample, p->reserved);

	return pages > promised ? (pages - promised) * timeline_value(p->t, sample, p->size) : 0;
}

static uint64_t idle_through(const struct pool *p, size_t i)
{
	return MIN(idle_at(p, i - 1), idle_at(p, i));
}

static uint64_t reclaimed(const struct timeline *t, size_t i)
{
	return span_rise(t, timeline_column(t, "vmstat.pgsteal_kswapd"), i) +
	       span_rise(t, timeline_column(t, "vmstat.pgsteal_direct"), i);
}

static void judge_pool(const struct timeline *t, uint64_t ram, json_t *found)
{
	const struct pool p = { t, timeline_column(t, "meminfo.HugePages_Total"),
				timeline_column(t, "meminfo.HugePages_Free"),
				timeline_column(t, "meminfo.HugePages_Rsvd"),
				timeline_column(t, "meminfo.Hugepagesize_bytes") };
	_cleanup_span_ struct span span = span_none(t);
	uint64_t pages = 0, idle = UINT64_MAX;
	char lies[32], taken[32];
	json_t *finding;

	if (p.free < 0 || p.size < 0)
		return;
	for (size_t i = 1; i < t->n_samples; i++) {
		if (reclaimed(t, i) == 0 || span_group_at_limit(t, i, NULL) ||
		    idle_through(&p, i) * MUCH_SHARE < ram)
			continue;
		pages += reclaimed(t, i);
		idle = MIN(idle, idle_through(&p, i));
		span_add(&span, i);
	}
	if (span.n == 0 || pages * t->page_bytes * LEAST_SHARE < ram)
		return;
	finding =
		finding_add(found, &verdict_huge_page_waste, "hugetlb_pool",
			    "%s of the pool of huge pages lay idle while %s of other memory were reclaimed.",
			    size_format(idle, lies, sizeof(lies)),
			    size_format(pages * t->page_bytes, taken, sizeof(taken)));
	finding_window(finding, span_first_ns(&span), span_duration_ns(&span));
	finding_u64(finding, "idle_bytes", idle);
	if (p.total >= 0)
		finding_u64(finding, "pool_bytes",
			    timeline_value(t, t->n_samples - 1, p.total) *
				    timeline_value(t, t->n_samples - 1, p.size));
	finding_u64(finding, "reclaimed_pages", pages);
	finding_u64(finding, "swapped_pages", span_growth(&span, timeline_column(t, "vmstat.pswpout")));
}

/* ---- transparent huge pages ---- */

/* What a workload had at a sample beyond what it reached; 0 unless that is as much again. */
static uint64_t beyond_reach(const struct timeline *t, const char *workload, size_t sample)
{
	int rss = timeline_columnf(t, "task.%s.RssAnon_bytes", workload);
	int filled = timeline_columnf(t, "task.%s.filled_pages", workload);
	uint64_t reached, has;

	if (rss < 0 || filled < 0)
		return 0;
	has = timeline_value(t, sample, rss);
	reached = timeline_value(t, sample, filled) * t->page_bytes;
	/* A program of which no progress is known has none. */
	return reached > 0 && has >= reached * IDLE_FACTOR ? has - reached : 0;
}

/* The workload that wastes most at its worst sample, in the intervals in which it is much. */
static const char *find_waster(const struct timeline *t, uint64_t ram, struct span *span, uint64_t *ret_idle)
{
	int huge = timeline_column(t, "meminfo.AnonHugePages_bytes");
	const char *worst = NULL;
	size_t pos = 0;
	const json_t *record;

	*ret_idle = 0;
	while (huge >= 0 && (record = timeline_next(t, "workload", &pos))) {
		const char *workload = record_text(record, "workload", "");

		for (size_t i = 1; i < t->n_samples; i++) {
			uint64_t idle = beyond_reach(t, workload, i);

			/* Without as much in huge pages it is something else. */
			if (idle * MUCH_SHARE < ram || timeline_value(t, i, huge) < idle)
				continue;
			span_add(span, i);
			if (idle > *ret_idle) {
				*ret_idle = idle;
				worst = workload;
			}
		}
	}
	return worst;
}

static void judge_thp(const struct timeline *t, uint64_t ram, json_t *found)
{
	_cleanup_span_ struct span span = span_none(t);
	uint64_t idle, most = 0;
	const char *workload = find_waster(t, ram, &span, &idle);
	int filled = workload ? timeline_columnf(t, "task.%s.filled_pages", workload) : -1;
	char lies[32], reached[32];
	json_t *finding;

	if (!workload)
		return;
	for (size_t i = 1; i < t->n_samples; i++)
		if (span.hit[i])
			most = MAX(most, timeline_value(t, i, filled));
	finding = finding_add(found, &verdict_huge_page_waste, "thp",
			      "Workload %s reached %s, and huge pages gave it %s more that it never touched.",
			      workload, size_format(most * t->page_bytes, reached, sizeof(reached)),
			      size_format(idle, lies, sizeof(lies)));
	finding_window(finding, span_first_ns(&span), span_duration_ns(&span));
	finding_text(finding, "workload", workload);
	finding_u64(finding, "idle_bytes", idle);
	finding_u64(finding, "reached_bytes", most * t->page_bytes);
	finding_u64(finding, "thp_split_pages",
		    timeline_delta(t, timeline_column(t, "vmstat.thp_split_page")));
	finding_text(finding, "thp_enabled", setting_text(t, "kernel/mm/transparent_hugepage/enabled"));
}

static void judge(const struct timeline *t, json_t *found)
{
	int ram = timeline_column(t, "meminfo.MemTotal_bytes");

	if (ram < 0 || t->n_samples < 2)
		return;
	judge_pool(t, timeline_value(t, 0, ram), found);
	judge_thp(t, timeline_value(t, 0, ram), found);
}

static const struct verdict_cause causes[] = {
	{ "hugetlb_pool",
	  "a sixteenth of the memory or more in huge pages that nobody has or was promised, while other "
	  "memory was "
	  "reclaimed",
	  "Make the pool as large as what is used (vm.nr_hugepages, or nr_hugepages of the node)." },
	{ "thp",
	  "a workload has at least twice the anonymous memory that it reached, and as much of it is in huge "
	  "pages",
	  "Set kernel/mm/transparent_hugepage/enabled to madvise, or have the workload ask for none "
	  "(MADV_NOHUGEPAGE)." },
	{ .name = NULL },
};

const struct verdict verdict_huge_page_waste = {
	.name = "huge_page_waste",
	.title = "Huge pages hold memory that nobody uses",
	.doc = "A sixteenth of the memory or more is in huge pages that nobody touched: in the pool while a "
	       "64th of the machine's "
	       "pages or more were reclaimed, or with a workload that reached at most half of what it has.",
	.causes = causes,
	.judge = judge,
};
