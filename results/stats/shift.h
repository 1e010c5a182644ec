/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STATS_SHIFT_H
#define MEMRIG_RESULTS_STATS_SHIFT_H

#include <stddef.h>

/*
 * By how much: Hodges and Lehmann's estimate, with the interval that belongs
 * to the rank test (all shifts that the test would not reject). Hollander,
 * Wolfe, Chicken: "Nonparametric Statistical Methods", 3rd edition, 3.2, 3.3
 * (one sample) and 4.2, 4.3 (two).
 */
struct stats_shift {
	double shift;	  /* NAN without values */
	double low, high; /* NAN when there are too few values for the confidence 1 - alpha */
};

/* The median of all differences y - x. */
struct stats_shift stats_shift_of_two(const double *x, size_t n_x, const double *y, size_t n_y, double alpha);

/* Of differences of pairs: the median of all means of two of them, each with itself too. */
struct stats_shift stats_shift_of_pairs(const double *differences, size_t n, double alpha);

#endif
