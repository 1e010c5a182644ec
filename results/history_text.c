/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A history as blocks and a table, and as CSV. */
#include <math.h>

#include "common/util.h"
#include "results/changes.h"
#include "results/compare_judged.h"
#include "results/export/text.h"
#include "results/history.h"
#include "results/table.h"
#include "results/timeline.h"

static const json_t *point_of(const json_t *series, size_t night)
{
	size_t i;
	const json_t *point;

	json_array_foreach (json_object_get(series, "change_points"), i, point)
		if (record_u64(point, "night", 0) == night)
			return point;
	return NULL;
}

/* "kernel 6.1.0-1 -> 6.1.0-2; memrig a -> b" */
static char *changed_text(const json_t *point)
{
	char *text = xstrdup("");
	size_t i;
	const json_t *change;

	json_array_foreach (json_object_get(point, "changed"), i, change) {
		_cleanup_free_ char *before = text, *own = changes_text(change);

		text = xasprintf("%s%s%s", before, i ? "; " : "", own);
	}
	return text;
}

/* "2 oom_killed, 1 completed" where not all completed; NULL where they did. */
static char *outcomes_text(const json_t *night)
{
	json_t *outcomes = json_object_get(night, "outcomes"), *count;
	char *text = xstrdup("");
	const char *word;

	if (json_object_size(outcomes) == 1 && json_object_get(outcomes, "completed")) {
		free(text);
		return NULL;
	}
	json_object_foreach (outcomes, word, count) {
		_cleanup_free_ char *before = text;

		text = xasprintf("%s%s%lld %s", before, *before ? ", " : "",
				 (long long)json_integer_value(count), word);
	}
	return text;
}

/* ---- blocks ---- */

static double value_of(const json_t *night)
{
	const json_t *value = json_object_get(night, "value");

	return value ? json_number_value(value) : NAN;
}

/* A character a night from the lowest to the highest value; a blank where there is none. The last ones where
 * they are too many for the width. */
