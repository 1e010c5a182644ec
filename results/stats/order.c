/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/stats/order.h"

#include <math.h>

#include "common/util.h"

static int compare_doubles(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double *stats_sorted(const double *values, size_t n)
{
	double *sorted = xcalloc(n + 1, sizeof(*sorted));

	memcpy(sorted, values, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_doubles);
	return sorted;
}

double stats_median(const double *sorted, size_t n)
{
	return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

bool stats_median_interval(const double *sorted, size_t n, double alpha, double *ret_low, double *ret_high)
{
	double below = 0; /* P(Bin(n, 1/2) < k) */
	size_t k = 0;

	for (; k <= n / 2; k++) {
		double term = exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) -
				  (double)n * M_LN2);

		if (below + term > alpha / 2)
			break;
		below += term;
	}
	if (k == 0)
		return false;
	*ret_low = sorted[k - 1];
	*ret_high = sorted[n - k];
	return true;
}

double stats_quantile(const double *sorted, size_t n, double q)
{
	double at = q * (double)(n - 1);
	size_t i = MIN((size_t)at, n - 1);

	return i + 1 < n ? sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[i];
}
