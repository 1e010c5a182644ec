/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_COMPARE_JUDGED_H
#define MEMRIG_RESULTS_COMPARE_JUDGED_H

#include "results/compare.h"
#include "results/compare_group.h"
#include "results/judge.h"

/* The judgements of a comparison in words; what text, Markdown and the report share. Strings are the caller's to free. */

/* "322.5 MiB", "1.2 s", "120", by the metric's unit or the end of its name. "-" when unknown. */
char *judged_value(const char *metric, double value);

/* "322.5 MiB ± 2%": the median with the larger half of its interval; "± ∞" when the cells are too few for one, bare
 * when one cell is all there is to it. */
char *judged_side(const struct judgement *j, const struct judge_side *side, bool utf8);

/* "+16.2%": better is positive; "~" when unclear, "=" when equal. */
char *judged_gain(const struct judgement *j);

/* "p=0.031 n=5", "p=0.008 n=5+5", "exact"; p is the adjusted one. */
char *judged_p(const struct judgement *j);

/* "better"; "needs 3 more" cells a side at least when so few cannot show anything, "12 more?" when an effect as seen
 * would then be found 4 times of 5. */
char *judged_call(const struct judgement *j);

/* "paired by 5 seeds: Wilcoxon's test" */
char *judged_how(const struct judgements *j);

/* "completed 5 of 5 against 3 of 5 (p=0.44): unclear" with the tests and what is missing. */
char *judged_outcomes(const struct judge_outcomes *o);

/* The sentence where they are not comparable. */
const char *judged_why_not(const struct judgements *j);

/* Whether a row is shown: the primary ones that are there and not 0 everywhere, and others that differ. */
bool judged_is_shown(const struct judgement *j);

/* A column's name: profile or kernel, whichever tells the columns of the group apart, and the run where two stand
 * side by side. */
char *compare_column_name(const struct compare_group *g, const struct compare_column *c);

/* Every column of the group against the first. */
void compare_print_judged(FILE *out, const struct compare_group *g, const struct compare_options *options);

/* Whether something is to be judged that the table of numbers does not say already: not where all is exact. */
bool compare_has_tests(const struct compare_group *g);

#endif
