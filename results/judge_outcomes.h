/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_JUDGE_OUTCOMES_H
#define MEMRIG_RESULTS_JUDGE_OUTCOMES_H

#include "results/judge.h"

/* How the cells of both columns ended, with tests; the call is JUDGE_UNCLEAR where the family must decide. */
void judge_outcomes(const struct compare_column *base, const struct compare_column *other, enum judge_how how,
		    double alpha, struct judge_outcomes *ret);

#endif
