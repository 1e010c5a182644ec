/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "common/size.h"
#include "common/util.h"
#include "results/explain_marks.h"
#include "results/report/html.h"
#include "results/report/parts.h"
#include "results/report/svg.h"

/* The drawings are for paper and for browsers without scripts: fewer points do. */
enum { TABLE_ROWS = 20, DRAWN_POINTS = 160 };

/* ---- charts ---- */

static void print_legend(FILE *out, const struct course_chart *chart)
{
	fputs("<ul class=\"legend\">", out);
	for (size_t i = 0; i < chart->n_lines; i++)
		html(out, "<li><svg viewBox=\"0 0 24 8\" aria-hidden=\"true\"><path class=\"line c%zu\" d=\"M0 4H24\"/></svg>%s "
			  "<span class=\"now\"></span></li>", i, chart->lines[i].label);
	fputs("</ul>", out);
}

static void print_chart_table(FILE *out, const struct course *course, const struct course_chart *chart)
{
	size_t step = MAX((course->n_points + TABLE_ROWS - 1) / TABLE_ROWS, (size_t)1);

	html(out, "<details><summary>Table of %s</summary><table><caption>In %s", chart->title, course_units[chart->unit]);
	if (step > 1)
		html(out, "; every %zu points of %zu", step, course->n_points);
	fputs("</caption><thead><tr><th scope=\"col\" class=\"n\">Time</th>", out);
	for (size_t k = 0; k < chart->n_lines; k++)
		html(out, "<th scope=\"col\" class=\"n\">%s</th>", chart->lines[k].label);
	fputs("</tr></thead><tbody>", out);
	for (size_t i = 0; i < course->n_points; i += step) {
		html(out, "<tr><th scope=\"row\" class=\"n\">%.2f s</th>", course->times[i]);
		for (size_t k = 0; k < chart->n_lines; k++) {
			if (isnan(chart->lines[k].values[i]))
				fputs("<td class=\"n\">–</td>", out);
			else
				html(out, "<td class=\"n\">%.4g</td>", chart->lines[k].values[i]);
		}
		fputs("</tr>", out);
	}
	fputs("</tbody></table></details>", out);
}

static json_t *numbers(const double *values, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, isnan(values[i]) ? json_null() : json_real(values[i]));
	return list;
}

/* What the script draws: {"x","marks","charts":[{"id","log","step","labels","lines"}]}. */
static json_t *data_of(const struct course *course, const struct mark_list *marks, const char *anchor)
{
	json_t *charts = json_array(), *list = json_array();

	for (size_t i = 0; i < course->n_charts; i++) {
		const struct course_chart *chart = &course->charts[i];
		_cleanup_free_ char *id = xasprintf("%s-%zu", anchor, i);
		json_t *labels = json_array(), *lines = json_array();

		for (size_t k = 0; k < chart->n_lines; k++) {
			json_array_append_new(labels, json_string(chart->lines[k].label));
			json_array_append_new(lines, numbers(chart->lines[k].values, course->n_points));
		}
		json_array_append_new(charts, json_pack("{s:s, s:b, s:b, s:o, s:o}", "id", id, "log", chart->logarithmic, "step",
							chart->stepped, "labels", labels, "lines", lines));
	}
	for (size_t i = 0; i < marks->n; i++)
		json_array_append_new(list, json_pack("{s:f, s:s%, s:b}", "at", (double)marks->list[i].at_ns / (double)NSEC_PER_SEC,
						      "letter", &marks->list[i].letter, (size_t)1, "bad", marks->list[i].bad));
	return json_pack("{s:o, s:o, s:o}", "x", numbers(course->times, course->n_points), "marks", list, "charts", charts);
}

static void print_marks(FILE *out, const struct mark_list *marks)
{
	char at[32];

	if (marks->n == 0)
		return;
	fputs("<ol class=\"marks\" aria-label=\"Marks in the charts\">", out);
	for (size_t i = 0; i < marks->n; i++)
		html(out, "<li class=\"%s\"><b>%c</b> %s <span class=\"quiet\">%s</span></li>", marks->list[i].bad ? "bad" : "",
		     marks->list[i].letter, marks->list[i].text, duration_format(marks->list[i].at_ns, at, sizeof(at)));
	fputs("</ol>", out);
}

static void print_course(FILE *out, const struct timeline *t, const char *anchor, const char *id)
{
	struct course course, drawn;
	struct mark_list marks;
	json_t *data;

	course_make(t, COURSE_POINTS, &course);
	course_make(t, DRAWN_POINTS, &drawn); /* the same charts: thinning keeps what is above 0 */
	marks_make(t, &marks);
	print_marks(out, &marks);
	html(out, "<div class=\"charts\" data-cell=\"%s\" data-name=\"%s\">", anchor, id);
	for (size_t i = 0; i < course.n_charts; i++) {
		const struct course_chart *chart = &course.charts[i];
		_cleanup_free_ char *chart_id = xasprintf("%s-%zu", anchor, i);

		html(out, "<figure class=\"chart\" id=\"%s\"><figcaption><strong>%s, %s</strong> "
			  "<span class=\"quiet\">%s</span></figcaption>",
		     chart_id, chart->title, course_units[chart->unit], chart->caption);
		print_legend(out, chart);
		svg_course(out, &drawn, &drawn.charts[i], &marks, chart_id);
		print_chart_table(out, &course, chart);
		fputs("</figure>\n", out);
	}
	fputs("</div>", out);
	if (*course.flat)
		html(out, "<p class=\"note\">Zero throughout, and not drawn: %s.</p>", course.flat);
	data = data_of(&course, &marks, anchor);
	fputs("<script type=\"application/json\" class=\"data\">", out);
	html_json(out, data);
	fputs("</script>\n", out);
	json_decref(data);
	marks_release(&marks);
	course_release(&course);
	course_release(&drawn);
}

