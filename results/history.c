/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/history.h"

#include "common/util.h"
#include "results/changes.h"
#include "results/kernel_series.h"
#include "results/metrics.h"
#include "results/store.h"
#include "results/timeline.h"

/* The cells of one run in a series. */
struct night {
	const struct history_cell **cells;
	size_t n, n_values;
	double median, min, max;
};

struct series {
	const struct history_cell *like; /* scenario, profile, clock and series of kernels are its own */
	struct night *nights;
	size_t n;
};

/* ---- sorting cells into nights ---- */

static bool same_series(const struct history_cell *a, const struct history_cell *b)
{
	size_t len = kernel_series(a->kernel);

	return streq(a->scenario, b->scenario) && streq(a->profile, b->profile) &&
	       streq(a->clock, b->clock) && len == kernel_series(b->kernel) &&
	       (len ? strncmp(a->kernel, b->kernel, len) == 0 : streq(a->kernel, b->kernel));
}

static struct series *series_of(struct series **all, size_t *n, const struct history_cell *cell)
{
	for (size_t i = 0; i < *n; i++)
		if (same_series((*all)[i].like, cell))
			return &(*all)[i];
	*all = xrealloc(*all, (*n + 1) * sizeof(**all));
	(*all)[*n] = (struct series){ .like = cell };
	return &(*all)[(*n)++];
}

