/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/compare.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "common/size.h"
#include "common/util.h"
#include "results/compare_group.h"
#include "results/compare_differ.h"
#include "results/compare_judged.h"
#include "results/compare_notes.h"
#include "results/table.h"
#include "results/timeline.h"

/* A value with its change, "1023.9 MiB   -99%"; and the longest label of the rows below, with its gap. */
#define MIN_COLUMN  18
#define LABEL_WIDTH 24

enum row_unit { ROW_BYTES, ROW_PAGES, ROW_COUNT, ROW_NS, ROW_US, ROW_NUMBER };

struct row {
	const char *label; /* %s: the node or workload */
	const char *sum;   /* metrics, as for compare_value(); %s likewise */
	enum row_unit unit;
	bool optional; /* left out when it is 0 everywhere */
};

static const struct row swap_rows[] = {
	{ "swapped out", "swap.out_bytes", ROW_BYTES, false },
	{ "swapped in", "swap.in_bytes", ROW_BYTES, false },
	{ "into zswap", "zswap.out_bytes", ROW_BYTES, true },
	{ "out of zswap", "zswap.in_bytes", ROW_BYTES, true },
	{ "demoted", "demotion.pages", ROW_PAGES, true },
	{ "reclaimed", "reclaim.anon_stolen_pages reclaim.file_stolen_pages", ROW_PAGES, false },
	{ NULL, NULL, 0, false },
};
static const struct row node_reclaim_rows[] = {
	{ "  node %s, anon", "node%s.reclaimed_anon_pages", ROW_PAGES, true },
	{ "  node %s, file", "node%s.reclaimed_file_pages", ROW_PAGES, true },
	{ NULL, NULL, 0, false },
};
static const struct row reclaim_rows[] = {
	{ "  by kswapd", "reclaim.kswapd_stolen_pages", ROW_PAGES, true },
	{ "  by direct reclaim", "reclaim.direct_stolen_pages", ROW_PAGES, true },
	/* Up to 6.12 the counters by reclaimer leave out what the counters by type have. */
	{ "  at group limits", "reclaim.anon_stolen_pages reclaim.file_stolen_pages -reclaim.stolen_pages",
	  ROW_PAGES, true },
	{ "refaulted, anon", "refault.anon_pages", ROW_PAGES, true },
	{ "refaulted, file", "refault.file_pages", ROW_PAGES, true },
	{ "allocation stalls", "alloc.stalls", ROW_COUNT, true },
	{ "major faults", "fault.major", ROW_COUNT, true },
	{ "memory pressure, some", "psi.memory_some_us", ROW_US, true },
	{ NULL, NULL, 0, false },
};
static const struct row node_rows[] = {
	{ "node %s free, lowest", "node%s.free_min_bytes", ROW_BYTES, false },
	{ "node %s below low mark", "node%s.below_low_ns", ROW_NS, true },
	{ NULL, NULL, 0, false },
};
static const struct row workload_rows[] = {
	{ "%s took", "workload.%s.duration_ns", ROW_NS, true },
	{ NULL, NULL, 0, false },
};
static const struct row time_rows[] = {
	{ "cell took", "time.virtual_ns", ROW_NS, true },
	{ "cell took", "time.real_ns", ROW_NS, true },
	{ NULL, NULL, 0, false },
};

/* ---- one value ---- */

static uint64_t page_bytes(const struct compare_column *c)
{
	return record_u64(json_array_get(c->cells, 0), "page_bytes", 4096);
}

static char *value_text(double value, enum row_unit unit, uint64_t page)
{
	uint64_t n = value > 0 ? (uint64_t)llround(value) : 0;
	char buf[32];

	switch (unit) {
	case ROW_BYTES:
		return xstrdup(size_format(n, buf, sizeof(buf)));
	case ROW_PAGES:
		return xstrdup(size_format(n * page, buf, sizeof(buf)));
	case ROW_NS:
		return xstrdup(duration_format(n, buf, sizeof(buf)));
	case ROW_US:
		return xstrdup(duration_format(n * 1000, buf, sizeof(buf)));
	case ROW_NUMBER:
		return xasprintf("%.6g", value);
	default:
		return xasprintf("%" PRIu64, n);
	}
}

/* "-16 %" against the baseline; "x12" where a share would be unreadable. */
static char *change_text(double value, double base)
{
	double change;

	if (value == base)
		return xstrdup("=");
	if (base <= 0)
		return xstrdup("new");
	change = 100 * (value - base) / base;
	if (change >= 900)
		return xasprintf("x%.0f", value / base);
	/* What differs must not read as if it did not. */
	if (fabs(change) < 0.05)
		return xstrdup(change < 0 ? "-<0.1%" : "+<0.1%");
	return xasprintf(fabs(change) < 10 ? "%+.1f%%" : "%+.0f%%", change);
}

