/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/stats/shift.h"

#include <math.h>

#include "common/util.h"
#include "results/stats/normal.h"
#include "results/stats/order.h"
#include "results/stats/rank.h"

/*
 * The rank statistic counts how many of the sorted differences (or means) are
 * above the shift in question, so the interval ends at the k-th from each side:
 * k the largest with P(statistic < k) <= alpha / 2, without ties.
 */

/* P(U = u) for all u, u up to n_x * n_y: the ways to choose, out of ranks 1..n, n_x with a sum. */
static size_t rank_sum_k(size_t n_x, size_t n_y, double alpha)
{
	size_t top = n_x * n_y, u;
	double n = (double)(n_x + n_y), all, below = 0;
	_cleanup_free_ double *ways = NULL;

	if (n_x + n_y > STATS_EXACT_RANK_SUM) {
		double half = stats_normal_quantile_above(alpha / 2) * sqrt((double)top * (n + 1) / 12);

		return (size_t)fmax(0, floor((double)top / 2 - half + 0.5));
	}
	/* The generating function, product over i = 1..n_x of (1 - q^(n_y + i)) / (1 - q^i). */
	ways = xcalloc(top + 1, sizeof(*ways));
	ways[0] = 1;
	for (size_t i = 1; i <= n_x; i++) {
		for (u = top + 1; u-- > n_y + i;)
			ways[u] -= ways[u - n_y - i];
		for (u = i; u <= top; u++)
			ways[u] += ways[u - i];
	}
	all = exp(lgamma(n + 1) - lgamma((double)n_x + 1) - lgamma((double)n_y + 1));
	for (u = 0; u <= top / 2 && below + ways[u] <= alpha / 2 * all; u++)
		below += ways[u];
	return u;
}

static size_t signed_rank_k(size_t n, double alpha)
{
	size_t top = n * (n + 1) / 2, w;
	double below = 0;
	_cleanup_free_ double *ways = NULL;

	if (n > STATS_EXACT_SIGNED_RANK) {
		double m = (double)n;
		double half = stats_normal_quantile_above(alpha / 2) * sqrt(m * (m + 1) * (2 * m + 1) / 24);

		return (size_t)fmax(0, floor((double)top / 2 - half + 0.5));
	}
	ways = xcalloc(top + 1, sizeof(*ways));
	ways[0] = 1;
	for (size_t i = 1; i <= n; i++)
		for (w = top + 1; w-- > i;)
			ways[w] += ways[w - i];
	for (w = 0; w <= top / 2 && below + ways[w] <= alpha / 2 * pow(2, (double)n); w++)
		below += ways[w];
	return w;
}

/* Takes the list over. */
static struct stats_shift read_off(double *list, size_t n, size_t k)
{
	_cleanup_free_ double *unsorted = list, *sorted = stats_sorted(list, n);
	struct stats_shift s = { stats_median(sorted, n), NAN, NAN };

	if (k > 0) {
		s.low = sorted[k - 1];
		s.high = sorted[n - k];
	}
	return s;
}

struct stats_shift stats_shift_of_two(const double *x, size_t n_x, const double *y, size_t n_y, double alpha)
{
	double *list;
	size_t n = 0;

	if (n_x == 0 || n_y == 0)
		return (struct stats_shift){ NAN, NAN, NAN };
	list = xcalloc(n_x * n_y, sizeof(*list));
	for (size_t i = 0; i < n_x; i++)
		for (size_t k = 0; k < n_y; k++)
			list[n++] = y[k] - x[i];
	return read_off(list, n, rank_sum_k(n_x, n_y, alpha));
}

struct stats_shift stats_shift_of_pairs(const double *differences, size_t n, double alpha)
{
	double *list;
	size_t count = 0;

	if (n == 0)
		return (struct stats_shift){ NAN, NAN, NAN };
	list = xcalloc(n * (n + 1) / 2, sizeof(*list));
	for (size_t i = 0; i < n; i++)
		for (size_t k = i; k < n; k++)
			list[count++] = (differences[i] + differences[k]) / 2;
	return read_off(list, count, signed_rank_k(n, alpha));
}
