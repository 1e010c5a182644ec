/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "common/util.h"
#include "results/compare_judged.h"
#include "results/report/html.h"
#include "results/report/parts.h"
#include "results/timeline.h"

/* What every row shows beside its outcome and verdicts. */
static const struct {
	const char *head, *metric;
} figures[] = {
	{ "Swapped out", "swap.out_bytes" },
	{ "Read again", "refault.file_pages" },
	{ "Stalled", "psi.memory_some_us" },
};

void part_outcome(FILE *out, const char *outcome, const char *text)
{
	static const char *const signs[][2] = { { "completed", "✓" }, { "oom_killed", "✕" }, { "timed_out", "◷" } };
	const char *sign = "▲";

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (streq(outcome, signs[i][0]))
			sign = signs[i][1];
	html(out, "<span class=\"outcome %s\"><span aria-hidden=\"true\">%s</span> ",
	     streq(outcome, "completed") ? "good" : "bad", sign);
	for (const char *p = text; *p; p++)
		html(out, "%c", *p == '_' ? ' ' : *p);
	fputs("</span>", out);
}

/* How often each word came, in the order of their first time: {"completed": 2}. */
static json_t *count_words(const json_t *cells, const char *key)
{
	json_t *counts = json_object();
	size_t i;
	const json_t *cell;

	json_array_foreach (cells, i, cell) {
		const char *word = record_text(cell, key, "unknown");

		json_object_set_new(counts, word, json_integer(1 + json_integer_value(json_object_get(counts, word))));
	}
	return counts;
}

static void print_outcomes(FILE *out, const struct compare_column *c)
{
	json_t *counts = count_words(c->cells, "outcome"), *count;
	size_t invalid = compare_invalid(c);
	const char *word;

	json_object_foreach (counts, word, count) {
		_cleanup_free_ char *text = json_object_size(counts) == 1
						    ? xstrdup(word)
						    : xasprintf("%" JSON_INTEGER_FORMAT " %s", json_integer_value(count), word);

		part_outcome(out, word, text);
		fputc(' ', out);
	}
	if (invalid > 0)
		html(out, "<span class=\"outcome bad\"><span aria-hidden=\"true\">▲</span> %zu not valid</span>", invalid);
	json_decref(counts);
}

/* "thrashing (node 0, cpuset)" to the number of cells of the column that have it. */
static json_t *count_verdicts(const struct compare_column *c)
{
	json_t *counts = json_object();
	size_t i, k;
	const json_t *cell, *verdict;

	json_array_foreach (c->cells, i, cell) {
		json_t *seen = json_object();

		json_array_foreach (json_object_get(cell, "verdicts"), k, verdict)
			json_object_set_new(seen, record_text(verdict, "name", "?"), json_true());
		for (void *it = json_object_iter(seen); it; it = json_object_iter_next(seen, it)) {
			const char *name = json_object_iter_key(it);

			json_object_set_new(counts, name, json_integer(1 + json_integer_value(json_object_get(counts, name))));
		}
		json_decref(seen);
	}
	return counts;
}

static void print_verdicts(FILE *out, const struct compare_column *c)
{
	json_t *counts = count_verdicts(c), *count;
	size_t n = json_array_size(c->cells);
	const char *name;

	if (json_object_size(counts) == 0)
		fputs("<span class=\"quiet\">none</span>", out);
	else
		fputs("<ul class=\"plain\">", out);
	json_object_foreach (counts, name, count) {
		html(out, "<li>%s", name);
		if ((size_t)json_integer_value(count) != n)
			html(out, " <span class=\"quiet\">%d of %zu</span>", (int)json_integer_value(count), n);
		fputs("</li>", out);
	}
	if (json_object_size(counts) > 0)
		fputs("</ul>", out);
	json_decref(counts);
}

struct expected {
	size_t met, of;
};

static struct expected expected_of(const struct compare_column *c)
{
	struct expected e = { 0, 0 };
	size_t i, k;
	const json_t *cell, *expectation;

	json_array_foreach (c->cells, i, cell)
		json_array_foreach (json_object_get(cell, "expectations"), k, expectation) {
			e.met += json_is_true(json_object_get(expectation, "met"));
			e.of++;
		}
	return e;
}

