/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A divergence as JSON and as text. */
#include <stdbool.h>

#include "common/size.h"
#include "common/util.h"
#include "results/divergence.h"

/* Longest value shown to people; a record's may be a whole scenario. */
#define SHOWN 60

static uint64_t later(const struct divergence_record *r)
{
	return r->line[0] ? r->t_ns[0] : r->t_ns[1];
}

/* ---- JSON ---- */

static const char *const sides[] = { "first", "second" };

static json_t *value_json(const struct divergence_value *v)
{
	json_t *value = json_pack("{s:s}", "name", v->name);

	for (int i = 0; i < 2; i++)
		if (v->texts[i]) {
			json_t *own = json_loads(v->texts[i], JSON_DECODE_ANY, NULL);

			json_object_set_new(value, sides[i], own ? own : json_string(v->texts[i]));
		}
	return value;
}

static json_t *record_json(const struct divergence_record *r, size_t most)
{
	size_t n = most ? MIN(most, r->n_values) : r->n_values;
	json_t *record = json_pack("{s:s}", "type", r->type), *values = json_array();

	for (int i = 0; i < 2; i++)
		if (r->line[i])
			json_object_set_new(record, sides[i],
					    json_pack("{s:i, s:I}", "line", (int)r->line[i], "t_ns",
						      (json_int_t)r->t_ns[i]));
	for (size_t i = 0; i < n; i++)
		json_array_append_new(values, value_json(&r->values[i]));
	json_object_set_new(record, "values", values);
	if (n < r->n_values)
		json_object_set_new(record, "values_left_out", json_integer((json_int_t)(r->n_values - n)));
	return record;
}

/* The record that says most of where the streams part: the sample, and without one the first. */
static const struct divergence_record *telling(const struct divergence *d)
{
	const struct divergence_record *last = d->n ? &d->records[d->n - 1] : NULL;

	return last && !streq(last->type, "sample") ? &d->records[0] : last;
}

json_t *divergence_json(const struct divergence *d, size_t most)
{
	const struct divergence_record *at = telling(d);
	json_t *records = json_array(), *all;

	for (size_t i = 0; i < d->n; i++)
		json_array_append_new(records, record_json(&d->records[i], most));
	all = json_pack("{s:I, s:o}", "samples_equal", (json_int_t)d->samples, "records", records);
	if (at && d->begin_ns && later(at) >= d->begin_ns)
		json_object_set_new(all, "at_ns", json_integer((json_int_t)(later(at) - d->begin_ns)));
	if (d->left_out)
		json_object_set_new(all, "records_left_out", json_integer((json_int_t)d->left_out));
	return all;
}

/* ---- text ---- */

/* "0, 54" */
static char *pair_text(const struct divergence_value *v)
{
	const char *texts[2];

	for (int i = 0; i < 2; i++)
		texts[i] = v->texts[i] ? v->texts[i] : "absent";
	return xasprintf("%.*s%s, %.*s%s", SHOWN, texts[0], strlen(texts[0]) > SHOWN ? "..." : "", SHOWN,
			 texts[1], strlen(texts[1]) > SHOWN ? "..." : "");
}

/* "sample 13, 1.2 s after the begin" */
static char *place_text(const struct divergence *d, const struct divergence_record *r)
{
	bool sample = streq(r->type, "sample");
	_cleanup_free_ char *what =
		sample ? xasprintf("sample %zu", d->samples + 1) : xasprintf("record %s", r->type);
	char when[32];

	if (!d->begin_ns || later(r) < d->begin_ns)
		return xasprintf("%s, line %u, before the begin", what, r->line[0] ? r->line[0] : r->line[1]);
	return xasprintf("%s, %s after the begin", what,
			 duration_format(later(r) - d->begin_ns, when, sizeof(when)));
}

static bool in_one(const struct divergence_record *r)
{
	return !r->line[0] || !r->line[1];
}

char *divergence_sentence(const struct divergence *d)
{
	const struct divergence_record *r = telling(d);
	_cleanup_free_ char *place = NULL, *pair = NULL, *more = NULL;

	if (!r)
		return xstrdup("the streams end differently");
	place = place_text(d, r);
	if (in_one(r))
		return xasprintf("%s: only the %s stream has it", place, r->line[0] ? "first" : "second");
	if (r->n_values == 0)
		return xasprintf("%s: written differently", place);
	pair = pair_text(&r->values[0]);
	more = r->n_values > 1 ? xasprintf(" (and %zu more)", r->n_values - 1) : xstrdup("");
	return xasprintf("%s: %s %s%s", place, r->values[0].name, pair, more);
}

static void print_record(FILE *out, const struct divergence *d, const struct divergence_record *r,
			 const char *const names[2], size_t most, int indent)
{
	_cleanup_free_ char *place = place_text(d, r);
	size_t n = most ? MIN(most, r->n_values) : r->n_values;

	if (in_one(r)) {
		fprintf(out, "%*s%s: only in %s\n", indent, "", place, r->line[0] ? names[0] : names[1]);
		return;
	}
	fprintf(out, "%*s%s: %s, %s\n", indent, "", place, names[0], names[1]);
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *pair = pair_text(&r->values[i]);

		fprintf(out, "%*s  %s: %s\n", indent, "", r->values[i].name, pair);
	}
	if (n < r->n_values)
		fprintf(out, "%*s  and %zu more\n", indent, "", r->n_values - n);
}

void divergence_print(FILE *out, const struct divergence *d, const char *const names[2], size_t most,
		      unsigned indent)
{
	for (size_t i = 0; i < d->n; i++)
		print_record(out, d, &d->records[i], names, most, (int)indent);
	if (d->left_out)
		fprintf(out, "%*sand %zu records more before the first sample that differs\n", (int)indent,
			"", d->left_out);
}
