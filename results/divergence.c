/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/divergence.h"

#include <limits.h>
#include <stdbool.h>

#include "common/util.h"
#include "results/metrics.h"
#include "results/timeline.h"

/* Records before the sample that are told one by one; a different kernel differs in most of them. */
#define MAX_RECORDS 24
#define SAMPLE      "{\"type\":\"sample\","
#define SET         "\"set\":["

/* One of the two streams, and the value of every counter up to where it has been read. */
struct side {
	const char *line,
		*end;    /* the current one, without its newline; line == end at the end of the stream */
	unsigned number; /* of the current line, from 1 */
	json_t *names;   /* of the columns; array */
	uint64_t *values;
	bool *seen;
};

struct walk {
	struct side sides[2];
	struct divergence *found;
};

/* ---- lines ---- */

static void set_line(struct side *s, const char *at)
{
	s->line = at;
	s->end = strchrnul(at, '\n');
	s->number++;
}

static bool at_end(const struct side *s)
{
	return *s->line == '\0';
}

static void next_line(struct side *s)
{
	set_line(s, *s->end ? s->end + 1 : s->end);
}

static bool begins(const struct side *s, const char *text)
{
	return strncmp(s->line, text, strlen(text)) == 0;
}

static json_t *parse_line(const struct side *s)
{
	return json_loadb(s->line, (size_t)(s->end - s->line), JSON_DECODE_ANY, NULL);
}

/* ---- counters ---- */

static void take_columns(struct side *s)
{
	json_t *record = parse_line(s), *names = json_object_get(record, "names");

	if (json_is_array(names)) {
		size_t n = json_array_size(names);

		json_decref(s->names);
		s->names = json_incref(names);
		s->values = xrealloc(s->values, (n + 1) * sizeof(*s->values));
		s->seen = xrealloc(s->seen, (n + 1) * sizeof(*s->seen));
		memset(s->seen, 0, n * sizeof(*s->seen));
	}
	json_decref(record);
}

static uint64_t digits(const char **at)
{
	uint64_t value = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++)
		value = value * 10 + (uint64_t)(**at - '0');
	return value;
}

/* By hand: of a stream of megabytes nearly every byte is in a sample. */
static void take_sample(struct side *s)
{
	const char *at = memmem(s->line, (size_t)(s->end - s->line), SET, strlen(SET));
	size_t n = json_array_size(s->names);

	if (!at || !s->values)
		return;
	for (at += strlen(SET); at < s->end && *at >= '0' && *at <= '9'; at += *at == ',') {
		uint64_t column = digits(&at), value;

		if (*at++ != ',')
			return;
		value = digits(&at);
		if (column >= n)
			continue;
		s->values[column] = value;
		s->seen[column] = true;
	}
}

/* ---- what differs ---- */

static void add_value(struct divergence_record *r, const char *name, char *a, char *b, unsigned rank)
{
	r->values = xrealloc(r->values, (r->n_values + 1) * sizeof(*r->values));
	r->values[r->n_values++] = (struct divergence_value){ xstrdup(name), { a, b }, rank };
}

static char *value_text(const json_t *value)
{
	return value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
}

static void add_members(struct divergence_record *r, const char *path, const json_t *a, const json_t *b)
{
	const char *key;
	const json_t *value;

	if (!json_is_object(a) || !json_is_object(b)) {
		if (!json_equal(a, b))
			add_value(r, path, value_text(a), value_text(b), 0);
		return;
	}
	json_object_foreach ((json_t *)a, key, value) {
		_cleanup_free_ char *inner = xasprintf("%s%s%s", path, *path ? "." : "", key);

		add_members(r, inner, value, json_object_get(b, key));
	}
	json_object_foreach ((json_t *)b, key, value) {
		_cleanup_free_ char *inner = xasprintf("%s%s%s", path, *path ? "." : "", key);

		if (!json_object_get(a, key))
			add_value(r, inner, NULL, value_text(value), 0);
	}
}

static char *counter_text(const struct side *s, size_t column)
{
	return column < json_array_size(s->names) && s->seen[column]
		       ? xasprintf("%llu", (unsigned long long)s->values[column])
		       : NULL;
}

