/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dot plots: what each cell of a group measured, beside the median and its interval. */
#include <math.h>

#include "common/util.h"
#include "results/compare_judged.h"
#include "results/judge.h"
#include "results/report/html.h"
#include "results/report/svg.h"
#include "results/stats/order.h"
#include "results/timeline.h"

enum { WIDTH = 420, LEFT = 124, RIGHT = 74, ROW = 24, HEAD = 6, FOOT = 20, MAX_NAME = 17 };

static bool value_of(const json_t *cell, const char *metric, double *ret)
{
	const json_t *value = json_object_get(json_object_get(cell, "metrics"), metric);

	*ret = json_number_value(value);
	return json_is_number(value);
}

static double most_of(const struct compare_group *g, const char *metric)
{
	double most = 0, value;
	size_t i;
	const json_t *cell;

	for (size_t k = 0; k < g->n_columns; k++)
		json_array_foreach (g->columns[k].cells, i, cell)
			if (value_of(cell, metric, &value))
				most = MAX(most, value);
	return most;
}

bool svg_has_dots(const struct compare_group *g, const char *metric)
{
	return most_of(g, metric) > 0;
}

static bool is_usable(const struct compare_column *c, const json_t *cell)
{
	size_t i;
	const json_t *usable;

	json_array_foreach (c->usable, i, usable)
		if (usable == cell)
			return true;
	return false;
}

static double x_of(double value, double most)
{
	return LEFT + value / most * (WIDTH - LEFT - RIGHT);
}

/* Cells of nearly one value lie beside one another, not on one another. */
static double offset_of(size_t i)
{
	static const double offsets[] = { 0, -4, 4, -2, 2 };

	return offsets[i % ARRAY_SIZE(offsets)];
}

static void draw_cells(FILE *out, const struct compare_column *c, const char *metric, double most, double y)
{
	size_t i;
	const json_t *cell;
	double value;

	json_array_foreach (c->cells, i, cell) {
		double x, at = y + offset_of(i);

		if (!value_of(cell, metric, &value))
			continue;
		x = x_of(value, most);
		if (is_usable(c, cell))
			html(out, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>", x, at);
		else
			html(out, "<path class=\"cross\" d=\"M%.1f %.1fl7 7m-7 0l7 -7\"/>", x - 3.5, at - 3.5);
	}
}

/* The median of the usable cells with its interval, when they are enough for one, and as text at the right. */
static void draw_median(FILE *out, const struct compare_column *c, const char *metric, double most, double y)
{
	_cleanup_free_ double *values = xcalloc(json_array_size(c->usable) + 1, sizeof(*values)), *sorted = NULL;
	uint64_t page = record_u64(json_array_get(c->cells, 0), "page_bytes", 4096);
	double low, high, median;
	size_t i, n = 0;
	const json_t *cell;
	char text[32];

	json_array_foreach (c->usable, i, cell)
		n += value_of(cell, metric, &values[n]);
	if (n == 0)
		return;
	sorted = stats_sorted(values, n);
	median = stats_median(sorted, n);
	if (stats_median_interval(sorted, n, JUDGE_ALPHA, &low, &high))
		html(out, "<path class=\"interval\" d=\"M%.1f %.1fH%.1f\"/>", x_of(low, most), y, x_of(high, most) + 0.1);
	html(out, "<path class=\"median\" d=\"M%.1f %.1fv16\"/>", x_of(median, most), y - 8);
	html(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" class=\"value\">%s</text>", WIDTH - 2, y + 4,
	     html_value(metric, median, page, text, sizeof(text)));
}

static bool inside_character(const char *at)
{
	return ((unsigned char)*at & 0xc0) == 0x80;
}

/* A name longer than its place loses its middle in the drawing, because names of two runs differ at their end; the table
 * beside it has all of it. */
static void draw_name(FILE *out, const char *name, double y)
{
	size_t len = strlen(name), head = 8, tail = len - MIN(len, 8);
	_cleanup_free_ char *cut = NULL;

	while (len > MAX_NAME && head > 0 && inside_character(name + head))
		head--;
	while (len > MAX_NAME && inside_character(name + tail))
		tail++;
	cut = len > MAX_NAME ? xasprintf("%.*s…%s", (int)head, name, name + tail) : xstrdup(name);
	html(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", LEFT - 10, y + 4, cut);
}

void svg_dots(FILE *out, const struct compare_group *g, const char *metric, const char *id)
{
	double most = most_of(g, metric);
	int height = HEAD + ROW * (int)g->n_columns + FOOT;
	uint64_t page = record_u64(json_array_get(g->columns[0].cells, 0), "page_bytes", 4096);
	char text[32];

	html(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s\">", WIDTH, height, id);
	html(out, "<path class=\"grid\" d=\"M%d %dV%dM%d %dV%d\"/>", LEFT, HEAD, height - FOOT, WIDTH - RIGHT, HEAD,
	     height - FOOT);
	for (size_t k = 0; k < g->n_columns; k++) {
		double y = HEAD + ROW * ((double)k + 0.5);

		_cleanup_free_ char *name = compare_column_name(g, &g->columns[k]);

		html(out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, y, WIDTH - RIGHT);
		draw_name(out, name, y);
		draw_median(out, &g->columns[k], metric, most, y);
		draw_cells(out, &g->columns[k], metric, most, y);
	}
	html(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">0</text>", LEFT, height - 5);
	html(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text></svg>\n", WIDTH - RIGHT, height - 5,
	     html_value(metric, most, page, text, sizeof(text)));
}
