/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A JSON Schema as the section of a manual page: as much of the standard as the schemas of memrig use. */
#include "common/util.h"
#include "runner/cli/man.h"
#include "runner/cli/roff.h"

static const struct {
	const char *type, *word;
} type_words[] = {
	{ "string", "text" },	       { "integer", "whole number" }, { "number", "number" },
	{ "boolean", "true or false" }, { "array", "list" },	      { "object", "object" },
};

static void print_type(FILE *out, const char *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(type_words); i++)
		if (streq(type_words[i].type, type))
			fputs(type_words[i].word, out);
}

static void print_value(FILE *out, const json_t *value, bool quoted)
{
	_cleanup_free_ char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));

	fputs(json_is_string(value) && !quoted ? json_string_value(value) : text, out);
}

/* "one of a, b, c" or "text or whole number". */
static void print_types(FILE *out, const json_t *schema)
{
	const json_t *type = json_object_get(schema, "type"), *words = json_object_get(schema, "enum"), *value;
	size_t i;

	if (words) {
		fputs("one of ", out);
		json_array_foreach(words, i, value) {
			fputs(i ? ", " : "", out);
			print_value(out, value, false);
		}
	} else if (json_is_string(type)) {
		print_type(out, json_string_value(type));
	} else if (json_is_array(type)) {
		json_array_foreach(type, i, value) {
			fputs(i ? " or " : "", out);
			print_type(out, json_string_value(value));
		}
	} else {
		fputs("object", out);
	}
}

static void print_limits(FILE *out, const json_t *schema)
{
	static const struct {
		const char *key, *before, *after;
	} limits[] = {
		{ "minimum", "at least ", "" },  { "maximum", "at most ", "" }, { "minItems", "", " or more" },
		{ "maxItems", "at most ", "" }, { "default", "default ", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		const json_t *value = json_object_get(schema, limits[i].key);

		if (!value)
			continue;
		fprintf(out, ", %s", limits[i].before);
		print_value(out, value, true);
		fputs(limits[i].after, out);
	}
}

static void print_below(FILE *out, const json_t *schema);

static bool is_required(const json_t *schema, const char *key)
{
	const json_t *name;
	size_t i;

	json_array_foreach(json_object_get(schema, "required"), i, name)
		if (streq(json_string_value(name), key))
			return true;
	return false;
}

static void print_property(FILE *out, const char *key, const json_t *property, bool required)
{
	_cleanup_free_ char *facts = NULL;
	size_t len;
	FILE *text = xmemstream(&facts, &len);
	const char *description = json_string_value(json_object_get(property, "description"));

	print_types(text, property);
	print_limits(text, property);
	fputs(required ? ", required" : "", text);
	xmemclose(text, &facts);
	fputs(".TP 4\n\\fB", out);
	roff_put(out, key);
	fputs("\\fR (", out);
	roff_put(out, facts);
	fputs(")\n", out);
	roff_text(out, description ? description : "\n");
	print_below(out, property);
}

/* Those of `common` alone, or those that are not among them; both when it is NULL. What can be one thing only is the
 * alternative's name. */
static void print_properties(FILE *out, const json_t *schema, const json_t *common, bool these)
{
	json_t *properties = json_object_get(schema, "properties"), *property;
	const char *key;

	json_object_foreach(properties, key, property)
		if (!json_object_get(property, "const") && (!common || these == !!json_object_get(common, key)))
			print_property(out, key, property, is_required(schema, key));
}

/* The properties that all of the alternatives have, and alike. */
static json_t *in_all(const json_t *alternatives)
{
	json_t *common = json_object(), *alternative, *property;
	const char *key;
	size_t i;
	void *next;

	json_object_update(common, json_object_get(json_array_get(alternatives, 0), "properties"));
	json_array_foreach(alternatives, i, alternative)
		json_object_foreach_safe(common, next, key, property)
			if (!json_equal(json_object_get(json_object_get(alternative, "properties"), key), property))
				json_object_del(common, key);
	return common;
}

/* What tells an alternative from the others: the property that can be one thing only, else the one that it must have. */
static char *alternative_name(const json_t *alternative)
{
	json_t *property;
	const char *key;

	json_object_foreach(json_object_get(alternative, "properties"), key, property)
		if (json_object_get(property, "const"))
			return xasprintf("With %s \"%s\":", key, json_string_value(json_object_get(property, "const")));
	return xasprintf("With %s:", json_string_value(json_array_get(json_object_get(alternative, "required"), 0)));
}

static void print_alternatives(FILE *out, const json_t *alternatives)
{
	json_t *common = in_all(alternatives), *alternative;
	size_t i;

	print_properties(out, json_array_get(alternatives, 0), common, true);
	json_array_foreach(alternatives, i, alternative) {
		_cleanup_free_ char *name = alternative_name(alternative);

		fputs(".PP\n", out);
		roff_text(out, name);
		fputs(".RS 4\n", out);
		print_properties(out, alternative, common, false);
		fputs(".RE\n", out);
	}
	json_decref(common);
}

/* What is inside of an object, or of a list's items. */
static void print_below(FILE *out, const json_t *schema)
{
	const json_t *items;

	while ((items = json_object_get(schema, "items")))
		schema = items;
	if (!json_object_get(schema, "properties") && !json_object_get(schema, "oneOf"))
		return;
	fputs(".RS 4\n", out);
	if (json_object_get(schema, "oneOf"))
		print_alternatives(out, json_object_get(schema, "oneOf"));
	else
		print_properties(out, schema, NULL, true);
	fputs(".RE\n", out);
}

void man_schema(FILE *out, const json_t *schema)
{
	print_properties(out, schema, NULL, true);
}
