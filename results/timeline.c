/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/timeline.h"

#include <errno.h>
#include <stdarg.h>

#include "common/util.h"

#define SCHEMA_PREFIX "memrig.stream/1"
enum { FIRST_ROWS = 64 };

const char *record_text(const json_t *record, const char *key, const char *fallback)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text ? text : fallback;
}

uint64_t record_u64(const json_t *record, const char *key, uint64_t fallback)
{
	const json_t *value = json_object_get(record, key);

	return json_is_integer(value) && json_integer_value(value) >= 0 ? (uint64_t)json_integer_value(value)
									: fallback;
}

/* ---- reading ---- */

/* Columns are cheap to name and samples cheap to write: a few kilobytes can ask for terabytes. */
static bool takes_values(struct timeline *t, uint64_t n)
{
	if (n > t->left.values) {
		snprintf(t->damage, sizeof(t->damage), "the stream has more samples and columns than are read (%llu million values)",
			 TIMELINE_VALUES_MAX >> 20);
		return false;
	}
	t->left.values -= n;
	return true;
}

static bool has_room(struct timeline *t, size_t len)
{
	if (t->left.records > 0 && len <= t->left.text)
		return true;
	snprintf(t->damage, sizeof(t->damage), "the stream has more in its records than is read (%u, together %llu MiB)",
		 TIMELINE_RECORDS_MAX, TIMELINE_TEXT_MAX >> 20);
	return false;
}

/* Takes the names of a "columns" record into the timeline's own set. */
static void set_columns(struct timeline *t, const json_t *names)
{
	size_t i;
	json_t *name;

	t->columns = xcalloc(json_array_size(names), sizeof(*t->columns));
	t->seen = xcalloc(json_array_size(names), sizeof(*t->seen));
	json_array_foreach (names, i, name) {
		if (!json_is_string(name))
			break;
		json_object_set_new(t->column_index, json_string_value(name), json_integer((json_int_t)i));
		t->columns[t->n_columns++] = json_string_value(name);
	}
}

/* The rows as they were under the names before, each value at its column's new place. */
static void remap_rows(struct timeline *t, const struct timeline *before)
{
	t->values = xcalloc(MAX(t->room * t->n_columns, (size_t)1), sizeof(*t->values));
	for (size_t c = 0; c < before->n_columns; c++) {
		const json_t *index = json_object_get(t->column_index, before->columns[c]);
		size_t to = index ? (size_t)json_integer_value(index) : 0;

		if (!index)
			continue;
		t->seen[to] = before->seen[c];
		for (size_t row = 0; row < t->n_samples; row++)
			t->values[row * t->n_columns + to] = before->values[row * before->n_columns + c];
	}
}

/*
 * A later record replaces the set. A column that is new has had, as far as
 * anybody knows, its first value all the time: else its whole count since the
 * kernel started would look like growth.
 */
static void add_columns(struct timeline *t, json_t *record)
{
	struct timeline before = *t;

	if (!takes_values(t, MAX(t->room, (size_t)FIRST_ROWS) * json_array_size(json_object_get(record, "names"))))
		return;
	t->column_index = json_object();
	t->columns = NULL;
	t->seen = NULL;
	t->n_columns = 0;
	t->columns_record = json_incref(record);
	set_columns(t, json_object_get(record, "names"));
	if (before.n_samples > 0)
		remap_rows(t, &before);
	t->backfills = before.n_samples > 0;
	if (before.n_samples > 0)
		free(before.values);
	json_decref(before.column_index);
	free(before.columns);
	free(before.seen);
	json_decref(before.columns_record);
}

/* Into the rows before the last. */
static void backfill(struct timeline *t, size_t column, uint64_t value)
{
	for (size_t row = 0; row + 1 < t->n_samples; row++)
		t->values[row * t->n_columns + column] = value;
}

static uint64_t *new_row(struct timeline *t, uint64_t t_ns)
{
	uint64_t *row;

	if (t->n_samples == t->room) {
		t->room = t->room ? t->room * 2 : FIRST_ROWS;
		t->times = xrealloc(t->times, t->room * sizeof(*t->times));
		t->values = xrealloc(t->values, t->room * t->n_columns * sizeof(*t->values));
	}
	row = t->values + t->n_samples * t->n_columns;
	if (t->n_samples > 0)
		memcpy(row, row - t->n_columns, t->n_columns * sizeof(*row));
	else
		memset(row, 0, t->n_columns * sizeof(*row));
	t->times[t->n_samples++] = t_ns;
	return row;
}

