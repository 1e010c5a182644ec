/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"
#include "results/verdict/span.h"

/* Half of what is dropped is read again. */
#define REFAULT_SHARE 2
/* Hardly any anonymous memory goes: a tenth of what is reclaimed. vm.swappiness=60 makes it three tenths
 * where both cost the same (60 of 200). */
#define ANON_SHARE 10
/* There is enough of it that could: a quarter of the memory. */
#define COLD_SHARE 4
/* The classic LRU scans a twentieth or less of anonymous memory up to here (10 of 200). */
#define SMALL_SWAPPINESS 10
/* All of the cache came back three times: once or twice is what it takes the LRU to find a new balance. */
#define TURNS 3

struct collapse {
	const struct timeline *t;
	int refault, file, anon, pages, swap_free;
	int active_file, inactive_file;
};

static struct collapse look(const struct timeline *t)
{
	return (struct collapse){
		.t = t,
		.refault = timeline_column(t, "vmstat.workingset_refault_file"),
		.file = timeline_column(t, "vmstat.pgsteal_file"),
		.anon = timeline_column(t, "vmstat.pgsteal_anon"),
		.pages = timeline_column(t, "meminfo.AnonPages_bytes"),
		.swap_free = timeline_column(t, "meminfo.SwapFree_bytes"),
		.active_file = timeline_column(t, "meminfo.Active(file)_bytes"),
		.inactive_file = timeline_column(t, "meminfo.Inactive(file)_bytes"),
	};
}

static bool is_there(const struct collapse *c)
{
	return c->refault >= 0 && c->file >= 0 && c->anon >= 0 && c->pages >= 0 && c->active_file >= 0 &&
	       c->inactive_file >= 0;
}

static uint64_t cache_at(const struct collapse *c, size_t sample)
{
	return timeline_value(c->t, sample, c->active_file) + timeline_value(c->t, sample, c->inactive_file);
}

/* File pages went and came back, while anonymous ones stayed. What a group at its limit takes of its own is
 * no matter of the machine's balance. */
static bool collapses(const struct collapse *c, uint64_t ram, size_t i)
{
	uint64_t file = span_rise(c->t, c->file, i), anon = span_rise(c->t, c->anon, i);

	return file > 0 && span_rise(c->t, c->refault, i) * REFAULT_SHARE >= file &&
	       anon * ANON_SHARE <= anon + file && timeline_value(c->t, i, c->pages) * COLD_SHARE >= ram &&
	       !span_group_at_limit(c->t, i, NULL);
}

static const char *cause_of(const struct collapse *c, const struct span *span)
{
	uint64_t swap_free = 0;

	for (size_t i = 1; i < c->t->n_samples; i++)
		if (span->hit[i] && c->swap_free >= 0)
			swap_free = MAX(swap_free, timeline_value(c->t, i, c->swap_free));
	if (c->swap_free >= 0 && swap_free == 0)
		return "no_swap";
	if (setting_u64(c->t, "vm.swappiness", UINT64_MAX) <= SMALL_SWAPPINESS)
		return "swappiness";
	return setting_is_mglru(c->t) ? "mglru" : "unknown";
}

static void report(const struct collapse *c, const struct span *span, uint64_t cache, json_t *found)
{
	const struct timeline *t = c->t;
	uint64_t refaults = span_growth(span, c->refault), anon = UINT64_MAX;
	const char *cause = cause_of(c, span), *swappiness = setting_text(t, "vm.swappiness");
	char again[32], had[32], stayed[32];
	json_t *finding;

	for (size_t i = 1; i < t->n_samples; i++)
		if (span->hit[i])
			anon = MIN(anon, timeline_value(t, i, c->pages));
	finding = finding_add(found, &verdict_file_cache_collapse, cause,
			      "%s of files were dropped and read again, %.1f times the %s of file cache, "
			      "while %s of anonymous memory "
			      "stayed%s%s.",
			      size_format(refaults * t->page_bytes, again, sizeof(again)),
			      span_ratio(refaults * t->page_bytes, cache),
			      size_format(cache, had, sizeof(had)), size_format(anon, stayed, sizeof(stayed)),
			      streq(cause, "swappiness") ? ", because vm.swappiness="
			      : streq(cause, "no_swap")  ? ", because there is no swap left"
							 : "",
			      streq(cause, "swappiness") && swappiness ? swappiness : "");
	finding_window(finding, span_first_ns(span), span_duration_ns(span));
	finding_u64(finding, "refaulted_pages", refaults);
	finding_u64(finding, "file_cache_max_bytes", cache);
	finding_u64(finding, "file_reclaimed_pages", span_growth(span, c->file));
	finding_u64(finding, "anon_reclaimed_pages", span_growth(span, c->anon));
	finding_u64(finding, "anon_min_bytes", anon);
	finding_text(finding, "swappiness", swappiness);
	if (timeline_column(t, "psi.memory.some_us") >= 0)
		finding_ratio(finding, "memory_pressure_ratio",
			      span_pressure(span, timeline_column(t, "psi.memory.some_us")));
}

static void judge(const struct timeline *t, json_t *found)
{
	_cleanup_span_ struct span span = span_none(t);
	const struct collapse c = look(t);
	int ram = timeline_column(t, "meminfo.MemTotal_bytes");
	uint64_t cache = 0;

	if (!is_there(&c) || ram < 0 || t->n_samples < 2)
		return;
	for (size_t i = 1; i < t->n_samples; i++)
		if (collapses(&c, timeline_value(t, 0, ram), i)) {
			cache = MAX(cache, cache_at(&c, i));
			span_add(&span, i);
		}
	if (span.n > 0 && span_growth(&span, c.refault) * t->page_bytes >= TURNS * cache)
		report(&c, &span, cache, found);
}

static const struct verdict_cause causes[] = {
	{ "no_swap", "no swap was free in that time",
	  "Add swap, for example zram, so that idle anonymous memory can go." },
	{ "swappiness", "vm.swappiness is 10 or less",
	  "Raise vm.swappiness: 60, up to 100 where swap is as fast as the files' disk." },
	{ "mglru",
	  "it is more, and the multi-generational LRU is on, which takes file pages first all the same",
	  "Bound the idle group by memory.high, or protect the readers' group by memory.low; vm.swappiness "
	  "of 200 helps at times." },
	{ "unknown", "none of the above",
	  "Bound the idle group by memory.high, or protect the readers' group by memory.low." },
	{ .name = NULL },
};

const struct verdict verdict_file_cache_collapse = {
	.name = "file_cache_collapse",
	.title = "File cache is dropped and read again while anonymous memory stays",
	.doc = "Half of the file pages that were reclaimed or more were read again, three times what the file "
	       "cache had at most or more "
	       "in all, while at most a tenth of what was reclaimed was anonymous and a quarter of the "
	       "memory was.",
	.causes = causes,
	.judge = judge,
};
