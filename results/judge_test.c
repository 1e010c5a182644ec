/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One metric: by how much, and how likely by chance. */
#include "results/judge_test.h"

#include <math.h>

#include "common/rng.h"
#include "common/util.h"
#include "results/stats/bootstrap.h"
#include "results/stats/order.h"
#include "results/stats/rank.h"
#include "results/stats/shift.h"

/* Every difference of pairs; the caller frees it. */
static double *differences_of(const struct judgement *j)
{
	double *list = xcalloc(j->base.n + 1, sizeof(*list));

	for (size_t i = 0; i < j->base.n; i++)
		list[i] = j->other.values[i] - j->base.values[i];
	return list;
}

static void add_interval(struct judge_side *side, double alpha)
{
	_cleanup_free_ double *sorted = stats_sorted(side->values, side->n);

	stats_median_interval(sorted, side->n, alpha, &side->low, &side->high);
}

static void test_pairs(struct judgement *j, double alpha)
{
	_cleanup_free_ double *differences = differences_of(j);
	struct stats_test test = stats_signed_rank(differences, j->base.n);
	struct stats_shift shift = stats_shift_of_pairs(differences, j->base.n, alpha);

	j->shift = shift.shift;
	j->shift_low = shift.low;
	j->shift_high = shift.high;
	j->p = test.p;
	j->fine_p = test.fine_p;
	j->least_p = test.least_p;
}

static void test_sides(struct judgement *j, double alpha)
{
	const struct judge_side *b = &j->base, *o = &j->other;
	struct stats_test test = stats_rank_sum(b->values, b->n, o->values, o->n);
	struct stats_shift shift = stats_shift_of_two(b->values, b->n, o->values, o->n, alpha);

	j->shift = shift.shift;
	j->shift_low = shift.low;
	j->shift_high = shift.high;
	j->p = test.p;
	j->fine_p = test.fine_p;
	j->least_p = test.least_p;
}

static double share_of(double ratio, enum metric_better better)
{
	return better == BETTER_LOWER ? 1 - ratio : ratio - 1;
}

/* Latency percentiles have ratios with intervals even where they are not primary: that is what people ask of tails. */
static bool is_tail(const char *metric)
{
	return strstr(metric, "_p99_") || strstr(metric, "_max_ns");
}

static void add_change(struct judgement *j, const struct judge_options *options)
{
	const struct judge_side *b = &j->base, *o = &j->other;
	double low, high;

	/* A ratio to something below 0 says nothing: no metric of memrig's own is. */
	if (b->median == o->median)
		j->change = 0;
	else if (b->median > 0)
		j->change = share_of(o->median / b->median, j->better);
	if (options->quick || j->how == JUDGE_EXACT || !(b->median > 0) || !(j->primary || is_tail(j->metric)))
		return;
	if (!stats_bootstrap_ratio(b->values, b->n, o->values, o->n, j->how == JUDGE_PAIRED,
				   options->alpha, rng_derive(0, j->metric), &low, &high))
		return;
	j->change_low = share_of(j->better == BETTER_LOWER ? high : low, j->better);
	j->change_high = share_of(j->better == BETTER_LOWER ? low : high, j->better);
}

void judge_test(struct judgement *j, const struct judge_options *options)
{
	struct judge_side *b = &j->base, *o = &j->other;

	j->shift = j->shift_low = j->shift_high = NAN;
	j->change = j->change_low = j->change_high = NAN;
	j->a12 = j->p = j->fine_p = j->least_p = j->p_adjusted = NAN;
	if (b->n == 0 || o->n == 0) {
		j->call = JUDGE_ABSENT;
		return;
	}
	add_interval(b, options->alpha);
	add_interval(o, options->alpha);
	j->a12 = stats_a12(b->values, b->n, o->values, o->n);
	if (j->how == JUDGE_EXACT)
		j->shift = o->median - b->median;
	else if (j->how == JUDGE_PAIRED)
		test_pairs(j, options->alpha);
	else
		test_sides(j, options->alpha);
	add_change(j, options);
}
