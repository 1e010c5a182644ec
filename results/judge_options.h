/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_JUDGE_OPTIONS_H
#define MEMRIG_RESULTS_JUDGE_OPTIONS_H

#include <stdbool.h>

/* What counts as a difference: for those who pass it on, without all of results/judge.h. */
#define JUDGE_ALPHA	0.05
#define JUDGE_THRESHOLD 0.02

struct judge_options {
	double alpha;	  /* 0: JUDGE_ALPHA */
	double threshold; /* share of the base's median below which a difference does not matter; >= 0 */
	bool quick;	  /* no bootstrap intervals; the calls are the same */
};

#endif