static char *cell_text(const struct compare_group *g, unsigned column, const struct row *row, const char *sum)
{
	const struct compare_column *c = &g->columns[column];
	struct compare_value v = compare_value(c, sum), base = compare_value(&g->columns[0], sum);
	_cleanup_free_ char *value = NULL, *change = NULL;

	if (v.n == 0)
		return xasprintf("%10s", "-");
	value = value_text(v.median, row->unit, page_bytes(c));
	if (column == 0 || base.n == 0 || !compare_comparable(&g->columns[0], c))
		return xasprintf("%10s", value);
	change = change_text(v.median, base.median);
	return xasprintf("%10s %7s", value, change);
}

/* ---- rows of numbers ---- */

/* A second line with the spread, where seeds differ. */
static void add_range(struct table *t, const struct compare_group *g, const struct row *row, const char *sum)
{
	bool any = false;

	table_row(t, "");
	for (unsigned k = 0; k < g->n_columns; k++) {
		struct compare_value v = compare_value(&g->columns[k], sum);
		_cleanup_free_ char *min = NULL, *max = NULL;

		if (v.n < 2 || v.min == v.max)
			continue;
		min = value_text(v.min, row->unit, page_bytes(&g->columns[k]));
		max = value_text(v.max, row->unit, page_bytes(&g->columns[k]));
		table_put(t, k, xasprintf("%s..%s", min, max));
		any = true;
	}
	if (!any)
		table_drop_row(t);
}

/* The template with who in place of its "%s", every one. */
static char *fill(const char *template, const char *who)
{
	const char *hole = strstr(template, "%s");

	return hole ? xasprintf("%.*s%s%s", (int)(hole - template), template, who, hole + 2)
		    : xstrdup(template);
}

static void add_rows(struct table *t, const struct compare_group *g, const struct row *rows, const char *who)
{
	for (const struct row *row = rows; row->label; row++) {
		_cleanup_free_ char *label = fill(row->label, who), *sum = fill(row->sum, who);
		bool any = false, known = false;

		for (unsigned k = 0; k < g->n_columns; k++) {
			struct compare_value v = compare_value(&g->columns[k], sum);

			known |= v.n > 0;
			any |= v.n > 0 && v.max > 0;
		}
		if (!known || (row->optional && !any))
			continue;
		table_row(t, label);
		for (unsigned k = 0; k < g->n_columns; k++)
			table_put(t, k, cell_text(g, k, row, sum));
		add_range(t, g, row, sum);
	}
}

static void add_node_rows(struct table *t, const struct compare_group *g, const struct row *rows)
{
	for (unsigned n = 0; n < MAX_NODES; n++) {
		char who[8];

		snprintf(who, sizeof(who), "%u", n);
		add_rows(t, g, rows, who);
	}
}

/* By the ends of their names, as everywhere. */
static enum row_unit unit_of(const char *figure)
{
	static const struct {
		const char *end;
		enum row_unit unit;
	} ends[] = { { "_bytes", ROW_BYTES }, { "_pages", ROW_PAGES }, { "_ns", ROW_NS }, { "_us", ROW_US } };
	size_t length = strlen(figure);

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (length > strlen(ends[i].end) && streq(figure + length - strlen(ends[i].end), ends[i].end))
			return ends[i].unit;
	return ROW_NUMBER;
}

/* What a workload measured itself, in the words of its own names. */
static void add_figure_rows(struct table *t, const struct compare_group *g, const char *workload, const json_t *figures)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)figures, name, value) {
		_cleanup_free_ char *label = xasprintf("%s %s", workload, name);
		_cleanup_free_ char *metric = xasprintf("workload.%s.%s", workload, name);
		struct row rows[] = { { label, metric, unit_of(name), false }, { NULL, NULL, 0, false } };

		add_rows(t, g, rows, "");
	}
}

/* All workloads of all columns, each with the figures that any of them has. */
static json_t *figures_by_workload(const struct compare_group *g)
{
	json_t *seen = json_object();

	for (unsigned k = 0; k < g->n_columns; k++) {
		size_t i;
		const json_t *w;

		json_array_foreach (json_object_get(json_array_get(g->columns[k].cells, 0), "workloads"), i, w) {
			const char *name = record_text(w, "name", "?");

			if (!json_object_get(seen, name))
				json_object_set_new(seen, name, json_object());
			if (json_object_get(w, "figures"))
				json_object_update(json_object_get(seen, name), json_object_get(w, "figures"));
		}
	}
	return seen;
}

