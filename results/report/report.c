/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/report/report.h"

#include <errno.h>

#include "common/util.h"
#include "results/report/assets.h"
#include "results/report/html.h"
#include "results/report/parts.h"

/* ---- groups ---- */

/* Two runs stand side by side; one, and of more each, stands on its own. */
static struct compare_groups groups_of(const struct report_source *source)
{
	struct compare_groups all = { 0 };

	if (source->n_runs == 2)
		return compare_groups_by(source->runs[0], source->runs[1], COMPARE_PROFILES);
	for (size_t i = 0; i < source->n_runs; i++) {
		const json_t *run = source->runs[i];
		struct compare_groups more = compare_groups_by(run, NULL, compare_by_what_differs(run, NULL));

		all.list = xrealloc(all.list, (all.n + more.n + 1) * sizeof(*all.list));
		memcpy(all.list + all.n, more.list, more.n * sizeof(*more.list));
		all.n += more.n;
		free(more.list);
	}
	return all;
}

/* ---- head and foot ---- */

static void print_title(FILE *out, const struct compare_groups *groups)
{
	const char *before = "";

	for (size_t i = 0; i < groups->n; i++) {
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again |= streq(groups->list[k].scenario, groups->list[i].scenario);
		if (again)
			continue;
		html(out, "%s%s", before, groups->list[i].scenario);
		before = ", ";
	}
}

/* Nothing may be fetched, whatever the page says: the policy is in the page itself. */
static void print_head(FILE *out, const struct report_source *source, const struct compare_groups *groups)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
	      "script-src 'unsafe-inline'; img-src data:\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>memrig: ",
	      out);
	print_title(out, groups);
	html(out, "</title>\n<meta name=\"generator\" content=\"memrig %s\">\n<style>\n", source->version);
	fputs(asset_uplot_style, out);
	fputs(asset_style, out);
	fputs("</style>\n</head>\n<body>\n", out);
}

static void print_run(FILE *out, const json_t *run)
{
	const json_t *provenance = json_object_get(run, "provenance");

	html(out, "<li>Run <code>%s</code>, %s, %s clock", record_text(run, "run", "?"), record_text(run, "started", "time unknown"),
	     record_text(run, "clock", "unknown"));
	if (!streq(record_text(run, "status", "finished"), "finished"))
		html(out, ", <span class=\"missed\">%s</span>", record_text(run, "status", ""));
	if (json_object_get(provenance, "place"))
		html(out, ", %s", record_text(provenance, "place", ""));
	if (json_object_get(provenance, "memrig"))
		html(out, ", memrig %s", record_text(provenance, "memrig", ""));
	fputs("</li>\n", out);
}

static void print_header(FILE *out, const struct report_source *source, const struct compare_groups *groups)
{
	fputs("<header>\n<p class=\"brand\">memrig report</p>\n<h1>", out);
	print_title(out, groups);
	fputs("</h1>\n<ul class=\"runs\">", out);
	for (size_t i = 0; i < source->n_runs; i++)
		print_run(out, source->runs[i]);
	fputs("</ul>\n</header>\n", out);
}

static bool is_virtual(const struct report_source *source)
{
	for (size_t i = 0; i < source->n_runs; i++)
		if (!streq(record_text(source->runs[i], "clock", ""), "virtual"))
			return false;
	return true;
}

static void print_footer(FILE *out, const struct report_source *source)
{
	fputs("<footer><h2>How to run this again</h2><ul class=\"plain\">", out);
	for (size_t i = 0; i < source->n_runs; i++)
		html(out, "<li><code>memrig rerun %s</code></li>", record_text(source->runs[i], "run", "?"));
	html(out, "</ul><p class=\"note\">%s Verdicts are those stored with the run. Made by memrig %s.</p></footer>\n",
	     is_virtual(source) ? "Times are those of the virtual clock: they repeat exactly, and are not those of a real machine."
				: "Times are those of a real clock.",
	     source->version);
}

/* ---- groups with their cells ---- */

static void print_cells_nav(FILE *out, const struct compare_group *g, size_t number)
{
	size_t i, n = 0;
	const json_t *cell;

	html(out, "<nav class=\"cells\" aria-label=\"Cells of %s, part %zu\"><ul>", g->scenario, number);
	for (size_t k = 0; k < g->n_columns; k++)
		json_array_foreach (g->columns[k].cells, i, cell)
			html(out, "<li><a href=\"#c%zu-%zu\">%s, seed %d</a></li>", number, ++n, g->columns[k].profile,
			     (int)record_u64(cell, "seed", 0));
	fputs("</ul></nav>\n", out);
}

static void print_cells(FILE *out, const struct report_source *source, const struct compare_group *g, size_t number)
{
	size_t i, n = 0;
	const json_t *cell;

	for (size_t k = 0; k < g->n_columns; k++)
		json_array_foreach (g->columns[k].cells, i, cell) {
			struct part_cell part = { &g->columns[k], cell, "" };
			struct timeline *t = source->load(source->context, g->columns[k].run, record_text(cell, "id", ""));

			snprintf(part.anchor, sizeof(part.anchor), "c%zu-%zu", number, ++n);
			part_cell(out, &part, t);
			timeline_free(t);
		}
}

static void print_groups(FILE *out, const struct report_source *source, const struct compare_groups *groups)
{
	for (size_t i = 0; i < groups->n; i++) {
		html(out, "<section class=\"group\">\n");
		part_group(out, &groups->list[i], i + 1);
		part_settings(out, &groups->list[i], i + 1);
		fputs("<h3>Course of the cells</h3>", out);
		print_cells_nav(out, &groups->list[i], i + 1);
		print_cells(out, source, &groups->list[i], i + 1);
		fputs("</section>\n", out);
	}
}

int report_write(FILE *out, const struct report_source *source)
{
	struct compare_groups groups;

	for (size_t i = 0; i < source->n_runs; i++)
		if (!compare_is_run(source->runs[i]))
			return -EINVAL;
	groups = groups_of(source);
	print_head(out, source, &groups);
	print_header(out, source, &groups);
	fputs("<main>\n", out);
	part_overview(out, &groups);
	print_groups(out, source, &groups);
	fputs("</main>\n", out);
	print_footer(out, source);
	fputs("<script>\n", out);
	fputs(asset_uplot_script, out);
	fputs("\n</script>\n<script>\n", out);
	fputs(asset_script, out);
	fputs("</script>\n</body>\n</html>\n", out);
	compare_groups_release(&groups);
	return fflush(out) != 0 || ferror(out) ? -EIO : 0;
}
