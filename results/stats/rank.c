/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/stats/rank.h"

#include <math.h>

#include "common/util.h"
#include "results/stats/normal.h"
#include "results/stats/order.h"

/* Twice the mean rank, so that ties leave it whole. */
struct ranks {
	unsigned *twice; /* n, by value */
	double *sorted;
	size_t n;
	double ties; /* sum of t^3 - t over the groups of equal values */
};

static struct ranks ranks_of(const double *values, size_t n)
{
	struct ranks r = { xcalloc(n + 1, sizeof(*r.twice)), stats_sorted(values, n), n, 0 };

	for (size_t i = 0, end; i < n; i = end) {
		double t;

		for (end = i; end < n && r.sorted[end] == r.sorted[i]; end++)
			;
		for (size_t k = i; k < end; k++)
			r.twice[k] = (unsigned)(i + 1 + end);
		t = (double)(end - i);
		r.ties += t * t * t - t;
	}
	return r;
}

static unsigned rank_of(const struct ranks *r, double value)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (r->sorted[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return r->twice[low];
}

static void ranks_release(struct ranks *r)
{
	free(r->twice);
	free(r->sorted);
}

static double two_sided(double distance, double variance, double continuity)
{
	double z = variance > 0 ? fmax(distance - continuity, 0) / sqrt(variance) : 0;

	return fmin(2 * stats_normal_above(z), 1);
}

/* ---- Mann-Whitney ---- */

/* ways[k * width + s]: how many k of the ranks have the sum s. Doubles: there are up to 10^11 of them. */
static double *count_subsets(const struct ranks *r, size_t take, size_t width)
{
	double *ways = xcalloc((take + 1) * width, sizeof(*ways));
	size_t sum = 0;

	ways[0] = 1;
	for (size_t i = 0; i < r->n; i++) {
		size_t rank = r->twice[i];

		sum += rank;
		for (size_t k = MIN(i + 1, take); k >= 1; k--) {
			double *to = ways + k * width, *from = ways + (k - 1) * width;

			for (size_t s = MIN(sum, width - 1); s >= rank; s--)
				to[s] += from[s - rank];
		}
	}
	return ways;
}

/* Sums are at least `far` from the middle in how many of all ways; both in twice the ranks. */
static double share_beyond(const double *ways, size_t width, double middle, double far)
{
	double all = 0, beyond = 0;

	for (size_t s = 0; s < width; s++) {
		all += ways[s];
		if (fabs((double)s - middle) >= far)
			beyond += ways[s];
	}
	return beyond / all;
}

static double farthest(const double *ways, size_t width, double middle)
{
	double far = 0;

	for (size_t s = 0; s < width; s++)
		if (ways[s] > 0)
			far = fmax(far, fabs((double)s - middle));
	return far;
}

static struct stats_test rank_sum_exact(const struct ranks *r, size_t take, double sum)
{
	size_t width = 1;
	double middle = (double)(take * (r->n + 1));
	_cleanup_free_ double *ways = NULL;

	for (size_t i = 0; i < take; i++)
		width += r->twice[r->n - 1 - i];
	ways = count_subsets(r, take, width);
	return (struct stats_test){
		.p = share_beyond(ways + take * width, width, middle, fabs(sum - middle)),
		.least_p = share_beyond(ways + take * width, width, middle,
					farthest(ways + take * width, width, middle)),
		.exact = true,
	};
}

/* ---- the same, ways of one rank sum told apart ---- */

struct deal {
	const struct ranks *r;
	double mean;
	double far, far_mean; /* what was seen: distances of the rank sum and of the sum of values */
	double ways, beyond;
};

/* All ways to take so many more of the values from `from` on. */
static void deal_out(struct deal *d, size_t from, size_t take, double ranks, double values)
{
	if (take == 0) {
		d->ways++;
		d->beyond += fabs(ranks) > d->far || (fabs(ranks) == d->far && fabs(values) >= d->far_mean);
		return;
	}
	for (size_t i = from; i + take <= d->r->n; i++)
		deal_out(d, i + 1, take - 1, ranks + d->r->twice[i] - (double)(d->r->n + 1),
			 values + d->r->sorted[i] - d->mean);
}

static double rank_sum_fine(const struct ranks *r, const double *few, size_t take, double sum)
{
	double n = (double)r->n, scale = r->sorted[r->n - 1] - r->sorted[0], values = 0;
	struct deal d = { .r = r };

	for (size_t i = 0; i < r->n; i++)
		d.mean += r->sorted[i] / n;
	for (size_t i = 0; i < take; i++)
		values += few[i] - d.mean;
	d.far = fabs(sum - (double)take * (n + 1));
	/* The same values added in another order must count as the same. */
	d.far_mean = fabs(values) - 1e-9 * scale;
	deal_out(&d, 0, take, 0, 0);
	return d.beyond / d.ways;
}

static double ways_to_choose(size_t n, size_t k)
{
	return exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1));
}

