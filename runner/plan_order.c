/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In which order the cells of a plan run. */
#include "common/rng.h"
#include "common/util.h"
#include "runner/plan.h"

/* Cells that differ in nothing but profile and kernel: a block of the design. */
static bool same_block(const struct plan_cell *a, const struct plan_cell *b)
{
	return a->scenario == b->scenario && a->seed == b->seed && a->repeat == b->repeat;
}

/* Fisher and Yates. */
static void shuffle(const struct plan_cell **cells, size_t n, struct rng *rng)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = rng_below(rng, i);
		const struct plan_cell *moved = cells[i - 1];

		cells[i - 1] = cells[k];
		cells[k] = moved;
	}
}

const struct plan_cell **plan_order(const struct plan *plan)
{
	const struct plan_cell **order = xcalloc(plan->n_cells + 1, sizeof(*order));
	struct rng rng = { plan->order_seed };

	for (size_t i = 0; i < plan->n_cells; i++)
		order[i] = &plan->cells[i];
	for (size_t i = 0, end; plan->order_seed && i < plan->n_cells; i = end) {
		for (end = i + 1; end < plan->n_cells && same_block(order[i], order[end]); end++)
			;
		shuffle(order + i, end - i, &rng);
	}
	return order;
}
