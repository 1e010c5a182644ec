/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/stats/normal.h"

double stats_normal_quantile_above(double p)
{
	double low = -40, high = 40;

	for (int i = 0; i < 100; i++) {
		double middle = (low + high) / 2;

		if (stats_normal_above(middle) > p)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}
