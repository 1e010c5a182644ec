/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/stats/survival.h"

#include <math.h>

#include "common/util.h"
#include "results/stats/normal.h"

struct subject {
	struct stats_life life;
	bool in_x;
	double score; /* its event, less what was expected of it until its time: sums to observed - expected */
};

static int by_time(const void *a, const void *b)
{
	const struct subject *x = a, *y = b;

	return (x->life.time > y->life.time) - (x->life.time < y->life.time);
}

static struct subject *pool(const struct stats_life *x, size_t n_x, const struct stats_life *y, size_t n_y)
{
	struct subject *all = xcalloc(n_x + n_y + 1, sizeof(*all));

	for (size_t i = 0; i < n_x + n_y; i++)
		all[i] = (struct subject){ i < n_x ? x[i] : y[i - n_x], i < n_x, 0 };
	qsort(all, n_x + n_y, sizeof(*all), by_time);
	return all;
}

/* Fills the scores; returns the hypergeometric variance of x's sum. */
static double score(struct subject *all, size_t n, size_t n_x)
{
	double hazard = 0, variance = 0, at_risk_x = (double)n_x;

	for (size_t i = 0, end; i < n; i = end) {
		double events = 0, at_risk = (double)(n - i), gone_x = 0;

		for (end = i; end < n && all[end].life.time == all[i].life.time; end++) {
			events += all[end].life.event;
			gone_x += all[end].in_x;
		}
		hazard += events / at_risk;
		if (at_risk > 1)
			variance += events * (at_risk_x / at_risk) * (1 - at_risk_x / at_risk) * (at_risk - events) /
				    (at_risk - 1);
		for (size_t k = i; k < end; k++)
			all[k].score = (double)all[k].life.event - hazard;
		at_risk_x -= gone_x;
	}
	return variance;
}

static double sum_of_x(const struct subject *all, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += all[i].in_x ? all[i].score : 0;
	return sum;
}

struct deal {
	const struct subject *all;
	size_t n;
	double far, beyond, ways;
};

/* All ways to take that many of the subjects from `from` on. */
static void deal_out(struct deal *d, size_t from, size_t take, double sum)
{
	if (take == 0) {
		d->ways++;
		d->beyond += fabs(sum) >= d->far;
		return;
	}
	for (size_t i = from; i + take <= d->n; i++)
		deal_out(d, i + 1, take - 1, sum + d->all[i].score);
}

double stats_log_rank_z(const struct stats_life *x, size_t n_x, const struct stats_life *y, size_t n_y)
{
	_cleanup_free_ struct subject *all = pool(x, n_x, y, n_y);
	double variance = score(all, n_x + n_y, n_x);

	return variance > 0 ? sum_of_x(all, n_x + n_y) / sqrt(variance) : 0;
}

double stats_log_rank(const struct stats_life *x, size_t n_x, const struct stats_life *y, size_t n_y, int *ret_later)
{
	_cleanup_free_ struct subject *all = pool(x, n_x, y, n_y);
	size_t n = n_x + n_y, events = 0, few = MIN(n_x, n_y);
	double variance = score(all, n, n_x), sum = sum_of_x(all, n), ways;

	for (size_t i = 0; i < n; i++)
		events += all[i].life.event;
	if (few == 0 || events == 0)
		return NAN;
	if (ret_later)
		*ret_later = sum > 1e-9 ? 1 : sum < -1e-9 ? -1 : 0;
	ways = exp(lgamma((double)n + 1) - lgamma((double)few + 1) - lgamma((double)(n - few) + 1));
	if (ways <= STATS_EXACT_LOG_RANK) {
		/* Sums that are equal must count as such though they were added in another order. The scores of
		 * all sum to 0, so either side will do. */
		struct deal d = { all, n, fabs(sum) - 1e-9, 0, 0 };

		deal_out(&d, 0, few, 0);
		return d.beyond / d.ways;
	}
	return variance > 0 ? fmin(2 * stats_normal_above(fabs(sum) / sqrt(variance)), 1) : 1;
}
