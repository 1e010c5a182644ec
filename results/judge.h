/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_JUDGE_H
#define MEMRIG_RESULTS_JUDGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "results/compare_group.h"
#include "results/judge_options.h"
#include "results/metrics.h"

/*
 * Is one column of cells better than another, and can it be believed? The unit
 * is the cell. A pure function of run documents: nothing here prints, and the
 * same cells give the same answer. docs/statistics.md says which test when.
 *
 * Numbers are of cells that are valid and completed; where no cell of either
 * column completed and all ended alike, of those. Cells that ended otherwise
 * are in the outcomes, which come first, and in no median.
 */
enum judge_how {
	JUDGE_EXACT,	/* virtual clock, one and the same seed: no chance is in it, and no p */
	JUDGE_PAIRED,	/* virtual clock, the same seeds: Wilcoxon's test of the differences */
	JUDGE_BLOCKS,	/* real clock, cells of one run: seeds are blocks in random order; Mann-Whitney */
	JUDGE_UNPAIRED, /* different seeds, or real clocks of two runs: Mann-Whitney */
};

enum judge_call {
	JUDGE_EQUAL,	 /* every value is the same */
	JUDGE_BETTER,	 /* significant and at least the threshold */
	JUDGE_WORSE,
	JUDGE_DIFFERENT, /* the same, of a metric of which neither more nor less is better */
	JUDGE_SMALL,	 /* significant (or exact), and below the threshold */
	JUDGE_UNCLEAR,	 /* "~": not significant */
	JUDGE_TOO_FEW,	 /* no values of so few cells could have been significant; `more` says how many it takes */
	JUDGE_ABSENT,	 /* one side has no value */
};

/* "exact", "equal", ...: the words of JSON and of docs/statistics.md. */
extern const char *const judge_how_names[], *const judge_call_names[];

/* What is not known is NAN. */
struct judge_side {
	size_t n;	/* cells with a value; of both sides the same when paired */
	double *values; /* n, in the order of the seeds when paired */
	double median, min, max;
	double low, high; /* interval of the median, 95 % or as alpha says; from 6 values on */
};

struct judgement {
	char *metric;
	const struct metric *about; /* its row; NULL for a figure of the scenario's own */
	enum metric_better better;
	bool primary;
	enum judge_how how;
	enum judge_call call;
	struct judge_side base, other;

	double shift, shift_low, shift_high;	/* other - base by Hodges and Lehmann, in the metric's unit */
	double change, change_low, change_high; /* of the median, as a share of the base's; better is positive where
						   the metric has a better. NAN when the base's median is 0. The
						   interval (bootstrap) is of primary metrics and of tails */
	double a12;	   /* how often a cell of other has more than one of base; ties count half */
	double p;	   /* of this test alone, as any program has it */
	double fine_p;	   /* what is adjusted: p, with cells of one rank sum told apart, see results/stats/rank.h */
	double least_p;	   /* the lowest it could have been with these values, whatever side each had come from */
	double p_adjusted; /* Holm over the primary metrics and outcomes, Benjamini-Hochberg over the rest */
	size_t more;	   /* JUDGE_TOO_FEW: cells a side that are missing at least */
	size_t more_seen;  /* JUDGE_UNCLEAR: cells a side missing to find an effect as seen 4 times of 5; 0: not known */
};

struct judge_rate {
	size_t n, of;
	double low, high; /* Wilson's interval of the share; NAN when of is 0 */
};

struct judge_tally {
	size_t cells;
	struct judge_rate completed, oom_killed, timed_out, failed; /* of the valid cells; failed: crashed or panicked */
	struct judge_rate invalid;				    /* of all cells */
};

struct judge_outcomes {
	struct judge_tally base, other;
	double p, p_adjusted;	    /* Fisher: completed or not, of the valid cells; NAN when exact or all the same */
	double oom_p, oom_adjusted; /* log-rank: time to the first kill; NAN when exact or nobody was killed */
	size_t n_base, n_other;		    /* cells that the tests count: valid, and the same ones once */
	double least_p, oom_least_p;	    /* as in struct judgement */
	int ended_better, killed_better;     /* 1: more of other completed, and are killed later; -1: fewer, earlier */
	enum judge_call call;	    /* BETTER: more complete, or they are killed later; EQUAL, UNCLEAR, TOO_FEW, ABSENT */
	size_t more;		    /* as in struct judgement */
};

struct judgements {
	enum judge_how how;
	double alpha, threshold;
	bool comparable; /* else the columns ended differently and there are no judgements of metrics */
	struct judge_outcomes outcomes;
	struct judgement *list; /* primary ones first, then as the table has them */
	size_t n;
	size_t n_primary; /* of list */
	size_t left_out;  /* usable cells that have no partner of the same seed */
	size_t repeated;  /* virtual clock: cells (paired: pairs) that were the same as another in every metric; they
			     count once, because a seed that changes nothing tells nothing new */
};

/* Holds every metric that either column has against the base. options NULL: the defaults. */
void judge_columns(const struct compare_column *base, const struct compare_column *other,
		   const struct judge_options *options, struct judgements *ret);
void judgements_release(struct judgements *j);

/* NULL when neither column has it. */
const struct judgement *judgements_find(const struct judgements *j, const char *metric);

/* The worst of the outcomes and the primary metrics: WORSE, then TOO_FEW, BETTER, DIFFERENT, UNCLEAR, SMALL, EQUAL;
 * ABSENT when there is nothing to judge. What a gate goes by. */
enum judge_call judgements_worst(const struct judgements *j);

/* As "comparisons" of docs/schema/compare.json has them; new references. Unknown numbers are left out. */
json_t *judge_to_json(const struct judgements *j);
json_t *judgement_to_json(const struct judgement *j);
json_t *judge_outcomes_to_json(const struct judge_outcomes *o);

#endif
