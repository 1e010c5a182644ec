/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of a comparison that says what can be believed: outcomes, primary metrics, the rest that differ. */
#include "results/compare_judged.h"

#include <math.h>

#include "common/util.h"
#include "results/table.h"
#include "results/timeline.h"

/* More rows of the rest than these are named, not shown; --json and --csv have all. */
#define MOST_OF_REST 12

static char *column_title(const struct compare_group *g, const struct compare_column *c)
{
	return *g->profile ? xstrdup(c->kernel) : compare_column_title(c);
}

char *compare_column_name(const struct compare_group *g, const struct compare_column *c)
{
	const char *id = record_text(c->run, "run", ""), *dash = strrchr(id, '-');
	_cleanup_free_ char *name = column_title(g, c);

	if (g->columns[0].run == g->columns[g->n_columns - 1].run)
		return TAKE_PTR(name);
	return xasprintf("%s (%s)", name, dash ? dash + 1 : id);
}

static void judge(const struct compare_group *g, size_t column, const struct compare_options *options,
		  struct judgements *ret)
{
	judge_columns(&g->columns[0], &g->columns[column], &options->judge, ret);
}

bool compare_has_tests(const struct compare_group *g)
{
	for (size_t k = 0; k < g->n_columns && g->n_columns > 1; k++)
		if (json_array_size(g->columns[k].cells) > 1)
			return true;
	return false;
}

static void add_judgement(struct table *t, const struct judgement *j, bool utf8)
{
	table_row(t, j->metric);
	table_put(t, 0, judged_side(j, &j->base, utf8));
	table_put(t, 1, judged_side(j, &j->other, utf8));
	table_put(t, 2, judged_gain(j));
	table_put(t, 3, judged_p(j));
	table_put(t, 4, judged_call(j));
}

/* Returns how many of the rest did not fit. */
static size_t add_judgements(struct table *t, const struct judgements *j, bool utf8)
{
	size_t rest = 0, left = 0;

	for (size_t i = 0; i < j->n; i++) {
		if (!judged_is_shown(&j->list[i]))
			continue;
		if (!j->list[i].primary && ++rest > MOST_OF_REST) {
			left++;
			continue;
		}
		if (rest == 1)
			table_rule(t);
		add_judgement(t, &j->list[i], utf8);
	}
	return left;
}

/* Who is who stands above the table. */
static void print_tests(FILE *out, const struct judgements *j, const char *other,
			const struct compare_options *options)
{
	const char *heads[] = { "baseline", other, "gain", "", "" };
	struct table_style style = { options->utf8, options->width, 8, false };
	struct table t;
	size_t left;

	table_init_heads(&t, "", heads, ARRAY_SIZE(heads));
	table_rule(&t);
	left = add_judgements(&t, j, options->utf8);
	table_print(out, &t, &style);
	if (left > 0)
		fprintf(out, "  %zu more differ; --json and --csv have all.\n", left);
	table_release(&t);
}

static void print_column(FILE *out, const struct compare_group *g, size_t column, const struct compare_options *options)
{
	_cleanup_free_ char *base = compare_column_name(g, &g->columns[0]),
			    *other = compare_column_name(g, &g->columns[column]), *how = NULL, *ends = NULL,
			    *first = NULL, *second = NULL;
	_cleanup_free_ char *title = column_title(g, &g->columns[column]), *own = column_title(g, &g->columns[0]);
	struct judgements j;

	judge(g, column, options, &j);
	how = judged_how(&j);
	ends = judged_outcomes(&j.outcomes);
	first = j.comparable ? xasprintf("%s against %s, %s", other, base, how) : xasprintf("%s against %s", other, base);
	second = xasprintf("outcomes: %s", ends);
	text_wrap(out, first, options->width, 0, 2);
	text_wrap(out, second, options->width, 2, 4);
	if (j.left_out > 0)
		fprintf(out, "  %zu cell%s no partner of the same seed and %s left out.\n", j.left_out,
			j.left_out == 1 ? " has" : "s have", j.left_out == 1 ? "is" : "are");
	if (j.repeated > 0)
		fprintf(out, "  Cells that are the same as another seed's count once: %zu %s left out.\n", j.repeated,
			j.repeated == 1 ? "is" : "are");
	if (j.comparable)
		print_tests(out, &j, streq(title, own) ? "this" : title, options);
	else
		fprintf(out, "  %s\n", judged_why_not(&j));
	fputc('\n', out);
	judgements_release(&j);
}

void compare_print_judged(FILE *out, const struct compare_group *g, const struct compare_options *options)
{
	_cleanup_free_ char *reading = NULL;

	if (!compare_has_tests(g))
		return;
	for (size_t k = 1; k < g->n_columns; k++)
		print_column(out, g, k, options);
	reading = xasprintf("gain: of the median, better is positive; ~ when chance would do as well (p above %g, "
			    "adjusted for the number of metrics) or when cells are too few to tell; a gain or loss below "
			    "%g %% does not count. Intervals are of %g %%. The table below has the changes of the numbers "
			    "themselves.",
			    options->judge.alpha > 0 ? options->judge.alpha : JUDGE_ALPHA,
			    100 * options->judge.threshold,
			    100 * (1 - (options->judge.alpha > 0 ? options->judge.alpha : JUDGE_ALPHA)));
	text_wrap(out, reading, options->width, 0, 0);
	fputc('\n', out);
}