/* Cells come run by run, so that a night is the last one or a new one. */
static void add_to_night(struct series *s, const struct history_cell *cell)
{
	struct night *night = s->n ? &s->nights[s->n - 1] : NULL;

	if (!night || !streq(night->cells[0]->run, cell->run)) {
		s->nights = xrealloc(s->nights, (s->n + 1) * sizeof(*s->nights));
		night = &s->nights[s->n++];
		*night = (struct night){ 0 };
	}
	night->cells = xrealloc(night->cells, (night->n + 1) * sizeof(*night->cells));
	night->cells[night->n++] = cell;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void take_values(struct night *night)
{
	_cleanup_free_ double *values = xcalloc(night->n, sizeof(*values));
	size_t n = 0;

	for (size_t i = 0; i < night->n; i++)
		if (night->cells[i]->valid && night->cells[i]->has_value &&
		    streq(night->cells[i]->outcome, "completed"))
			values[n++] = night->cells[i]->value;
	night->n_values = n;
	if (n == 0)
		return;
	qsort(values, n, sizeof(*values), by_value);
	night->median = (values[(n - 1) / 2] + values[n / 2]) / 2;
	night->min = values[0];
	night->max = values[n - 1];
}

static void drop_night(struct series *s, size_t at)
{
	free(s->nights[at].cells);
	memmove(s->nights + at, s->nights + at + 1, (s->n - at - 1) * sizeof(*s->nights));
	s->n--;
}

/* ---- what else changed ---- */

static json_t *seeds_of(const struct night *night)
{
	json_t *seeds = json_array();

	for (size_t i = 0; i < night->n; i++)
		json_array_append_new(seeds, json_integer(night->cells[i]->seed));
	return seeds;
}

static json_t *load(const struct history_cell *cell, const char *file)
{
	_cleanup_free_ char *path = file ? xasprintf("cells/%s/%s", cell->id, file) : xstrdup("run.json");
	json_t *json = NULL;

	return store_read_json(cell->path, path, &json, NULL) == 0 ? json : NULL;
}

/* Other seeds make other values; so they come first, before kernel, profile and the rest. */
static json_t *changed_between(const struct night *before, const struct night *after)
{
	struct changes_of sides[2];
	const struct night *nights[] = { before, after };
	json_t *seeds[2] = { seeds_of(before), seeds_of(after) }, *changes;

	for (int i = 0; i < 2; i++)
		sides[i] = (struct changes_of){ load(nights[i]->cells[0], NULL),
						load(nights[i]->cells[0], "summary.json"),
						load(nights[i]->cells[0], "cell.json") };
	changes = changes_find(&sides[0], &sides[1]);
	if (!json_equal(seeds[0], seeds[1]))
		json_array_insert_new(
			changes, 0,
			json_pack("{s:s, s:O, s:O}", "what", "seeds", "before", seeds[0], "after", seeds[1]));
	for (int i = 0; i < 2; i++) {
		json_decref((json_t *)sides[i].run);
		json_decref((json_t *)sides[i].cell);
		json_decref((json_t *)sides[i].description);
		json_decref(seeds[i]);
	}
	return changes;
}

/* ---- the document ---- */

static json_t *outcomes_json(const struct night *night)
{
	json_t *counts = json_object();

	for (size_t i = 0; i < night->n; i++) {
		const char *word = night->cells[i]->valid ? night->cells[i]->outcome : "invalid";

		json_object_set_new(counts, word,
				    json_integer(json_integer_value(json_object_get(counts, word)) + 1));
	}
	return counts;
}

static json_t *number(double value)
{
	return value == (double)(json_int_t)value ? json_integer((json_int_t)value) : json_real(value);
}

static json_t *night_json(const struct night *night)
{
	const struct history_cell *first = night->cells[0];
	json_t *json = json_pack("{s:s, s:s, s:s, s:o, s:I}", "run", first->run, "started", first->started,
				 "kernel", first->kernel, "outcomes", outcomes_json(night), "values",
				 (json_int_t)night->n_values);

	if (night->n_values > 0) {
		json_object_set_new(json, "value", number(night->median));
		json_object_set_new(json, "min", number(night->min));
		json_object_set_new(json, "max", number(night->max));
	}
	return json;
}

static const char *direction(const struct metric *metric, const struct trend_point *p)
{
	if (!metric || metric->better == BETTER_NONE)
		return "change";
	return (p->after > p->before) == (metric->better == BETTER_HIGHER) ? "better" : "worse";
}

static json_t *point_json(const struct trend_point *p, const struct metric *metric, bool exact, size_t night,
			  const struct night *before, const struct night *after)
{
	json_t *json = json_pack("{s:I, s:s, s:s, s:o, s:o}", "night", (json_int_t)night, "run",
				 after->cells[0]->run, "direction", direction(metric, p), "before",
				 number(p->before), "after", number(p->after));

	if (p->before != 0)
		json_object_set_new(json, "change_ratio", json_real(p->after / p->before - 1));
	if (!exact)
		json_object_set_new(json, "p", json_real(p->p));
	json_object_set_new(json, "changed", changed_between(before, after));
	return json;
}

/* Nights without a value have no place in the trend: it is looked for among the others. */
static json_t *points_json(const struct series *s, const struct metric *metric,
			   const struct trend_options *options)
{
	_cleanup_free_ double *values = xcalloc(s->n, sizeof(*values));
	_cleanup_free_ size_t *at = xcalloc(s->n, sizeof(*at));
	_cleanup_free_ struct trend_point *points = NULL;
	struct trend_options own = *options;
	size_t n = 0, n_points;
	json_t *list = json_array();

	for (size_t i = 0; i < s->n; i++)
		if (s->nights[i].n_values > 0) {
			at[n] = i;
			values[n++] = s->nights[i].median;
		}
	own.exact = streq(s->like->clock, "virtual");
	n_points = trend_find(values, n, &own, &points);
	for (size_t i = 0; i < n_points; i++) {
		size_t night = at[points[i].at], before = at[points[i].at - 1];

		json_array_append_new(list, point_json(&points[i], metric, own.exact, night,
						       &s->nights[before], &s->nights[night]));
	}
	return list;
}

static json_t *series_json(struct series *s, const struct history_filter *filter, const struct metric *metric,
			   const struct trend_options *options)
{
	const struct history_cell *like = s->like;
	size_t len = kernel_series(like->kernel);
	json_t *nights = json_array();

	for (size_t i = 0; i < s->n; i++)
		take_values(&s->nights[i]);
	while (filter->last && s->n > filter->last)
		drop_night(s, 0);
	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(nights, night_json(&s->nights[i]));
	return json_pack("{s:s, s:s, s:s%, s:s, s:o, s:o}", "scenario", like->scenario, "profile",
			 like->profile, "kernel", like->kernel, len ? len : strlen(like->kernel), "clock",
			 like->clock, "nights", nights, "change_points", points_json(s, metric, options));
}

/* A scenario whose workloads do not have the metric has no history of it. */
static bool has_values(const struct series *s)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < s->nights[i].n; k++)
			if (s->nights[i].cells[k]->has_value)
				return true;
	return false;
}

json_t *history_make(const struct history_cells *cells, const struct history_filter *filter,
		     const struct trend_options *options)
{
	const struct metric *metric = metric_find(filter->metric);
	json_t *list = json_array(), *document;
	struct series *all = NULL;
	size_t n = 0;

	for (size_t i = 0; i < cells->n; i++)
		add_to_night(series_of(&all, &n, &cells->list[i]), &cells->list[i]);
	for (size_t i = 0; i < n; i++) {
		if (has_values(&all[i]))
			json_array_append_new(list, series_json(&all[i], filter, metric, options));
		while (all[i].n > 0)
			drop_night(&all[i], all[i].n - 1);
		free(all[i].nights);
	}
	free(all);
	document = json_pack("{s:s, s:s, s:I, s:f, s:f}", "schema", "memrig.history/1", "metric",
			     filter->metric, "window", (json_int_t)options->window, "max_p", options->max_p,
			     "min_change_ratio", options->min_magnitude);
	if (metric)
		json_object_set_new(document, "unit", json_string(metric->unit));
	json_object_set_new(document, "series", list);
	return document;
}
