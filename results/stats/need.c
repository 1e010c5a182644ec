/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/stats/need.h"

#include <math.h>

#include "common/util.h"
#include "results/stats/normal.h"

double stats_least_rank_sum(size_t n_x, size_t n_y)
{
	if (n_x == 0 || n_y == 0)
		return 1;
	return fmin(2 * exp(lgamma((double)n_x + 1) + lgamma((double)n_y + 1) - lgamma((double)(n_x + n_y) + 1)), 1);
}

double stats_least_signed_rank(size_t n)
{
	return fmin(2 * pow(2, -(double)n), 1);
}

size_t stats_need_rank_sum(size_t n_x, size_t n_y, double alpha)
{
	size_t n = MIN(n_x, n_y);

	while (stats_least_rank_sum(MAX(n, n_x), MAX(n, n_y)) > alpha)
		n++;
	return n - MIN(n_x, n_y);
}

size_t stats_need_signed_rank(size_t n, double alpha)
{
	size_t more = 0;

	while (stats_least_signed_rank(n + more) > alpha)
		more++;
	return more;
}

static size_t noether(double factor, double share, double alpha, double power)
{
	double z = stats_normal_quantile_above(alpha / 2) + stats_normal_quantile_above(1 - power);
	double distance = share - 0.5;

	if (isnan(share) || fabs(distance) < 1e-3)
		return 0;
	return (size_t)ceil(z * z / (factor * distance * distance));
}

size_t stats_need_for_a12(double a12, double alpha, double power)
{
	return noether(6, a12, alpha, power);
}

size_t stats_need_for_pairs(double above, double alpha, double power)
{
	return noether(3, above, alpha, power);
}

double stats_pairs_above(const double *differences, size_t n)
{
	double above = 0, all = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++) {
			double sum = differences[i] + differences[k];

			above += sum > 0 ? 1 : sum == 0 ? 0.5 : 0;
			all++;
		}
	return all > 0 ? above / all : 0.5;
}
