/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STATS_NEED_H
#define MEMRIG_RESULTS_STATS_NEED_H

#include <stddef.h>

/* How many cells it takes: computed, before anybody asks for a p. */

/* The lowest p that so many values can give at all: 2 / (n_x + n_y choose n_x), complete separation. */
double stats_least_rank_sum(size_t n_x, size_t n_y);
/* 2 / 2^n, all differences of one sign. */
double stats_least_signed_rank(size_t n);

/* How many more values the smaller side needs at least (the larger one only as many as that) until p <= alpha is
 * possible; 0 when it is. */
size_t stats_need_rank_sum(size_t n_x, size_t n_y, double alpha);
size_t stats_need_signed_rank(size_t n, double alpha);

/*
 * The size of each side at which an effect is found with the chance `power`
 * (Noether: "Sample size determination for some common nonparametric tests",
 * J. Am. Stat. Assoc. 82, 1987): (z_alpha/2 + z_power)^2 / (6 (a12 - 1/2)^2). 0
 * when there is no effect to find.
 */
size_t stats_need_for_a12(double a12, double alpha, double power);
/* Pairs; `above` is the share of the means of two differences that are above 0: .../ (3 (above - 1/2)^2). */
size_t stats_need_for_pairs(double above, double alpha, double power);

/* That share; the means that are 0 count half, as in the test differences of 0 do not count at all. 0.5 for none. */
double stats_pairs_above(const double *differences, size_t n);

#endif
