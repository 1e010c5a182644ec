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

/* Hoare's selection: afterwards values[k] is the k-th of all, and none after it is smaller. */
static void select_kth(double *values, size_t n, size_t k)
{
	size_t low = 0, high = n - 1;

	while (low < high) {
		double pivot = values[low + (high - low) / 2];
		size_t i = low, j = high;

		for (;;) {
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i >= j)
				break;
			double moved = values[i];

			values[i++] = values[j];
			values[j--] = moved;
		}
		/* All up to j are at most the pivot, all after it at least. */
		if (k <= j)
			high = j;
		else
			low = j + 1;
	}
}

double stats_quantile(double *values, size_t n, double q)
{
	double at = q * (double)(n - 1), next;
	size_t k = MIN((size_t)at, n - 1);

	select_kth(values, n, k);
	if (k + 1 == n)
		return values[k];
	next = values[k + 1];
	for (size_t i = k + 2; i < n; i++)
		next = MIN(next, values[i]);
	return values[k] + (at - (double)k) * (next - values[k]);
}