/* ---- latencies ---- */

static void print_latency(FILE *out, const json_t *l)
{
	char p50[32], p99[32], most[32], total[32];
	double a = (double)record_u64(l, "p50_ns", 0), b = (double)record_u64(l, "p99_ns", 0), c = (double)record_u64(l, "max_ns", 0);
	const char *what = record_text(l, "what", "?");

	html(out, "<tr><th scope=\"row\">");
	for (const char *p = what; *p; p++)
		html(out, "%c", *p == '_' ? ' ' : *p);
	if (json_object_get(l, "node"))
		html(out, "</th><td>node %d", (int)record_u64(l, "node", 0));
	else if (json_object_get(l, "group"))
		html(out, "</th><td>group %s", record_text(l, "group", "?"));
	else
		fputs("</th><td>machine", out);
	html(out, "</td><td class=\"n\">%zu</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td>",
	     (size_t)record_u64(l, "count", 0), duration_format((uint64_t)a, p50, sizeof(p50)),
	     duration_format((uint64_t)b, p99, sizeof(p99)), duration_format((uint64_t)c, most, sizeof(most)),
	     duration_format(record_u64(l, "total_ns", 0), total, sizeof(total)));
	svg_percentiles(out, a, b, c);
	fputs("</td></tr>\n", out);
}

static void print_latencies(FILE *out, const struct timeline *t, const char *anchor)
{
	size_t pos = 0;
	const json_t *l = timeline_next(t, "latency", &pos);

	if (!l)
		return;
	html(out, "<h5 id=\"%s-l\">How long reclaim took</h5><div class=\"scroll\" role=\"group\" aria-labelledby=\"%s-l\" tabindex=\"0\">"
		  "<table><thead><tr><th scope=\"col\">What</th><th scope=\"col\">Where</th><th scope=\"col\" class=\"n\">Times</th>"
		  "<th scope=\"col\" class=\"n\">p50</th><th scope=\"col\" class=\"n\">p99</th><th scope=\"col\" class=\"n\">Longest</th>"
		  "<th scope=\"col\" class=\"n\">In all</th><th scope=\"col\">1 µs to 100 s, dot p50, diamond p99</th></tr></thead><tbody>",
	     anchor, anchor);
	for (; l; l = timeline_next(t, "latency", &pos))
		print_latency(out, l);
	fputs("</tbody></table></div>", out);
}

/* ---- the cell ---- */

static void print_reasons(FILE *out, const json_t *cell)
{
	size_t i;
	const json_t *reason, *expectation;

	json_array_foreach (json_object_get(cell, "invalid_reasons"), i, reason)
		html(out, "<p class=\"missed\">Not valid: %s.</p>", json_is_string(reason) ? json_string_value(reason) : "?");
	json_array_foreach (json_object_get(cell, "expectations"), i, expectation)
		if (!json_is_true(json_object_get(expectation, "met")))
			html(out, "<p class=\"missed\">Expectation not met: %s.</p>", record_text(expectation, "text", "?"));
}

void part_cell(FILE *out, const struct part_cell *c, const struct timeline *t)
{
	const char *id = record_text(c->cell, "id", "?"), *outcome = record_text(c->cell, "outcome", "unknown");
	char took[32];
	size_t i;
	const json_t *verdict;

	html(out, "<section class=\"cell\"><h4 id=\"%s\">%s, seed %d</h4><p>", c->anchor,
	     record_text(c->cell, "profile", "?"), (int)record_u64(c->cell, "seed", 0));
	part_outcome(out, outcome, outcome);
	if (t)
		html(out, " after %s", duration_format(t->end_ns - t->begin_ns, took, sizeof(took)));
	html(out, " <span class=\"quiet\">kernel %s</span></p>", record_text(c->cell, "kernel", "unknown"));
	print_reasons(out, c->cell);
	json_array_foreach (json_object_get(c->cell, "verdicts"), i, verdict)
		html(out, "<p><strong>%s</strong> %s</p>", record_text(verdict, "name", "?"), record_text(verdict, "summary", ""));
	if (t) {
		print_course(out, t, c->anchor, id);
		print_latencies(out, t, c->anchor);
	} else {
		fputs("<p class=\"missed\">Its stream cannot be read: there is no course to show.</p>", out);
	}
	html(out, "<p class=\"rerun\">Again: <code>memrig rerun %s/%s</code></p></section>\n", record_text(c->column->run, "run", "?"),
	     id);
}
