/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/explain.h"

#include <math.h>

#include "common/size.h"
#include "common/util.h"
#include "results/table.h"
#include "results/explain_marks.h"
#include "results/series.h"

enum { LABEL_WIDTH = 20, RANGE_WIDTH = 26, SLOTS_LEAST = 20, SLOTS_MOST = 72, SLOTS_JSON = 120 };

/* ---- values ---- */

static bool ends_with(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n > m && streq(name + n - m, suffix);
}

/* A value of the evidence in the unit its key names. */
static char *evidence_text(const char *key, const json_t *value)
{
	char buf[32];

	if (json_is_string(value))
		return xstrdup(json_string_value(value));
	if (json_is_boolean(value))
		return xstrdup(json_is_true(value) ? "yes" : "no");
	if (ends_with(key, "_ratio"))
		return xasprintf("%.3g", json_number_value(value));
	if (!json_is_integer(value))
		return xasprintf("%.4g", json_number_value(value));
	if (ends_with(key, "_bytes"))
		return xstrdup(size_format((uint64_t)json_integer_value(value), buf, sizeof(buf)));
	if (ends_with(key, "_ns"))
		return xstrdup(duration_format((uint64_t)json_integer_value(value), buf, sizeof(buf)));
	return xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
}

/* "swapped_bytes" to "swapped": the unit stands at the value. */
static char *evidence_label(const char *key)
{
	static const char *const units[] = { "_bytes", "_ns", "_ratio" };
	char *label = xstrdup(key);

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (ends_with(label, units[i]))
			label[strlen(label) - strlen(units[i])] = '\0';
	for (char *p = label; *p; p++)
		if (*p == '_')
			*p = ' ';
	return label;
}

/* "-" alone says that nothing is there. */
static char *series_value_text(const struct series *s, double value)
{
	char buf[32];

	if (s->row->how == SERIES_SHARE)
		return xasprintf("%.0f %%", value * 100);
	size_format((uint64_t)value, buf, sizeof(buf));
	return xasprintf("%s%s", buf, s->row->how == SERIES_PAGES ? "/s" : "");
}

/* ---- the course ---- */

static void print_bars(FILE *out, const struct series *s, bool utf8)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char ascii[] = " .:-=+*#@";

	for (size_t i = 0; i < s->n; i++) {
		/* The least there is of something is seen. */
		int height = s->most > 0 ? (int)ceil(s->values[i] / s->most * 8) : 0;

		height = MAX(0, MIN(height, 8));
		if (utf8)
			fputs(blocks[height], out);
		else
			fputc(ascii[height], out);
	}
}

/* Only what happened; what a node has free and a group has is always of interest. */
static bool is_worth_showing(const struct series *s)
{
	return s->most > 0 && (s->row->how != SERIES_SHARE || s->most >= 0.005);
}

static void print_series(FILE *out, const struct series *s, const struct compare_options *options)
{
	_cleanup_free_ char *label = xasprintf("%s %s", streq(s->who, "machine") ? "" : s->who, s->row->label);
	_cleanup_free_ char *least = series_value_text(s, s->least), *most = series_value_text(s, s->most);

	fprintf(out, "  %-*s", LABEL_WIDTH, label + (label[0] == ' '));
	print_bars(out, s, options->utf8);
	if (s->row->how == SERIES_LEVEL)
		fprintf(out, "  %s to %s\n", least, most);
	else
		fprintf(out, "  up to %s\n", most);
}

static size_t slots_of(const struct compare_options *options)
{
	unsigned width = options->width ? options->width : 100;

	return MAX(SLOTS_LEAST, MIN((int)width - LABEL_WIDTH - RANGE_WIDTH - 4, SLOTS_MOST));
}

static void print_axis(FILE *out, const struct timeline *t, size_t n_slots)
{
	char end[32];
	int room = (int)n_slots - 3;

	duration_format(t->end_ns - t->begin_ns, end, sizeof(end));
	fprintf(out, "  %-*s0 s%*s\n", LABEL_WIDTH, "", room, end);
}

