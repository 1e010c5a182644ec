/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of a cell: each step is a function of its own, undone in reverse. */
#include "runner/cell.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/util.h"
#include "results/probe/probe.h"
#include "runner/cell_run.h"

#define CELL_SCHEMA "memrig.cell/1"

json_t *cell_description_to_json(const struct scenario *scenario, const struct profile *profile, uint64_t seed,
				 const char *clock)
{
	return json_pack("{s:s, s:O, s:o, s:I, s:s}", "schema", CELL_SCHEMA, "scenario", scenario->json, "profile",
			 profile_to_json(profile), "seed", (json_int_t)seed, "clock", clock);
}

json_t *cell_description_bare(const json_t *description)
{
	static const char *const for_people[] = { "description", "source", "case", "claim", "expect", "cured", "seeds" };
	json_t *bare = json_deep_copy(description), *scenario = json_object_get(bare, "scenario");

	for (size_t i = 0; i < ARRAY_SIZE(for_people); i++)
		json_object_del(scenario, for_people[i]);
	json_object_set_new(scenario, "name", json_string("scenario"));
	json_object_set_new(json_object_get(bare, "profile"), "name", json_string("profile"));
	return bare;
}

int cell_description_parse(json_t *json, struct cell_description *ret, struct error *err)
{
	struct cell_description cell = { .json = json };
	const char *schema = "", *clock = "";
	json_t *scenario = NULL, *profile = NULL;
	json_int_t seed = 0;
	struct diags diags = { 0 };
	int r = -EINVAL;

	if (json_unpack(json, "{s:s, s:o, s:o, s:I, s:s}", "schema", &schema, "scenario", &scenario, "profile",
			&profile, "seed", &seed, "clock", &clock) < 0 ||
	    !streq(schema, CELL_SCHEMA))
		error_set(err, r, "cell description", "this is not a %s document", CELL_SCHEMA);
	else if (scenario_parse(scenario, "cell", NULL, &cell.scenario, &diags) < 0)
		error_set(err, r, diags.n ? diags.list[0].path : "scenario", "%s",
			  diags.n ? diags.list[0].message : "not valid");
	else
		r = profile_from_json(profile, &cell.profile, err);
	diags_release(&diags);
	if (r < 0) {
		cell_description_release(&cell);
		return r;
	}
	cell.seed = (uint64_t)seed;
	cell.clock = xstrdup(clock);
	*ret = cell;
	return 0;
}

void cell_description_release(struct cell_description *cell)
{
	if (cell->scenario)
		scenario_free(cell->scenario);
	if (cell->profile)
		profile_free(cell->profile);
	free(cell->clock);
	json_decref(cell->json);
	*cell = (struct cell_description){ 0 };
}

int cell_problem(struct cell_run *run, int r, const struct error *err, bool fatal)
{
	stream_begin(&run->out, "problem", now_ns());
	stream_text(&run->out, "where", err->where);
	stream_text(&run->out, "what", err->what);
	stream_i64(&run->out, "errno", -r);
	stream_bool(&run->out, "fatal", fatal);
	stream_end(&run->out);
	run->failed |= fatal;
	return r;
}

/* Caches as after a boot, so that what the preparation read does not count. */
static int drop_caches(struct cell_run *run, struct error *err)
{
	(void)err;
	if (!run->place->whole_machine)
		return 0;
	sync();
	file_write("", "/proc/sys/vm/drop_caches", "3", NULL);
	return 0;
}

static int record_zones(struct cell_run *run, struct error *err)
{
	return machine_record_zones("", &run->out, err);
}

/* A longer name of a profile takes longer to read and to write down, and all that follows would come at other moments between
 * two ticks: before each step the virtual clock runs on to its next round moment. Waiting costs nothing there. */
#define GRID_NS (100 * NSEC_PER_MSEC)