static void add_workload_rows(struct table *t, const struct compare_group *g)
{
	json_t *seen = figures_by_workload(g), *figures;
	const char *name;

	json_object_foreach (seen, name, figures) {
		add_rows(t, g, workload_rows, name);
		add_figure_rows(t, g, name, figures);
	}
	json_decref(seen);
}

/* ---- the table of a group ---- */

static void add_header(struct table *t, const struct compare_group *g, bool two_runs)
{
	table_row(t, "");
	for (unsigned k = 0; k < g->n_columns; k++)
		table_put(t, k, *g->profile ? xstrdup(g->columns[k].kernel) : compare_column_title(&g->columns[k]));
	if (two_runs) {
		table_row(t, "run");
		for (unsigned k = 0; k < g->n_columns; k++)
			table_put(t, k, xstrdup(record_text(g->columns[k].run, "run", "?")));
	}
	table_rule(t);
}

static void add_numbers(struct table *t, const struct compare_group *g)
{
	add_rows(t, g, swap_rows, "");
	add_node_rows(t, g, node_reclaim_rows);
	add_rows(t, g, reclaim_rows, "");
	add_node_rows(t, g, node_rows);
	add_workload_rows(t, g);
	add_rows(t, g, time_rows, "");
}

enum { PART_FINDINGS = 1, PART_NUMBERS = 2 };

static void print_table(FILE *out, const struct compare_group *g, unsigned parts, bool two_runs,
			const struct compare_options *options)
{
	struct table t;
	struct table_style style = { options->utf8, options->width, MIN_COLUMN, true };

	table_init(&t, (unsigned)g->n_columns);
	add_header(&t, g, two_runs);
	if (parts & PART_FINDINGS)
		compare_add_findings(&t, g);
	table_rule(&t);
	if (parts & PART_NUMBERS)
		add_numbers(&t, g);
	table_print(out, &t, &style);
	fputc('\n', out);
	table_release(&t);
}

/* More columns than fit go into several tables, each with the baseline first. */
static void print_tables(FILE *out, const struct compare_group *g, unsigned parts, bool two_runs,
			const struct compare_options *options)
{
	size_t fit = options->width > LABEL_WIDTH ? (options->width - LABEL_WIDTH) / (MIN_COLUMN + 2) : 0;
	size_t step = fit > 2 ? fit - 1 : 1, next = 1;
	_cleanup_free_ struct compare_column *columns = xcalloc(1 + step, sizeof(*columns));

	columns[0] = g->columns[0];
	do {
		size_t n = MIN(step, g->n_columns - next);
		struct compare_group part = { g->scenario, g->kernel, g->profile, columns, 1 + n };

		memcpy(columns + 1, g->columns + next, n * sizeof(*columns));
		print_table(out, &part, parts, two_runs, options);
		next += n;
	} while (next < g->n_columns);
}

/* What was tested stands between what happened and the numbers; where all is exact, one table has both. */
static void print_group(FILE *out, const struct compare_group *g, bool two_runs, const struct compare_options *options)
{
	bool tests = compare_has_tests(g);

	compare_print_title(out, g, options);
	fputc('\n', out);
	print_tables(out, g, tests ? PART_FINDINGS : PART_FINDINGS | PART_NUMBERS, two_runs, options);
	if (tests) {
		compare_print_judged(out, g, options);
		print_tables(out, g, PART_NUMBERS, two_runs, options);
	}
	compare_print_notes(out, g, options);
}

static void print_warnings(FILE *out, const json_t *run, const json_t *other, const struct compare_options *options)
{
	json_t *warnings = compare_warnings(run, other), *warning;
	size_t i;

	json_array_foreach (warnings, i, warning)
		text_wrap(out, json_string_value(warning), options->width, 0, 2);
	if (json_array_size(warnings) > 0)
		fputc('\n', out);
	json_decref(warnings);
}

int compare_print(FILE *out, const json_t *run, const json_t *other, const struct compare_options *options)
{
	struct compare_options with = *options;
	struct compare_groups groups;

	if (!compare_is_run(run) || (other && !compare_is_run(other)))
		return -EINVAL;
	if (with.width == 0)
		with.width = 100;
	groups = compare_groups_by(run, other, with.by);
	print_warnings(out, run, other, &with);
	for (size_t i = 0; i < groups.n; i++)
		print_group(out, &groups.list[i], other != NULL, &with);
	if (groups.n == 0)
		fprintf(out, "The run has no cells.\n");
	compare_groups_release(&groups);
	for (int i = 0; i < 2; i++)
		if (json_object_get(i == 0 ? run : other, "path"))
			fprintf(out, "run: %s\n", record_text(i == 0 ? run : other, "path", ""));
	return ferror(out) ? -EIO : 0;
}
