/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_TREND_H
#define MEMRIG_RESULTS_TREND_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Change points in a series of nights: where a figure took another level.
 *
 * E-divisive (Matteson and James 2014, doi:10.1080/01621459.2013.849605): the
 * split of a window at which the energy distance between its two parts is
 * largest is a candidate; it stands when Student's t-test between the parts
 * says so, and then both parts are searched in turn. The t-test in place of
 * permutations makes the answer the same every time, and the two passes, a weak
 * one that gathers candidates and a strict one that drops the least sure until
 * all are sure, find a level that was left again; both are as in Hunter
 * (Fleming et al. 2023, doi:10.1145/3578244.3583719).
 *
 * Under the virtual clock there is no noise: every step is a change, with no
 * test and no p.
 */
struct trend_options {
	size_t window;        /* nights that are looked at together; windows overlap by half */
	double max_p;         /* of the strict pass; the weak one takes ten times as much */
	double min_magnitude; /* share of the level before, |after / before - 1|; 0: any */
	bool exact;           /* the values have no noise */
};

/* 50 nights, p 0.001, any magnitude. */
extern const struct trend_options trend_defaults;

struct trend_point {
	size_t at;            /* the first night of the new level */
	double before, after; /* means of the levels, each up to the next change point */
	double p;             /* 0 when exact */
};

/* Fills *ret with the change points in their order, which the caller frees (NULL when there is none); returns
 * how many. A level has at least two nights, unless exact. */
size_t trend_find(const double *values, size_t n, const struct trend_options *options,
		  struct trend_point **ret);

/* Two-sided p of Student's t-test, equal variances, between two samples. Where neither has any variance the
 * t-test says nothing: p is then 1 for equal values, and for different ones the chance that a random order of
 * all the values separates them, 2 / binomial(n + m, n). */
double trend_t_test(const double *x, size_t n, const double *y, size_t m);

#endif
