/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The groups of a cell and the tasks in them. */
#include <errno.h>
#include <inttypes.h>

#include "common/clock.h"
#include "common/rng.h"
#include "common/util.h"
#include "runner/cell_run.h"

/* What goes into the control file. */
static int knob_text(const struct group_knob *knob, const struct size_env *sizes, char *text, size_t room,
		     struct error *err)
{
	uint64_t value;
	int r;

	switch (knob->type) {
	case KNOB_SIZE:
		if (knob->max) {
			snprintf(text, room, "max");
			return 0;
		}
		r = size_resolve(&knob->size, sizes, &value, err);
		if (r == 0)
			snprintf(text, room, "%" PRIu64, value);
		return r;
	case KNOB_IDLIST:
		r = idlist_parse(knob->text, &value);
		if (r == 0)
			idlist_format(value, text, room);
		return r;
	case KNOB_BOOL:
		snprintf(text, room, "%s", knob->text);
		return 0;
	}
	return -EINVAL;
}

static int create_group(struct cell_run *run, const struct scenario_group *group, struct error *err)
{
	_cleanup_free_ struct cgroup_value *values = xcalloc(group->n_knobs, sizeof(*values));
	_cleanup_free_ char(*texts)[64] = xcalloc(group->n_knobs, sizeof(*texts));

	for (size_t i = 0; i < group->n_knobs; i++) {
		int r = knob_text(&group->knobs[i], &run->sizes, texts[i], sizeof(texts[i]), err);

		if (r < 0)
			return r;
		values[i] = (struct cgroup_value){ group->knobs[i].file, texts[i] };
	}
	return cgroup_add(&run->cgroups, group->name, values, group->n_knobs, err);
}

/* A group is protected no further than its parent is: that one gets the sum of what its children ask for. */
static int protect_parent(const struct cell_run *run, const char *file, struct error *err)
{
	const struct scenario *scenario = run->cell->scenario;
	uint64_t sum = 0;
	char text[32];

	for (size_t i = 0; i < scenario->n_groups; i++) {
		_cleanup_free_ char *value = NULL;
		int r = cgroup_get(&run->cgroups, scenario->groups[i].name, file, &value, err);

		if (r < 0)
			return r;
		if (streq(value, "max"))
			return cgroup_set_parent(&run->cgroups, file, "max", err);
		sum += strtoull(value, NULL, 10);
	}
	snprintf(text, sizeof(text), "%" PRIu64, sum);
	return sum ? cgroup_set_parent(&run->cgroups, file, text, err) : 0;
}

static void record_group(struct cell_run *run, const struct scenario_group *group)
{
	json_t *knobs = json_object(), *record;
	_cleanup_free_ char *effective = NULL;

	for (const struct knob_info *knob = scenario_knobs; knob->file; knob++) {
		_cleanup_free_ char *value = NULL;

		if (cgroup_get(&run->cgroups, group->name, knob->file, &value, NULL) == 0)
			json_object_set_new(knobs, knob->file, json_string(value));
	}
	record = json_pack("{s:s, s:I, s:s, s:o}", "type", "group", "t_ns", (json_int_t)now_ns(), "group",
			   group->name, "knobs", knobs);
	if (cgroup_get(&run->cgroups, group->name, "cpuset.mems.effective", &effective, NULL) == 0)
		json_object_set_new(record, "cpuset_mems_effective", json_string(effective));
	stream_write_json(&run->out, record);
}

/* What "of limit" means in this group: memory.max, else memory.high, else nothing. */
static uint64_t group_limit(const struct cell_run *run, const struct scenario_group *group)
{
	static const char *const files[] = { "memory.max", "memory.high" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_free_ char *value = NULL;

		if (cgroup_get(&run->cgroups, group->name, files[i], &value, NULL) == 0 && !streq(value, "max"))
			return strtoull(value, NULL, 10);
	}
	return 0;
}

static int init_tasks(struct cell_run *run, const struct scenario_group *group, struct error *err)
{
	struct size_env sizes = run->sizes;

	sizes.limit_bytes = group_limit(run, group);
	for (size_t i = 0; i < group->n_workloads; i++) {
		struct task *task = &run->tasks[run->n_tasks];
		int r;

		*task = (struct task){ .group = group, .workload = &group->workloads[i] };
		r = task_init(task, err);
		if (r < 0)
			return r;
		run->n_tasks++;
		task->seed = rng_derive(run->cell->seed, task->workload->name) >> 1; /* JSON integers are signed */
		r = size_resolve(&task->workload->params.size, &sizes, &task->size_bytes, err);
		if (r < 0)
			return r;
		if (task->size_bytes == 0 && workload_find_option(task->workload->kind, "size"))
			return error_set(err, -EINVAL, task->workload->name, "its size is less than a page");
	}
	return 0;
}

