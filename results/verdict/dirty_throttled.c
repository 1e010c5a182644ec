/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writers are made to pause because too much of the page cache waits to be written. */
#include <inttypes.h>

#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"
#include "results/verdict/span.h"

/* Pauses of a tenth of the cell's time: shorter ones are how the kernel evens out writers at any setting. */
#define LEAST_PAUSE_SHARE 10
/* Half of what vm.dirty_ratio's default of 20 % allows; less than that was set by somebody. */
#define SMALL_LIMIT_SHARE 10

/* balance_dirty_pages() lets writers go until half way between the background threshold and the threshold. */
static bool is_near_limit(const struct timeline *t, size_t i, int dirty, int writeback, int limit, int background)
{
	uint64_t pages = timeline_value(t, i, dirty) + (writeback < 0 ? 0 : timeline_value(t, i, writeback));

	return 2 * pages > timeline_value(t, i, limit) + timeline_value(t, i, background);
}

/* A device that writes faster than samples are taken leaves none to be seen at one: then as much was dirtied in the interval as
 * the limit allows at a time. */
static bool used_up_limit(const struct timeline *t, size_t i, int dirtied, int limit)
{
	uint64_t pages = span_rise(t, dirtied, i);

	return pages > 0 && pages >= timeline_value(t, i, limit);
}

/* Pauses of several writers add up, and to more than the cell's time: said is what each of them had. */
static json_t *say(const struct timeline *t, const char *cause, uint64_t paused_ns, uint64_t threads, const char *limit,
		   json_t *found)
{
	double percent = 100 * span_ratio(paused_ns, span_cell_ns(t));

	if (threads < 2)
		return finding_add(found, &verdict_dirty_throttled, cause,
				   "Writers were paused for %.0f %% of the cell's time, at a dirty limit of %s.", percent, limit);
	return finding_add(found, &verdict_dirty_throttled, cause,
			   "%" PRIu64 " writers were paused, each for %.0f %% of the cell's time on average, at a dirty limit of %s.",
			   threads, percent / (double)threads, limit);
}

static void report(const struct span *span, uint64_t paused_ns, uint64_t most, uint64_t limit, bool traced, json_t *found)
{
	const struct timeline *t = span->t;
	int total = timeline_column(t, "meminfo.MemTotal_bytes");
	uint64_t ram = total < 0 ? 0 : timeline_value(t, 0, total), limit_bytes = limit * t->page_bytes;
	const char *cause = limit_bytes * SMALL_LIMIT_SHARE < ram ? "small_limit" : "slow_device";
	int column = timeline_column(t, "trace.dirty_wait.threads");
	uint64_t threads = column < 0 || !traced ? 0 : timeline_value(t, t->n_samples - 1, column);
	char size[32];
	json_t *finding = say(t, cause, paused_ns, threads, size_format(limit_bytes, size, sizeof(size)), found);

	finding_window(finding, span_first_ns(span), span_duration_ns(span));
	finding_u64(finding, "paused_ns", paused_ns);
	if (threads > 0)
		finding_u64(finding, "paused_threads", threads);
	finding_text(finding, "told_by", traced ? "pauses of balance_dirty_pages" : "I/O pressure");
	finding_u64(finding, "dirty_max_pages", most);
	finding_u64(finding, "dirty_limit_pages", limit);
	finding_text(finding, "dirty_ratio", setting_text(t, "vm.dirty_ratio"));
	finding_text(finding, "dirty_bytes", setting_text(t, "vm.dirty_bytes"));
}

static void judge(const struct timeline *t, json_t *found)
{
	int dirty = timeline_column(t, "vmstat.nr_dirty"), writeback = timeline_column(t, "vmstat.nr_writeback");
	int limit = timeline_column(t, "vmstat.nr_dirty_threshold");
	int background = timeline_column(t, "vmstat.nr_dirty_background_threshold");
	int traced = timeline_column(t, "trace.dirty_wait.total_ns"), psi = timeline_column(t, "psi.io.some_us");
	int dirtied = timeline_column(t, "vmstat.nr_dirtied");
	_cleanup_span_ struct span span = span_none(t);
	uint64_t paused_ns, most = 0;

	if (dirty < 0 || limit < 0 || background < 0)
		return;
	for (size_t i = 1; i < t->n_samples; i++) {
		most = MAX(most, timeline_value(t, i, dirty));
		if (traced >= 0 ? span_rise(t, traced, i) > 0
				: (is_near_limit(t, i, dirty, writeback, limit, background) ||
				   used_up_limit(t, i, dirtied, limit)) &&
					  span_rise(t, psi, i) > 0)
			span_add(&span, i);
	}
	paused_ns = traced >= 0 ? span_growth(&span, traced) : span_growth(&span, psi) * 1000;
	if (paused_ns > 0 && paused_ns * LEAST_PAUSE_SHARE >= span_cell_ns(t))
		report(&span, paused_ns, most, timeline_value(t, t->n_samples - 1, limit), traced >= 0, found);
}

static const struct verdict_cause causes[] = {
	{ "small_limit", "the limit (nr_dirty_threshold) is less than a tenth of the memory",
	  "Raise vm.dirty_ratio or vm.dirty_bytes (one of them counts), and the background threshold below it." },
	{ "slow_device", "the limit is a tenth of the memory or more: it is written faster than the device takes",
	  "Lower vm.dirty_background_ratio so that writing begins earlier, or use a faster device." },
	{ .name = NULL },
};

const struct verdict verdict_dirty_throttled = {
	.name = "dirty_throttled",
	.title = "Writers are paused at the dirty limit",
	.doc = "Writers were paused for a tenth of the cell's time or more because dirty pages had come near "
	       "nr_dirty_threshold, or as many were dirtied in an interval.",
	.causes = causes,
	.judge = judge,
};
