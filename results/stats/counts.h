/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STATS_COUNTS_H
#define MEMRIG_RESULTS_STATS_COUNTS_H

#include <stddef.h>

/* Yes or no: completed or not, killed or not. */

/* Fisher's exact test, two-sided: a of n against b of m. All tables with these margins that are no likelier than the
 * one seen are summed (Agresti: "Categorical Data Analysis", 3.5.3). 1 when a side is empty. */
double stats_fisher(size_t a, size_t n, size_t b, size_t m);

/* The lowest p that a + b of n + m can give, however they fall on the two sides. */
double stats_fisher_least(size_t yes, size_t n, size_t m);

/* Wilson's score interval of the share k of n (J. Am. Stat. Assoc. 22, 1927); NAN, NAN when n is 0. */
void stats_wilson(size_t k, size_t n, double alpha, double *ret_low, double *ret_high);

#endif