int cell_groups_create(struct cell_run *run, struct error *err)
{
	const struct scenario *scenario = run->cell->scenario;
	size_t n_tasks = 0;
	int r = 0;

	for (size_t i = 0; i < scenario->n_groups && r == 0; i++) {
		r = create_group(run, &scenario->groups[i], err);
		n_tasks += scenario->groups[i].n_workloads;
		if (r == 0)
			record_group(run, &scenario->groups[i]);
	}
	if (r == 0)
		r = protect_parent(run, "memory.min", err);
	if (r == 0)
		r = protect_parent(run, "memory.low", err);
	run->tasks = xcalloc(n_tasks, sizeof(*run->tasks));
	for (size_t i = 0; i < scenario->n_groups && r == 0; i++)
		r = init_tasks(run, &scenario->groups[i], err);
	return r;
}

static struct task_place task_place(const struct cell_run *run)
{
	const struct cell_safety *safety = run->place->safety;

	return (struct task_place){ .cgroups = &run->cgroups,
				    .data_dir = run->place->data_dir,
				    .user_dir = run->place->user_dir,
				    .event_fd = run->event_fd,
				    .guard_fd = safety ? safety->guard_fd : -1,
				    .oom_score_adj = safety ? safety->worker_oom_score_adj : 0 };
}

int cell_tasks_prepare(struct cell_run *run, struct error *err)
{
	struct task_place place = task_place(run);
	int r = 0;

	for (size_t i = 0; i < run->n_tasks && r == 0; i++) {
		r = task_prepare(&run->tasks[i], &place, err);
		if (r == 0 && run->tasks[i].workload->kind->prepare) {
			stream_begin(&run->out, "prepared", now_ns());
			stream_text(&run->out, "workload", run->tasks[i].workload->name);
			stream_end(&run->out);
		}
	}
	return r;
}

void cell_tasks_undo(struct cell_run *run)
{
	struct task_place place = task_place(run);
	struct error err = { 0 };

	for (size_t i = run->n_tasks; i-- > 0;) {
		int r = task_undo(&run->tasks[i], &place, &err);

		if (r < 0)
			cell_problem(run, r, &err, false);
	}
}

static void record_task(struct cell_run *run, const struct task *task)
{
	static const char *const policies[] = {
		[POLICY_DEFAULT] = "default",	    [POLICY_BIND] = "bind",   [POLICY_PREFERRED] = "preferred",
		[POLICY_INTERLEAVE] = "interleave", [POLICY_LOCAL] = "local",
	};
	const struct policy *policy = &task->workload->policy;
	char nodes[64];

	stream_begin(&run->out, "workload", now_ns());
	stream_text(&run->out, "workload", task->workload->name);
	stream_text(&run->out, "group", task->group->name);
	stream_text(&run->out, "kind", task->workload->kind->name);
	stream_u64(&run->out, "pid", (uint64_t)task->pid);
	stream_u64(&run->out, "size_bytes", task->size_bytes);
	stream_text(&run->out, "policy", policies[policy->kind]);
	if (policy->nodes)
		stream_text(&run->out, "nodes", idlist_format(policy->nodes, nodes, sizeof(nodes)));
	stream_u64(&run->out, "seed", task->seed);
	stream_end(&run->out);
}

int cell_tasks_spawn(struct cell_run *run, struct error *err)
{
	struct task_place place = task_place(run);
	int r = 0;

	for (size_t i = 0; i < run->n_tasks && r == 0; i++) {
		r = task_spawn(&run->tasks[i], run->tasks, run->n_tasks, &place, err);
		if (r == 0)
			record_task(run, &run->tasks[i]);
	}
	return r;
}

/* "low 0\nhigh 0\n..." */
static json_t *flat_keyed(const char *text)
{
	json_t *object = json_object();
	char key[64];
	uint64_t value;
	int used;

	while (sscanf(text, "%63s %" SCNu64 "%n", key, &value, &used) == 2) {
		json_object_set_new(object, key, json_integer((json_int_t)value));
		text += used;
	}
	return object;
}

static void record_group_end(struct cell_run *run, const struct scenario_group *group)
{
	_cleanup_free_ char *peak = NULL, *events = NULL, *local = NULL;
	json_t *record = json_pack("{s:s, s:I, s:s}", "type", "group_end", "t_ns", (json_int_t)now_ns(), "group",
				   group->name);

	if (cgroup_get(&run->cgroups, group->name, "memory.peak", &peak, NULL) == 0)
		json_object_set_new(record, "peak_bytes", json_integer(strtoll(peak, NULL, 10)));
	if (cgroup_get(&run->cgroups, group->name, "memory.events", &events, NULL) == 0)
		json_object_set_new(record, "events", flat_keyed(events));
	if (cgroup_get(&run->cgroups, group->name, "memory.events.local", &local, NULL) == 0)
		json_object_set_new(record, "events_local", flat_keyed(local));
	stream_write_json(&run->out, record);
}

void cell_groups_record_end(struct cell_run *run)
{
	const struct scenario *scenario = run->cell->scenario;

	for (size_t i = 0; i < scenario->n_groups; i++)
		record_group_end(run, &scenario->groups[i]);
}