struct stats_test stats_rank_sum(const double *x, size_t n_x, const double *y, size_t n_y)
{
	double n = (double)(n_x + n_y), variance, sum = 0, middle, most = 0;
	_cleanup_free_ double *all = xcalloc(n_x + n_y + 1, sizeof(*all));
	struct stats_test t = { NAN, NAN, NAN, true };
	struct ranks r;
	bool swap = n_x > n_y; /* the smaller sample's sum is fewer ways to count */
	const double *few = swap ? y : x;
	size_t take = MIN(n_x, n_y);

	if (take == 0)
		return t;
	memcpy(all, x, n_x * sizeof(*x));
	memcpy(all + n_x, y, n_y * sizeof(*y));
	r = ranks_of(all, n_x + n_y);
	for (size_t i = 0; i < take; i++) {
		sum += rank_of(&r, few[i]);
		most += r.twice[r.n - 1 - i];
	}
	middle = (double)take * (n + 1);
	if (r.twice[0] == r.twice[r.n - 1]) {
		t = (struct stats_test){ 1, 1, 1, true };
	} else if (r.n <= STATS_EXACT_RANK_SUM) {
		t = rank_sum_exact(&r, take, sum);
		t.fine_p = ways_to_choose(r.n, take) < STATS_FINE_WAYS ? rank_sum_fine(&r, few, take, sum) : t.p;
	} else {
		variance = (double)n_x * (double)n_y / 12 * (n + 1 - r.ties / (n * (n - 1)));
		t.p = t.fine_p = two_sided(fabs(sum - middle) / 2, variance, 0.5);
		t.least_p = two_sided(fabs(most - middle) / 2, variance, 0.5);
		t.exact = false;
	}
	ranks_release(&r);
	return t;
}

/* ---- Wilcoxon ---- */

static struct stats_test signed_rank_exact(const struct ranks *r, double sum)
{
	size_t width = 1, reached = 0;
	_cleanup_free_ double *ways = NULL;
	double middle;

	for (size_t i = 0; i < r->n; i++)
		width += r->twice[i];
	ways = xcalloc(width, sizeof(*ways));
	ways[0] = 1;
	for (size_t i = 0; i < r->n; i++) {
		reached += r->twice[i];
		for (size_t s = reached; s >= r->twice[i]; s--)
			ways[s] += ways[s - r->twice[i]];
	}
	middle = (double)(width - 1) / 2;
	return (struct stats_test){ .p = share_beyond(ways, width, middle, fabs(sum - middle)),
				    .least_p = share_beyond(ways, width, middle, middle),
				    .exact = true };
}

struct stats_test stats_signed_rank(const double *differences, size_t n)
{
	_cleanup_free_ double *sizes = xcalloc(n + 1, sizeof(*sizes));
	struct stats_test t = { 1, 1, 1, true };
	double sum = 0, m, variance;
	struct ranks r;
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (differences[i] != 0)
			sizes[k++] = fabs(differences[i]);
	if (n == 0)
		return (struct stats_test){ NAN, NAN, NAN, true };
	if (k == 0)
		return t;
	r = ranks_of(sizes, k);
	for (size_t i = 0; i < n; i++)
		if (differences[i] > 0)
			sum += rank_of(&r, differences[i]);
	if (k <= STATS_EXACT_SIGNED_RANK) {
		t = signed_rank_exact(&r, sum);
	} else {
		m = (double)k;
		variance = (m * (m + 1) * (2 * m + 1) - r.ties / 2) / 24;
		t.p = two_sided(fabs(sum / 2 - m * (m + 1) / 4), variance, 0.5);
		t.least_p = two_sided(m * (m + 1) / 4, variance, 0.5);
		t.exact = false;
	}
	t.fine_p = t.p;
	ranks_release(&r);
	return t;
}

double stats_a12(const double *x, size_t n_x, const double *y, size_t n_y)
{
	double more = 0;

	for (size_t i = 0; i < n_x; i++)
		for (size_t k = 0; k < n_y; k++)
			more += y[k] > x[i] ? 1 : y[k] == x[i] ? 0.5 : 0;
	return n_x > 0 && n_y > 0 ? more / ((double)n_x * (double)n_y) : NAN;
}
