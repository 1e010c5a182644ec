/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/scenario_parts.h"

#include "common/suggest.h"
#include "common/util.h"

/* The control groups and their knobs. */

const struct knob_info scenario_knobs[] = {
	{ "cpuset.mems", KNOB_IDLIST, "nodes the group may use, as \"0-1\"" },
	{ "cpuset.cpus", KNOB_IDLIST, "CPUs the group may use, as \"0\"" },
	{ "memory.min", KNOB_SIZE, "memory that is never reclaimed from the group" },
	{ "memory.low", KNOB_SIZE, "memory that is reclaimed from the group last" },
	{ "memory.high", KNOB_SIZE, "above this the group is slowed down and reclaimed from" },
	{ "memory.max", KNOB_SIZE, "the group's limit: above it, reclaim or kill" },
	{ "memory.swap.max", KNOB_SIZE, "swap the group may use; 0: none" },
	{ "memory.oom.group", KNOB_BOOL, "true: a kill takes the whole group" },
	{ 0 },
};

struct group_reader {
	struct scenario *scenario;
	struct scenario_group *group;
};

static const struct knob_info *find_info(const char *file)
{
	for (const struct knob_info *info = scenario_knobs; info->file; info++)
		if (streq(info->file, file))
			return info;
	return NULL;
}

const struct group_knob *group_find_knob(const struct scenario_group *group, const char *file)
{
	for (size_t i = 0; i < group->n_knobs; i++)
		if (streq(group->knobs[i].file, file))
			return &group->knobs[i];
	return NULL;
}

static bool read_size_knob(const struct form_value *value, struct group_knob *knob)
{
	struct error err = { 0 };

	if (!form_check_type(value, FORM_STRING | FORM_INTEGER))
		return false;
	knob->text = form_scalar_text(value->json);
	knob->max = streq(knob->text, "max");
	if (knob->max || size_parse(knob->text, &knob->size, &err) == 0)
		return true;
	form_fail(value, err.hint, "%s", err.what);
	return false;
}

static bool check_cpus(const struct form_value *value, const struct machine *machine, uint64_t cpus)
{
	unsigned n = machine_cpus(machine);

	if (n == 0 || n >= 64 || cpus >> n == 0)
		return true;
	form_fail(value, NULL, "CPUs %s, the machine has 0 to %u", json_string_value(value->json), n - 1);
	return false;
}

static bool read_idlist_knob(const struct form_value *value, const struct machine *machine,
			     struct group_knob *knob)
{
	uint64_t ids;

	if (!form_check_type(value, FORM_STRING))
		return false;
	knob->text = form_scalar_text(value->json);
	if (idlist_parse(knob->text, &ids) < 0) {
		form_fail(value, "write \"0\", \"0-1\" or \"0,2\"", "not a list of numbers: '%.60s'",
			  knob->text);
		return false;
	}
	return streq(knob->file, "cpuset.mems") ? machine_check_nodes(machine, value, ids)
						: check_cpus(value, machine, ids);
}

static bool read_bool_knob(const struct form_value *value, struct group_knob *knob)
{
	if (!form_check_type(value, FORM_BOOL))
		return false;
	knob->text = xstrdup(json_is_true(value->json) ? "1" : "0");
	return true;
}

static bool read_knob(const struct form_value *value, const struct machine *machine, struct group_knob *knob)
{
	switch (knob->type) {
	case KNOB_SIZE:
		return read_size_knob(value, knob);
	case KNOB_IDLIST:
		return read_idlist_knob(value, machine, knob);
	case KNOB_BOOL:
		return read_bool_knob(value, knob);
	}
	return false;
}

static const struct form_field group_fields[];

static void unknown_knob(const struct form_value *value, const char *key)
{
	struct suggestion suggestion = suggest_for(key);
	char hint[96];

	for (const struct knob_info *info = scenario_knobs; info->file; info++)
		suggest_offer(&suggestion, info->file);
	for (const struct form_field *field = group_fields; field->key; field++)
		suggest_offer(&suggestion, field->key);
	form_fail_key(value, suggest_hint(&suggestion, hint, sizeof(hint)), "unknown key '%s'", key);
}

