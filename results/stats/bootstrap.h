/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STATS_BOOTSTRAP_H
#define MEMRIG_RESULTS_STATS_BOOTSTRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Percentile intervals by the bootstrap (Efron, Tibshirani: "An Introduction
 * to the Bootstrap", 13.3): cells are drawn anew with replacement
 * STATS_RESAMPLES times, pairs as pairs. The same seed gives the same interval.
 * Fewer than 6 values a side are too few for an interval: false is returned and
 * nothing is written, as when a resample's base has the median 0.
 */
#define STATS_RESAMPLES	    10000
#define STATS_BOOTSTRAP_MIN 6

/* Of the median. */
bool stats_bootstrap_median(const double *values, size_t n, double alpha, uint64_t seed, double *ret_low,
			    double *ret_high);

/* Of median(y) / median(x); with `pairs` n_x equals n_y and both are drawn together. */
bool stats_bootstrap_ratio(const double *x, size_t n_x, const double *y, size_t n_y, bool pairs, double alpha,
			   uint64_t seed, double *ret_low, double *ret_high);

#endif
