/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/cli/plan_file.h"

#include <errno.h>
#include <stdlib.h>

#include "common/form.h"
#include "common/json.h"
#include "common/util.h"
#include "runner/cli/cli.h"
#include "runner/cli/family.h"
#include "runner/scenario_parts.h"

static void names_read(const struct form_value *list, struct plan_names *names,
		       void (*read)(const struct form_value *value, size_t index, void *names))
{
	if (json_array_size(list->json) == 0)
		form_fail(list, "leave it out", "names nothing");
	names->list = xcalloc(json_array_size(list->json) + 1, sizeof(*names->list));
	form_read_list(list, FORM_STRING, read, names);
}

static void names_release(struct plan_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free((char *)names->list[i]);
	free(names->list);
}

static bool is_path(const char *name)
{
	const char *dot = strrchr(name, '.');

	return strchr(name, '/') || (dot && streq(dot, ".json"));
}

/* A path in the file as the program sees it; what is no path is left as it is. */
static char *beside(const struct form_value *value, const char *text)
{
	const char *slash = strrchr(value->form->file, '/');

	if (!is_path(text) || *text == '/' || !slash)
		return xstrdup(text);
	return xasprintf("%.*s%s", (int)(slash - value->form->file) + 1, value->form->file, text);
}

static void add(const struct form_value *value, struct plan_names *names, char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (streq(names->list[i], name)) {
			form_fail(value, NULL, "'%.60s' is here twice", name);
			free(name);
			return;
		}
	names->list[names->n++] = name;
}

static void find(const struct form_value *value, const char *kind, struct plan_names *names)
{
	_cleanup_free_ char *name = beside(value, json_string_value(value->json)), *path = NULL;
	struct error err = { 0 };

	if (streq(name, SCENARIO_CASES) && streq(kind, "scenario"))
		add(value, names, TAKE_PTR(name));
	else if (cli_find(kind, name, &path, &err) == 0)
		add(value, names, TAKE_PTR(name));
	else
		form_fail(value, err.hint, "%s", err.what);
}

static void read_scenario(const struct form_value *value, size_t index, void *names)
{
	(void)index;
	find(value, "scenario", names);
}

static void read_profile(const struct form_value *value, size_t index, void *names)
{
	(void)index;
	find(value, "profile", names);
}

static void read_family(const struct form_value *value, size_t index, void *names)
{
	char **profiles = NULL;
	struct error err = { 0 };

	(void)index;
	if (family_profiles(json_string_value(value->json), &profiles, &err) < 0)
		form_fail(value, err.hint, "%s", err.what);
	else
		add(value, names, xstrdup(json_string_value(value->json)));
	cli_names_free(profiles);
}

/* "6.1", or IMAGE[:MODULES], two paths. */
static void read_kernel(const struct form_value *value, size_t index, void *names)
{
	_cleanup_free_ char *text = xstrdup(json_string_value(value->json)), *image = NULL, *modules = NULL;
	char *colon = strchr(text, ':');

	(void)index;
	if (colon)
		*colon = '\0';
	image = beside(value, text);
	modules = colon ? beside(value, colon + 1) : NULL;
	add(value, names, modules ? xasprintf("%s:%s", image, modules) : xstrdup(image));
}

static void read_name(const struct form_value *value, void *into)
{
	name_read(value, &((struct plan_file *)into)->name);
}

static void read_scenarios(const struct form_value *value, void *into)
{
	names_read(value, &((struct plan_file *)into)->scenarios, read_scenario);
}

static void read_profiles(const struct form_value *value, void *into)
{
	names_read(value, &((struct plan_file *)into)->profiles, read_profile);
}

static void read_families(const struct form_value *value, void *into)
{
	names_read(value, &((struct plan_file *)into)->families, read_family);
}

static void read_kernels(const struct form_value *value, void *into)
{
	names_read(value, &((struct plan_file *)into)->kernels, read_kernel);
}