static void read_other(const struct form_value *value, const char *key, void *into)
{
	struct group_reader *reader = into;
	struct scenario_group *group = reader->group;
	const struct knob_info *info = find_info(key);
	struct group_knob knob = { 0 };

	if (!info) {
		unknown_knob(value, key);
		return;
	}
	knob.file = info->file;
	knob.type = info->type;
	if (!read_knob(value, &reader->scenario->machine, &knob)) {
		free(knob.text);
		return;
	}
	group->knobs = xrealloc(group->knobs, (group->n_knobs + 1) * sizeof(*group->knobs));
	group->knobs[group->n_knobs++] = knob;
}

static void read_name(const struct form_value *value, void *into)
{
	struct group_reader *reader = into;
	const char *name = json_string_value(value->json);

	for (struct scenario_group *g = reader->scenario->groups; g < reader->group; g++) {
		if (!g->name || !streq(g->name, name))
			continue;
		form_fail(value, NULL, "groups[%td] is named '%s' too", g - reader->scenario->groups, name);
		return;
	}
	name_read(value, &reader->group->name);
}

static json_t *workloads_schema(void)
{
	return json_pack("{s:o, s:i}", "items", workload_schema(), "minItems", 1);
}

static const struct form_field group_fields[] = {
	{ "name", FORM_STRING, true, read_name, 0, name_schema, "the group's name" },
	{ "workloads", FORM_ARRAY, true, NULL, 0, workloads_schema, "what runs in the group" },
	{ 0 },
};

static void read_workload(const struct form_value *value, size_t index, void *into)
{
	struct group_reader *reader = into;
	struct scenario_group *group = reader->group;
	struct scenario_workload *workload = &group->workloads[index];

	if (group->name)
		workload->name = xasprintf("%s.%zu", group->name, index);
	workload_read(value, reader->scenario, group, workload);
}

static void read_workloads(const struct form_value *list, struct group_reader *reader)
{
	size_t n = json_array_size(list->json);

	if (n == 0) {
		form_fail(list, NULL, "a group has at least one workload");
		return;
	}
	reader->group->workloads = xcalloc(n, sizeof(*reader->group->workloads));
	reader->group->n_workloads = n;
	form_read_list(list, FORM_OBJECT, read_workload, reader);
}

static void check_knobs(const struct form_value *value, const struct group_reader *reader)
{
	for (size_t i = 0; i < reader->group->n_knobs; i++) {
		const struct group_knob *knob = &reader->group->knobs[i];
		_cleanup_free_ char *path = form_path(value->path, knob->file);
		struct form_value at = { value->form, path, json_object_get(value->json, knob->file) };

		fit_check_knob(&at, reader->scenario, reader->group, knob);
	}
}

static void read_group(const struct form_value *value, size_t index, void *into)
{
	struct scenario *scenario = into;
	struct group_reader reader = { scenario, &scenario->groups[index] };
	json_t *workloads = json_object_get(value->json, "workloads");

	form_read_object(value, group_fields, read_other, &reader);
	check_knobs(value, &reader);
	/* The workloads are read when the group's name and limits are known. */
	if (json_is_array(workloads)) {
		_cleanup_free_ char *path = form_path(value->path, "workloads");

		read_workloads(&(struct form_value){ value->form, path, workloads }, &reader);
	}
}

void groups_read(const struct form_value *list, struct scenario *scenario)
{
	size_t n = json_array_size(list->json);

	if (n == 0) {
		form_fail(list, NULL, "a scenario has at least one group");
		return;
	}
	scenario->groups = xcalloc(n, sizeof(*scenario->groups));
	scenario->n_groups = n;
	form_read_list(list, FORM_OBJECT, read_group, scenario);
}

static json_t *knob_schema(const struct knob_info *info)
{
	static const unsigned types[] = {
		[KNOB_SIZE] = FORM_STRING | FORM_INTEGER,
		[KNOB_IDLIST] = FORM_STRING,
		[KNOB_BOOL] = FORM_BOOL,
	};
	json_t *schema = form_schema_types(types[info->type], info->doc);

	if (info->type == KNOB_IDLIST)
		json_object_update_new(schema, schema_pattern(PATTERN_IDLIST));
	if (info->type == KNOB_SIZE) {
		json_object_update_new(schema, schema_pattern("^max$|" PATTERN_SIZE));
		json_object_set_new(schema, "minimum", json_integer(0));
	}
	return schema;
}

json_t *groups_schema(void)
{
	json_t *group = form_schema(group_fields), *properties = json_object_get(group, "properties");

	for (const struct knob_info *info = scenario_knobs; info->file; info++)
		json_object_set_new(properties, info->file, knob_schema(info));
	return json_pack("{s:o, s:i}", "items", group, "minItems", 1);
}
