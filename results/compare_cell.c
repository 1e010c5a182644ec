/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>

#include "common/size.h"
#include "common/util.h"
#include "results/compare.h"
#include "results/compare_notes.h"
#include "results/metrics.h"
#include "results/timeline.h"

static void print_metrics(FILE *out, const json_t *cell, const struct table_style *style)
{
	struct table t;
	const char *name;
	json_t *value;

	table_init(&t, 1);
	json_object_foreach (json_object_get(cell, "metrics"), name, value) {
		_cleanup_free_ char *label = xasprintf("  %s", name), *text = metric_value_text(name, value);

		table_row(&t, label);
		table_put(&t, 0, xasprintf("%16s", text));
	}
	table_print(out, &t, style);
	table_release(&t);
}

static char *bytes_text(const json_t *w, const char *key)
{
	char buf[32];

	return json_object_get(w, key) ? xstrdup(size_format(record_u64(w, key, 0), buf, sizeof(buf))) : NULL;
}

static char *time_text(const json_t *w, const char *key)
{
	char buf[32];

	return json_object_get(w, key) ? xstrdup(duration_format(record_u64(w, key, 0), buf, sizeof(buf)))
				       : NULL;
}

static void print_workloads(FILE *out, const json_t *cell, const struct table_style *style)
{
	static const char *const heads[] = { "kind", "outcome", "size", "touched", "took" };
	struct table t;
	size_t i;
	const json_t *w;

	table_init_heads(&t, "  workload", heads, ARRAY_SIZE(heads));
	json_array_foreach (json_object_get(cell, "workloads"), i, w) {
		_cleanup_free_ char *label = xasprintf("  %s", record_text(w, "name", "?"));

		table_row(&t, label);
		table_put(&t, 0, xstrdup(record_text(w, "kind", "?")));
		table_put(&t, 1, xstrdup(record_text(w, "outcome", "not recorded")));
		table_put(&t, 2, bytes_text(w, "size_bytes"));
		table_put(&t, 3, bytes_text(w, "touched_bytes"));
		table_put(&t, 4, time_text(w, "duration_ns"));
	}
	table_print(out, &t, style);
	table_release(&t);
}

static bool any_drifted(json_t *settings)
{
	const char *key;
	json_t *setting;

	json_object_foreach (settings, key, setting)
		if (json_object_get(setting, "drift"))
			return true;
	return false;
}

static void print_settings(FILE *out, const json_t *cell, const struct table_style *style)
{
	static const char *const columns[] = { "before", "asked", "effective", "drift" };
	json_t *settings = json_object_get(cell, "settings"), *setting;
	unsigned n = any_drifted(settings) ? ARRAY_SIZE(columns) : ARRAY_SIZE(columns) - 1;
	struct table t;
	const char *key;

	table_init_heads(&t, "  setting", columns, n);
	json_object_foreach (settings, key, setting) {
		_cleanup_free_ char *label = xasprintf("  %s", key);

		table_row(&t, label);
		for (unsigned i = 0; i < n; i++)
			table_put(&t, i, xstrdup(record_text(setting, columns[i], "")));
	}
	if (t.n_rows > 1)
		table_print(out, &t, style);
	table_release(&t);
}

static void print_kills(FILE *out, const json_t *cell)
{
	size_t i;
	const json_t *oom;

	json_array_foreach (json_object_get(cell, "oom"), i, oom) {
		char when[32];

		fprintf(out, "  killed at %s: %s, constraint %s\n",
			duration_format(record_u64(oom, "at_ns", 0), when, sizeof(when)),
			record_text(oom, "workload", record_text(oom, "victim", "?")),
			record_text(oom, "constraint", "?"));
	}
}

int compare_print_cell(FILE *out, const json_t *cell, const struct compare_options *options)
{
	struct compare_options with = *options;
	struct table_style style = { options->utf8, options->width ? options->width : 100, 8, false };

	if (!json_is_object(cell))
		return -EINVAL;
	with.width = style.width;
	fprintf(out, "%s: %s with %s, seed %" PRIu64 ", kernel %s\n", record_text(cell, "id", "?"),
		record_text(cell, "scenario", "?"), record_text(cell, "profile", "?"),
		record_u64(cell, "seed", 0), record_text(cell, "kernel", "unknown"));
	fprintf(out, "  outcome: %s%s\n", record_text(cell, "outcome", "?"),
		json_is_true(json_object_get(cell, "valid")) ? "" : ", not valid");
	print_kills(out, cell);
	compare_print_cell_notes(out, cell, &with);
	fputc('\n', out);
	print_workloads(out, cell, &style);
	fputc('\n', out);
	print_settings(out, cell, &style);
	fputc('\n', out);
	print_metrics(out, cell, &style);
	return ferror(out) ? -EIO : 0;
}