static void print_course(FILE *out, const struct timeline *t, const struct compare_options *options)
{
	size_t n_slots = slots_of(options);
	struct mark_list marks;
	struct series_list series;

	series_make(t, n_slots, &series);
	if (series.n == 0) {
		fprintf(out, "  There is no course to show: the cell has fewer than two samples.\n");
		return;
	}
	marks_make(t, &marks);
	print_axis(out, t, n_slots);
	marks_print_line(out, &marks, series.slot_ns, n_slots, LABEL_WIDTH + 2);
	for (size_t i = 0; i < series.n; i++)
		if (is_worth_showing(&series.list[i]))
			print_series(out, &series.list[i], options);
	marks_print_legend(out, &marks, options);
	marks_release(&marks);
	series_release(&series);
}

/* ---- the verdicts ---- */

static void print_evidence(FILE *out, const json_t *evidence, const struct compare_options *options)
{
	_cleanup_free_ char *text = xstrdup("");
	json_t *value;
	const char *key;

	json_object_foreach ((json_t *)evidence, key, value) {
		_cleanup_free_ char *label = evidence_label(key), *shown = evidence_text(key, value), *before = text;

		text = xasprintf("%s%s%s %s", before, *before ? "; " : "evidence: ", label, shown);
	}
	if (*text)
		text_wrap(out, text, options->width, 4, 6);
}

static void print_verdict(FILE *out, const json_t *verdict, const struct compare_options *options)
{
	_cleanup_free_ char *fix = xasprintf("%s %s", options->utf8 ? "→" : "->", record_text(verdict, "fix", ""));

	fprintf(out, "  %s", record_text(verdict, "name", "?"));
	if (json_object_get(verdict, "node"))
		fprintf(out, " on node %" JSON_INTEGER_FORMAT,
			json_integer_value(json_object_get(verdict, "node")));
	fprintf(out, ", cause: %s\n", record_text(verdict, "cause", "?"));
	text_wrap(out, record_text(verdict, "summary", ""), options->width, 4, 4);
	print_evidence(out, json_object_get(verdict, "evidence"), options);
	text_wrap(out, fix, options->width, 4, 6);
	fprintf(out, "    %s\n\n", record_text(verdict, "doc", ""));
}

void explain_print(FILE *out, const json_t *cell, const struct timeline *t, const struct compare_options *options)
{
	const json_t *verdicts = json_object_get(cell, "verdicts"), *verdict;
	char took[32];
	size_t i;

	duration_format(t->end_ns - t->begin_ns, took, sizeof(took));
	fprintf(out, "%s: %s after %s\n\n", record_text(cell, "id", "?"), record_text(cell, "outcome", "?"), took);
	json_array_foreach (verdicts, i, verdict)
		print_verdict(out, verdict, options);
	if (json_array_size(verdicts) == 0)
		fprintf(out, "  No verdict: nothing in the cell stands out.\n\n");
	print_course(out, t, options);
	fputc('\n', out);
}

/* ---- as JSON ---- */

static json_t *series_json(const struct series *s)
{
	static const char *const units[] = { "bytes", "bytes_per_second", "ratio" };
	json_t *values = json_array();

	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(values, s->row->how == SERIES_SHARE
						      ? json_real(round(s->values[i] * 1e4) / 1e4)
						      : json_integer((json_int_t)s->values[i]));
	return json_pack("{s:s, s:s, s:s, s:o}", "who", s->who, "label", s->row->label, "unit", units[s->row->how],
			 "values", values);
}

json_t *explain_json(const json_t *cell, const struct timeline *t)
{
	json_t *rows = json_array(), *json = json_object();
	static const char *const members[] = { "id", "outcome", "verdicts" };
	struct series_list series;
	struct mark_list marks;

	series_make(t, SLOTS_JSON, &series);
	marks_make(t, &marks);
	for (size_t i = 0; i < series.n; i++)
		json_array_append_new(rows, series_json(&series.list[i]));
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (json_object_get(cell, members[i]))
			json_object_set(json, members[i], json_object_get(cell, members[i]));
	json_object_set_new(json, "timeline", json_pack("{s:I, s:o, s:o}", "slot_ns", (json_int_t)series.slot_ns,
							"rows", rows, "marks", marks_json(&marks)));
	marks_release(&marks);
	series_release(&series);
	return json;
}
