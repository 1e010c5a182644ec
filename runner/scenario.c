/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/scenario_parts.h"

#include <ctype.h>
#include <errno.h>

#include "common/json.h"
#include "common/util.h"

/* The scenario as a whole: the top of the form, and the order in which its parts can be read. */

enum { SEEDS_MOST = 100 };

static const uint64_t default_sample_ns = 100 * NSEC_PER_MSEC, default_limit_ns = 120 * NSEC_PER_SEC;

bool name_is_valid(const char *name)
{
	return islower((unsigned char)*name) &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(name) &&
	       strlen(name) <= NAME_LONGEST;
}

void name_read(const struct form_value *value, void *into)
{
	const char *name = json_string_value(value->json);

	if (name_is_valid(name))
		form_string(value, into);
	else
		form_fail(value, "a small letter, then small letters, digits, '-' and '_', at most 64",
			  "not a name: '%.80s'", name);
}

json_t *name_schema(void)
{
	return schema_pattern("^[a-z][a-z0-9_-]{0,63}$");
}

json_t *schema_pattern(const char *pattern)
{
	return json_pack("{s:s}", "pattern", pattern);
}

json_t *schema_enum(const char *const *words)
{
	json_t *list = json_array();

	for (; *words; words++)
		json_array_append_new(list, json_string(*words));
	return json_pack("{s:o}", "enum", list);
}

static void read_between(const struct form_value *value, uint64_t *into, uint64_t min, uint64_t max,
			 const char *accepted)
{
	uint64_t ns = 0;
	size_t before = value->form->diags->n;

	form_duration(value, &ns);
	if (value->form->diags->n > before)
		return;
	if (ns < min || ns > max)
		form_fail(value, NULL, "%s is out of range, %s is accepted", json_string_value(value->json),
			  accepted);
	else
		*into = ns;
}

static void read_sample(const struct form_value *value, void *into)
{
	read_between(value, into, 10 * NSEC_PER_MSEC, 10 * NSEC_PER_SEC, "10ms to 10s");
}

static void read_limit(const struct form_value *value, void *into)
{
	read_between(value, into, NSEC_PER_SEC, 3600 * NSEC_PER_SEC, "1s to 1h");
}

static void read_machine(const struct form_value *value, void *into)
{
	machine_read(value, into);
}

static void read_sysctl(const struct form_value *value, void *into)
{
	settings_read(value, false, NULL, into);
}

static void read_sysfs(const struct form_value *value, void *into)
{
	settings_read(value, true, NULL, into);
}

static void read_seeds(const struct form_value *value, void *into)
{
	json_int_t seeds = json_integer_value(value->json);

	if (seeds < 1 || seeds > SEEDS_MOST)
		form_fail(value, NULL, "%" JSON_INTEGER_FORMAT " is out of range, 1 to %d is accepted", seeds, SEEDS_MOST);
	else
		*(unsigned *)into = (unsigned)seeds;
}

static json_t *seeds_schema(void)
{
	return json_pack("{s:i, s:i, s:i}", "minimum", 1, "maximum", SEEDS_MOST, "default", 1);
}

static json_t *sample_schema(void)
{
	return json_pack("{s:s, s:s}", "pattern", PATTERN_DURATION, "default", "100ms");
}

static json_t *limit_schema(void)
{
	return json_pack("{s:s, s:s}", "pattern", PATTERN_DURATION, "default", "120s");
}

/* Groups need the machine and names of metrics need the groups, in whatever order they are written:
 * read_document() reads these by itself. */
static const struct form_field fields[] = {
	{ "name", FORM_STRING, true, name_read, offsetof(struct scenario, name), name_schema,
	  "the scenario's name" },
	{ "description", FORM_STRING, false, form_line, offsetof(struct scenario, description), NULL,
	  "one sentence" },
	{ "claim", FORM_STRING, false, form_line, offsetof(struct scenario, claim), NULL,
	  "what it shows of the kernel, for `memrig verify`" },
	{ "source", FORM_STRING, false, form_check_line, 0, NULL, "where the case comes from" },
	{ "case", FORM_OBJECT, false, case_read, 0, case_schema, "the story: who saw what on which machine" },
	{ "machine", FORM_OBJECT, true, read_machine, offsetof(struct scenario, machine), machine_schema,
	  "nodes, distances, swap and disk of the guest" },
	{ "sysctl", FORM_OBJECT, false, read_sysctl, offsetof(struct scenario, settings),
	  settings_schema_sysctl, "kernel settings the scenario states; a profile's win" },
	{ "sysfs", FORM_OBJECT, false, read_sysfs, offsetof(struct scenario, settings), settings_schema_sysfs,
	  "settings below /sys the scenario states; a profile's win" },
	{ "groups", FORM_ARRAY, true, NULL, 0, groups_schema, "the control groups and their workloads" },
	{ "sample", FORM_STRING, false, read_sample, offsetof(struct scenario, sample_ns), sample_schema,
	  "time between samples, 10ms to 10s" },
	{ "limit", FORM_STRING, false, read_limit, offsetof(struct scenario, limit_ns), limit_schema,
	  "the cell is stopped after this time, 1s to 1h" },
	{ "seeds", FORM_INTEGER, false, read_seeds, offsetof(struct scenario, seeds), seeds_schema,
	  "run it with so many seeds unless --seeds says otherwise: for what happens now and then" },
	{ "expect", FORM_ARRAY, false, NULL, 0, expects_schema, "what is expected of every cell" },
	{ "primary", FORM_ARRAY, false, NULL, 0, primary_schema,
	  "the metrics that comparisons are about, in place of those that docs/metrics.md marks" },
	{ "cured", FORM_OBJECT, false, NULL, 0, cured_schema,
	  "the change that makes the problem go away; NAME:cured is the scenario with it" },
	{ 0 },
};

