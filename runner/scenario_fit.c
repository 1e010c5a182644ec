/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/scenario_parts.h"

#include "common/util.h"
#include "tuners/tuner.h"

/*
 * Whether sizes can be. The machine's real nodes are somewhat smaller than
 * what is described, so what does not fit here does not fit there.
 */

enum { FILE_SYSTEM_PERCENT = 10, PAGE_BYTES = 4096 };

/* A machine with mistakes of its own gives no measure. */
static bool machine_known(const struct machine *machine)
{
	for (unsigned i = 0; i < machine->n_nodes; i++)
		if (!machine->nodes[i].memory_bytes)
			return false;
	return machine->n_nodes > 0;
}

static const struct group_knob *limit_knob(const struct scenario_group *group)
{
	const struct group_knob *max = group_find_knob(group, "memory.max");
	const struct group_knob *high = group_find_knob(group, "memory.high");

	if (max && !max->max)
		return max;
	return high && !high->max ? high : NULL;
}

static struct size_env env_of(const struct scenario *scenario, const struct scenario_group *group)
{
	struct size_env env = { .n_nodes = scenario->machine.n_nodes,
				.ram_bytes = machine_ram_bytes(&scenario->machine) };
	const struct group_knob *limit = limit_knob(group);

	for (unsigned i = 0; i < env.n_nodes; i++)
		env.node_bytes[i] = scenario->machine.nodes[i].memory_bytes;
	if (limit && limit->size.base != SIZE_OF_LIMIT)
		size_resolve(&limit->size, &env, &env.limit_bytes, NULL);
	return env;
}

/* Whether what a share is a share of exists. */
static bool check_base(const struct form_value *value, const struct scenario *scenario,
		       const struct size *size, const struct group_knob *limit)
{
	if (size->base == SIZE_OF_NODE)
		return machine_check_nodes(&scenario->machine, value, 1ULL << size->node);
	if (size->base != SIZE_OF_LIMIT || limit)
		return true;
	form_fail(value, "set memory.max or memory.high", "the group has no limit to take a share of");
	return false;
}

void fit_check_knob(const struct form_value *value, const struct scenario *scenario,
		    const struct scenario_group *group, const struct group_knob *knob)
{
	const struct group_knob *limit = limit_knob(group);

	if (knob->type != KNOB_SIZE || knob->max)
		return;
	if (knob->size.base == SIZE_OF_LIMIT && limit == knob)
		form_fail(value, NULL, "%s is the limit, it cannot be a share of it", knob->file);
	else
		check_base(value, scenario, &knob->size, limit);
}

/* Memory beyond RAM and swap is a slip in a unit more often than a wish. A wish is written as a share, or as
 * several workloads. */
static void check_memory(const struct form_value *value, const struct machine *machine, uint64_t bytes)
{
	uint64_t room = machine_ram_bytes(machine) + machine->swap_bytes;
	char size[16], all[16];

	if (bytes > room)
		form_fail(value, "to run out of memory, use several workloads or a share",
			  "%s are more than RAM and swap, %s", size_format(bytes, size, sizeof(size)),
			  size_format(room, all, sizeof(all)));
}

/* Without any, not with a mistaken one, which is reported already. */
static bool has_no_disk(const struct scenario *scenario)
{
	json_t *machine = json_object_get(scenario->json, "machine");

	return json_is_object(machine) && !json_object_get(machine, "disk");
}

void fit_check_workload(const struct form_value *workload, const struct scenario *scenario,
			const struct scenario_group *group, const struct scenario_workload *w)
{
	_cleanup_free_ char *path = form_path(workload->path, "size");
	struct form_value size = { workload->form, path, json_object_get(workload->json, "size") };
	struct size_env env = env_of(scenario, group);
	uint64_t bytes;

	if (w->kind->needs_disk && has_no_disk(scenario)) {
		_cleanup_free_ char *kind = form_path(workload->path, "kind");

		form_fail_at(workload->form, kind, "add machine.disk",
			     "%s needs a data disk, the machine has none", w->kind->name);
	}
	if (!workload_find_option(w->kind, "size") || !check_base(&size, scenario, &w->params.size, limit_knob(group)) ||
	    !machine_known(&scenario->machine))
		return;
	if (size_resolve(&w->params.size, &env, &bytes, NULL) < 0)
		return;
	if (bytes < PAGE_BYTES && w->params.size.base != SIZE_OF_LIMIT)
		form_fail(&size, NULL, "less than one page of 4096 bytes");
	else if (w->params.size.base == SIZE_ABSOLUTE && !w->kind->needs_disk)
		check_memory(&size, &scenario->machine, bytes);
}

