/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/view.h"

#include <errno.h>
#include <math.h>
#include <inttypes.h>
#include <stdarg.h>

#include "common/size.h"
#include "common/util.h"

const struct view views[] = {
	{ "summary", "what is free, what has moved and what the workloads do", view_make_summary },
	{ "free", "memory and swap as free(1) shows them, in KiB", view_make_free },
	{ "top", "the workloads' processes as top(1) shows them", view_make_top },
	{ "numastat", "the nodes' counters and memory as numastat(8) shows them", view_make_numastat },
	{ "zones", "free pages against the marks, and the zones' LRU sizes, as in /proc/zoneinfo", view_make_zones },
	{ 0 },
};

const struct view *view_find(const char *name)
{
	for (const struct view *view = views; view->name; view++)
		if (streq(view->name, name))
			return view;
	return NULL;
}

int view_sample(const struct timeline *t, uint64_t at_ns, size_t *ret, struct error *err)
{
	uint64_t length = t->end_ns > t->begin_ns ? t->end_ns - t->begin_ns : 0;
	size_t sample = 0;

	if (t->n_samples == 0 || t->begin_ns == 0)
		return error_set(err, -ENODATA, "--at", "the cell ended before it was sampled");
	if (at_ns > length) {
		error_set(err, -ERANGE, "--at", "the cell ended %.3f s after it began", (double)length / 1e9);
		error_hint(err, "ask for a time from 0s to %.3fs", floor((double)length / 1e6) / 1e3);
		return -ERANGE;
	}
	while (sample + 1 < t->n_samples && t->times[sample + 1] <= t->begin_ns + at_ns)
		sample++;
	*ret = sample;
	return 0;
}

void view_make(const struct view *view, const struct timeline *t, size_t sample, struct view_table *ret)
{
	*ret = (struct view_table){ .label = "", .rows = json_array() };
	view->make(t, sample, ret);
}

void view_release(struct view_table *table)
{
	json_decref(table->rows);
}

/* ---- for the makers ---- */

void view_add_column(struct view_table *table, const char *head, const char *key, enum view_form form)
{
	struct view_column *column = &table->columns[table->n_columns];

	if (table->n_columns == ARRAY_SIZE(table->columns))
		return;
	snprintf(column->head, sizeof(column->head), "%s", head);
	snprintf(column->key, sizeof(column->key), "%s", key);
	column->form = form;
	table->n_columns++;
}

json_t *view_add_row(struct view_table *table, const char *name)
{
	json_t *row = json_pack("{s:s}", "name", name);

	json_array_append_new(table->rows, row);
	return row;
}

void view_put(json_t *row, const char *key, uint64_t value)
{
	json_object_set_new(row, key, json_integer((json_int_t)value));
}

bool view_value(const struct timeline *t, size_t sample, uint64_t *ret, const char *format, ...)
{
	char name[256];
	va_list args;
	int column;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	column = timeline_column(t, name);
	if (column < 0)
		return false;
	*ret = timeline_value(t, sample, column);
	return true;
}

/* ---- text ---- */

static bool ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), n = strlen(end);

	return len > n && streq(name + len - n, end);
}

static enum view_form form_of(const char *name)
{
	return ends_in(name, "_bytes") ? VIEW_SIZE : VIEW_AS_IT_IS;
}

static char *short_size(uint64_t bytes)
{
	if (bytes < 10 * MIB)
		return xasprintf("%" PRIu64, bytes / (uint64_t)KIB);
	if (bytes < 10 * GIB)
		return xasprintf("%.1fm", (double)bytes / MIB);
	return xasprintf("%.1fg", (double)bytes / GIB);
}

/* NULL, an empty cell, when there is no value. */
static char *cell_text(const json_t *value, enum view_form form, const char *row)
{
	uint64_t n = (uint64_t)json_integer_value(value);
	char buf[32];

	if (json_is_string(value))
		return xstrdup(json_string_value(value));
	if (json_is_real(value))
		return xasprintf("%.1f", json_real_value(value) * 100);
	if (!json_is_integer(value))
		return NULL;
	if (form == VIEW_BY_NAME && (ends_in(row, "_us") || ends_in(row, "_ns")))
		return xstrdup(duration_format(ends_in(row, "_us") ? n * 1000 : n, buf, sizeof(buf)));
	if (form == VIEW_BY_NAME)
		form = form_of(row);
	if (form == VIEW_KIB)
		return xasprintf("%" PRIu64, n / (uint64_t)KIB);
	if (form == VIEW_SHORT)
		return short_size(n);
	if (form == VIEW_SIZE)
		return xstrdup(size_format(n, buf, sizeof(buf)));
	if (form == VIEW_TIME)
		return xasprintf("%" PRIu64 ":%05.2f", n / 60000000000, (double)(n % 60000000000) / 1e9);
	return xasprintf("%" PRIu64, n);
}

/* The unit is seen in the figure. */
static char *row_label(const char *name)
{
	static const char *const units[] = { "_bytes", "_us", "_ns", "_pages" };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (ends_in(name, units[i]))
			return xasprintf("%.*s", (int)(strlen(name) - strlen(units[i])), name);
	return xstrdup(name);
}

void view_text(const struct view_table *table, struct table *ret)
{
	const char *heads[ARRAY_SIZE(table->columns)];
	size_t i;
	const json_t *row;

	for (unsigned c = 0; c < table->n_columns; c++)
		heads[c] = table->columns[c].head;
	table_init_heads(ret, table->label, heads, table->n_columns);
	json_array_foreach (table->rows, i, row) {
		const char *name = record_text(row, "name", "");
		_cleanup_free_ char *label = row_label(name);

		table_row(ret, label);
		for (unsigned c = 0; c < table->n_columns; c++)
			table_put(ret, c, cell_text(json_object_get(row, table->columns[c].key), table->columns[c].form, name));
	}
}
