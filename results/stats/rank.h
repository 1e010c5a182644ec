/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STATS_RANK_H
#define MEMRIG_RESULTS_STATS_RANK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Rank tests, two-sided. Exact up to a size: the share of all ways to deal the
 * ranks out that are at least as far from the middle as what was seen. Ties are
 * in it (their mean ranks are dealt out as they are), so the exact p holds with
 * ties too. Beyond that the normal approximation, corrected for ties and for
 * continuity. Hollander, Wolfe, Chicken: "Nonparametric Statistical Methods",
 * 3rd edition, 3.1 (Wilcoxon) and 4.1 (Mann, Whitney).
 */
#define STATS_EXACT_RANK_SUM	40 /* values of both sides together */
#define STATS_EXACT_SIGNED_RANK 60 /* differences that are not 0 */

struct stats_test {
	double p;	/* 1 when all values are the same */
	double fine_p;	/* see below; never more than p */
	double least_p; /* what p would be, had these values come out as far apart as they can */
	bool exact;
};

/*
 * Few values have few different rank sums: of 7 and 7 the test at 5 % rejects
 * 3.8 % of equals and misses what it might have seen. Up to STATS_FINE_WAYS ways
 * to deal the values out, fine_p tells those of one rank sum apart by the
 * difference of the means, and counts only what is at least as far out by both.
 * The order of the ways is fixed before the values are dealt, so this p is as
 * exact as the other (Lehmann, Romano: "Testing Statistical Hypotheses", 15.2).
 * Beyond, and for signed ranks, it is p.
 */
#define STATS_FINE_WAYS 20000

/* Mann-Whitney: two independent samples. NAN, NAN when one is empty. */
struct stats_test stats_rank_sum(const double *x, size_t n_x, const double *y, size_t n_y);

/* Wilcoxon: differences of pairs; those that are 0 are left out, as Wilcoxon did. */
struct stats_test stats_signed_rank(const double *differences, size_t n);

/* Vargha and Delaney's A12: P(Y > X) + P(Y = X) / 2, over all pairs of values. NAN when one is empty.
 * "A critique and improvement of the CL common language effect size", J. Educ. Behav. Stat. 25 (2000). */
double stats_a12(const double *x, size_t n_x, const double *y, size_t n_y);

#endif