void cell_wait_for_grid(const struct cell_run *run)
{
	uint64_t at = (now_ns() / GRID_NS + 1) * GRID_NS;
	struct timespec until = { (time_t)(at / NSEC_PER_SEC), (long)(at % NSEC_PER_SEC) };

	if (!streq(run->cell->clock, "virtual"))
		return;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

static int set_up(struct cell_run *run, struct error *err)
{
	int r = topology_read("", &run->topology, err);

	if (r < 0)
		return r;
	topology_size_env(&run->topology, &run->sizes);
	run->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (run->event_fd < 0)
		return error_set_errno(err, -errno, "eventfd", "cannot make an event");
	r = machine_record("", &run->topology, "v2", &run->out);
	if (r == 0)
		r = cell_settings_plan(run, err);
	if (r == 0)
		r = kmsg_open("/dev/kmsg", &run->kmsg, err);
	return r;
}

/* Everything between the first change and the last undo. */
static int measure(struct cell_run *run, struct error *err)
{
	static int (*const steps[])(struct cell_run *, struct error *) = {
		cell_groups_create, cell_tasks_prepare, cell_settings_apply, record_zones,
		cell_tasks_spawn,   cell_sampler_open,	drop_caches,	     cell_sampler_protect,
	};
	int r = cell_safety_begin(run, err);

	if (r == 0)
		r = cgroup_tree_create(run->place->cgroup_mount, run->place->cgroup_name, &run->cgroups, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(steps) && r == 0; i++) {
		cell_wait_for_grid(run);
		r = steps[i](run, err);
	}
	if (r == 0)
		r = cell_loop(run, err);
	if (r == 0 && run->trace)
		trace_write_records(run->trace, now_ns(), &run->out);
	if (r == 0)
		cell_groups_record_end(run);
	return r;
}

static void tear_down(struct cell_run *run)
{
	struct error err = { 0 };
	int r;

	for (size_t i = 0; i < run->n_tasks; i++)
		task_free(&run->tasks[i]);
	sampler_close(run->sampler);
	trace_close(run->trace);
	if (run->place->whole_machine)
		reclaim_probe_disable("", NULL);
	if (run->cgroups.parent) {
		r = cgroup_tree_remove(&run->cgroups, &err);
		if (r < 0)
			cell_problem(run, r, &err, false);
	}
	cell_settings_undo(run);
	cell_tasks_undo(run);
	cell_safety_finish(run);
	kmsg_close(&run->kmsg);
	if (run->event_fd >= 0)
		close(run->event_fd);
	free(run->tasks);
	free(run->tunes);
}

/* The worst of the workloads'. */
static const char *cell_outcome(const struct cell_run *run)
{
	static const char *const worst_first[] = { "crashed", "oom_killed", "timed_out" };

	if (run->failed)
		return "crashed";
	for (size_t w = 0; w < ARRAY_SIZE(worst_first); w++)
		for (size_t i = 0; i < run->n_tasks; i++)
			if (streq(task_outcome(&run->tasks[i]), worst_first[w]))
				return worst_first[w];
	return "completed";
}

static void write_start(struct cell_run *run)
{
	stream_write_json(&run->out, json_pack("{s:s, s:s, s:O}", "type", "stream", "schema", "memrig.stream/1",
					       "cell", run->cell->json));
}

int cell_execute(const struct cell_description *cell, const struct cell_place *place, struct stream_sink sink,
		 struct error *err)
{
	struct cell_run run = { .cell = cell, .place = place, .event_fd = -1, .kmsg = { .fd = -1 }, .journal = { .fd = -1 },
				.floor = FLOOR_NONE };
	struct error problem = { 0 };
	const char *outcome;
	int r = stream_writer_init(&run.out, sink, err);

	if (r < 0)
		return r;
	cell_enter(&run, CELL_SETS_UP);
	write_start(&run);
	cell_wait_for_grid(&run);
	r = set_up(&run, &problem);
	if (r == 0)
		r = measure(&run, &problem);
	if (r < 0)
		cell_problem(&run, r, &problem, true);
	outcome = cell_outcome(&run);
	cell_enter(&run, CELL_TEARS_DOWN);
	tear_down(&run);
	stream_begin(&run.out, "end", now_ns());
	stream_text(&run.out, "outcome", outcome);
	stream_end(&run.out);
	r = run.out.error;
	stream_writer_release(&run.out);
	return r < 0 ? error_set_errno(err, r, "stream", "cannot write the stream") : 0;
}
