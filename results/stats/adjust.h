/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STATS_ADJUST_H
#define MEMRIG_RESULTS_STATS_ADJUST_H

#include <stddef.h>

/*
 * Many tests at once. Both put adjusted p-values in the place of p[0..n); each
 * is called at the level alpha by the adjusted value alone.
 */

/* Holm: the chance of any false alarm is at most alpha ("A simple sequentially rejective multiple test procedure",
 * Scand. J. Stat. 6, 1979). */
void stats_holm(double *p, size_t n);

/* Benjamini and Hochberg: of what is called, at most the share alpha is expected to be false (J. R. Stat. Soc. B 57,
 * 1995). */
void stats_benjamini_hochberg(double *p, size_t n);

#endif
