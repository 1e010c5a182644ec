/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/judge_outcomes.h"

#include <math.h>

#include "common/util.h"
#include "results/judge_values.h"
#include "results/outcome.h"
#include "results/stats/counts.h"
#include "results/stats/survival.h"
#include "results/timeline.h"

/* ---- counting ---- */

static struct judge_rate rate(size_t n, size_t of, double alpha)
{
	struct judge_rate r = { .n = n, .of = of };

	stats_wilson(n, of, alpha, &r.low, &r.high);
	return r;
}

static struct judge_tally tally(const struct compare_column *c, double alpha)
{
	size_t counts[OUTCOME_PANICKED + 1] = { 0 }, cells = json_array_size(c->cells), valid = 0, i;
	const json_t *cell;

	json_array_foreach (c->cells, i, cell) {
		int outcome = outcome_parse(record_text(cell, "outcome", ""));

		if (outcome < 0 || !json_is_true(json_object_get(cell, "valid")))
			continue;
		counts[outcome]++;
		valid++;
	}
	return (struct judge_tally){
		.cells = cells,
		.completed = rate(counts[OUTCOME_COMPLETED], valid, alpha),
		.oom_killed = rate(counts[OUTCOME_OOM_KILLED], valid, alpha),
		.timed_out = rate(counts[OUTCOME_TIMED_OUT], valid, alpha),
		.failed = rate(counts[OUTCOME_CRASHED] + counts[OUTCOME_PANICKED], valid, alpha),
		.invalid = rate(cells - valid, cells, alpha),
	};
}

static bool same_shares(const struct judge_rate *a, const struct judge_rate *b)
{
	return a->n * b->of == b->n * a->of;
}

static bool same_tallies(const struct judge_tally *a, const struct judge_tally *b)
{
	return same_shares(&a->completed, &b->completed) && same_shares(&a->oom_killed, &b->oom_killed) &&
	       same_shares(&a->timed_out, &b->timed_out) && same_shares(&a->failed, &b->failed);
}

/* ---- time to the first kill ---- */

static double metric_of(const json_t *cell, const char *name)
{
	const json_t *value = json_object_get(json_object_get(cell, "metrics"), name);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

/* Under the virtual clock: an earlier valid cell is the same. */
static bool is_repeat(const struct compare_column *c, size_t at)
{
	const json_t *cell = json_array_get(c->cells, at);

	for (size_t i = 0; i < at && streq(judge_clock(c, cell), "virtual"); i++)
		if (json_is_true(json_object_get(json_array_get(c->cells, i), "valid")) &&
		    judge_same_cell(json_array_get(c->cells, i), cell))
			return true;
	return false;
}

static bool counts(const struct compare_column *c, size_t at)
{
	const json_t *cell = json_array_get(c->cells, at);

	return json_is_true(json_object_get(cell, "valid")) && outcome_parse(record_text(cell, "outcome", "")) >= 0 &&
	       !is_repeat(c, at);
}

/* Of the cells that tests count: how many there are, and how many completed. */
static struct judge_rate count_completed(const struct compare_column *c)
{
	struct judge_rate rate = { 0 };

	for (size_t i = 0; i < json_array_size(c->cells); i++) {
		if (!counts(c, i))
			continue;
		rate.of++;
		rate.n += streq(record_text(json_array_get(c->cells, i), "outcome", ""), "completed");
	}
	return rate;
}

/* Returns how many of the cells have a life; the caller frees the list. */
static size_t lives_of(const struct compare_column *c, struct stats_life **ret)
{
	struct stats_life *list = xcalloc(json_array_size(c->cells) + 1, sizeof(*list));
	size_t n = 0, i;
	const json_t *cell;

	json_array_foreach (c->cells, i, cell) {
		double killed = metric_of(cell, "oom.first_ns"), ended = metric_of(cell, "time.virtual_ns");

		if (!counts(c, i))
			continue;
		if (isnan(ended))
			ended = metric_of(cell, "time.real_ns");
		if (!isnan(killed))
			list[n++] = (struct stats_life){ killed, true };
		else if (!isnan(ended))
			list[n++] = (struct stats_life){ ended, false };
	}
	*ret = list;
	return n;
}

static void test_kills(struct judge_outcomes *o, const struct compare_column *base, const struct compare_column *other)
{
	_cleanup_free_ struct stats_life *x = NULL, *y = NULL;
	size_t n_x = lives_of(base, &x), n_y = lives_of(other, &y);

	o->oom_p = stats_log_rank(x, n_x, y, n_y, &o->killed_better);
	/* All times may be one. */
	o->oom_least_p = o->killed_better == 0 ? 1 : 0;
}

/* ---- all ---- */

static enum judge_call exact_call(const struct judge_outcomes *o)
{
	if (same_tallies(&o->base, &o->other))
		return JUDGE_EQUAL;
	if (o->ended_better == 0)
		return JUDGE_DIFFERENT;
	return o->ended_better > 0 ? JUDGE_BETTER : JUDGE_WORSE;
}

/* Not the same for certain, but nothing that asks for a test: all ended well, and nobody was killed. */
static bool nothing_to_tell(const struct judge_outcomes *o)
{
	return same_tallies(&o->base, &o->other) && o->base.completed.n == o->base.completed.of && isnan(o->oom_p);
}

void judge_outcomes(const struct compare_column *base, const struct compare_column *other, enum judge_how how,
		    double alpha, struct judge_outcomes *ret)
{
	struct judge_outcomes o = { .base = tally(base, alpha), .other = tally(other, alpha) };
	const struct judge_rate *b = &o.base.completed, *t = &o.other.completed;
	struct judge_rate x = count_completed(base), y = count_completed(other);

	o.p = o.p_adjusted = o.oom_p = o.oom_adjusted = o.least_p = o.oom_least_p = NAN;
	o.ended_better = (t->n * b->of > b->n * t->of) - (t->n * b->of < b->n * t->of);
	o.call = JUDGE_UNCLEAR;
	if (b->of == 0 || t->of == 0) {
		o.call = JUDGE_ABSENT;
	} else if (how == JUDGE_EXACT || (b->of == 1 && t->of == 1 && same_tallies(&o.base, &o.other))) {
		o.call = exact_call(&o);
	} else {
		if (x.n + y.n > 0 && x.n + y.n < x.of + y.of) {
			o.p = stats_fisher(x.n, x.of, y.n, y.of);
			o.least_p = stats_fisher_least(x.n + y.n, x.of, y.of);
		}
		o.n_base = x.of;
		o.n_other = y.of;
		test_kills(&o, base, other);
		if (nothing_to_tell(&o))
			o.call = JUDGE_EQUAL;
	}
	*ret = o;
}
