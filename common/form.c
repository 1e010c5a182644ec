/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/form.h"

#include <stdarg.h>
#include <stdint.h>

#include "common/error.h"
#include "common/json.h"
#include "common/size.h"
#include "common/suggest.h"
#include "common/util.h"

enum place { AT_VALUE, AT_KEY };

/* `located` is the path whose place is given, `path` the one that is printed. */
__attribute__((format(printf, 6, 0))) static void fail(const struct form *form, const char *located,
						       enum place place, const char *path, const char *hint,
						       const char *format, va_list args)
{
	unsigned line = 0, column = 0;
	char *message = xvasprintf(format, args);

	if (form->text && place == AT_KEY)
		json_locate_key(form->text, located, &line, &column);
	else if (form->text)
		json_locate(form->text, located, &line, &column);
	diags_add(form->diags, form->file, line, column, path, hint, "%s", message);
	free(message);
}

void form_fail(const struct form_value *value, const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(value->form, value->path, AT_VALUE, value->path, hint, format, args);
	va_end(args);
}

void form_fail_key(const struct form_value *value, const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(value->form, value->path, AT_KEY, value->path, hint, format, args);
	va_end(args);
}

void form_fail_missing(const struct form_value *object, const char *key, const char *hint, const char *format,
		       ...)
{
	_cleanup_free_ char *path = form_path(object->path, key);
	va_list args;

	va_start(args, format);
	fail(object->form, object->path, AT_VALUE, path, hint, format, args);
	va_end(args);
}

void form_fail_at(const struct form *form, const char *path, const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(form, path, AT_VALUE, path, hint, format, args);
	va_end(args);
}

char *form_path(const char *parent, const char *key)
{
	return xasprintf("%s%s%s", parent, *parent ? "." : "", key);
}

char *form_path_index(const char *parent, size_t index)
{
	return xasprintf("%s[%zu]", parent, index);
}

static const struct type_name {
	unsigned type;
	const char *schema, *word;
} type_names[] = {
	{ FORM_STRING, "string", "a string" },  { FORM_INTEGER, "integer", "a whole number" },
	{ FORM_NUMBER, "number", "a number" },  { FORM_BOOL, "boolean", "true or false" },
	{ FORM_OBJECT, "object", "an object" }, { FORM_ARRAY, "array", "a list" },
};

static unsigned types_of(const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_STRING:
		return FORM_STRING;
	case JSON_INTEGER:
		return FORM_INTEGER | FORM_NUMBER;
	case JSON_REAL:
		return FORM_NUMBER;
	case JSON_TRUE:
	case JSON_FALSE:
		return FORM_BOOL;
	case JSON_OBJECT:
		return FORM_OBJECT;
	case JSON_ARRAY:
		return FORM_ARRAY;
	default:
		return 0;
	}
}

bool form_check_type(const struct form_value *value, unsigned types)
{
	char wanted[128] = "";

	if (types_of(value->json) & types)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++) {
		size_t used = strlen(wanted);

		if (types & type_names[i].type)
			snprintf(wanted + used, sizeof(wanted) - used, "%s%s", used ? " or " : "",
				 type_names[i].word);
	}
	form_fail(value, NULL, "must be %s, not %s", wanted, json_type_word(value->json));
	return false;
}

static const struct form_field *find_field(const struct form_field *fields, const char *key)
{
	for (; fields->key; fields++)
		if (streq(fields->key, key))
			return fields;
	return NULL;
}

static void unknown_key(const struct form_value *value, const char *key, const struct form_field *fields)
{
	struct suggestion suggestion = suggest_for(key);
	char hint[160];

	for (; fields->key; fields++)
		suggest_offer(&suggestion, fields->key);
	form_fail_key(value, suggest_hint(&suggestion, hint, sizeof(hint)), "unknown key '%s'", key);
}

