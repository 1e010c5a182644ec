/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/judge.h"

#include <math.h>

#include "common/util.h"
#include "results/judge_outcomes.h"
#include "results/judge_test.h"
#include "results/judge_values.h"

const char *const judge_how_names[] = {
	[JUDGE_EXACT] = "exact",
	[JUDGE_PAIRED] = "paired",
	[JUDGE_BLOCKS] = "blocks",
	[JUDGE_UNPAIRED] = "unpaired",
};

const char *const judge_call_names[] = {
	[JUDGE_EQUAL] = "equal",	 [JUDGE_BETTER] = "better", [JUDGE_WORSE] = "worse",
	[JUDGE_DIFFERENT] = "different", [JUDGE_SMALL] = "small",   [JUDGE_UNCLEAR] = "unclear",
	[JUDGE_TOO_FEW] = "too_few",	 [JUDGE_ABSENT] = "absent",
};

/* ---- which metrics ---- */

static json_t *names_of(const struct judge_cells *cells)
{
	json_t *names = json_object();

	for (size_t i = 0; i < cells->n_base; i++)
		json_object_update_missing(names, json_object_get(cells->base[i], "metrics"));
	for (size_t i = 0; i < cells->n_other; i++)
		json_object_update_missing(names, json_object_get(cells->other[i], "metrics"));
	return names;
}

/* Whether a comparison is about it: as the scenario declares, else as the table has it. */
static bool is_primary(const struct judge_cells *cells, const char *name, const struct metric *about)
{
	const json_t *first = cells->n_other > 0 ? cells->other[0] : cells->n_base > 0 ? cells->base[0] : NULL;
	const json_t *declared = json_object_get(first, "primary"), *entry;
	size_t i;

	if (!json_is_array(declared))
		return about && about->primary;
	json_array_foreach (declared, i, entry)
		if (json_is_string(entry) && streq(json_string_value(entry), name))
			return true;
	return false;
}

/* A figure of the scenario's own says by its unit what it is: a rate, of which more is better, or a time. */
static enum metric_better better_of_figure(const char *name)
{
	static const struct {
		const char *end;
		enum metric_better better;
	} units[] = {
		{ "_per_s", BETTER_HIGHER }, { "ops", BETTER_HIGHER }, { "rps", BETTER_HIGHER }, { "tps", BETTER_HIGHER },
		{ "qps", BETTER_HIGHER },    { "_ns", BETTER_LOWER },  { "_us", BETTER_LOWER },	 { "_ms", BETTER_LOWER },
		{ "_s", BETTER_LOWER },
	};
	size_t length = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		size_t end = strlen(units[i].end);

		if (length > end && streq(name + length - end, units[i].end))
			return units[i].better;
	}
	return BETTER_NONE;
}

static void judge_one(struct judgement *j, const struct judge_cells *cells, const char *name,
		      const struct metric *about, const struct judge_options *options)
{
	*j = (struct judgement){ .metric = xstrdup(name),
				 .about = about,
				 .better = about ? about->better : better_of_figure(name),
				 .primary = is_primary(cells, name, about),
				 .how = cells->how };
	judge_take_values(cells, name, &j->base, &j->other);
	judge_test(j, options);
}

/* The primary ones first, then the others, each in the order of the table. */
static void judge_all(struct judgements *j, const struct judge_cells *cells, const struct judge_options *options)
{
	json_t *names = names_of(cells), *value;
	const char *name;

	j->list = xcalloc(json_object_size(names) + 1, sizeof(*j->list));
	for (int primary = 1; primary >= 0; primary--)
		json_object_foreach (names, name, value) {
			const struct metric *about = metric_find(name);

			if (is_primary(cells, name, about) != (primary == 1))
				continue;
			judge_one(&j->list[j->n++], cells, name, about, options);
			j->n_primary += (size_t)primary;
		}
	json_decref(names);
}

/* ---- all ---- */

void judge_columns(const struct compare_column *base, const struct compare_column *other,
		   const struct judge_options *options, struct judgements *ret)
{
	struct judge_options with = options ? *options : (struct judge_options){ .threshold = JUDGE_THRESHOLD };
	struct judge_cells cells = judge_cells_of(base, other);
	struct judgements j = { .how = cells.how, .left_out = cells.left_out, .repeated = cells.repeated };

	if (with.alpha <= 0)
		with.alpha = JUDGE_ALPHA;
	j.alpha = with.alpha;
	j.threshold = with.threshold;
	j.comparable = compare_comparable(base, other);
	judge_outcomes(base, other, cells.how, with.alpha, &j.outcomes);
	if (j.comparable)
		judge_all(&j, &cells, &with);
	judge_cells_release(&cells);
	judge_family(&j);
	*ret = j;
}

void judgements_release(struct judgements *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free(j->list[i].metric);
		free(j->list[i].base.values);
		free(j->list[i].other.values);
	}
	free(j->list);
	*j = (struct judgements){ 0 };
}

const struct judgement *judgements_find(const struct judgements *j, const char *metric)
{
	for (size_t i = 0; i < j->n; i++)
		if (streq(j->list[i].metric, metric))
			return &j->list[i];
	return NULL;
}

enum judge_call judgements_worst(const struct judgements *j)
{
	/* What a reader must know first. */
	static const int weight[] = {
		[JUDGE_ABSENT] = 0, [JUDGE_EQUAL] = 1,	   [JUDGE_SMALL] = 2,	[JUDGE_UNCLEAR] = 3,
		[JUDGE_DIFFERENT] = 4, [JUDGE_BETTER] = 5, [JUDGE_TOO_FEW] = 6, [JUDGE_WORSE] = 7,
	};
	enum judge_call worst = j->outcomes.call;

	for (size_t i = 0; i < j->n_primary; i++)
		if (weight[j->list[i].call] > weight[worst])
			worst = j->list[i].call;
	return worst;
}
