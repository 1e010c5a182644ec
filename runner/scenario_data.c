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

/* The workload without what tells when, where and how long it runs; the file keeps its name. */
static json_t *data_of_workload(const struct scenario_workload *w, json_t *written)
{
	json_t *data = json_deep_copy(written);

	json_object_del(data, "start");
	json_object_del(data, "policy");
	json_object_del(data, "work");
	if (!w->params.file || !*w->params.file)
		json_object_set_new(data, "file", json_string(w->name));
	return data;
}

char *scenario_data(const struct scenario *scenario)
{
	json_t *groups = json_array(), *written = json_object_get(scenario->json, "groups"), *document;
	char *text = NULL;

	for (size_t g = 0; g < scenario->n_groups; g++) {
		const struct scenario_group *group = &scenario->groups[g];
		json_t *list = json_object_get(json_array_get(written, g), "workloads"), *kept = json_array();

		for (size_t i = 0; i < group->n_workloads; i++)
			if (is_known(&group->workloads[i]))
				json_array_append_new(kept, data_of_workload(&group->workloads[i], json_array_get(list, i)));
		if (json_array_size(kept) > 0)
			json_array_append_new(groups, json_pack("{s:s, s:o}", "name", group->name, "workloads", kept));
		else
			json_decref(kept);
	}
	document = json_pack("{s:s, s:O, s:o}", "name", "data", "machine", json_object_get(scenario->json, "machine"),
			     "groups", groups);
	if (json_array_size(groups) > 0)
		text = json_dumps(document, JSON_COMPACT);
	json_decref(document);
	return text;
}