static void add_sample(struct timeline *t, const struct sample_line *sample)
{
	uint64_t *row;

	t->end_ns = MAX(t->end_ns, sample->t_ns);
	if (t->n_columns == 0 || !takes_values(t, t->n_columns))
		return;
	row = new_row(t, sample->t_ns);
	for (size_t i = 0; i + 1 < sample->n; i += 2) {
		uint64_t column = sample->numbers[i];

		if (column >= t->n_columns)
			continue;
		row[column] = sample->numbers[i + 1];
		if (t->backfills && !t->seen[column])
			backfill(t, column, row[column]);
		t->seen[column] = true;
	}
}

/* A sample in another form than the writer's. What is no number counts as 0, a negative column as none. */
static void add_sample_record(struct timeline *t, const json_t *record)
{
	const json_t *set = json_object_get(record, "set");
	struct sample_line sample = { .t_ns = record_u64(record, "t_ns", 0), .n = json_array_size(set) };

	sample.numbers = xcalloc(sample.n + 1, sizeof(*sample.numbers));
	for (size_t i = 0; i < sample.n; i++)
		sample.numbers[i] = (uint64_t)json_integer_value(json_array_get(set, i));
	add_sample(t, &sample);
	sample_line_release(&sample);
}

static void add_record(struct timeline *t, json_t *record, size_t len)
{
	const char *type = record_text(record, "type", "");

	t->end_ns = MAX(t->end_ns, record_u64(record, "t_ns", 0));
	if (streq(type, "sample")) {
		add_sample_record(t, record);
		return;
	}
	t->left.records--;
	t->left.text -= len;
	if (streq(type, "begin"))
		t->begin_ns = record_u64(record, "t_ns", 0);
	else if (streq(type, "machine"))
		t->page_bytes = record_u64(record, "page_bytes", t->page_bytes);
	else if (streq(type, "columns"))
		add_columns(t, record);
	else if (streq(type, "end"))
		t->ended = true;
	if (!streq(type, "columns"))
		json_array_append(t->records, record);
}

/* The first line says which form the rest has. */
static int check_schema(const json_t *record, struct error *err)
{
	const char *schema = record_text(record, "schema", "");
	size_t len = strlen(SCHEMA_PREFIX);

	/* "memrig.stream/1" and "/1.3" are read, "/10" is not. */
	if (!streq(record_text(record, "type", ""), "stream"))
		return error_set(err, -EPROTO, "stream", "the first record is not of type \"stream\"");
	if (strncmp(schema, SCHEMA_PREFIX, len) != 0 || (schema[len] != '\0' && schema[len] != '.'))
		return error_set(err, -EPROTO, "stream", "schema \"%.60s\" is not one this memrig reads (%s)",
				 schema, SCHEMA_PREFIX);
	return 0;
}

/* Returns 1, 0 when the line is no record, comes after the end, or is one too many, or -EPROTO. */
static int take_line(struct timeline *t, const char *line, size_t len, struct error *err)
{
	json_t *record;
	int r;

	if (t->ended)
		return 0; /* whoever writes on after the end is not the executor */
	if (t->began && sample_line_parse(line, len, &t->sample)) {
		add_sample(t, &t->sample);
		return 1;
	}
	if (!has_room(t, len)) /* before it is taken apart, which is what takes the memory */
		return 0;
	record = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	r = json_is_object(record) ? 1 : 0;
	if (r > 0 && !t->began)
		r = check_schema(record, err) < 0 ? -EPROTO : 1;
	if (r > 0) {
		t->began = true;
		add_record(t, record, len);
	}
	json_decref(record);
	return r;
}

static int parse_lines(struct timeline *t, const char *text, size_t len, struct error *err)
{
	unsigned line = 0;

	for (size_t at = 0; at < len;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t n = newline ? (size_t)(newline - text) - at : len - at;
		int r = take_line(t, text + at, n, err);

		line++;
		at += n + 1;
		if (r < 0)
			return r;
		if (*t->damage)
			return 0;
		if (r > 0)
			continue;
		/* Only the last line may be incomplete: the writer puts out whole lines, so anything else is
		 * damage. */
		if (newline)
			snprintf(t->damage, sizeof(t->damage), "line %u of the stream is not a record%s", line,
				 t->ended ? ": it comes after the end" : "");
		return 0;
	}
	return 0;
}

