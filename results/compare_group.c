/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/compare_group.h"

#include "common/util.h"
#include "results/timeline.h"

/* ---- sorting cells into groups and columns ---- */

static struct compare_group *group_of(struct compare_groups *all, const char *scenario, const char *kernel,
				      const char *profile)
{
	for (size_t i = 0; i < all->n; i++)
		if (streq(all->list[i].scenario, scenario) && streq(all->list[i].kernel, kernel) &&
		    streq(all->list[i].profile, profile))
			return &all->list[i];
	all->list = xrealloc(all->list, (all->n + 1) * sizeof(*all->list));
	all->list[all->n] = (struct compare_group){ .scenario = scenario, .kernel = kernel, .profile = profile };
	return &all->list[all->n++];
}

static struct compare_column *column_of(struct compare_group *g, const json_t *run, const char *profile,
					const char *kernel, bool cured)
{
	struct compare_column *c;

	for (size_t i = 0; i < g->n_columns; i++) {
		c = &g->columns[i];
		if (c->run == run && streq(c->profile, profile) && streq(c->kernel, kernel) && c->cured == cured)
			return c;
	}
	g->columns = xrealloc(g->columns, (g->n_columns + 1) * sizeof(*g->columns));
	c = &g->columns[g->n_columns++];
	*c = (struct compare_column){ run, profile, kernel, cured, json_array(), json_array() };
	return c;
}

/* A run that is not there has everything. */
static bool has_cell(const json_t *run, const char *scenario, const char *kernel)
{
	size_t i;
	const json_t *cell;

	if (!run)
		return true;
	json_array_foreach (json_object_get(run, "cells"), i, cell)
		if (streq(record_text(cell, "scenario", "?"), scenario) &&
		    streq(record_text(cell, "kernel", ""), kernel))
			return true;
	return false;
}

/* The scenario that the cell is shown with: a cure with what it cures, where that is there. */
static const char *case_of(const json_t *run, const json_t *cell)
{
	const char *cures = record_text(cell, "cures", "");

	return *cures && has_cell(run, cures, record_text(cell, "kernel", "")) ? cures
									       : record_text(cell, "scenario", "?");
}

/* Kernels are kept apart, but for those that only one of two runs has: then it is the kernels that are
 * compared. */
static void add_run(struct compare_groups *all, const json_t *run, const json_t *other, enum compare_by by, bool beside)
{
	size_t i;
	json_t *cell;

	json_array_foreach (json_object_get(run, "cells"), i, cell) {
		const char *own = record_text(cell, "scenario", "?"), *scenario = beside ? case_of(run, cell) : own,
			   *kernel = record_text(cell, "kernel", ""), *profile = record_text(cell, "profile", "?");
		struct compare_group *g;

		if (json_object_get(cell, "repeat"))
			continue; /* the same cell again, for the proof that it repeats */
		if (by == COMPARE_KERNELS)
			g = group_of(all, scenario, "", profile);
		else
			g = group_of(all, scenario, has_cell(other, scenario, kernel) ? kernel : "",
				     by == COMPARE_RUNS ? profile : "");
		json_array_append(column_of(g, run, profile, kernel, !streq(scenario, own))->cells, cell);
	}
}

static bool is_baseline(const struct compare_column *c)
{
	return streq(c->profile, "kernel-default") && !c->cured;
}

/* What everything is held against stands first; of several kernels the one that was asked for first. */
static void baseline_first(struct compare_group *g)
{
	for (size_t i = 1; i < g->n_columns && !is_baseline(&g->columns[0]); i++) {
		struct compare_column found = g->columns[i];

		if (found.run != g->columns[0].run || !is_baseline(&found))
			continue;
		memmove(g->columns + 1, g->columns, i * sizeof(*g->columns));
		g->columns[0] = found;
	}
}

/*
 * Which cells' numbers count: the valid ones; and where some seeds completed
 * and others did not, those that completed, because a killed run swaps less
 * and ends sooner and must not pass for a good one.
 */
static void choose_usable(struct compare_column *c)
{
	bool completed = false;
	size_t i;
	json_t *cell;

	json_array_foreach (c->cells, i, cell)
		if (json_is_true(json_object_get(cell, "valid")))
			completed |= streq(record_text(cell, "outcome", ""), "completed");
	json_array_foreach (c->cells, i, cell)
		if (json_is_true(json_object_get(cell, "valid")) &&
		    (!completed || streq(record_text(cell, "outcome", ""), "completed")))
			json_array_append(c->usable, cell);
}

bool compare_is_run(const json_t *run)
{
	return streq(record_text(run, "schema", ""), "memrig.run/1") && json_is_array(json_object_get(run, "cells"));
}

static struct compare_groups groups_of(const json_t *run, const json_t *other, enum compare_by by, bool beside)
{
	struct compare_groups all = { 0 };

