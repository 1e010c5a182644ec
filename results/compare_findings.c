/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first rows of a comparison: what happened, before any number. */
#include <inttypes.h>

#include "common/util.h"
#include "results/compare_notes.h"
#include "results/timeline.h"
#include "results/verdict.h"

/* Texts as they are, numbers in digits; "-" where a cell has none. */
static char *word_of(const json_t *cell, const char *key)
{
	const json_t *value = json_object_get(cell, key);

	return json_is_integer(value) ? xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value))
				      : xstrdup(record_text(cell, key, "-"));
}

/* "completed", or "completed 2, oom_killed 1" where seeds ended differently; for any word of the cells. */
static char *tally(const struct compare_column *c, const char *key)
{
	json_t *counts = json_object();
	char *text = xstrdup("");
	size_t i, n = json_array_size(c->cells);
	const json_t *cell;

	json_array_foreach (c->cells, i, cell) {
		_cleanup_free_ char *word = word_of(cell, key);

		json_object_set_new(counts, word,
				    json_integer(json_integer_value(json_object_get(counts, word)) + 1));
	}
	for (void *it = json_object_iter(counts); it; it = json_object_iter_next(counts, it)) {
		json_int_t count = json_integer_value(json_object_iter_value(it));
		char *more = (size_t)count == n
				     ? xstrdup(json_object_iter_key(it))
				     : xasprintf("%s%s%s %" JSON_INTEGER_FORMAT, text, *text ? ", " : "",
						 json_object_iter_key(it), count);

		free(text);
		text = more;
	}
	json_decref(counts);
	return text;
}

static void add_words(struct table *t, const struct compare_group *g, const char *label, const char *key)
{
	table_row(t, label);
	for (unsigned k = 0; k < g->n_columns; k++)
		table_put(t, k, tally(&g->columns[k], key));
}

/* Whether `word` is one of the elements of "a, b, c". */
static bool is_listed(const char *list, const char *word)
{
	for (;;) {
		const char *comma = strstr(list, ", ");
		size_t len = comma ? (size_t)(comma - list) : strlen(list);

		if (len == strlen(word) && memcmp(list, word, len) == 0)
			return true;
		if (!comma)
			return false;
		list = comma + 2;
	}
}

/* The list with `word` at its end unless it is there; takes the list over. */
static char *join(char *list, const char *word)
{
	char *longer;

	if (is_listed(list, word))
		return list;
	longer = xasprintf("%s%s%s", list, *list ? ", " : "", word);
	free(list);
	return longer;
}

/* Adds one cell's "node 0: cpuset" to the list; returns whether the verdict fired. */
static bool join_places(char **list, const json_t *cell, const char *name)
{
	bool fired = false;
	size_t i;
	const json_t *verdict;

	json_array_foreach (json_object_get(cell, "verdicts"), i, verdict) {
		_cleanup_free_ char *place = NULL;

		if (!streq(record_text(verdict, "name", ""), name))
			continue;
		place = json_object_get(verdict, "node")
				? xasprintf("node %" PRIu64 ": %s", record_u64(verdict, "node", 0),
					    record_text(verdict, "cause", "?"))
				: xstrdup(record_text(verdict, "cause", "yes"));
		*list = join(*list, place);
		fired = true;
	}
	return fired;
}

/* Over a column's seeds: "node 0: cpuset" (each that some seed has), with "2 of 3" when it did not fire in
 * all; NULL when it fired in none. */
static char *verdict_text(const struct compare_column *c, const char *name)
{
	size_t i, fired = 0, n = json_array_size(c->cells);
	_cleanup_free_ char *places = xstrdup("");
	const json_t *cell;

	json_array_foreach (c->cells, i, cell)
		fired += join_places(&places, cell, name);
	if (fired == 0)
		return NULL;
	return fired == n ? TAKE_PTR(places) : xasprintf("%zu of %zu, %s", fired, n, places);
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
			_cleanup_free_ char *word =
				xasprintf("%s (%s)", victim, record_text(oom, "constraint", "?"));

			text = join(text, word);
		}
	}
	if (*text)
		return text;
	free(text);
	return NULL;
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
		size_t n = compare_invalid(&g->columns[k]);

		table_put(t, k,
			  n ? xasprintf("%zu of %zu", n, json_array_size(g->columns[k].cells))
			    : xstrdup("no"));
		all += n;
	}
	if (all == 0)
		table_drop_row(t);
}

void compare_add_findings(struct table *t, const struct compare_group *g)
{
	add_words(t, g, "outcome", "outcome");
	add_invalid(t, g);
	for (const struct verdict *const *at = verdicts; *at; at++)
		add_verdict(t, g, (*at)->name);
	add_killed(t, g);
	/* What is the same in all columns is in the title; kernels side by side are above the columns. */
	if (!*g->profile && compare_differs(g, "kernel"))
		add_words(t, g, "kernel", "kernel");
	if (compare_differs(g, "lru"))
		add_words(t, g, "LRU", "lru");
	if (compare_differs(g, "memory_tiers"))
		add_words(t, g, "memory tiers", "memory_tiers");
}
