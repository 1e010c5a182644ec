/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STATS_NORMAL_H
#define MEMRIG_RESULTS_STATS_NORMAL_H

#include <math.h>

/* P(Z > z) of the standard normal distribution. */
static inline double stats_normal_above(double z)
{
	return 0.5 * erfc(z / M_SQRT2);
}

/* The z with P(Z > z) = p, 0 < p < 1: by bisection, to the last bit that erfc() tells apart. */
double stats_normal_quantile_above(double p);

#endif
