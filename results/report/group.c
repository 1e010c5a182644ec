/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "common/util.h"
#include "results/compare_judged.h"
#include "results/compare_notes.h"
#include "results/judge.h"
#include "results/report/html.h"
#include "results/report/parts.h"
#include "results/report/svg.h"

static uint64_t page_bytes(const struct compare_group *g)
{
	return record_u64(json_array_get(g->columns[0].cells, 0), "page_bytes", 4096);
}

/* ---- verdicts ---- */

/* Verdicts of one name and cause, about the same, are told once, by the first cell that has them, with all that do. */
static char *finding_key(const json_t *verdict)
{
	const json_t *evidence = json_object_get(verdict, "evidence");

	return xasprintf("%s/%s/%d/%s/%s/%s/%s", record_text(verdict, "name", "?"), record_text(verdict, "cause", ""),
			 (int)record_u64(verdict, "node", MAX_NODES), record_text(evidence, "group", ""),
			 record_text(evidence, "cause_group", ""), record_text(evidence, "victim", ""),
			 record_text(evidence, "key", ""));
}

static json_t *findings_of(const struct compare_group *g)
{
	json_t *findings = json_object();
	size_t i, n;
	const json_t *cell;
	json_t *verdict;

	for (size_t k = 0; k < g->n_columns; k++) {
		json_array_foreach (g->columns[k].cells, i, cell) {
			json_array_foreach (json_object_get(cell, "verdicts"), n, verdict) {
				_cleanup_free_ char *key = finding_key(verdict), *column = compare_column_name(g, &g->columns[k]);
				json_t *finding = json_object_get(findings, key), *counts;

				if (!finding) {
					finding = json_pack("{s:O, s:{}}", "verdict", verdict, "columns");
					json_object_set_new(findings, key, finding);
				}
				counts = json_object_get(finding, "columns");
				json_object_set_new(counts, column,
						    json_integer(1 + json_integer_value(json_object_get(counts, column))));
			}
		}
	}
	return findings;
}

static void print_finding(FILE *out, const json_t *finding)
{
	const json_t *verdict = json_object_get(finding, "verdict");
	json_t *columns = json_object_get(finding, "columns"), *count;
	const char *name, *fix = record_text(verdict, "fix", ""), *before = "";

	html(out, "<li><p><strong>%s</strong> <span class=\"quiet\">", record_text(verdict, "name", "?"));
	if (json_object_get(verdict, "node"))
		html(out, "node %d, ", (int)record_u64(verdict, "node", 0));
	html(out, "cause: %s</span><br>%s</p>", record_text(verdict, "cause", "unknown"), record_text(verdict, "summary", ""));
	if (*fix)
		html(out, "<p class=\"fix\"><span aria-hidden=\"true\">→</span> %s</p>", fix);
	fputs("<p class=\"note\">Found in ", out);
	json_object_foreach (columns, name, count) {
		html(out, "%s%s", before, name);
		if (json_integer_value(count) > 1)
			html(out, " (%d times)", (int)json_integer_value(count));
		before = ", ";
	}
	fputs("; the figures are those of the first.</p></li>\n", out);
}

static void print_findings(FILE *out, const struct compare_group *g)
{
	json_t *findings = findings_of(g), *finding;
	const char *key;

	if (json_object_size(findings) > 0)
		fputs("<h3>What was found</h3><ul class=\"findings\">", out);
	json_object_foreach (findings, key, finding)
		print_finding(out, finding);
	if (json_object_size(findings) > 0)
		fputs("</ul>", out);
	json_decref(findings);
}

/* ---- dot plots ---- */

/* Primary metrics that some cell has more than 0 of, in the order of the judgements; NULL-terminated, names borrowed. */
static const char **plotted(const struct compare_group *g, const struct judgements *j)
{
	const char **names = xcalloc(j->n + 1, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < j->n; i++)
		if (j->list[i].primary && svg_has_dots(g, j->list[i].metric))
			names[n++] = j->list[i].metric;
	return names;
}

