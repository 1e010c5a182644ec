/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data files of cells to come, see scenario_data(). */
#include "common/util.h"
#include "runner/cell_run.h"

static int prepare_one(const struct scenario_workload *workload, const struct size_env *sizes, const char *data_dir,
		       const char *user_dir, struct error *err)
{
	struct task task = { .workload = workload };
	struct task_place place = { .data_dir = data_dir, .user_dir = user_dir, .event_fd = -1, .guard_fd = -1 };
	int r = task_init(&task, err);

	if (r == 0)
		r = size_resolve(&workload->params.size, sizes, &task.size_bytes, err);
	if (r == 0)
		r = task_prepare(&task, &place, err);
	task_free(&task);
	return r;
}

int cell_prepare_data(json_t *json, const char *data_dir, const char *user_dir, struct error *err)
{
	struct scenario *scenario;
	struct diags diags = { 0 };
	struct topology topology;
	struct size_env sizes = { 0 };
	int r = scenario_parse(json, "data", NULL, &scenario, &diags);

	if (r < 0)
		error_set(err, r, diags.n ? diags.list[0].path : "data", "%s", diags.n ? diags.list[0].message : "not valid");
	diags_release(&diags);
	if (r < 0)
		return r;
	r = topology_read("", &topology, err);
	if (r == 0)
		topology_size_env(&topology, &sizes);
	for (size_t g = 0; g < scenario->n_groups && r == 0; g++)
		for (size_t i = 0; i < scenario->groups[g].n_workloads && r == 0; i++)
			r = prepare_one(&scenario->groups[g].workloads[i], &sizes, data_dir, user_dir, err);
	scenario_free(scenario);
	return r;
}