	add_run(&all, run, other, by, beside);
	if (other)
		add_run(&all, other, run, by, beside);
	for (size_t i = 0; i < all.n; i++) {
		baseline_first(&all.list[i]);
		for (size_t k = 0; k < all.list[i].n_columns; k++)
			choose_usable(&all.list[i].columns[k]);
	}
	return all;
}

struct compare_groups compare_groups_of(const json_t *run, const json_t *other)
{
	return groups_of(run, other, COMPARE_PROFILES, false);
}

struct compare_groups compare_groups_by(const json_t *run, const json_t *other, enum compare_by by)
{
	return groups_of(run, other, by, by == COMPARE_PROFILES);
}

/* The text all cells of the run have for a key; NULL when they differ. */
static const char *of_all_cells(const json_t *run, const char *key)
{
	const char *common = NULL;
	size_t i;
	const json_t *cell;

	json_array_foreach (json_object_get(run, "cells"), i, cell) {
		if (common && !streq(common, record_text(cell, key, "")))
			return NULL;
		common = record_text(cell, key, "");
	}
	return common ? common : "";
}

enum compare_by compare_by_what_differs(const json_t *run, const json_t *other)
{
	bool one_profile = of_all_cells(run, "profile") && of_all_cells(run, "cures");

	return !other && one_profile && !of_all_cells(run, "kernel") ? COMPARE_KERNELS : COMPARE_PROFILES;
}

void compare_groups_release(struct compare_groups *groups)
{
	for (size_t i = 0; i < groups->n; i++) {
		for (size_t k = 0; k < groups->list[i].n_columns; k++) {
			json_decref(groups->list[i].columns[k].cells);
			json_decref(groups->list[i].columns[k].usable);
		}
		free(groups->list[i].columns);
	}
	free(groups->list);
}

/* ---- looking at them ---- */

char *compare_column_title(const struct compare_column *c)
{
	if (!c->cured)
		return xstrdup(c->profile);
	return streq(c->profile, "kernel-default") ? xstrdup("cured") : xasprintf("%s cured", c->profile);
}

bool compare_differs(const struct compare_group *g, const char *key)
{
	const json_t *first = NULL, *cell;
	size_t i;

	for (size_t k = 0; k < g->n_columns; k++)
		json_array_foreach (g->columns[k].cells, i, cell) {
			const json_t *value = json_object_get(cell, key);

			if (!first)
				first = value;
			if (value && !json_equal(value, first))
				return true;
		}
	return false;
}

const char *compare_common(const struct compare_group *g, const char *key)
{
	const char *common = NULL;

	for (size_t k = 0; k < g->n_columns; k++) {
		size_t i;
		const json_t *cell;

		json_array_foreach (g->columns[k].cells, i, cell) {
			const char *text = record_text(cell, key, "");

			if (common && !streq(common, text))
				return NULL;
			common = text;
		}
	}
	return common && *common ? common : NULL;
}

/* Returns false when the cell lacks one of the metrics. */
static bool cell_value(const json_t *cell, const char *sum, double *ret)
{
	const json_t *metrics = json_object_get(cell, "metrics");
	double total = 0;

	while (*sum) {
		size_t len = strcspn(sum, " ");
		double sign = *sum == '-' ? -1 : 1;
		_cleanup_free_ char *name = xasprintf("%.*s", (int)len - (sign < 0), sum + (sign < 0));
		const json_t *value = json_object_get(metrics, name);

		if (!json_is_number(value))
			return false;
		total += sign * json_number_value(value);
		sum += len + strspn(sum + len, " ");
	}
	*ret = total;
	return true;
}

static int compare_doubles(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct compare_value compare_value(const struct compare_column *c, const char *sum)
{
	_cleanup_free_ double *values = xcalloc(json_array_size(c->usable), sizeof(*values));
	struct compare_value v = { .n = 0 };
	size_t i;
	const json_t *cell;

	json_array_foreach (c->usable, i, cell)
		v.n += cell_value(cell, sum, &values[v.n]);
	if (v.n == 0)
		return v;
	qsort(values, v.n, sizeof(*values), compare_doubles);
	v.min = values[0];
	v.max = values[v.n - 1];
	v.median = (values[(v.n - 1) / 2] + values[v.n / 2]) / 2;
	return v;
}

/* Whether all usable cells of the column, of which there are some, ended so. */
static bool all_ended(const struct compare_column *c, const char *outcome)
{
	size_t i;
	const json_t *cell;

	json_array_foreach (c->usable, i, cell)
		if (!streq(record_text(cell, "outcome", ""), outcome))
			return false;
	return json_array_size(c->usable) > 0;
}

bool compare_comparable(const struct compare_column *a, const struct compare_column *b)
{
	const char *outcome = record_text(json_array_get(a->usable, 0), "outcome", "");

	return all_ended(a, outcome) && all_ended(b, outcome);
}

size_t compare_invalid(const struct compare_column *c)
{
	size_t i, n = 0;
	const json_t *cell;

	json_array_foreach (c->cells, i, cell)
		n += !json_is_true(json_object_get(cell, "valid"));
	return n;
}
