/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The numbers of a column against those of the baseline, as results/judge.h judges them. */
#include <math.h>

#include "common/util.h"
#include "results/compare_judged.h"
#include "results/gate_column.h"

/* "12.0 MiB, was 3.1 MiB (+287%)" */
static char *values_text(const struct judgement *m)
{
	_cleanup_free_ char *was = judged_value(m->metric, m->base.median),
			    *is = judged_value(m->metric, m->other.median);
	_cleanup_free_ char *change = NULL, *sure = NULL;
	double share = m->other.median / m->base.median - 1;

	if (m->base.median == 0)
		change = xstrdup("");
	else if (fabs(share) >= 9)
		change = xasprintf(" (x%.0f)", share + 1);
	else
		change = xasprintf(fabs(share) < 0.1 ? " (%+.2f%%)" : " (%+.0f%%)", 100 * share);
	if (m->how == JUDGE_EXACT || m->how == JUDGE_PAIRED)
		sure = m->other.n > 1 ? xasprintf(", %zu seeds", m->other.n) : xstrdup("");
	else
		sure = xasprintf(", p=%.3f n=%zu", m->p_adjusted, m->other.n);
	return xasprintf("%s %s, was %s%s%s", m->metric, is, was, change, sure);
}

static void set_number(json_t *object, const char *key, double value)
{
	if (isfinite(value))
		json_object_set_new(object, key, json_real(value));
}

/*
 * Under the virtual clock every seed's difference is a fact, however few seeds there are. It is better or
 * worse when no seed says the contrary and the medians differ by what matters.
 */
static enum gate_result result_of_pairs(const struct judgement *m, double threshold)
{
	double sign = m->better == BETTER_HIGHER ? -1 : 1, size = m->other.median - m->base.median;
	bool worse = false, better = false;

	for (size_t i = 0; i < MIN(m->base.n, m->other.n); i++) {
		worse |= sign * (m->other.values[i] - m->base.values[i]) > 0;
		better |= sign * (m->other.values[i] - m->base.values[i]) < 0;
	}
	if (worse == better || m->better == BETTER_NONE || fabs(size) < threshold * fabs(m->base.median) ||
	    size == 0)
		return GATE_CHANGE;
	return worse ? GATE_REGRESSION : GATE_IMPROVEMENT;
}

/* A difference counts for better or worse in the metrics that a comparison is about. */
static enum gate_result result_of(const struct gate_pair *pair, const struct judgement *m, double threshold)
{
	if (pair->exact && m->primary && (m->how == JUDGE_EXACT || m->how == JUDGE_PAIRED))
		return result_of_pairs(m, threshold);
	if (m->primary && m->call == JUDGE_WORSE)
		return GATE_REGRESSION;
	if (m->primary && m->call == JUDGE_BETTER)
		return GATE_IMPROVEMENT;
	return GATE_CHANGE;
}

static void add_metric(struct gate_pair *pair, const struct judgement *m, double threshold)
{
	json_t *entry = gate_add(pair, "metric", result_of(pair, m, threshold), -1, values_text(m));

	json_object_set_new(entry, "metric", json_string(m->metric));
	json_object_set_new(entry, "primary", json_boolean(m->primary));
	set_number(entry, "before", m->base.median);
	set_number(entry, "after", m->other.median);
	if (m->base.median != 0)
		set_number(entry, "change_ratio", m->other.median / m->base.median - 1);
	if (m->how != JUDGE_EXACT && m->how != JUDGE_PAIRED)
		set_number(entry, "p", m->p_adjusted);
}

static void metric(struct gate_pair *pair, const struct judgement *m, double threshold, size_t *more)
{
	switch (m->call) {
	case JUDGE_WORSE:
	case JUDGE_BETTER:
	case JUDGE_DIFFERENT:
		add_metric(pair, m, threshold);
		return;
	case JUDGE_SMALL: /* news only where there is no chance */
	case JUDGE_UNCLEAR:
		if (pair->exact)
			add_metric(pair, m, threshold);
		return;
	case JUDGE_TOO_FEW:
		if (pair->exact)
			add_metric(pair, m, threshold);
		else if (m->primary)
			*more = MAX(*more, m->more);
		return;
	case JUDGE_ABSENT:
		if (pair->exact)
			gate_add(pair, "metric", GATE_CHANGE, -1,
				 xasprintf(m->base.n ? "%s is no longer measured" : "%s is new", m->metric));
		return;
	case JUDGE_EQUAL:
		return;
	}
}

static void outcomes(struct gate_pair *pair, const struct judge_outcomes *o, size_t *more)
{
	if (o->call == JUDGE_TOO_FEW)
		*more = MAX(*more, o->more);
	if (o->call == JUDGE_WORSE || o->call == JUDGE_BETTER)
		gate_add(pair, "outcome", o->call == JUDGE_WORSE ? GATE_REGRESSION : GATE_IMPROVEMENT, -1,
			 xasprintf("%zu of %zu cells completed, was %zu of %zu", o->other.completed.n,
				   o->other.completed.of, o->base.completed.n, o->base.completed.of));
}

/* Those of the usable cells whose seed the other column has usable too; a new reference. */
static json_t *in_common(const struct compare_column *c, const struct compare_column *with)
{
	json_t *cells = json_array();
	size_t i, k;
	json_t *cell, *partner;

	json_array_foreach (c->usable, i, cell)
		json_array_foreach (with->usable, k, partner)
			if (gate_seed(cell) == gate_seed(partner)) {
				json_array_append(cells, cell);
				break;
			}
	return cells;
}

/* Under the virtual clock only the same seed says anything; a seed that is missing has been said. */
static void judge_pair(const struct gate_pair *pair, const struct judge_options *options, struct judgements *ret)
{
	struct compare_column base = *pair->base, other = *pair->other;

	if (!pair->exact) {
		judge_columns(pair->base, pair->other, options, ret);
		return;
	}
	base.usable = in_common(pair->base, pair->other);
	other.usable = in_common(pair->other, pair->base);
	judge_columns(&base, &other, options, ret);
	json_decref(base.usable);
	json_decref(other.usable);
}

void gate_find_in_numbers(struct gate_pair *pair, const struct judge_options *options)
{
	struct judgements j;
	size_t more = 0;

	judge_pair(pair, options, &j);
	/* Cell by cell it has been said already, where a cell has its partner. */
	if (!pair->exact)
		outcomes(pair, &j.outcomes, &more);
	for (size_t i = 0; i < j.n; i++)
		metric(pair, &j.list[i], j.threshold, &more);
	if (more > 0) {
		json_t *entry = gate_add(
			pair, "cells", GATE_NOT_ENOUGH, -1,
			xasprintf("too few cells to tell: at least %zu more with other seeds", more));

		json_object_set_new(entry, "more", json_integer((json_int_t)more));
	}
	judgements_release(&j);
}
