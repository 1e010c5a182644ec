/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/judge_values.h"

#include <math.h>

#include "common/util.h"
#include "results/stats/order.h"
#include "results/timeline.h"

const char *judge_clock(const struct compare_column *c, const json_t *cell)
{
	return record_text(cell, "clock", record_text(c->run, "clock", ""));
}

static bool all_virtual(const struct compare_column *c)
{
	size_t i;
	const json_t *cell;

	json_array_foreach (c->usable, i, cell)
		if (!streq(judge_clock(c, cell), "virtual"))
			return false;
	return json_array_size(c->usable) > 0;
}

static json_int_t seed_of(const json_t *cell)
{
	return json_integer_value(json_object_get(cell, "seed"));
}

/* The only usable cell of that seed; NULL when there is none or several. */
static const json_t *only_of_seed(const struct compare_column *c, json_int_t seed)
{
	const json_t *found = NULL, *cell;
	size_t i;

	json_array_foreach (c->usable, i, cell) {
		if (seed_of(cell) != seed)
			continue;
		if (found)
			return NULL;
		found = cell;
	}
	return found;
}

static void pair_up(struct judge_cells *cells, const struct compare_column *base, const struct compare_column *other)
{
	size_t i;
	const json_t *cell;

	json_array_foreach (base->usable, i, cell) {
		const json_t *partner = only_of_seed(other, seed_of(cell));

		if (!partner || !only_of_seed(base, seed_of(cell)))
			continue;
		cells->base[cells->n_base++] = cell;
		cells->other[cells->n_other++] = partner;
	}
	cells->left_out = json_array_size(base->usable) + json_array_size(other->usable) - 2 * cells->n_base;
}

bool judge_same_cell(const json_t *a, const json_t *b)
{
	return streq(record_text(a, "outcome", ""), record_text(b, "outcome", "")) &&
	       json_equal(json_object_get(a, "metrics"), json_object_get(b, "metrics"));
}

/* Whether an earlier one of the list, and with pairs its partner, is the same. */
static bool is_repeat(const json_t *const *list, const json_t *const *partners, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (judge_same_cell(list[i], list[n]) && (!partners || judge_same_cell(partners[i], partners[n])))
			return true;
	return false;
}

/* Keeps the first of those that are the same; partners may be NULL. Returns how many are left. */
static size_t drop_repeats(const json_t **list, const json_t **partners, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		list[kept] = list[i];
		if (partners)
			partners[kept] = partners[i];
		kept += !is_repeat(list, partners, kept);
	}
	return kept;
}

static size_t take_all(const struct compare_column *c, const json_t **list)
{
	size_t i;
	const json_t *cell;

	json_array_foreach (c->usable, i, cell)
		list[i] = cell;
	return json_array_size(c->usable);
}

/* Where the seeds change nothing there is one pair, and that is exact. */
static void drop_repeated_pairs(struct judge_cells *cells)
{
	size_t n = cells->n_base;

	cells->n_base = cells->n_other = drop_repeats(cells->base, cells->other, n);
	cells->repeated = n - cells->n_base;
	cells->how = cells->n_base > 1 ? JUDGE_PAIRED : JUDGE_EXACT;
}

struct judge_cells judge_cells_of(const struct compare_column *base, const struct compare_column *other)
{
	struct judge_cells cells = {
		.how = base->run == other->run ? JUDGE_BLOCKS : JUDGE_UNPAIRED,
		.base = xcalloc(json_array_size(base->usable) + 1, sizeof(*cells.base)),
		.other = xcalloc(json_array_size(base->usable) + json_array_size(other->usable) + 1,
				 sizeof(*cells.other)),
	};

	if (all_virtual(base) && all_virtual(other)) {
		pair_up(&cells, base, other);
		if (cells.n_base > 1 || (cells.n_base == 1 && cells.left_out == 0)) {
			drop_repeated_pairs(&cells);
			return cells;
		}
		cells.how = JUDGE_UNPAIRED;
	}
	cells.left_out = 0;
	cells.n_base = take_all(base, cells.base);
	cells.n_other = take_all(other, cells.other);
	if (all_virtual(base))
		cells.n_base = drop_repeats(cells.base, NULL, cells.n_base);
	if (all_virtual(other))
		cells.n_other = drop_repeats(cells.other, NULL, cells.n_other);
	cells.repeated = json_array_size(base->usable) + json_array_size(other->usable) - cells.n_base - cells.n_other;
	return cells;
}

void judge_cells_release(struct judge_cells *cells)
{
	free(cells->base);
	free(cells->other);
}

/* ---- values ---- */

static double value_of(const json_t *cell, const char *metric)
{
	const json_t *value = json_object_get(json_object_get(cell, "metrics"), metric);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static void describe(struct judge_side *side)
{
	_cleanup_free_ double *sorted = NULL;

	side->median = side->min = side->max = side->low = side->high = NAN;
	if (side->n == 0)
		return;
	sorted = stats_sorted(side->values, side->n);
	side->median = stats_median(sorted, side->n);
	side->min = sorted[0];
	side->max = sorted[side->n - 1];
}

void judge_take_values(const struct judge_cells *cells, const char *metric, struct judge_side *ret_base,
		       struct judge_side *ret_other)
{
	bool pairs = cells->how == JUDGE_PAIRED || cells->how == JUDGE_EXACT;
	struct judge_side base = { .values = xcalloc(cells->n_base + 1, sizeof(double)) };
	struct judge_side other = { .values = xcalloc(cells->n_other + 1, sizeof(double)) };

	for (size_t i = 0; i < MAX(cells->n_base, cells->n_other); i++) {
		double b = i < cells->n_base ? value_of(cells->base[i], metric) : NAN;
		double o = i < cells->n_other ? value_of(cells->other[i], metric) : NAN;

		if (!isnan(b) && !(pairs && isnan(o)))
			base.values[base.n++] = b;
		if (!isnan(o) && !(pairs && isnan(b)))
			other.values[other.n++] = o;
	}
	describe(&base);
	describe(&other);
	*ret_base = base;
	*ret_other = other;
}
