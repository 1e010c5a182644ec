/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judgements as JSON: what is not known is left out, numbers are numbers. */
#include <math.h>

#include "common/util.h"
#include "results/judge.h"

static void set(json_t *object, const char *key, double value)
{
	if (isfinite(value))
		json_object_set_new(object, key, json_real(value));
}

static void set_count(json_t *object, const char *key, size_t count)
{
	if (count > 0)
		json_object_set_new(object, key, json_integer((json_int_t)count));
}

static json_t *side_to_json(const struct judge_side *side)
{
	json_t *object = json_pack("{s:I}", "n", (json_int_t)side->n), *values = json_array();

	set(object, "median", side->median);
	set(object, "low", side->low);
	set(object, "high", side->high);
	set(object, "min", side->min);
	set(object, "max", side->max);
	for (size_t i = 0; i < side->n; i++)
		json_array_append_new(values, json_real(side->values[i]));
	json_object_set_new(object, "values", values);
	return object;
}

json_t *judgement_to_json(const struct judgement *j)
{
	static const char *const better[] = { "none", "lower", "higher" };
	json_t *object = json_pack("{s:s, s:b, s:s, s:s, s:s, s:o, s:o}", "metric", j->metric, "primary", j->primary,
				   "better", better[j->better], "how", judge_how_names[j->how], "call",
				   judge_call_names[j->call], "base", side_to_json(&j->base), "other",
				   side_to_json(&j->other));

	if (j->about)
		json_object_set_new(object, "unit", json_string(j->about->unit));
	set(object, "shift", j->shift);
	set(object, "shift_low", j->shift_low);
	set(object, "shift_high", j->shift_high);
	set(object, "change_ratio", j->change);
	set(object, "change_low_ratio", j->change_low);
	set(object, "change_high_ratio", j->change_high);
	set(object, "a12", j->a12);
	set(object, "p", j->p);
	set(object, "p_adjusted", j->p_adjusted);
	set_count(object, "more", j->more);
	set_count(object, "more_as_seen", j->more_seen);
	return object;
}

static json_t *rate_to_json(const struct judge_rate *rate)
{
	json_t *object = json_pack("{s:I}", "n", (json_int_t)rate->n);

	set(object, "low_ratio", rate->low);
	set(object, "high_ratio", rate->high);
	return object;
}

static json_t *tally_to_json(const struct judge_tally *t)
{
	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o}", "cells", (json_int_t)t->cells, "completed",
			 rate_to_json(&t->completed), "oom_killed", rate_to_json(&t->oom_killed), "timed_out",
			 rate_to_json(&t->timed_out), "failed", rate_to_json(&t->failed), "invalid",
			 rate_to_json(&t->invalid));
}

json_t *judge_outcomes_to_json(const struct judge_outcomes *o)
{
	json_t *object = json_pack("{s:s, s:o, s:o}", "call", judge_call_names[o->call], "base",
				   tally_to_json(&o->base), "other", tally_to_json(&o->other));

	set(object, "p", o->p);
	set(object, "p_adjusted", o->p_adjusted);
	set(object, "oom_p", o->oom_p);
	set(object, "oom_p_adjusted", o->oom_adjusted);
	set_count(object, "more", o->more);
	return object;
}

json_t *judge_to_json(const struct judgements *j)
{
	json_t *list = json_array();
	json_t *object = json_pack("{s:s, s:f, s:f, s:b, s:s, s:o, s:o}", "how", judge_how_names[j->how], "alpha",
				   j->alpha, "threshold_ratio", j->threshold, "comparable", j->comparable, "worst",
				   judge_call_names[judgements_worst(j)], "outcomes",
				   judge_outcomes_to_json(&j->outcomes), "metrics", list);

	set_count(object, "left_out", j->left_out);
	set_count(object, "repeated", j->repeated);
	for (size_t i = 0; i < j->n; i++)
		json_array_append_new(list, judgement_to_json(&j->list[i]));
	return object;
}
