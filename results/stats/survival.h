/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STATS_SURVIVAL_H
#define MEMRIG_RESULTS_STATS_SURVIVAL_H

#include <stdbool.h>
#include <stddef.h>

/* One cell: when it happened, or until when it had not. */
struct stats_life {
	double time;
	bool event; /* else censored: it ended at that time without one */
};

/*
 * The log-rank test, two-sided: do events come as early in x as in y? With d
 * events among the n at risk at each time, it compares the events of x with
 * d * n_x / n, summed over the times (Mantel, Cancer Chemother. Rep. 50, 1966).
 * Up to STATS_EXACT_LOG_RANK ways to deal the cells out to the two sides all of
 * them are counted; beyond, chi-square with the hypergeometric variance. NAN
 * when a side is empty or nothing happened. *ret_later, when not NULL: -1, 0 or
 * 1 as events in y come earlier, the same or later than in x.
 */
#define STATS_EXACT_LOG_RANK 200000

double stats_log_rank(const struct stats_life *x, size_t n_x, const struct stats_life *y, size_t n_y, int *ret_later);

/* The normal approximation alone: chi-square's root, with the sign of more events in x than expected. */
double stats_log_rank_z(const struct stats_life *x, size_t n_x, const struct stats_life *y, size_t n_y);

#endif
