/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/compare_export.h"

#include <errno.h>
#include <math.h>

#include "common/util.h"
#include "results/compare_differ.h"
#include "results/compare_judged.h"
#include "results/export/text.h"
#include "results/timeline.h"

struct pair {
	const struct compare_group *group;
	const struct compare_column *base, *other;
	struct judgements judged;
};

typedef void pair_function(const struct pair *pair, const struct compare_options *options, void *data);

/* Every column but the first of every group, judged. */
static int for_each_pair(const json_t *run, const json_t *other, const struct compare_options *options,
			 pair_function *function, void *data)
{
	struct compare_groups groups;

	if (!compare_is_run(run) || (other && !compare_is_run(other)))
		return -EINVAL;
	groups = compare_groups_by(run, other, options->by);
	for (size_t i = 0; i < groups.n; i++)
		for (size_t k = 1; k < groups.list[i].n_columns; k++) {
			struct compare_group *g = &groups.list[i];
			struct pair pair = { .group = g, .base = &g->columns[0], .other = &g->columns[k] };

			judge_columns(pair.base, pair.other, &options->judge, &pair.judged);
			function(&pair, options, data);
			judgements_release(&pair.judged);
		}
	compare_groups_release(&groups);
	return 0;
}

/* ---- JSON ---- */

static json_t *column_to_json(const struct compare_column *c)
{
	json_t *object = json_pack("{s:s, s:s, s:s}", "run", record_text(c->run, "run", "?"), "profile", c->profile,
				   "kernel", c->kernel);

	if (c->cured)
		json_object_set_new(object, "cured", json_true());
	return object;
}

static void add_json(const struct pair *pair, const struct compare_options *options, void *data)
{
	json_t *object = json_pack("{s:s, s:o, s:o}", "scenario", pair->group->scenario, "base",
				   column_to_json(pair->base), "other", column_to_json(pair->other));

	(void)options;
	json_object_update_new(object, json_pack("{s:o}", "judged", judge_to_json(&pair->judged)));
	json_array_append_new(data, object);
}

int compare_to_json(json_t *run, json_t *other, const struct compare_options *options, json_t **ret)
{
	json_t *comparisons = json_array(), *document;
	int r = for_each_pair(run, other, options, add_json, comparisons);

	if (r < 0) {
		json_decref(comparisons);
		return r;
	}
	document = json_pack("{s:s, s:[O], s:o, s:o}", "schema", "memrig.compare/1", "runs", run, "warnings",
			     compare_warnings(run, other), "comparisons", comparisons);
	if (other)
		json_array_append(json_object_get(document, "runs"), other);
	*ret = document;
	return 0;
}

/* ---- CSV ---- */

static void put_number(FILE *out, double value)
{
	if (isfinite(value))
		fprintf(out, ",%.10g", value);
	else
		fputc(',', out);
}

static void put_side(FILE *out, const struct judge_side *side)
{
	fprintf(out, ",%zu", side->n);
	put_number(out, side->median);
	put_number(out, side->low);
	put_number(out, side->high);
}

static void put_column(FILE *out, const struct compare_column *c)
{
	_cleanup_free_ char *title = compare_column_title(c);
	const char *texts[] = { record_text(c->run, "run", "?"), title, c->kernel };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		fputc(',', out);
		text_csv(out, texts[i]);
	}
}

static void add_csv(const struct pair *pair, const struct compare_options *options, void *data)
{
	FILE *out = data;

	(void)options;
	for (size_t i = 0; i < pair->judged.n; i++) {
		const struct judgement *j = &pair->judged.list[i];
		const double numbers[] = { j->shift,	  j->shift_low,	 j->shift_high, j->change,
					   j->change_low, j->change_high, j->a12,	j->p,
					   j->p_adjusted };

		text_csv(out, pair->group->scenario);
		put_column(out, pair->base);
		put_column(out, pair->other);
		fputc(',', out);
		text_csv(out, j->metric);
		fprintf(out, ",%s,%s,%s,%s", j->about ? j->about->unit : "", j->primary ? "yes" : "no",
			judge_how_names[j->how], judge_call_names[j->call]);
		put_side(out, &j->base);
		put_side(out, &j->other);
		for (size_t k = 0; k < ARRAY_SIZE(numbers); k++)
			put_number(out, numbers[k]);
		fprintf(out, ",%zu\n", j->more);
	}
}

int compare_print_csv(FILE *out, const json_t *run, const json_t *other, const struct compare_options *options)
{
	fputs("scenario,base_run,base_profile,base_kernel,run,profile,kernel,metric,unit,primary,how,call,"
	      "base_n,base_median,base_low,base_high,n,median,low,high,shift,shift_low,shift_high,"
	      "change_ratio,change_low_ratio,change_high_ratio,a12,p,p_adjusted,more\n",
	      out);
	return for_each_pair(run, other, options, add_csv, out);
}

/* ---- Markdown ---- */

static void add_markdown(const struct pair *pair, const struct compare_options *options, void *data)
{
	FILE *out = data;
	_cleanup_free_ char *base = compare_column_name(pair->group, pair->base),
			    *other = compare_column_name(pair->group, pair->other), *how = judged_how(&pair->judged),
			    *ends = judged_outcomes(&pair->judged.outcomes);
	bool rest = false;

	(void)options;
	fputs("### ", out);
	text_markdown(out, pair->group->scenario);
	fputs(": ", out);
	text_markdown(out, other);
	fputs(" against ", out);
	text_markdown(out, base);
	fprintf(out, "\n\n%s; %s.\n\n", ends, how);
	if (!pair->judged.comparable) {
		fprintf(out, "%s\n\n", judged_why_not(&pair->judged));
		return;
	}
	fputs("| metric | ", out);
	text_markdown(out, base);
	fputs(" | ", out);
	text_markdown(out, other);
	fputs(" | gain | p | |\n| --- | ---: | ---: | ---: | --- | --- |\n", out);
	for (size_t i = 0; i < pair->judged.n; i++) {
		const struct judgement *j = &pair->judged.list[i];
		_cleanup_free_ char *a = judged_side(j, &j->base, true), *b = judged_side(j, &j->other, true),
				    *gain = judged_gain(j), *p = judged_p(j), *call = judged_call(j);
		const char *strong = j->call == JUDGE_WORSE || j->call == JUDGE_BETTER ? "**" : "";

		if (!judged_is_shown(j))
			continue;
		if (!j->primary && !rest)
			fprintf(out, "| *not primary:* | | | | | |\n");
		rest |= !j->primary;
		fputs("| ", out);
		text_markdown_code(out, j->metric);
		fprintf(out, " | %s | %s | %s%s%s | %s | %s |\n", a, b, strong, gain, strong, p, call);
	}
	fputc('\n', out);
}

int compare_print_markdown(FILE *out, const json_t *run, const json_t *other, const struct compare_options *options)
{
	json_t *warnings = compare_warnings(run, other), *warning;
	int r = for_each_pair(run, other, options, add_markdown, out);
	size_t i;

	json_array_foreach (warnings, i, warning) {
		fputs("> ", out);
		text_markdown(out, json_string_value(warning));
		fputc('\n', out);
	}
	json_decref(warnings);
	if (r == 0)
		fprintf(out, "gain: of the median, better is positive; `~`: not to be told from chance.\n");
	return r;
}
