/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/stats/counts.h"

#include <math.h>

#include "common/util.h"
#include "results/stats/normal.h"

static double log_choose(size_t n, size_t k)
{
	return lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1);
}

/* Hypergeometric: that k of the `yes` are among the first n of n + m. */
static double chance(size_t k, size_t yes, size_t n, size_t m)
{
	return exp(log_choose(n, k) + log_choose(m, yes - k) - log_choose(n + m, yes));
}

double stats_fisher(size_t a, size_t n, size_t b, size_t m)
{
	size_t yes = a + b, from = yes > m ? yes - m : 0, to = MIN(yes, n);
	/* Tables that are as likely must count as such though lgamma() rounds. */
	double limit = chance(a, yes, n, m) * (1 + 1e-7), p = 0;

	if (n == 0 || m == 0)
		return 1;
	for (size_t k = from; k <= to; k++)
		if (chance(k, yes, n, m) <= limit)
			p += chance(k, yes, n, m);
	return fmin(p, 1);
}

double stats_fisher_least(size_t yes, size_t n, size_t m)
{
	size_t from = yes > m ? yes - m : 0, to = MIN(yes, n);

	return fmin(stats_fisher(from, n, yes - from, m), stats_fisher(to, n, yes - to, m));
}

void stats_wilson(size_t k, size_t n, double alpha, double *ret_low, double *ret_high)
{
	double z = stats_normal_quantile_above(alpha / 2), count = (double)n, share = (double)k / count;
	double middle = (share + z * z / (2 * count)) / (1 + z * z / count);
	double half = z / (1 + z * z / count) * sqrt(share * (1 - share) / count + z * z / (4 * count * count));

	*ret_low = n == 0 ? NAN : k == 0 ? 0 : middle - half;
	*ret_high = n == 0 ? NAN : k == n ? 1 : middle + half;
}