static void add_counter(struct divergence_record *r, const struct walk *w, const char *name, size_t a,
			size_t b)
{
	char *texts[2] = { counter_text(&w->sides[0], a), counter_text(&w->sides[1], b) };

	if (texts[0] == texts[1] || (texts[0] && texts[1] && streq(texts[0], texts[1]))) {
		free(texts[0]);
		free(texts[1]);
		return;
	}
	add_value(r, name, texts[0], texts[1], metric_column_rank(name));
}

static json_t *index_of(const json_t *names)
{
	json_t *index = json_object();
	size_t i;
	const json_t *name;

	json_array_foreach (names, i, name)
		json_object_set_new(index, json_is_string(name) ? json_string_value(name) : "",
				    json_integer((json_int_t)i));
	return index;
}

static size_t column_in(const json_t *index, const char *name)
{
	const json_t *column = json_object_get(index, name);

	return column ? (size_t)json_integer_value(column) : SIZE_MAX;
}

static int by_meaning(const void *a, const void *b)
{
	const struct divergence_value *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void add_counters(struct divergence_record *r, const struct walk *w)
{
	json_t *index[2] = { index_of(w->sides[0].names), index_of(w->sides[1].names) };
	size_t i;
	const json_t *name;

	json_array_foreach (w->sides[0].names, i, name)
		add_counter(r, w, json_string_value(name), i, column_in(index[1], json_string_value(name)));
	json_array_foreach (w->sides[1].names, i, name)
		if (column_in(index[0], json_string_value(name)) == SIZE_MAX)
			add_counter(r, w, json_string_value(name), SIZE_MAX, i);
	if (r->n_values > 0)
		qsort(r->values, r->n_values, sizeof(*r->values), by_meaning);
	json_decref(index[0]);
	json_decref(index[1]);
}

/* The lists themselves say nothing; the names that only one has do. */
static void add_names(struct divergence_record *r, const json_t *a, const json_t *b)
{
	json_t *in_a = index_of(json_object_get(a, "names")), *in_b = index_of(json_object_get(b, "names"));
	const char *name;
	json_t *at;

	json_object_foreach (in_a, name, at)
		if (!json_object_get(in_b, name))
			add_value(r, name, xstrdup("a column"), NULL, metric_column_rank(name));
	json_object_foreach (in_b, name, at)
		if (!json_object_get(in_a, name))
			add_value(r, name, NULL, xstrdup("a column"), metric_column_rank(name));
	json_decref(in_a);
	json_decref(in_b);
}

/* One record that differs; a side that is not `has` lacks it. Both are at that record. */
static void note(struct walk *w, bool has_a, bool has_b)
{
	struct divergence *d = w->found;
	json_t *records[2] = { has_a ? parse_line(&w->sides[0]) : NULL,
			       has_b ? parse_line(&w->sides[1]) : NULL };
	const char *type = record_text(records[0] ? records[0] : records[1], "type", "line");
	struct divergence_record r = {
		.type = xstrdup(type),
		.line = { has_a ? w->sides[0].number : 0, has_b ? w->sides[1].number : 0 },
		.t_ns = { record_u64(records[0], "t_ns", 0), record_u64(records[1], "t_ns", 0) }
	};

	if (r.t_ns[0] != r.t_ns[1] && has_a && has_b)
		add_value(&r, "t_ns", xasprintf("%llu", (unsigned long long)r.t_ns[0]),
			  xasprintf("%llu", (unsigned long long)r.t_ns[1]), UINT_MAX);
	for (int i = 0; i < 2; i++)
		json_object_del(records[i], "t_ns");
	if (!has_a || !has_b)
		; /* that it is there is the difference */
	else if (streq(type, "sample"))
		add_counters(&r, w);
	else if (streq(type, "columns"))
		add_names(&r, records[0], records[1]);
	else
		add_members(&r, "", records[0], records[1]);
	d->records = xrealloc(d->records, (d->n + 1) * sizeof(*d->records));
	d->records[d->n++] = r;
	json_decref(records[0]);
	json_decref(records[1]);
}

static void note_one_of_many(struct walk *w, bool has_a, bool has_b)
{
	if (w->found->n < MAX_RECORDS)
		note(w, has_a, has_b);
	else
		w->found->left_out++;
}

/* ---- the walk ---- */

static bool same_line(const struct side *a, const struct side *b)
{
	size_t len = (size_t)(a->end - a->line);

	return len == (size_t)(b->end - b->line) && memcmp(a->line, b->line, len) == 0;
}

/* `{"type":"tune"`: what stands before the first comma. */
static bool same_type(const struct side *a, const struct side *b)
{
	size_t len = strcspn(a->line, ",}\n");

	return len == strcspn(b->line, ",}\n") && memcmp(a->line, b->line, len) == 0;
}

/* Whether the side has the other's current line, or one of its type, before its next sample. */
static bool comes_later(struct side s, const struct side *other,
			bool (*same)(const struct side *, const struct side *))
{
	for (; !at_end(&s) && !begins(&s, SAMPLE); next_line(&s))
		if (same(&s, other))
			return true;
	return false;
}

static void step(struct walk *w, struct side *s)
{
	if (begins(s, "{\"type\":\"columns\""))
		take_columns(s);
	if (begins(s, "{\"type\":\"begin\"") && s == &w->sides[0]) {
		json_t *record = parse_line(s);

		w->found->begin_ns = record_u64(record, "t_ns", 0);
		json_decref(record);
	}
	next_line(s);
}

/* Two lines that differ, and are not both samples. */
static void part(struct walk *w)
{
	struct side *a = &w->sides[0], *b = &w->sides[1];
	bool a_waits = at_end(a) || begins(a, SAMPLE), b_waits = at_end(b) || begins(b, SAMPLE);
	bool pair = !a_waits && !b_waits && same_type(a, b);

	/* A record that one stream has more must not make all that follow differ. */
	if (pair && comes_later(*b, a, same_line) != comes_later(*a, b, same_line))
		pair = false;
	if (pair) {
		note_one_of_many(w, true, true);
		step(w, a);
		step(w, b);
	} else if (b_waits ||
		   (!a_waits && (comes_later(*a, b, same_line) || !comes_later(*b, a, same_type)))) {
		note_one_of_many(w, true, false);
		step(w, a);
	} else {
		note_one_of_many(w, false, true);
		step(w, b);
	}
}

/* The sample at which the streams part ends the walk, and so does their end. */
static void walk(struct walk *w)
{
	struct side *a = &w->sides[0], *b = &w->sides[1];

	while (!at_end(a) || !at_end(b)) {
		bool samples = begins(a, SAMPLE) && begins(b, SAMPLE);
		bool last = (begins(a, SAMPLE) && at_end(b)) || (begins(b, SAMPLE) && at_end(a));

		if (samples) {
			take_sample(a);
			take_sample(b);
		}
		if (last || (samples && !same_line(a, b))) {
			note(w, !at_end(a), !at_end(b));
			return;
		}
		if (samples || same_line(a, b)) {
			w->found->samples += samples;
			step(w, a);
			step(w, b);
		} else {
			part(w);
		}
	}
}

struct divergence *divergence_find(const char *a, const char *b)
{
	struct walk w = { .found = NULL };

	if (streq(a, b))
		return NULL;
	w.found = xcalloc(1, sizeof(*w.found));
	set_line(&w.sides[0], a);
	set_line(&w.sides[1], b);
	walk(&w);
	for (int i = 0; i < 2; i++) {
		json_decref(w.sides[i].names);
		free(w.sides[i].values);
		free(w.sides[i].seen);
	}
	return w.found;
}

void divergence_free(struct divergence *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->n; i++) {
		struct divergence_record *r = &d->records[i];

		for (size_t k = 0; k < r->n_values; k++) {
			free(r->values[k].name);
			free(r->values[k].texts[0]);
			free(r->values[k].texts[1]);
		}
		free(r->values);
		free(r->type);
	}
	free(d->records);
	free(d);
}