static uint64_t disk_bytes_of(const struct scenario *scenario, const struct scenario_group *group,
			      const struct scenario_workload *w)
{
	struct size_env sizes = env_of(scenario, group);
	struct workload_env env = { .params = &w->params, .name = w->name, .data_dir = "" };

	if (!w->kind || !w->kind->disk_bytes ||
	    size_resolve(&w->params.size, &sizes, &env.size_bytes, NULL) < 0)
		return 0;
	return w->kind->disk_bytes(&env);
}

/* Workloads that name the same file share it, and it is as large as the largest of them wants: whether
 * another one wants more, or as much and comes first. */
static bool counted_elsewhere(const struct scenario *scenario, const struct scenario_workload *wanted,
			      uint64_t bytes)
{
	bool passed = false;

	for (size_t i = 0; i < scenario->n_groups; i++) {
		const struct scenario_group *group = &scenario->groups[i];

		for (size_t j = 0; j < group->n_workloads; j++) {
			const struct scenario_workload *w = &group->workloads[j];
			uint64_t other;

			passed |= w == wanted;
			if (w == wanted || !wanted->params.file || !w->params.file ||
			    !streq(w->params.file, wanted->params.file))
				continue;
			other = disk_bytes_of(scenario, group, w);
			if (other > bytes || (other == bytes && !passed))
				return true;
		}
	}
	return false;
}

void fit_check_disk(const struct form_value *document, const struct scenario *scenario)
{
	uint64_t disk = scenario->machine.disk_bytes, used = 0;
	char files[16], size[16];

	if (!disk || !machine_known(&scenario->machine))
		return;
	for (size_t i = 0; i < scenario->n_groups; i++) {
		const struct scenario_group *group = &scenario->groups[i];

		for (size_t j = 0; j < group->n_workloads; j++) {
			uint64_t bytes = disk_bytes_of(scenario, group, &group->workloads[j]);

			if (!counted_elsewhere(scenario, &group->workloads[j], bytes))
				used += bytes;
		}
	}
	if (used > disk - disk / 100 * FILE_SYSTEM_PERCENT)
		form_fail_at(document->form, "machine.disk.size", "the file system takes 10% for itself",
			     "files of %s do not fit the disk of %s", size_format(used, files, sizeof(files)),
			     size_format(disk, size, sizeof(size)));
}

void fit_check_settings(const struct form_value *document, const struct scenario *scenario)
{
	uint64_t ram = machine_ram_bytes(&scenario->machine);

	for (size_t i = 0; machine_known(&scenario->machine) && i < scenario->settings.n; i++) {
		const struct setting *setting = &scenario->settings.list[i];
		const struct tunable *t = tunable_find(setting->sysfs, setting->key);
		_cleanup_free_ char *path = form_path(setting->sysfs ? "sysfs" : "sysctl", setting->key);
		struct error err = { 0 };
		char text[64];

		if (tunable_resolve(t, setting->value, ram, text, sizeof(text), &err) < 0)
			form_fail_at(document->form, path, NULL, "%s", err.what);
	}
}

/* A virtual second of memory work costs about as much as touching this much. */
#define BYTES_PER_SECOND (128 * MIB)

uint64_t scenario_weight(const struct scenario *scenario)
{
	uint64_t weight = 0;

	for (size_t g = 0; g < scenario->n_groups; g++) {
		const struct scenario_group *group = &scenario->groups[g];
		struct size_env env = env_of(scenario, group);

		for (size_t w = 0; w < group->n_workloads; w++) {
			const struct workload_params *p = &group->workloads[w].params;
			uint64_t bytes = 0;

			size_resolve(&p->size, &env, &bytes, NULL);
			weight += bytes * (1 + p->work.passes) + p->work.time_ns * BYTES_PER_SECOND / NSEC_PER_SEC;
		}
	}
	return weight;
}