static void print_values(FILE *out, const struct compare_group *g, const char *metric)
{
	char text[32];
	size_t i;
	const json_t *cell;

	html(out, "<details><summary>Values of %s</summary><table><thead><tr><th scope=\"col\">Cells of</th>"
		  "<th scope=\"col\">Seed</th><th scope=\"col\">Outcome</th><th scope=\"col\" class=\"n\">Value</th></tr></thead><tbody>",
	     metric);
	for (size_t k = 0; k < g->n_columns; k++) {
		_cleanup_free_ char *name = compare_column_name(g, &g->columns[k]);

		json_array_foreach (g->columns[k].cells, i, cell) {
			const json_t *value = json_object_get(json_object_get(cell, "metrics"), metric);

			html(out, "<tr><th scope=\"row\">%s</th><td>%d</td><td>%s</td><td class=\"n\">%s</td></tr>", name,
			     (int)record_u64(cell, "seed", 0), record_text(cell, "outcome", "unknown"),
			     html_value(metric, value ? json_number_value(value) : NAN, page_bytes(g), text, sizeof(text)));
		}
	}
	fputs("</tbody></table></details>", out);
}

static void print_dots(FILE *out, const struct compare_group *g, const struct judgements *j, size_t number)
{
	_cleanup_free_ const char **names = plotted(g, j);

	if (!names[0])
		return;
	html(out, "<h3>Cells by %s</h3>", *g->profile ? "kernel" : "profile");
	fputs("<p class=\"note\">A dot is a cell, the upright line the median, the bar its interval of "
	      "95 % (from six cells on). A cross is a cell that did not complete or is not valid; it is in no median.</p>"
	      "<div class=\"dots\">",
	      out);
	for (size_t i = 0; names[i]; i++) {
		const struct metric *about = metric_find(names[i]);
		_cleanup_free_ char *id = xasprintf("d%zu-%zu", number, i);

		html(out, "<figure><figcaption id=\"%s\"><strong>%s</strong>", id, names[i]);
		if (about && about->doc)
			html(out, " <span class=\"quiet\">%s</span>", about->doc);
		fputs("</figcaption>", out);
		svg_dots(out, g, names[i], id);
		print_values(out, g, names[i]);
		fputs("</figure>\n", out);
	}
	fputs("</div>", out);
}

/* ---- judgements ---- */

static const char *call_class(const struct judgement *j)
{
	return j->call == JUDGE_WORSE ? "worse" : j->call == JUDGE_BETTER ? "better" : "quiet";
}

static void print_judgement(FILE *out, const struct judgement *j)
{
	_cleanup_free_ char *base = judged_side(j, &j->base, true), *other = judged_side(j, &j->other, true),
			    *gain = judged_gain(j), *p = judged_p(j), *call = judged_call(j);

	html(out, "<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
		  "<td class=\"%s\">%s</td><td class=\"quiet\">%s</td></tr>\n", j->metric, base, other, gain, call_class(j), call, p);
}

static void print_judgement_head(FILE *out, const char *first, const char *base, const char *name)
{
	html(out, "<table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\" class=\"n\">%s</th>"
		  "<th scope=\"col\" class=\"n\">%s</th><th scope=\"col\" class=\"n\">Gain</th><th scope=\"col\">Judgement</th>"
		  "<th scope=\"col\">Evidence</th></tr></thead><tbody>",
	     first, base, name);
}

/* A hint where to look, not more: folded. */
static void print_rest(FILE *out, const struct judgements *j, const char *base, const char *name)
{
	size_t n = 0;

	for (size_t i = j->n_primary; i < j->n; i++)
		n += judged_is_shown(&j->list[i]);
	if (n == 0)
		return;
	html(out, "<details><summary>%d other %s from %s in %s</summary><div>", (int)n,
	     n == 1 ? "metric that differs" : "metrics that differ", base, name);
	print_judgement_head(out, "Metric", base, name);
	for (size_t i = j->n_primary; i < j->n; i++)
		if (judged_is_shown(&j->list[i]))
			print_judgement(out, &j->list[i]);
	fputs("</tbody></table></div></details>\n", out);
}

static void print_judgements(FILE *out, const struct compare_group *g, size_t column, const struct judgements *j,
			     size_t number)
{
	_cleanup_free_ char *base = compare_column_name(g, &g->columns[0]), *name = compare_column_name(g, &g->columns[column]);
	_cleanup_free_ char *how = judged_how(j), *ends = judged_outcomes(&j->outcomes);

	html(out, "<h3 id=\"j%zu-%zu\">%s against %s</h3><p class=\"quiet\">%s. Outcomes: %s.</p>", number, column, name, base, how,
	     ends);
	if (!j->comparable) {
		html(out, "<p>%s</p>", judged_why_not(j));
		return;
	}
	if (j->repeated > 0)
		html(out, "<p class=\"note\">Cells that are the same as another seed's count once: %d left out.</p>", (int)j->repeated);
	html(out, "<div class=\"scroll\" role=\"group\" aria-labelledby=\"j%zu-%zu\" tabindex=\"0\">", number, column);
	print_judgement_head(out, "Primary metric", base, name);
	for (size_t i = 0; i < j->n_primary; i++)
		if (judged_is_shown(&j->list[i]))
			print_judgement(out, &j->list[i]);
	fputs("</tbody></table></div>\n", out);
	print_rest(out, j, base, name);
}