static void read_count(const struct form_value *value, unsigned most, unsigned *into)
{
	json_int_t n = json_integer_value(value->json);

	if (n < 1 || n > most)
		form_fail(value, NULL, "%" JSON_INTEGER_FORMAT " is out of range, 1 to %u is accepted", n, most);
	else
		*into = (unsigned)n;
}

static void read_seeds(const struct form_value *value, void *into)
{
	read_count(value, PLAN_SEEDS_MOST, &((struct plan_file *)into)->seeds);
}

static void read_jobs(const struct form_value *value, void *into)
{
	read_count(value, PLAN_JOBS_MOST, &((struct plan_file *)into)->jobs);
}

static void read_only(const struct form_value *value, void *into)
{
	((struct plan_file *)into)->only = json_is_true(value->json);
}

static void read_cures(const struct form_value *value, void *into)
{
	((struct plan_file *)into)->cures = json_is_true(value->json);
}

static json_t *names_schema(void)
{
	return json_pack("{s:{s:s}, s:i, s:b}", "items", "type", "string", "minItems", 1, "uniqueItems", 1);
}

static json_t *seeds_schema(void)
{
	return json_pack("{s:i, s:i}", "minimum", 1, "maximum", PLAN_SEEDS_MOST);
}

static json_t *jobs_schema(void)
{
	return json_pack("{s:i, s:i}", "minimum", 1, "maximum", PLAN_JOBS_MOST);
}

static const struct form_field fields[] = {
	{ "$schema", FORM_STRING, false, NULL, 0, NULL, "for editors" },
	{ "name", FORM_STRING, true, read_name, 0, name_schema, "the plan's name" },
	{ "description", FORM_STRING, false, form_check_line, 0, NULL, "one sentence" },
	{ "scenarios", FORM_ARRAY, true, read_scenarios, 0, names_schema,
	  "names, files relative to this one, or \"cases\" for all cases that need no programs of a distribution" },
	{ "profiles", FORM_ARRAY, false, read_profiles, 0, names_schema, "names, or files relative to this one" },
	{ "families", FORM_ARRAY, false, read_families, 0, names_schema,
	  "families of profiles, whose profiles come after kernel-default" },
	{ "kernels", FORM_ARRAY, false, read_kernels, 0, names_schema, "as after --kernel; files relative to this one" },
	{ "seeds", FORM_INTEGER, false, read_seeds, 0, seeds_schema, "as after --seeds" },
	{ "jobs", FORM_INTEGER, false, read_jobs, 0, jobs_schema, "guests side by side, as after --jobs" },
	{ "only", FORM_BOOL, false, read_only, 0, NULL, "the scenarios without their cures" },
	{ "cures", FORM_BOOL, false, read_cures, 0, NULL,
	  "cures also where profiles are named; each runs under the profiles that give way to it" },
	{ 0 },
};

int plan_file_load(const char *path, struct plan_file **ret, struct diags *diags)
{
	_cleanup_free_ char *text = NULL;
	struct plan_file *plan = xcalloc(1, sizeof(*plan));
	struct form form = { path, NULL, diags };
	struct form_value document = { &form, "", NULL };
	size_t before = diags->n;
	json_t *json = NULL;
	int r = json_file_load(path, &json, &text, diags);

	form.text = text;
	document.json = json;
	if (r == 0) {
		form_read_object(&document, fields, NULL, plan);
		if (plan->only && plan->cures)
			form_fail_at(&form, "cures", NULL, "goes against \"only\"");
	}
	json_decref(json);
	if (diags->n > before) {
		plan_file_free(plan);
		return r < 0 ? r : -EINVAL;
	}
	*ret = plan;
	return 0;
}

void plan_file_free(struct plan_file *plan)
{
	if (!plan)
		return;
	names_release(&plan->scenarios);
	names_release(&plan->profiles);
	names_release(&plan->families);
	names_release(&plan->kernels);
	free(plan->name);
	free(plan);
}

json_t *plan_file_schema(void)
{
	json_t *schema = json_pack("{s:s, s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema", "title",
				   "memrig plan");
	json_t *form = form_schema(fields);

	json_object_update(schema, form);
	json_decref(form);
	return schema;
}
