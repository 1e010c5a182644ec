/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/watch_output.h"

#include <math.h>

/* Whole numbers are written as such; three digits are more than a ratio is worth. */
static json_t *number(double value)
{
	if (value >= 0 && value < 0x1p53 && value == floor(value))
		return json_integer((json_int_t)value);
	return json_real(round(value * 1000) / 1000);
}

static json_t *values_json(const struct watch_figure *table, const struct watch_values *v)
{
	json_t *object = json_object();

	for (size_t i = 0; table[i].key; i++)
		if (!isnan(v->now[i]))
			json_object_set_new(object, table[i].key, number(v->now[i]));
	return object;
}

json_t *watch_json(const struct watch_frame *frame)
{
	json_t *nodes = json_array(), *groups = json_array();

	for (size_t i = 0; i < frame->n_nodes; i++) {
		json_t *node = json_pack("{s:i}", "node", (int)frame->nodes[i].node);

		json_object_update_new(node, values_json(watch_node_figures, &frame->nodes[i].v));
		json_array_append_new(nodes, node);
	}
	for (size_t i = 0; i < frame->n_groups; i++) {
		json_t *group = json_pack("{s:s}", "group", frame->groups[i].name);

		json_object_update_new(group, values_json(watch_group_figures, &frame->groups[i].v));
		json_array_append_new(groups, group);
	}
	return json_pack("{s:s, s:o, s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:O, s:O}", "schema", "memrig.watch/1", "t",
			 json_real(round(frame->time_s * 1000) / 1000), "interval_s", number(frame->interval_s), "kernel",
			 frame->kernel, "lru", frame->lru, "cgroup", frame->cgroup, "nodes", nodes, "swap",
			 values_json(watch_swap_figures, &frame->swap), "reclaim",
			 values_json(watch_reclaim_figures, &frame->reclaim), "psi",
			 values_json(watch_psi_figures, &frame->psi), "groups", groups, "verdicts", frame->verdicts,
			 "missing", frame->missing);
}

/* ---- the schema ---- */

static json_t *table_schema(const struct watch_figure *table, const char *id, const char *id_type)
{
	json_t *properties = json_object(), *required = json_array();

	if (id) {
		json_object_set_new(properties, id, json_pack("{s:s}", "type", id_type));
		json_array_append_new(required, json_string(id));
	}
	for (; table->key; table++)
		json_object_set_new(properties, table->key,
				    json_pack("{s:s, s:i, s:s}", "type", "number", "minimum", 0, "description",
					      table->help));
	return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties, "required", required,
			 "additionalProperties", 0);
}

static json_t *array_schema(json_t *items)
{
	return json_pack("{s:s, s:o}", "type", "array", "items", items);
}

static json_t *verdict_schema(void)
{
	return json_pack("{s:s, s:{s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}, s:[s,s,s,s]}", "type",
			 "object", "properties", "name", "type", "string", "node", "type", "integer", "cause", "type",
			 "string", "summary", "type", "string", "fix", "type", "string", "doc", "type", "string",
			 "evidence", "type", "object", "required", "name", "cause", "summary", "evidence");
}

static json_t *missing_schema(void)
{
	return json_pack("{s:s, s:{s:{s:s}, s:{s:s}, s:{s:s}}, s:[s,s,s]}", "type", "object", "properties", "what", "type",
			 "string", "path", "type", "string", "why", "type", "string", "required", "what", "path", "why");
}

json_t *watch_json_schema(void)
{
	static const char *const keys[] = { "schema", "t",   "interval_s", "kernel",   "lru",	  "cgroup", "nodes",
					    "swap",   "reclaim", "psi",	   "groups", "verdicts", "missing" };
	json_t *required = json_array(), *properties;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		json_array_append_new(required, json_string(keys[i]));
	properties = json_pack(
		"{s:{s:s}, s:{s:s,s:s}, s:{s:s,s:i}, s:{s:s}, s:{s:s}, s:{s:[s,s,s,s]}, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"schema", "const", "memrig.watch/1", "t", "type", "number", "description", "Seconds since 1970.",
		"interval_s", "type", "number", "minimum", 0, "kernel", "type", "string", "lru", "type", "string",
		"cgroup", "enum", "v1", "hybrid", "v2", "none", "nodes",
		array_schema(table_schema(watch_node_figures, "node", "integer")), "swap",
		table_schema(watch_swap_figures, NULL, NULL), "reclaim", table_schema(watch_reclaim_figures, NULL, NULL),
		"psi", table_schema(watch_psi_figures, NULL, NULL), "groups",
		array_schema(table_schema(watch_group_figures, "group", "string")), "verdicts",
		array_schema(verdict_schema()), "missing", array_schema(missing_schema()));
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:b}", "$schema", "https://json-schema.org/draft/2020-12/schema",
			 "title", "memrig.watch/1", "description",
			 "A line of memrig watch --json: a host's memory at one moment. What the kernel does not have is absent.",
			 "type", "object", "properties", properties, "required", required, "additionalProperties", 0);
}
