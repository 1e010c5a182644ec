/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/compare_notes.h"

#include <inttypes.h>

#include "common/util.h"
#include "results/timeline.h"
#include "results/verdict.h"

/* ---- the title ---- */

/* How many different seeds; *ret_first is the first one's. */
static size_t count_seeds(const struct compare_group *g, json_int_t *ret_first)
{
	json_t *seen = json_object();
	size_t n;

	for (size_t k = 0; k < g->n_columns; k++) {
		size_t i;
		const json_t *cell;

		json_array_foreach (g->columns[k].cells, i, cell) {
			json_int_t seed = json_integer_value(json_object_get(cell, "seed"));
			_cleanup_free_ char *name = xasprintf("%" JSON_INTEGER_FORMAT, seed);

			if (json_object_size(seen) == 0)
				*ret_first = seed;
			json_object_set_new(seen, name, json_true());
		}
	}
	n = json_object_size(seen);
	json_decref(seen);
	return n;
}

static const char *clock_of(const struct compare_group *g)
{
	const char *clock = compare_common(g, "clock");

	return clock ? clock : record_text(g->columns[0].run, "clock", NULL);
}

void compare_print_title(FILE *out, const struct compare_group *g, const struct compare_options *options)
{
	const char *dot = options->utf8 ? " · " : " - ", *kernel = compare_common(g, "kernel");
	const char *lru = compare_common(g, "lru"), *clock = clock_of(g);
	json_int_t seed = 0;
	size_t seeds = count_seeds(g, &seed);

	fprintf(out, "%s", g->scenario);
	if (kernel)
		fprintf(out, "%skernel %s", dot, kernel);
	if (lru)
		fprintf(out, "%s%s LRU", dot, streq(lru, "mglru") ? "multi-generational" : lru);
	if (clock)
		fprintf(out, "%s%s clock", dot, clock);
	if (seeds == 1)
		fprintf(out, "%sseed %" JSON_INTEGER_FORMAT "\n", dot, seed);
	else
		fprintf(out, "%s%zu seeds\n", dot, seeds);
}

/* ---- what happened ---- */

/* "completed", or "completed 2, oom_killed 1" where seeds ended differently; for any text of the cells. */
static char *tally(const struct compare_column *c, const char *key)
{
	json_t *counts = json_object();
	char *text = xstrdup("");
	size_t i, n = json_array_size(c->cells);
	const json_t *cell;

	json_array_foreach (c->cells, i, cell) {
		const char *word = record_text(cell, key, "-");

		json_object_set_new(counts, word,
				    json_integer(json_integer_value(json_object_get(counts, word)) + 1));
	}
	for (void *it = json_object_iter(counts); it; it = json_object_iter_next(counts, it)) {
		json_int_t count = json_integer_value(json_object_iter_value(it));
		char *more = (size_t)count == n ? xstrdup(json_object_iter_key(it)) :
						  xasprintf("%s%s%s %" JSON_INTEGER_FORMAT, text, *text ? ", " : "",
							    json_object_iter_key(it), count);

		free(text);
		text = more;
	}
	json_decref(counts);
	return text;
}

static void add_texts(struct table *t, const struct compare_group *g, const char *label, const char *key)
{
	table_row(t, label);
	for (unsigned k = 0; k < g->n_columns; k++)
		table_put(t, k, tally(&g->columns[k], key));
}

/* The list with `word` at its end unless it is there; takes the list over. */
static char *join(char *list, const char *word)
{
	char *longer;

	if (strstr(list, word))
		return list;
	longer = xasprintf("%s%s%s", list, *list ? ", " : "", word);
	free(list);
	return longer;
}

/* "node 0: cpuset" of one cell; NULL when the verdict did not fire. */
static char *verdict_places(const json_t *cell, const char *name)
{
	char *text = xstrdup("");
	size_t i;
	const json_t *verdict;

	json_array_foreach (json_object_get(cell, "verdicts"), i, verdict) {
		_cleanup_free_ char *place = NULL;

		if (!streq(record_text(verdict, "name", ""), name))
			continue;
		place = json_object_get(verdict, "node") ?
				xasprintf("node %" PRIu64 ": %s", record_u64(verdict, "node", 0),
					  record_text(verdict, "cause", "?")) :
				xstrdup(record_text(verdict, "cause", "yes"));
		text = join(text, place);
	}
	if (*text)
		return text;
	free(text);
	return NULL;
}

