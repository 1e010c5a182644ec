/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/cli/timings.h"

#include "common/clock.h"
#include "common/util.h"

void timings_add_cell(struct timings *t, const struct lab_result *result, double decode_s)
{
	t->cells = xrealloc(t->cells, (t->n_cells + 1) * sizeof(*t->cells));
	memcpy(t->cells[t->n_cells], result->parts_s, sizeof(result->parts_s));
	t->cells[t->n_cells++][LAB_PARTS] = decode_s;
}

void timings_add_boot(struct timings *t, double seconds)
{
	t->boots = xrealloc(t->boots, (t->n_boots + 1) * sizeof(*t->boots));
	t->boots[t->n_boots++] = seconds;
}

void timings_release(struct timings *t)
{
	free(t->cells);
	free(t->boots);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts. */
static void print_part(FILE *out, const char *name, double *values, size_t n, double all)
{
	double sum = 0;

	if (n == 0)
		return;
	qsort(values, n, sizeof(*values), by_value);
	for (size_t i = 0; i < n; i++)
		sum += values[i];
	fprintf(out, "  %-18s %8.3f s %8.3f s %5.1f %%\n", name, values[n / 2], sum, all > 0 ? 100 * sum / all : 0);
}

static double sum_all(const struct timings *t)
{
	double all = 0;

	for (size_t i = 0; i < t->n_boots; i++)
		all += t->boots[i];
	for (size_t i = 0; i < t->n_cells; i++)
		for (size_t part = 0; part <= LAB_PARTS; part++)
			all += t->cells[i][part];
	return all;
}

void timings_print(FILE *out, const struct timings *t, unsigned jobs)
{
	_cleanup_free_ double *column = xcalloc(t->n_cells + 1, sizeof(*column));
	double all = sum_all(t);

	fprintf(out, "Wall time: %.3f s for %zu cell%s, %u at once\n", now_s() - t->started_s, t->n_cells,
		t->n_cells == 1 ? "" : "s", jobs);
	fprintf(out, "  %-18s %10s %10s %7s\n", "", "median", "in all", "share");
	print_part(out, "boot, to be cloned", t->boots, t->n_boots, all);
	for (size_t part = 0; part <= LAB_PARTS; part++) {
		for (size_t i = 0; i < t->n_cells; i++)
			column[i] = t->cells[i][part];
		print_part(out, part < LAB_PARTS ? lab_part_names[part] : "decode and store", column, t->n_cells, all);
	}
}

json_t *timings_json(const struct lab_result *result)
{
	json_t *json = json_object();

	for (size_t part = 0; part < LAB_PARTS; part++) {
		_cleanup_free_ char *key = xasprintf("%s_s", lab_part_names[part]);

		for (char *c = key; *c; c++)
			*c = *c == '-' ? '_' : *c;
		json_object_set_new(json, key, json_real(result->parts_s[part]));
	}
	return json;
}
