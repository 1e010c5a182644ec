/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario that shows a problem can say by which change it goes away. The
 * cured scenario is the document with that change made:
 *
 *   "cured": { "set": { "groups[0].cpuset.mems": "0-1" }, "expect": [ ... ] }
 */
#include "runner/scenario_parts.h"

#include <errno.h>

#include "common/json.h"
#include "common/util.h"

static const struct form_field fields[] = {
	{ "description", FORM_STRING, false, form_check_line, 0, NULL, "one sentence" },
	{ "set", FORM_OBJECT, true, NULL, 0, NULL, "key paths and what stands there instead; null removes the key" },
	{ "expect", FORM_ARRAY, true, NULL, 0, expects_schema, "what is expected of every cell of the cured scenario" },
	{ 0 },
};

json_t *cured_schema(void)
{
	return form_schema(fields);
}

/* Takes one step of the path, over a key there is or an index; NULL: there is no such place. A key may have dots
 * in it ("cpuset.mems"), so it is told by what the object has. */
static json_t *step(json_t *at, const char **path)
{
	const char *key;
	json_t *value;
	char *end;

	if (json_is_array(at) && **path == '[') {
		value = json_array_get(at, strtoul(*path + 1, &end, 10));
		*path = *end == ']' ? end + 1 + (end[1] == '.') : end;
		return *end == ']' ? value : NULL;
	}
	json_object_foreach (at, key, value) {
		size_t len = strlen(key);
		char next = strncmp(*path, key, len) == 0 ? (*path)[len] : ' ';

		if (next != '.' && next != '[')
			continue;
		if (!json_is_object(value) && !json_is_array(value))
			continue;
		*path += len + (next == '.');
		return value;
	}
	return NULL;
}

/* Returns whether the path leads to an object, where its last key is set. */
static bool set_at(json_t *document, const char *path, json_t *value)
{
	json_t *at = document, *next;

	while ((next = step(at, &path)))
		at = next;
	if (!json_is_object(at) || !*path || strpbrk(path, "[]"))
		return false;
	if (json_is_null(value))
		return json_object_del(at, path) == 0;
	return json_object_set(at, path, value) == 0;
}

/* The document as it is when cured. */
static json_t *make(const struct form_value *cured, json_t *document)
{
	json_t *made = json_deep_copy(document), *value;
	_cleanup_free_ char *name = xasprintf("%s-cured", json_string_value(json_object_get(document, "name")));
	_cleanup_free_ char *set_path = form_path(cured->path, "set");
	const char *path;

	json_object_del(made, "cured");
	json_object_del(made, "case");
	json_object_foreach (json_object_get(cured->json, "set"), path, value)
		if (!set_at(made, path, value))
			form_fail_at(cured->form, set_path, NULL, "'%.80s' is no place in the scenario", path);
	json_object_set_new(made, "name", json_string(name));
	json_object_set(made, "expect", json_object_get(cured->json, "expect"));
	value = json_object_get(cured->json, "description");
	if (value)
		json_object_set(made, "description", value);
	return made;
}

int scenario_parse_cured(json_t *json, const char *file, const char *text, struct scenario **ret,
			 struct diags *diags)
{
	struct form form = { file, text, diags };
	struct form_value cured = { &form, "cured", json_object_get(json, "cured") };
	_cleanup_free_ char *of_cured = xasprintf("%s" SCENARIO_CURED, file);
	size_t before = diags->n;
	json_t *made;
	int r = -EINVAL;

	if (!cured.json) {
		diags_add(diags, file, 0, 0, "", NULL, "the scenario does not say how it is cured");
		return -EINVAL;
	}
	if (!form_read_object(&cured, fields, NULL, NULL) || diags->n > before)
		return -EINVAL;
	made = make(&cured, json);
	/* Its places are not those of the text. */
	if (diags->n == before)
		r = scenario_parse(made, of_cured, NULL, ret, diags);
	if (r == 0) {
		(*ret)->cures = xstrdup(json_string_value(json_object_get(json, "name")));
		(*ret)->cured_by = json_incref(json_object_get(cured.json, "set"));
	}
	json_decref(made);
	return r;
}
