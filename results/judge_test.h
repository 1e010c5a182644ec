/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_JUDGE_TEST_H
#define MEMRIG_RESULTS_JUDGE_TEST_H

#include "results/judge.h"

/* One metric's difference, interval and p, from the values that are there; no call yet but ABSENT and the exact ones. */
void judge_test(struct judgement *j, const struct judge_options *options);

/* All metrics and the outcomes together: adjusted p-values, then the calls. */
void judge_family(struct judgements *j);

#endif
