/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STATS_ORDER_H
#define MEMRIG_RESULTS_STATS_ORDER_H

#include <stdbool.h>
#include <stddef.h>

/* Sorted values and what is read off them. */

/* A sorted copy; the caller frees it. */
double *stats_sorted(const double *values, size_t n);

/* The middle of sorted values, the mean of the two middle ones when n is even; n > 0. */
double stats_median(const double *sorted, size_t n);

/*
 * An interval that covers the median with at least the confidence 1 - alpha,
 * whatever the distribution: from the k-th smallest to the k-th largest value,
 * k the largest with P(Bin(n, 1/2) < k) <= alpha / 2 (David, Nagaraja: "Order
 * Statistics", 7.1). Returns false when no k does it: below 6 values at 95 %.
 */
bool stats_median_interval(const double *sorted, size_t n, double alpha, double *ret_low, double *ret_high);

/* The value below which the share q of the values is, between neighbours in proportion (Hyndman and Fan's type 7). Puts
 * the values in another order: in part sorted, which is quicker than sorting when there are many. */
double stats_quantile(double *values, size_t n, double q);

#endif
