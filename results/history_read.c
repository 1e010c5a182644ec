/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells that a history is made of, from the index of the store. */
#include "common/util.h"
#include "results/history.h"
#include "results/store_index.h"

static void add_cell(struct history_cells *cells, const struct index_cell *cell)
{
	cells->list[cells->n++] = (struct history_cell){
		.run = xstrdup(cell->run),
		.path = xstrdup(cell->path),
		.started = xstrdup(cell->started),
		.id = xstrdup(cell->cell),
		.scenario = xstrdup(cell->scenario),
		.profile = xstrdup(cell->profile),
		.kernel = xstrdup(cell->kernel),
		.clock = xstrdup(cell->clock),
		.outcome = xstrdup(cell->outcome),
		.seed = cell->seed,
		.valid = cell->valid,
		.has_value = cell->has_value,
		.value = cell->value,
	};
}

int history_read(const struct store *store, const struct history_filter *filter, struct history_cells *ret, struct error *err)
{
	const struct index_filter wanted = { .scenario = filter->scenario, .profile = filter->profile, .kernel = filter->kernel };
	struct index *index;
	struct index_cells found = { 0 };
	int r = index_open(store, &index, err);

	if (r < 0)
		return r;
	r = index_find_cells(index, &wanted, filter->metric, &found, err);
	index_close(index);
	if (r < 0)
		return r;
	*ret = (struct history_cells){ xcalloc(found.n + 1, sizeof(*ret->list)), 0 };
	for (size_t i = 0; i < found.n; i++)
		if (!found.list[i].repeat)
			add_cell(ret, &found.list[i]);
	index_cells_release(&found);
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
