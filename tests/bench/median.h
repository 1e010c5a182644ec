/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_TESTS_BENCH_MEDIAN_H
#define MEMRIG_TESTS_BENCH_MEDIAN_H

#include <stdlib.h>

static inline int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts. */
static inline double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_value);
	return values[n / 2];
}

#endif