/* Over a column's seeds: "node 0: cpuset", with "2 of 3" when not all have it; NULL when none has. */
static char *verdict_text(const struct compare_column *c, const char *name)
{
	size_t i, fired = 0, n = json_array_size(c->cells);
	_cleanup_free_ char *first = NULL;
	const json_t *cell;

	json_array_foreach (c->cells, i, cell) {
		char *places = verdict_places(cell, name);

		fired += places != NULL;
		if (first)
			free(places);
		else
			first = places;
	}
	if (fired == 0 || fired == n)
		return TAKE_PTR(first);
	return xasprintf("%zu of %zu, %s", fired, n, first);
}

static void add_verdict(struct table *t, const struct compare_group *g, const char *name)
{
	bool any = false;

	table_row(t, name);
	for (unsigned k = 0; k < g->n_columns; k++) {
		char *text = verdict_text(&g->columns[k], name);

		any |= text != NULL;
		table_put(t, k, text ? text : xstrdup("no"));
	}
	if (!any)
		table_drop_row(t);
}

/* "db.0 (memcg)" of all kills in the column; NULL when there was none. */
static char *killed_text(const struct compare_column *c)
{
	char *text = xstrdup("");
	size_t i, k;
	const json_t *cell, *oom;

	json_array_foreach (c->cells, i, cell) {
		json_array_foreach (json_object_get(cell, "oom"), k, oom) {
			const char *victim = record_text(oom, "workload", record_text(oom, "victim", "?"));
			_cleanup_free_ char *word = xasprintf("%s (%s)", victim, record_text(oom, "constraint", "?"));

			text = join(text, word);
		}
	}
	if (*text)
		return text;
	free(text);
	return NULL;
}

static size_t count_invalid(const struct compare_column *c)
{
	size_t i, n = 0;
	const json_t *cell;

	json_array_foreach (c->cells, i, cell)
		n += !json_is_true(json_object_get(cell, "valid"));
	return n;
}

static void add_killed(struct table *t, const struct compare_group *g)
{
	bool any = false;

	table_row(t, "killed");
	for (unsigned k = 0; k < g->n_columns; k++) {
		char *text = killed_text(&g->columns[k]);

		any |= text != NULL;
		table_put(t, k, text ? text : xstrdup("nobody"));
	}
	if (!any)
		table_drop_row(t);
}

static void add_invalid(struct table *t, const struct compare_group *g)
{
	size_t all = 0;

	table_row(t, "not valid");
	for (unsigned k = 0; k < g->n_columns; k++) {
		size_t n = count_invalid(&g->columns[k]);

		table_put(t, k, n ? xasprintf("%zu of %zu", n, json_array_size(g->columns[k].cells)) : xstrdup("no"));
		all += n;
	}
	if (all == 0)
		table_drop_row(t);
}

void compare_add_findings(struct table *t, const struct compare_group *g)
{
	add_texts(t, g, "outcome", "outcome");
	add_invalid(t, g);
	for (const struct verdict *v = verdicts; v->name; v++)
		add_verdict(t, g, v->name);
	add_killed(t, g);
	/* What is the same in all columns is in the title. */
	if (!compare_common(g, "kernel") && g->n_columns > 1)
		add_texts(t, g, "kernel", "kernel");
	if (!compare_common(g, "lru") && g->n_columns > 1)
		add_texts(t, g, "LRU", "lru");
}

/* ---- how to read the numbers ---- */

static void note(FILE *out, const struct compare_options *options, const char *text)
{
	text_wrap(out, text, options->width, 0, 0);
}

static void print_reading(FILE *out, const struct compare_group *g, const struct compare_options *options)
{
	const char *clock = clock_of(g);
	size_t most = 0;
	bool unlike = false, partial = false;

	for (size_t k = 0; k < g->n_columns; k++) {
		const struct compare_column *c = &g->columns[k];

		most = MAX(most, json_array_size(c->cells));
		unlike |= !compare_comparable(&g->columns[0], c);
		partial |= json_array_size(c->usable) + count_invalid(c) < json_array_size(c->cells);
	}
	if (most > 1)
		note(out, options, "Medians over the seeds; min..max below where they differ.");
	if (partial)
		note(out, options, "Where some seeds did not complete, the numbers are of those that did.");
	if (g->n_columns < 2)
		return;
	if (most == 1 && clock && streq(clock, "virtual"))
		note(out, options, "One seed under the virtual clock: the differences are exact.");
	else if (most == 1)
		note(out, options, "One run of each under a real clock: small differences may be noise.");
	if (unlike)
		note(out, options, "No change is shown for a column that ended differently from the first.");
}

