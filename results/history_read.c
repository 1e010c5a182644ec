/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells that a history is made of, from the run directories. */
#include "common/util.h"
#include "results/history.h"
#include "results/store.h"
#include "results/timeline.h"

static bool wanted(const char *filter, const char *text)
{
	return !filter || streq(filter, text);
}

static bool wanted_kernel(const char *filter, const char *release)
{
	size_t len = filter ? strlen(filter) : 0;

	/* "6.1" is not the beginning of "6.12". */
	return strncmp(release, filter ? filter : "", len) == 0 &&
	       !(len && release[len] >= '0' && release[len] <= '9');
}

static void add_cell(struct history_cells *cells, const json_t *run, const json_t *cell,
		     const struct history_filter *filter)
{
	const json_t *value = json_object_get(json_object_get(cell, "metrics"), filter->metric);
	const char *scenario = record_text(cell, "scenario", ""), *profile = record_text(cell, "profile", "");
	const char *kernel = record_text(cell, "kernel", "");

	if (json_object_get(cell, "repeat") || !wanted(filter->scenario, scenario) ||
	    !wanted(filter->profile, profile) || !wanted_kernel(filter->kernel, kernel))
		return;
	/* Doubled, as there may be ten thousand. */
	if ((cells->n & (cells->n + 1)) == 0)
		cells->list = xrealloc(cells->list, (2 * cells->n + 2) * sizeof(*cells->list));
	cells->list[cells->n++] = (struct history_cell){
		.run = xstrdup(record_text(run, "run", "")),
		.path = xstrdup(record_text(run, "path", "")),
		.started = xstrdup(record_text(run, "started", "")),
		.id = xstrdup(record_text(cell, "id", "")),
		.scenario = xstrdup(scenario),
		.profile = xstrdup(profile),
		.kernel = xstrdup(kernel),
		.clock = xstrdup(record_text(cell, "clock", record_text(run, "clock", ""))),
		.outcome = xstrdup(record_text(cell, "outcome", "")),
		.seed = json_integer_value(json_object_get(cell, "seed")),
		.valid = json_is_true(json_object_get(cell, "valid")),
		.has_value = json_is_number(value),
		.value = json_number_value(value),
	};
}

/* Ids begin with the names of the scenario and the profile: what is not asked for need not be read. */
static bool may_be_wanted(const struct history_filter *filter, const char *id)
{
	size_t len = filter->scenario ? strlen(filter->scenario) : strcspn(id, ".");

	if (filter->scenario && (strncmp(id, filter->scenario, len) != 0 || id[len] != '.'))
		return false;
	if (!filter->profile || id[len] != '.')
		return true;
	return strncmp(id + len + 1, filter->profile, strlen(filter->profile)) == 0;
}

static void read_run(struct history_cells *cells, const json_t *run, const struct history_filter *filter)
{
	size_t i;
	const json_t *id;

	json_array_foreach (json_object_get(run, "cells"), i, id) {
		_cleanup_free_ char *path = NULL;
		json_t *cell = NULL;

		if (!json_is_string(id) || !may_be_wanted(filter, json_string_value(id)))
			continue;
		path = xasprintf("cells/%s/summary.json", json_string_value(id));
		if (store_read_json(record_text(run, "path", ""), path, &cell, NULL) == 0)
			add_cell(cells, run, cell, filter);
		json_decref(cell);
	}
}

int history_read(const struct store *store, const struct history_filter *filter, struct history_cells *ret,
		 struct error *err)
{
	struct history_cells cells = { 0 };
	json_t *runs = NULL;
	int r = store_list(store, &runs, err);
	size_t i;
	const json_t *run;

	if (r < 0)
		return r;
	json_array_foreach (runs, i, run)
		read_run(&cells, run, filter);
	json_decref(runs);
	*ret = cells;
	return 0;
}

void history_cells_release(struct history_cells *cells)
{
	for (size_t i = 0; i < cells->n; i++) {
		struct history_cell *c = &cells->list[i];
		char *texts[] = { c->run,     c->path,   c->started, c->id,     c->scenario,
				  c->profile, c->kernel, c->clock,   c->outcome };

		for (size_t k = 0; k < ARRAY_SIZE(texts); k++)
			free(texts[k]);
	}
	free(cells->list);
}