struct timeline *timeline_new(void)
{
	struct timeline *t = xcalloc(1, sizeof(*t));

	t->page_bytes = 4096;
	t->left = (struct timeline_limits){ UINT64_MAX, UINT64_MAX, UINT64_MAX };
	t->records = json_array();
	t->column_index = json_object();
	return t;
}

int timeline_parse(const char *text, size_t len, struct timeline **ret, struct error *err)
{
	struct timeline *t = timeline_new();
	int r;

	t->left = (struct timeline_limits){ TIMELINE_VALUES_MAX, TIMELINE_RECORDS_MAX, TIMELINE_TEXT_MAX };
	r = parse_lines(t, text, len, err);
	if (r < 0) {
		timeline_free(t);
		return r;
	}
	*ret = t;
	return 0;
}

int timeline_feed_line(struct timeline *t, const char *line, size_t len, struct error *err)
{
	int r = take_line(t, line, len, err);

	return r == 0 ? error_set(err, -EINVAL, "stream", "a line is not a record") : MIN(r, 0);
}

void timeline_keep(struct timeline *t, uint64_t window_ns)
{
	uint64_t last = t->n_samples > 0 ? t->times[t->n_samples - 1] : 0;
	size_t drop = 0;

	while (drop + 1 < t->n_samples && last - t->times[drop] > window_ns)
		drop++;
	if (drop == 0)
		return;
	t->n_samples -= drop;
	memmove(t->times, t->times + drop, t->n_samples * sizeof(*t->times));
	memmove(t->values, t->values + drop * t->n_columns, t->n_samples * t->n_columns * sizeof(*t->values));
}

void timeline_forget(struct timeline *t, const char *type, uint64_t before_ns)
{
	for (size_t i = json_array_size(t->records); i-- > 0;) {
		const json_t *record = json_array_get(t->records, i);

		if (streq(record_text(record, "type", ""), type) && record_u64(record, "t_ns", 0) < before_ns)
			json_array_remove(t->records, i);
	}
}

void timeline_free(struct timeline *t)
{
	if (!t)
		return;
	json_decref(t->column_index);
	json_decref(t->columns_record);
	json_decref(t->records);
	free(t->columns);
	free(t->seen);
	free(t->times);
	free(t->values);
	sample_line_release(&t->sample);
	free(t);
}

/* ---- looking up ---- */

json_t *timeline_next(const struct timeline *t, const char *type, size_t *pos)
{
	while (*pos < json_array_size(t->records)) {
		json_t *record = json_array_get(t->records, (*pos)++);

		if (streq(record_text(record, "type", ""), type))
			return record;
	}
	return NULL;
}

json_t *timeline_find(const struct timeline *t, const char *type, const char *key, const char *value)
{
	size_t pos = 0;
	json_t *record;

	while ((record = timeline_next(t, type, &pos)))
		if (!key || streq(record_text(record, key, ""), value))
			return record;
	return NULL;
}

int timeline_column(const struct timeline *t, const char *name)
{
	const json_t *index = json_object_get(t->column_index, name);
	int column = index ? (int)json_integer_value(index) : -1;

	return column >= 0 && t->seen[column] ? column : -1;
}

int timeline_columnf(const struct timeline *t, const char *format, ...)
{
	char name[512]; /* groups of a host have long names */
	va_list args;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	return timeline_column(t, name);
}

uint64_t timeline_growth(const struct timeline *t, int column, size_t from, size_t to)
{
	uint64_t before, after;

	if (column < 0)
		return 0;
	before = timeline_value(t, from, column);
	after = timeline_value(t, to, column);
	return after > before ? after - before : 0;
}

uint64_t timeline_delta(const struct timeline *t, int column)
{
	return t->n_samples > 0 ? timeline_growth(t, column, 0, t->n_samples - 1) : 0;
}

uint64_t timeline_nodes(const struct timeline *t)
{
	const json_t *machine = timeline_find(t, "machine", NULL, NULL), *node;
	uint64_t mask = 0;
	size_t i;

	json_array_foreach (json_object_get(machine, "nodes"), i, node) {
		uint64_t number = record_u64(node, "node", MAX_NODES);

		if (number < MAX_NODES)
			mask |= 1ULL << number;
	}
	for (unsigned n = 0; n < MAX_NODES; n++)
		if (timeline_columnf(t, "node%u.meminfo.MemFree_bytes", n) >= 0)
			mask |= 1ULL << n;
	return mask;
}