bool form_read_object(const struct form_value *value, const struct form_field *fields, form_other_fn *other,
		      void *into)
{
	const char *key;
	json_t *json;

	if (!form_check_type(value, FORM_OBJECT))
		return false;
	json_object_foreach(value->json, key, json)
	{
		_cleanup_free_ char *path = form_path(value->path, key);
		struct form_value member = { value->form, path, json };
		const struct form_field *field = find_field(fields, key);

		if (!field && other)
			other(&member, key, into);
		else if (!field)
			unknown_key(&member, key, fields);
		else if (form_check_type(&member, field->types) && field->read)
			field->read(&member, (char *)into + field->offset);
	}
	for (const struct form_field *field = fields; field->key; field++)
		if (field->required && !json_object_get(value->json, field->key))
			form_fail_missing(value, field->key, field->doc, "missing");
	return true;
}

void form_read_list(const struct form_value *list, unsigned types,
		    void (*read)(const struct form_value *value, size_t index, void *into), void *into)
{
	size_t index;
	json_t *json;

	json_array_foreach(list->json, index, json)
	{
		_cleanup_free_ char *path = form_path_index(list->path, index);
		struct form_value element = { list->form, path, json };

		if (form_check_type(&element, types))
			read(&element, index, into);
	}
}

void form_string(const struct form_value *value, void *into)
{
	char **string = into;

	free(*string);
	*string = xstrdup(json_string_value(value->json));
}

static bool ends_line(const char *p)
{
	static const char line[] = "\u2028", paragraph[] = "\u2029";

	return strncmp(p, line, strlen(line)) == 0 || strncmp(p, paragraph, strlen(paragraph)) == 0;
}

static bool is_line(const struct form_value *value)
{
	for (const char *p = json_string_value(value->json); *p; p++)
		if (text_control_len(p) > 0 || ends_line(p)) {
			form_fail(value, NULL, "has a line break or another control character");
			return false;
		}
	return true;
}

void form_check_line(const struct form_value *value, void *unused)
{
	(void)unused;
	is_line(value);
}

void form_line(const struct form_value *value, void *into)
{
	if (is_line(value))
		form_string(value, into);
}

void form_bytes(const struct form_value *value, void *into)
{
	_cleanup_free_ char *text = form_scalar_text(value->json);
	struct error err = { 0 };
	struct size size;

	if (size_parse(text, &size, &err) < 0)
		form_fail(value, "write bytes with K, M, G or T as \"64M\"", "%s", err.what);
	else if (size.base != SIZE_ABSOLUTE)
		form_fail(value, "write bytes with K, M, G or T as \"64M\"",
			  "'%s' is a share, of what is not known here", text);
	else
		*(uint64_t *)into = size.bytes;
}

void form_duration(const struct form_value *value, void *into)
{
	struct error err = { 0 };

	if (duration_parse(json_string_value(value->json), into, &err) < 0)
		form_fail(value, err.hint, "%s", err.what);
}

char *form_scalar_text(const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_STRING:
		return xstrdup(json_string_value(json));
	case JSON_INTEGER:
		return xasprintf("%lld", (long long)json_integer_value(json));
	case JSON_REAL:
		return xasprintf("%.15g", json_real_value(json));
	case JSON_TRUE:
		return xstrdup("true");
	case JSON_FALSE:
		return xstrdup("false");
	default:
		return xstrdup("");
	}
}

json_t *form_schema_types(unsigned types, const char *doc)
{
	json_t *schema = json_object(), *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
		if (types & type_names[i].type)
			json_array_append_new(list, json_string(type_names[i].schema));
	if (doc)
		json_object_set_new(schema, "description", json_string(doc));
	if (json_array_size(list) == 1)
		json_object_set(schema, "type", json_array_get(list, 0));
	else if (json_array_size(list) > 1)
		json_object_set(schema, "type", list);
	json_decref(list);
	return schema;
}

json_t *form_schema(const struct form_field *fields)
{
	json_t *properties = json_object(), *required = json_array(), *schema;

	for (; fields->key; fields++) {
		json_t *property = form_schema_types(fields->types, fields->doc);

		if (fields->schema) {
			json_t *more = fields->schema();

			json_object_update(property, more);
			json_decref(more);
		}
		json_object_set_new(properties, fields->key, property);
		if (fields->required)
			json_array_append_new(required, json_string(fields->key));
	}
	schema = json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
			   "additionalProperties", 0);
	if (json_array_size(required) > 0)
		json_object_set(schema, "required", required);
	json_decref(required);
	return schema;
}