static void print_row(FILE *out, const struct compare_group *g, size_t number, size_t column)
{
	const struct compare_column *c = &g->columns[column];
	_cleanup_free_ char *name = compare_column_name(g, c);
	struct expected e = expected_of(c);
	uint64_t page = record_u64(json_array_get(c->cells, 0), "page_bytes", 4096);
	char text[32];

	fputs("<tr>", out);
	if (column == 0)
		html(out, "<th scope=\"rowgroup\" rowspan=\"%zu\"><a href=\"#g%zu\">%s</a></th>", g->n_columns, number,
		     g->scenario);
	html(out, "<th scope=\"row\">%s</th><td class=\"n\">%zu</td><td>", name, json_array_size(c->cells));
	print_outcomes(out, c);
	fputs("</td><td>", out);
	print_verdicts(out, c);
	if (e.of == 0)
		fputs("</td><td class=\"quiet\">none", out);
	else
		html(out, "</td><td class=\"%s\">%zu of %zu met", e.met == e.of ? "quiet" : "missed", e.met, e.of);
	fputs("</td>", out);
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		struct compare_value v = compare_value(c, figures[i].metric);

		html(out, "<td class=\"n\">%s</td>",
		     v.n ? html_value(figures[i].metric, v.median, page, text, sizeof(text)) : "–");
	}
	fputs("</tr>\n", out);
}

/* "9 cells: 7 completed, 2 oom killed." and what was found in how many. */
static void print_sentence(FILE *out, const struct compare_groups *groups)
{
	json_t *all = json_array(), *counts, *count;
	size_t found = 0, i, invalid = 0;
	const json_t *cell;
	const char *word, *before = ": ";

	for (size_t k = 0; k < groups->n; k++)
		for (size_t c = 0; c < groups->list[k].n_columns; c++) {
			json_array_extend(all, groups->list[k].columns[c].cells);
			invalid += compare_invalid(&groups->list[k].columns[c]);
		}
	json_array_foreach (all, i, cell)
		found += json_array_size(json_object_get(cell, "verdicts")) > 0;
	counts = count_words(all, "outcome");
	html(out, "<p class=\"lead\">%zu %s", json_array_size(all), json_array_size(all) == 1 ? "cell" : "cells");
	json_object_foreach (counts, word, count) {
		html(out, "%s%d ", before, (int)json_integer_value(count));
		for (const char *p = word; *p; p++)
			html(out, "%c", *p == '_' ? ' ' : *p);
		before = ", ";
	}
	if (invalid > 0)
		html(out, "; %zu not valid", invalid);
	fputs(". ", out);
	if (found == 0)
		fputs("No verdict: nothing in them stands out.", out);
	else
		html(out, "%zu of them %s a verdict.", found, found == 1 ? "has" : "have");
	fputs("</p>\n", out);
	json_decref(counts);
	json_decref(all);
}

static const char *what_columns_are(const struct compare_groups *groups)
{
	size_t kernels = 0;

	for (size_t i = 0; i < groups->n; i++)
		kernels += *groups->list[i].profile != '\0';
	return kernels == 0 ? "Profile" : kernels == groups->n ? "Kernel" : "Profile or kernel";
}

void part_overview(FILE *out, const struct compare_groups *groups)
{
	print_sentence(out, groups);
	fputs("<section><h2 id=\"overview\">Outcomes and verdicts</h2>"
	      "<div class=\"scroll\" role=\"group\" aria-labelledby=\"overview\" tabindex=\"0\"><table class=\"overview\"><thead><tr>"
	      "<th scope=\"col\">Scenario</th>",
	      out);
	html(out, "<th scope=\"col\">%s</th>", what_columns_are(groups));
	fputs("<th scope=\"col\" class=\"n\">Cells</th>"
	      "<th scope=\"col\">Outcome</th><th scope=\"col\">Verdicts</th><th scope=\"col\">Expectations</th>",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++)
		html(out, "<th scope=\"col\" class=\"n\">%s</th>", figures[i].head);
	fputs("</tr></thead>\n", out);
	for (size_t i = 0; i < groups->n; i++) {
		fputs("<tbody>", out);
		for (size_t k = 0; k < groups->list[i].n_columns; k++)
			print_row(out, &groups->list[i], i + 1, k);
		fputs("</tbody>", out);
	}
	fputs("</table></div>\n<p class=\"note\">Figures are medians of the cells that are valid and completed; where none "
	      "completed, of those that are valid. “Read again” is file memory that had just been evicted, “Stalled” the time in "
	      "which some task waited for memory.</p></section>\n",
	      out);
}