/* ---- settings ---- */

static const json_t *setting_of(const struct compare_column *c, const char *key)
{
	return json_object_get(json_object_get(json_array_get(c->cells, 0), "settings"), key);
}

static void print_setting(FILE *out, const struct compare_group *g, const char *key)
{
	html(out, "<tr><th scope=\"row\">%s</th>", key);
	for (size_t k = 0; k < g->n_columns; k++) {
		const json_t *s = setting_of(&g->columns[k], key);
		const char *asked = record_text(s, "asked", "–"), *effective = record_text(s, "effective", "–"),
			   *target = record_text(s, "target", asked);
		bool other = k > 0 && !streq(effective, record_text(setting_of(&g->columns[0], key), "effective", "–"));

		html(out, "<td>%s</td><td class=\"%s\">%s", asked, other ? "other" : "", effective);
		if (!streq(target, effective))
			fputs(" <span class=\"missed\">not as asked</span>", out);
		if (json_object_get(s, "drift"))
			html(out, " <span class=\"missed\">was %s at the end</span>", record_text(s, "drift", "?"));
		fputs("</td>", out);
	}
	fputs("</tr>\n", out);
}

void part_settings(FILE *out, const struct compare_group *g, size_t number)
{
	json_t *keys = json_object(), *value;
	const char *key;

	for (size_t k = 0; k < g->n_columns; k++)
		json_object_update(keys, json_object_get(json_array_get(g->columns[k].cells, 0), "settings"));
	if (json_object_size(keys) > 0) {
		html(out, "<h3 id=\"s%zu\">Settings as applied</h3><div class=\"scroll\" role=\"group\" aria-labelledby=\"s%zu\" "
			  "tabindex=\"0\"><table><thead><tr><td rowspan=\"2\"></td>", number, number);
		for (size_t k = 0; k < g->n_columns; k++) {
			_cleanup_free_ char *name = compare_column_name(g, &g->columns[k]);

			html(out, "<th scope=\"colgroup\" colspan=\"2\">%s</th>", name);
		}
		fputs("</tr><tr>", out);
		for (size_t k = 0; k < g->n_columns; k++)
			fputs("<th scope=\"col\">asked</th><th scope=\"col\">effective</th>", out);
		fputs("</tr></thead><tbody>", out);
		json_object_foreach (keys, key, value)
			print_setting(out, g, key);
		fputs("</tbody></table></div><p class=\"note\">Effective is what the kernel gave back when it was read after "
		      "writing; bold where it is not that of the first column.</p>", out);
	}
	json_decref(keys);
}

/* ---- the group ---- */

static void print_title(FILE *out, const struct compare_group *g, size_t number)
{
	static const struct compare_options options = { .utf8 = true, .width = 200 };
	char *title = NULL;
	size_t len = 0;
	FILE *to = xmemstream(&title, &len);
	const char *rest;

	compare_print_title(to, g, &options);
	xmemclose(to, &title);
	rest = strstr(title, " · ");
	html(out, "<h2 id=\"g%zu\">%s</h2><p class=\"quiet\">%s</p>\n", number, g->scenario, rest ? rest + strlen(" · ") : "");
	free(title);
}

void part_group(FILE *out, const struct compare_group *g, size_t number)
{
	/* The intervals of the gain are not in the page. */
	struct judge_options options = { .alpha = JUDGE_ALPHA, .threshold = JUDGE_THRESHOLD, .quick = true };
	struct judgements j;

	print_title(out, g, number);
	print_findings(out, g);
	judge_columns(&g->columns[0], &g->columns[0], &options, &j);
	print_dots(out, g, &j, number);
	judgements_release(&j);
	for (size_t k = 1; k < g->n_columns; k++) {
		judge_columns(&g->columns[0], &g->columns[k], &options, &j);
		print_judgements(out, g, k, &j, number);
		judgements_release(&j);
	}
	if (g->n_columns > 1)
		html(out, "<p class=\"note\">Gain is of the median and better is positive; a difference below %g %% is below the "
			  "threshold. p is adjusted for the number of metrics.</p>", 100 * JUDGE_THRESHOLD);
}