static void read_list(const struct form_value *document, const char *key, struct scenario *scenario,
		      void (*read)(const struct form_value *list, struct scenario *scenario))
{
	json_t *json = json_object_get(document->json, key);

	if (json_is_array(json))
		read(&(struct form_value){ document->form, key, json }, scenario);
}

static void read_document(const struct form_value *document, struct scenario *scenario)
{
	if (!form_read_object(document, fields, NULL, scenario))
		return;
	read_list(document, "groups", scenario, groups_read);
	read_list(document, "expect", scenario, expects_read);
	read_list(document, "primary", scenario, primary_read);
	start_check(document, scenario);
	fit_check_disk(document, scenario);
	fit_check_settings(document, scenario);
}

int scenario_parse(json_t *json, const char *file, const char *text, struct scenario **ret,
		   struct diags *diags)
{
	struct form form = { file, text, diags };
	struct scenario *scenario = xcalloc(1, sizeof(*scenario));
	size_t before = diags->n;

	scenario->sample_ns = default_sample_ns;
	scenario->limit_ns = default_limit_ns;
	scenario->seeds = 1;
	scenario->json = json_incref(json);
	read_document(&(struct form_value){ &form, "", json }, scenario);
	if (diags->n > before) {
		scenario_free(scenario);
		return -EINVAL;
	}
	if (!scenario->description)
		scenario->description = xstrdup("");
	*ret = scenario;
	return 0;
}

/* Of a scenario with a cure both are read, and the one asked for is returned. */
static int parse_both(json_t *json, const char *file, const char *text, bool want_cured, struct scenario **ret,
		      struct diags *diags)
{
	struct scenario *scenario, *cured = NULL;
	int r = scenario_parse(json, file, text, &scenario, diags);

	if (r < 0)
		return r;
	if (want_cured || json_object_get(json, "cured"))
		r = scenario_parse_cured(json, file, text, &cured, diags);
	if (r == 0)
		*ret = want_cured ? TAKE_PTR(cured) : TAKE_PTR(scenario);
	scenario_free(scenario);
	scenario_free(cured);
	return r;
}

bool scenario_has_cure(const struct scenario *scenario)
{
	return json_object_get(scenario->json, "cured") != NULL;
}

int scenario_load(const char *path, struct scenario **ret, struct diags *diags)
{
	size_t len = strlen(path), suffix = strlen(SCENARIO_CURED);
	bool want_cured = len > suffix && streq(path + len - suffix, SCENARIO_CURED);
	_cleanup_free_ char *file = xasprintf("%.*s", (int)(want_cured ? len - suffix : len), path), *text = NULL;
	json_t *json;
	int r = json_file_load(file, &json, &text, diags);

	if (r < 0)
		return r;
	r = parse_both(json, file, text, want_cured, ret, diags);
	json_decref(json);
	return r;
}

static void group_release(struct scenario_group *group)
{
	for (size_t i = 0; i < group->n_knobs; i++)
		free(group->knobs[i].text);
	for (size_t i = 0; i < group->n_workloads; i++) {
		free(group->workloads[i].name);
		free(group->workloads[i].start.who);
		workload_params_release(&group->workloads[i].params);
	}
	free(group->name);
	free(group->knobs);
	free(group->workloads);
}

void scenario_free(struct scenario *scenario)
{
	if (!scenario)
		return;
	for (size_t i = 0; i < scenario->n_groups; i++)
		group_release(&scenario->groups[i]);
	for (size_t i = 0; i < scenario->n_expects; i++) {
		free(scenario->expects[i].name);
		free(scenario->expects[i].cause);
		free(scenario->expects[i].workload);
		free(scenario->expects[i].constraint);
	}
	settings_release(&scenario->settings);
	free(scenario->name);
	free(scenario->description);
	free(scenario->claim);
	free(scenario->cures);
	json_decref(scenario->cured_by);
	free(scenario->groups);
	free(scenario->expects);
	json_decref(scenario->json);
	free(scenario);
}

const struct scenario_workload *scenario_find_workload(const struct scenario *scenario, const char *name)
{
	for (size_t i = 0; i < scenario->n_groups; i++)
		for (size_t j = 0; j < scenario->groups[i].n_workloads; j++) {
			const struct scenario_workload *w = &scenario->groups[i].workloads[j];

			if (w->name && streq(w->name, name))
				return w;
		}
	return NULL;
}

json_t *scenario_schema(void)
{
	json_t *schema = json_pack("{s:s, s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema",
				   "title", "memrig scenario");
	json_t *form = form_schema(fields);

	json_object_update(schema, form);
	json_decref(form);
	return schema;
}
