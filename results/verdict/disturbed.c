/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Something outside the cell took time from it: its figures are not those of the cell alone. */
#include <inttypes.h>

#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/rows.h"
#include "results/verdict/span.h"

/* Of the samples, a tenth late by half of the usual interval, or missed: rates between such samples are off by half. */
#define LEAST_SHARE 10
#define LATE_SHARE  2

static int by_length(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The middle of the intervals between samples. */
static uint64_t usual_interval_ns(const struct timeline *t)
{
	_cleanup_free_ uint64_t *lengths = xcalloc(t->n_samples, sizeof(*lengths));
	size_t n = 0;

	for (size_t i = 1; i < t->n_samples; i++)
		lengths[n++] = t->times[i] - t->times[i - 1];
	qsort(lengths, n, sizeof(*lengths), by_length);
	return n > 0 ? lengths[n / 2] : 0;
}

static void judge(const struct timeline *t, json_t *found)
{
	/* Under the virtual clock the guest's time stands still while the host does something else. */
	const json_t *cell = json_object_get(timeline_find(t, "stream", NULL, NULL), "cell");
	bool real = streq(record_text(cell, "clock", "virtual"), "real");
	int late = timeline_column(t, "sampler.late_ns"), missed = timeline_column(t, "sampler.missed");
	uint64_t usual = usual_interval_ns(t), most = 0, n_late = 0, n_missed;
	_cleanup_span_ struct span span = span_none(t), whole = span_whole(t);
	json_t *finding;

	if (!real || late < 0 || usual == 0)
		return;
	for (size_t i = 1; i < t->n_samples; i++) {
		uint64_t ns = timeline_value(t, i, late);

		most = MAX(most, ns);
		if (ns * LATE_SHARE < usual && span_rise(t, missed, i) == 0)
			continue;
		n_late += ns * LATE_SHARE >= usual;
		span_add(&span, i);
	}
	n_missed = span_growth(&whole, missed);
	if (span.n == 0 || (n_late + n_missed) * LEAST_SHARE < t->n_samples + n_missed)
		return;
	finding = finding_add(found, &verdict_disturbed, "late_samples",
			      "Of %" PRIu64 " samples %" PRIu64 " were late by half an interval or more and %" PRIu64
			      " were missed: the machine was busy with something else, or stood still.",
			      (uint64_t)t->n_samples + n_missed, n_late, n_missed);
	finding_window(finding, span_first_ns(&span), span_duration_ns(&span));
	finding_u64(finding, "late_samples", n_late);
	finding_u64(finding, "missed_samples", n_missed);
	finding_u64(finding, "late_max_ns", most);
	finding_u64(finding, "interval_ns", usual);
}

static const struct verdict_cause causes[] = {
	{ "late_samples", "under the real clock, a tenth of the samples or more came late or never",
	  "Run again on a quiet machine, with one cell at a time (--jobs 1), or in the lab with the virtual clock." },
	{ .name = NULL },
};

const struct verdict verdict_disturbed = {
	.name = "disturbed",
	.title = "Something else took time from the cell",
	.doc = "Under the real clock a tenth of the samples or more was missed or late by half of the usual interval; never "
	       "under the virtual clock.",
	.causes = causes,
	.judge = judge,
};