/* ---- sentences ---- */

static void print_verdicts(FILE *out, const json_t *cell, const char *who, const struct compare_options *options)
{
	size_t i;
	const json_t *verdict;

	json_array_foreach (json_object_get(cell, "verdicts"), i, verdict) {
		_cleanup_free_ char *line = xasprintf("%s%s", who, record_text(verdict, "summary", "?"));
		_cleanup_free_ char *fix = xasprintf("%s %s", options->utf8 ? "→" : "->",
						     record_text(verdict, "fix", ""));

		text_wrap(out, line, options->width, 2, 4);
		if (json_object_get(verdict, "fix"))
			text_wrap(out, fix, options->width, 4, 6);
	}
}

static void print_reasons(FILE *out, const json_t *cell, const char *who, const struct compare_options *options)
{
	size_t i;
	const json_t *reason;

	json_array_foreach (json_object_get(cell, "invalid_reasons"), i, reason) {
		_cleanup_free_ char *line = xasprintf("%snot valid: %s", who, json_string_value(reason));

		text_wrap(out, line, options->width, 2, 4);
	}
}

/* "met", "not met" or "not applicable" */
static const char *state_of(const json_t *expectation)
{
	if (json_is_false(json_object_get(expectation, "applies")))
		return "not applicable";
	return json_is_true(json_object_get(expectation, "met")) ? "met" : "not met";
}

static void print_expectations(FILE *out, const json_t *cell, const char *who, bool all,
			       const struct compare_options *options)
{
	size_t i;
	const json_t *e;

	json_array_foreach (json_object_get(cell, "expectations"), i, e) {
		const json_t *actual = json_object_get(e, "actual");
		_cleanup_free_ char *was = actual ? json_dumps(actual, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6)) : NULL;
		const char *reason = record_text(e, "reason", was), *state = state_of(e);
		_cleanup_free_ char *line =
			xasprintf("%s%s: %s%s%s%s", who, state, record_text(e, "text", "?"), reason ? " (" : "",
				  reason ? reason : "", reason ? ")" : "");

		if (all || streq(state, "not met"))
			text_wrap(out, line, options->width, 2, 4);
	}
}

static size_t count_state(const struct compare_group *g, const char *state)
{
	size_t i, k, n = 0;
	const json_t *cell, *e;

	for (size_t c = 0; c < g->n_columns; c++) {
		json_array_foreach (g->columns[c].cells, i, cell) {
			json_array_foreach (json_object_get(cell, "expectations"), k, e)
				n += streq(state_of(e), state);
		}
	}
	return n;
}

typedef void cell_printer(FILE *out, const json_t *cell, const char *who, const struct compare_options *options);

static void print_unmet(FILE *out, const json_t *cell, const char *who, const struct compare_options *options)
{
	print_expectations(out, cell, who, false, options);
}

/* Each line begins with the profile, and the seed where there are several. */
static void for_each_cell(FILE *out, const struct compare_group *g, cell_printer *print,
			  const struct compare_options *options)
{
	for (size_t k = 0; k < g->n_columns; k++) {
		const struct compare_column *c = &g->columns[k];
		size_t i;
		const json_t *cell;

		json_array_foreach (c->cells, i, cell) {
			_cleanup_free_ char *who =
				json_array_size(c->cells) > 1 ?
					xasprintf("%s, seed %" PRIu64 ": ", c->profile, record_u64(cell, "seed", 0)) :
					xasprintf("%s: ", c->profile);

			print(out, cell, who, options);
		}
	}
}

void compare_print_notes(FILE *out, const struct compare_group *g, const struct compare_options *options)
{
	size_t met = count_state(g, "met"), unmet = count_state(g, "not met"),
	       other = count_state(g, "not applicable");

	print_reading(out, g, options);
	for_each_cell(out, g, print_verdicts, options);
	for_each_cell(out, g, print_reasons, options);
	if (met + unmet + other > 0) {
		fprintf(out, "Expectations: %zu met, %zu not met", met, unmet);
		fprintf(out, other ? ", %zu not applicable\n" : "\n", other);
		for_each_cell(out, g, print_unmet, options);
	}
	fputc('\n', out);
}

void compare_print_cell_notes(FILE *out, const json_t *cell, const struct compare_options *options)
{
	print_verdicts(out, cell, "", options);
	print_reasons(out, cell, "", options);
	print_expectations(out, cell, "", true, options);
}
