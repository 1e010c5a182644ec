/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "common/util.h"
#include "runner/scenario_parts.h"

/*
 * What of a scenario decides the data files on its disk, and nothing else: they
 * are made before a guest is saved, so that cells that differ in their profile
 * or seed only do not make them again.
 */

/* A share of a limit is known only once there is a group. */
static bool is_known(const struct scenario_workload *w)
{
	return w->kind->needs_disk && w->kind->prepare && w->params.size.base != SIZE_OF_LIMIT;
}

/* The workload without what tells when, where and how long it runs; one that makes nothing leaves a mark, so that the
 * others keep their names. */
static json_t *data_of_workload(const struct scenario_workload *w, json_t *written)
{
	json_t *data;

	if (!is_known(w))
		return json_pack("{s:s, s:s}", "kind", "anon", "size", "4K");
	data = json_deep_copy(written);
	json_object_del(data, "start");
	json_object_del(data, "policy");
	json_object_del(data, "work");
	return data;
}

static json_t *data_of_group(const struct scenario_group *group, json_t *written)
{
	json_t *list = json_array();
	bool any = false;

	for (size_t i = 0; i < group->n_workloads; i++) {
		json_array_append_new(list, data_of_workload(&group->workloads[i], json_array_get(written, i)));
		any |= is_known(&group->workloads[i]);
	}
	if (any)
		return json_pack("{s:s, s:o}", "name", group->name, "workloads", list);
	json_decref(list);
	return NULL;
}

char *scenario_data(const struct scenario *scenario)
{
	json_t *groups = json_array(), *written = json_object_get(scenario->json, "groups"), *document;
	char *text = NULL;

	for (size_t g = 0; g < scenario->n_groups; g++) {
		json_t *group = data_of_group(&scenario->groups[g],
					      json_object_get(json_array_get(written, g), "workloads"));

		if (group)
			json_array_append_new(groups, group);
	}
	document = json_pack("{s:s, s:O, s:o}", "name", "data", "machine", json_object_get(scenario->json, "machine"),
			     "groups", groups);
	if (json_array_size(groups) > 0)
		text = json_dumps(document, JSON_COMPACT);
	json_decref(document);
	return text;
}
