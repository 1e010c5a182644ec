/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All metrics together: the more one looks at, the more must be asked of each. */
#include <math.h>

#include "common/util.h"
#include "results/judge_test.h"
#include "results/stats/adjust.h"
#include "results/stats/need.h"
#include "results/stats/rank.h"

#define POWER 0.8

/* ---- adjusted p-values ---- */

struct family {
	double *p;     /* n, in the order of to */
	double **to;   /* where the adjusted ones go */
	size_t n;
	size_t varied; /* members, and those that so few cells cannot decide */
};

/*
 * A test that could not have come out below alpha, whatever side each value had
 * come from, cannot raise a false alarm and need not be paid for (Tarone,
 * Biometrics 46, 1990). It keeps its own p.
 */
static void join(struct family *f, double p, double least_p, double alpha, double *to)
{
	if (isnan(p) || least_p >= 1)
		return;
	f->varied++;
	*to = p;
	if (least_p > alpha)
		return;
	f->p[f->n] = p;
	f->to[f->n++] = to;
}

static void adjust(struct family *f, void (*method)(double *p, size_t n))
{
	method(f->p, f->n);
	for (size_t i = 0; i < f->n; i++)
		*f->to[i] = f->p[i];
}

static struct family family_new(size_t most)
{
	return (struct family){ .p = xcalloc(most + 1, sizeof(double)), .to = xcalloc(most + 1, sizeof(double *)) };
}

static void family_release(struct family *f)
{
	free(f->p);
	free(f->to);
}

/* ---- calls ---- */

static bool all_equal(const struct judgement *j)
{
	if (j->how != JUDGE_PAIRED)
		return j->base.min == j->base.max && j->other.min == j->other.max && j->base.min == j->other.min;
	for (size_t i = 0; i < j->base.n; i++)
		if (j->base.values[i] != j->other.values[i])
			return false;
	return true;
}

static enum judge_call by_size(const struct judgement *j, double threshold)
{
	if (fabs(j->change) < threshold)
		return JUDGE_SMALL;
	if (j->better == BETTER_NONE)
		return JUDGE_DIFFERENT;
	return (j->shift > 0) == (j->better == BETTER_HIGHER) ? JUDGE_BETTER : JUDGE_WORSE;
}

/* Whether the medians and the shift point the same way; a base of 0 has no share and the shift decides. */
static bool agrees(const struct judgement *j)
{
	double by_medians = j->other.median - j->base.median;

	return (by_medians > 0 && j->shift > 0) || (by_medians < 0 && j->shift < 0);
}

static size_t missing(const struct judgement *j, double alpha)
{
	return j->how == JUDGE_PAIRED ? stats_need_signed_rank(j->base.n, alpha)
				      : stats_need_rank_sum(j->base.n, j->other.n, alpha);
}

static size_t missing_as_seen(const struct judgement *j, double alpha)
{
	size_t n = MIN(j->base.n, j->other.n), need;

	if (j->how == JUDGE_PAIRED) {
		_cleanup_free_ double *differences = xcalloc(n + 1, sizeof(*differences));

		for (size_t i = 0; i < n; i++)
			differences[i] = j->other.values[i] - j->base.values[i];
		need = stats_need_for_pairs(stats_pairs_above(differences, n), alpha, POWER);
	} else {
		need = stats_need_for_a12(j->a12, alpha, POWER);
	}
	return need > n ? need - n : 0;
}

/* `members`: among how many tests the level is shared at the first step. */
static void call(struct judgement *j, const struct judgements *all, size_t members)
{
	double level = all->alpha / (double)MAX(members, 1);

	if (j->call == JUDGE_ABSENT)
		return;
	if (j->how == JUDGE_EXACT || all_equal(j)) {
		/* Of one value a side nothing is known but that they are equal; of a pair that is all there is to know. */
		bool chance = j->how != JUDGE_EXACT && j->how != JUDGE_PAIRED;

		j->call = !all_equal(j) ? by_size(j, all->threshold)
			  : chance && MIN(j->base.n, j->other.n) < 2 ? JUDGE_UNCLEAR
								      : JUDGE_EQUAL;
		return;
	}
	if (j->p_adjusted <= all->alpha && agrees(j)) {
		j->call = by_size(j, all->threshold);
		return;
	}
	j->more = missing(j, level);
	j->call = j->more > 0 ? JUDGE_TOO_FEW : JUDGE_UNCLEAR;
	if (j->call == JUDGE_UNCLEAR)
		j->more_seen = missing_as_seen(j, level);
}

static void call_outcomes(struct judge_outcomes *o, const struct judgements *all, size_t members)
{
	double level = all->alpha / (double)MAX(members, 1);
	bool ended = o->p_adjusted <= all->alpha, killed = o->oom_adjusted <= all->alpha;

	if (o->call != JUDGE_UNCLEAR)
		return;
	if (ended)
		o->call = o->ended_better > 0 ? JUDGE_BETTER : JUDGE_WORSE;
	else if (killed)
		o->call = o->killed_better > 0 ? JUDGE_BETTER : JUDGE_WORSE;
	else if ((o->more = stats_need_rank_sum(o->n_base, o->n_other, level)) > 0)
		o->call = JUDGE_TOO_FEW;
}

void judge_family(struct judgements *j)
{
	struct family primary = family_new(j->n + 2), rest = family_new(j->n);

	join(&primary, j->outcomes.p, j->outcomes.least_p, j->alpha, &j->outcomes.p_adjusted);
	join(&primary, j->outcomes.oom_p, j->outcomes.oom_least_p, j->alpha, &j->outcomes.oom_adjusted);
	for (size_t i = 0; i < j->n; i++) {
		struct judgement *one = &j->list[i];

		join(one->primary ? &primary : &rest, one->fine_p, one->least_p, j->alpha, &one->p_adjusted);
	}
	adjust(&primary, stats_holm);
	adjust(&rest, stats_benjamini_hochberg);
	call_outcomes(&j->outcomes, j, primary.varied);
	for (size_t i = 0; i < j->n; i++)
		call(&j->list[i], j, j->list[i].primary ? primary.varied : 1);
	family_release(&primary);
	family_release(&rest);
}