static void print_blocks(FILE *out, const json_t *nights, bool utf8, unsigned width)
{
	static const char *const blocks[2][8] = { { "_", "_", ".", ".", "-", "-", "=", "#" },
						  { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" } };
	size_t n = json_array_size(nights), from = n > width ? n - width : 0;
	double low = INFINITY, high = -INFINITY;

	for (size_t i = from; i < n; i++) {
		low = fmin(low, value_of(json_array_get(nights, i)));
		high = fmax(high, value_of(json_array_get(nights, i)));
	}
	for (size_t i = from; i < n; i++) {
		double value = value_of(json_array_get(nights, i));

		if (isnan(value))
			fputc(' ', out);
		else
			fputs(blocks[utf8][high > low ? (int)((value - low) / (high - low) * 7.999) : 0],
			      out);
	}
	fputc('\n', out);
}

/* ---- the table ---- */

static char *point_text(const json_t *point, bool exact)
{
	const json_t *ratio = json_object_get(point, "change_ratio"), *p = json_object_get(point, "p");
	_cleanup_free_ char *size = NULL, *sure = NULL;
	double share = json_number_value(ratio);

	if (!ratio)
		size = xstrdup("new");
	else if (fabs(share) < 0.0001) /* what differs must not read as if it did not */
		size = xstrdup(share < 0 ? "-<0.01%" : "+<0.01%");
	else
		size = xasprintf(fabs(share) < 0.1 ? "%+.2f%%" : "%+.0f%%", 100 * share);
	sure = exact || !p ? xstrdup("") : xasprintf(" p=%.2g", json_number_value(p));
	return xasprintf("%s, %s%s", record_text(point, "direction", "change"), size, sure);
}

static void add_night(struct table *t, const char *metric, const json_t *night, const json_t *point,
		      bool exact)
{
	const json_t *value = json_object_get(night, "value");

	table_row(t, record_text(night, "run", "?"));
	table_put(t, 0, xstrdup(record_text(night, "kernel", "?")));
	table_put(t, 1, value ? judged_value(metric, json_number_value(value)) : xstrdup("-"));
	table_put(t, 2, outcomes_text(night));
	if (point)
		table_put(t, 3, point_text(point, exact));
}

static void print_table(FILE *out, const json_t *series, const char *metric, bool utf8, unsigned width)
{
	static const char *const heads[] = { "kernel", "value", "outcomes", "change point" };
	struct table_style style = { utf8, width, 6, false };
	bool exact = streq(record_text(series, "clock", ""), "virtual");
	struct table t;
	size_t i;
	const json_t *night;

	table_init_heads(&t, "run", heads, ARRAY_SIZE(heads));
	json_array_foreach (json_object_get(series, "nights"), i, night)
		add_night(&t, metric, night, point_of(series, i), exact);
	table_print(out, &t, &style);
	table_release(&t);
}

static void print_points(FILE *out, const json_t *series, unsigned width)
{
	size_t i;
	const json_t *point;

	json_array_foreach (json_object_get(series, "change_points"), i, point) {
		_cleanup_free_ char *changed = changed_text(point);
		_cleanup_free_ char *line =
			xasprintf("%s: %s", record_text(point, "run", "?"),
				  *changed ? changed : "nothing that memrig records has changed");

		text_wrap(out, line, width, 0, 2);
	}
}

void history_print(FILE *out, const json_t *history, bool utf8, unsigned width)
{
	const char *metric = record_text(history, "metric", "?");
	size_t i;
	const json_t *series;

	json_array_foreach (json_object_get(history, "series"), i, series) {
		const json_t *nights = json_object_get(series, "nights");

		fprintf(out, "%s%s: %s, %s, %s, %s clock, %zu night%s\n\n", i ? "\n" : "", metric,
			record_text(series, "scenario", "?"), record_text(series, "profile", "?"),
			record_text(series, "kernel", "?"), record_text(series, "clock", "?"),
			json_array_size(nights), json_array_size(nights) == 1 ? "" : "s");
		print_blocks(out, nights, utf8, width);
		print_table(out, series, metric, utf8, width);
		if (json_array_size(json_object_get(series, "change_points")) > 0)
			fputc('\n', out);
		print_points(out, series, width);
	}
}

/* ---- CSV ---- */

static void put_field(FILE *out, const char *text, char end)
{
	text_csv(out, text);
	fputc(end, out);
}

static void put_number(FILE *out, const json_t *value, char end)
{
	_cleanup_free_ char *text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;

	fprintf(out, "%s%c", text ? text : "", end);
}

void history_csv(FILE *out, const json_t *history)
{
	static const char *const of_series[] = { "scenario", "profile", "clock" },
				 *const of_night[] = { "run", "started", "kernel" },
				 *const numbers[] = { "values", "value", "min", "max" };
	size_t i, k;
	const json_t *series, *night;

	fputs("metric,scenario,profile,clock,run,started,kernel,values,value,min,max,change_point,p,"
	      "changed\n",
	      out);
	json_array_foreach (json_object_get(history, "series"), i, series)
		json_array_foreach (json_object_get(series, "nights"), k, night) {
			const json_t *point = point_of(series, k);
			_cleanup_free_ char *changed = changed_text(point);

			put_field(out, record_text(history, "metric", ""), ',');
			for (size_t n = 0; n < ARRAY_SIZE(of_series); n++)
				put_field(out, record_text(series, of_series[n], ""), ',');
			for (size_t n = 0; n < ARRAY_SIZE(of_night); n++)
				put_field(out, record_text(night, of_night[n], ""), ',');
			for (size_t n = 0; n < ARRAY_SIZE(numbers); n++)
				put_number(out, json_object_get(night, numbers[n]), ',');
			put_field(out, point ? record_text(point, "direction", "") : "", ',');
			put_number(out, json_object_get(point, "p"), ',');
			put_field(out, changed, '\n');
		}
}
