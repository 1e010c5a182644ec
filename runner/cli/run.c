/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig run: expands the matrix, runs every cell, stores the run, shows it. */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

#include "common/clock.h"
#include "common/util.h"
#include "results/compare.h"
#include "results/store.h"
#include "results/summary.h"
#include "runner/cli/cli.h"
#include "runner/cli/plan_file.h"
#include "runner/cli/progress.h"
#include "runner/cli/resume.h"
#include "runner/cli/run.h"
#include "runner/cli/stored.h"
#include "runner/cli/timings.h"
#include "runner/expect.h"
#include "runner/host/host.h"
#include "runner/lab/parts.h"
#include "runner/plan.h"
#include "runner/plan_show.h"
#include "runner/plan_stored.h"
#include "runner/pool.h"
#include "runner/provenance.h"
#include "runner/repeat.h"
#include "tuners/journal.h"

/* Everything a run has while it is going on. */
struct run_state {
	const struct run_options *options;
	struct plan *plan;
	struct run *run;
	struct repeat *repeat;
	struct resume *resume; /* NULL: a run from the start */
	struct progress progress;
	struct timings timings;
	size_t unmet, failed;
};

static unsigned cores(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

/* A crash or a panic is a finding, unless the scenario expects it. */
static bool is_surprise(const struct scenario *scenario, const char *outcome)
{
	if (!streq(outcome, outcome_names[OUTCOME_CRASHED]) && !streq(outcome, outcome_names[OUTCOME_PANICKED]))
		return false;
	for (size_t i = 0; i < scenario->n_expects; i++)
		if (scenario->expects[i].kind == EXPECT_OUTCOME &&
		    streq(scenario->expects[i].name, outcome))
			return false;
	return true;
}

static int cell_done(void *opaque, const struct plan_cell *cell, struct lab_result *result, struct error *err)
{
	struct run_state *state = opaque;
	struct summary_input input = { .stream = result->stream,
				       .stream_len = result->stream_len,
				       .console = result->console,
				       .cell = cell->description,
				       .deadline = result->deadline,
				       .wall_s = result->wall_s };
	struct summary *summary = NULL;
	double start_s = now_s();
	int r = summary_make(&input, &summary, err);

	if (r == 0) {
		json_t *expectations = expect_evaluate(cell->scenario, summary);
		json_t *json = summary_to_json(summary, cell->id, expectations);
		struct run_cell stored = { .id = cell->id,
					   .index = (size_t)(cell - state->plan->cells),
					   .cell = cell->description,
					   .stream = result->stream,
					   .stream_len = result->stream_len,
					   .console = result->console,
					   .summary = json };

		if (result->begin_s > 0)
			json_object_set_new(json, "begin_wall_s", json_real(result->begin_s));
		if (state->options->timings)
			json_object_set_new(json, "wall_parts", timings_json(result));
		if (cell->scenario->cures) {
			json_object_set_new(json, "cures", json_string(cell->scenario->cures));
			json_object_set(json, "cured_by", cell->scenario->cured_by);
		}
		if (json_object_get(cell->scenario->json, "primary"))
			json_object_set(json, "primary", json_object_get(cell->scenario->json, "primary"));
		if (cell->repeat > 0)
			json_object_set_new(json, "repeat", json_integer(cell->repeat));
		state->unmet += expect_unmet(expectations);
		state->failed += !summary->valid;
		state->unmet += is_surprise(cell->scenario, outcome_names[summary->outcome]);
		repeat_add(state->repeat, cell, summary->stream_sha256, result->stream);
		r = run_add_cell(state->run, &stored, err);
		json_decref(json);
		json_decref(expectations);
	}
	summary_free(summary);
	timings_add_cell(&state->timings, result, now_s() - start_s);
	lab_result_release(result);
	return r;
}

/* What had ended in the run that is resumed needs no guest. */
static int take_over(struct run_state *state, struct error *err)
{
	int r = 0;

	for (size_t i = 0; state->resume && i < state->plan->n_cells && r >= 0; i++) {
		struct plan_cell *cell = &state->plan->cells[i];
		json_t *summary = NULL;

		r = resume_take(state->resume, cell, i, state->run, &summary, err);
		if (r <= 0)
			continue;
		cell->ended = true;
		state->unmet += expect_unmet(json_object_get(summary, "expectations"));
		state->unmet += is_surprise(cell->scenario, json_string_value(json_object_get(summary, "outcome")));
		json_decref(summary);
	}
	return r < 0 ? r : 0;
}

static void guest_booted(void *opaque, double seconds)
{
	struct run_state *state = opaque;

	timings_add_boot(&state->timings, seconds);
}

static void show_progress(void *opaque, size_t finished, size_t running, double share)
{
	struct run_state *state = opaque;

	progress_show(&state->progress, finished, running, state->failed, state->plan->n_cells, share);
}

/* *code is left alone, but by a way of showing that has its own. */
static int show_run(const struct run_options *options, const char *path, int *code, struct error *err)
{
	struct compare_options compare = stored_text_options();
	json_t *document = NULL;
	int r = store_load(path, &document, err);

	if (r < 0)
		return r;
	compare.by = compare_by_what_differs(document, NULL);
	if (options->show)
		*code = options->show(options, document);
	else
		r = options->json ? cli_json(document) : compare_print(stdout, document, NULL, &compare);
	json_decref(document);
	return r < 0 ? error_set_errno(err, r, path, "cannot print the run") : 0;
}

static enum lab_clock choose_clock(const struct run_options *options, const struct plan *plan)
{
	if (run_on_host(options))
		return CLOCK_REAL_HOST;
	return streq(options->clock, "virtual") ? CLOCK_VIRTUAL : lab_real_clock(&plan->kernels[0], !options->dry_run);
}

static int finish(struct run_state *state, int r, struct error *err)
{
	_cleanup_free_ char *path = xstrdup(run_path(state->run));
	struct error failure = { 0 };
	int code = state->unmet > 0 ? EXIT_FINDINGS : EXIT_DONE;

	progress_end(&state->progress);
	if (r != 0) {
		if (r < 0)
			cli_error(err);
		else
			fprintf(stderr, "memrig: stopped by signal %d\n", r);
		if (run_abort(state->run, &failure) < 0)
			cli_error(&failure);
		if (access(path, F_OK) == 0)
			fprintf(stderr, "memrig: the cells that had ended are kept: %s\n"
					"memrig: do the rest with: memrig run --resume %s%s\n", path, path, run_on_host(state->options) ? " --place host" : "");
		else
			fprintf(stderr, "memrig: no cell had ended, nothing was stored\n");
		return r > 0 ? 128 + r : EXIT_BROKEN;
	}
	if (run_finish(state->run, "finished", err) < 0 || show_run(state->options, path, &code, err) < 0) {
		cli_error(err);
		return EXIT_BROKEN;
	}
	if (state->repeat && repeat_report(state->repeat, stderr) > 0)
		return EXIT_FINDINGS;
	return state->failed > 0 ? EXIT_BROKEN : code;
}

static struct host_options host_options_of(const struct run_options *options)
{
	return (struct host_options){ .keep_bytes = options->keep_bytes, .swap_bytes = options->swap_bytes,
				      .data_dir = options->data_dir, .state_dir = journal_dir() };
}

/* What must be there before anything is begun. */
static int preflight(const struct run_options *options, const struct plan *plan, enum lab_clock clock, unsigned *jobs,
		     struct error *err)
{
	struct host_options host = host_options_of(options);
	int r;

	if (run_on_host(options))
		return host_check(plan, &host, err);
	r = qemu_check(err);

	if (r == 0)
		r = part_check_init(err);
	if (r == 0 && clock == CLOCK_VIRTUAL)
		r = part_check_preload(err);
	return r < 0 ? r : pool_check_memory(plan, jobs, err);
}

void run_note(const char *text)
{
	fprintf(stderr, "memrig: %s\n", text);
}

static int run_host(const struct run_options *options, const struct pool_options *pool, const struct plan *plan,
		    struct error *err)
{
	struct host_options host = host_options_of(options);

	host.done = pool->done;
	host.progress = pool->progress;
	host.note = run_note;
	host.opaque = pool->opaque;
	return host_run(plan, &host, err);
}

/* How cells are run, as far as it is not for the user of the moment to say. */
static json_t *options_json(const struct run_options *o)
{
	json_t *json = json_pack("{s:s, s:s, s:b, s:I, s:I, s:I}", "place", o->place, "clock", o->clock, "check_repeat", o->check_repeat,
				 "stall_s", (json_int_t)o->stall_s, "keep_bytes", (json_int_t)o->keep_bytes, "swap_bytes", (json_int_t)o->swap_bytes);

	if (o->data_dir)
		json_object_set_new(json, "data_dir", json_string(o->data_dir));
	return json;
}

static int store_plan(const struct run_state *state, struct error *err)
{
	json_t *json = plan_to_json(state->plan);
	int r;

	json_object_set_new(json, "options", options_json(state->options));
	r = run_add_document(state->run, "plan.json", json, err);
	json_decref(json);
	if (state->options->rerun_of)
		run_set(state->run, "rerun_of", json_string(state->options->rerun_of));
	return r;
}

static int run_plan(const struct run_options *options, struct resume *resume, struct plan *plan, json_t *argv)
{
	struct run_state state = { .options = options, .plan = plan, .resume = resume, .timings = { .started_s = now_s() } };
	struct pool_options pool = { .jobs = options->jobs ? options->jobs : cores(),
				     .clock = choose_clock(options, plan),
				     .stall_s = options->stall_s,
				     .boot_each = options->no_snapshot,
				     .watch_ms = options->timings ? 1 : 0,
				     .done = cell_done,
				     .booted = guest_booted,
				     .progress = show_progress,
				     .opaque = &state };
	json_t *matrix, *provenance;
	struct store *store = NULL;
	struct error err = { 0 };
	sigset_t before;
	int r = preflight(options, plan, pool.clock, &pool.jobs, &err);

	if (r < 0) {
		cli_error(&err);
		return EXIT_CANNOT_RUN;
	}
	matrix = plan_matrix(plan);
	provenance = provenance_json(plan, pool.clock, pool.jobs);
	pool_block_signals(&before); /* from its beginning until the run is stored: a second Ctrl-C must not lose it */
	r = resume ? resume_check(resume, provenance, &err) : 0;
	if (r == 0)
		r = store_open(options->store, &store, &err);
	if (r == 0)
		r = run_begin(store, argv, matrix, provenance, options->clock, &state.run, &err);
	if (r == 0) {
		r = store_plan(&state, &err);
		if (r == 0 && options->begins)
			options->begins(options, provenance);
		if (r == 0)
			r = take_over(&state, &err);
		if (r < 0)
			run_abort(state.run, NULL);
	}
	json_decref(matrix);
	json_decref(provenance);
	if (r < 0) {
		cli_error(&err);
		store_close(store);
		sigprocmask(SIG_SETMASK, &before, NULL);
		return r == -ESTALE ? EXIT_USAGE : EXIT_BROKEN;
	}
	state.repeat = options->check_repeat ? repeat_new() : NULL;
	progress_begin(&state.progress, options->quiet);
	r = run_on_host(options) ? run_host(options, &pool, plan, &err) : pool_run(plan, &pool, &err);
	r = finish(&state, r, &err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (options->timings)
		timings_print(stderr, &state.timings, pool.jobs);
	timings_release(&state.timings);
	repeat_free(state.repeat);
	store_close(store);
	return r;
}

int run_or_show(const struct run_options *options, struct resume *resume, struct plan *plan, json_t *argv)
{
	struct host_options host = host_options_of(options);

	if (options->dry_run)
		return plan_show(plan, choose_clock(options, plan), run_on_host(options) ? &host : NULL, options->json);
	return run_plan(options, resume, plan, argv);
}

int run_all(const struct run_options *options, json_t *argv)
{
	static const char *const default_profiles[] = { "kernel-default", NULL };
	static const char *const default_kernels[] = { LAB_DEFAULT_KERNEL, NULL };
	struct plan_request request = { .scenarios = options->scenarios.list,
					.profiles = options->profiles.n ? options->profiles.list : default_profiles,
					.kernels = options->kernels.n ? options->kernels.list : default_kernels,
					.first_seed = options->seed,
					.seeds = options->seeds,
					.cures = options->cures || (!options->only && !options->profiles.n && !run_on_host(options)),
					.repeats = options->check_repeat ? 3 : 1,
					.clock = options->clock,
					.host = run_on_host(options),
					.fetch = !options->dry_run,
					.note = run_note };
	struct diags diags = { 0 };
	struct error err = { 0 };
	struct plan *plan = NULL;
	int r = plan_make(&request, &plan, &diags, &err);

	if (r < 0) {
		if (diags.n)
			cli_diags(&diags);
		else
			cli_error(&err);
		diags_release(&diags);
		return r == -ENOPKG ? EXIT_CANNOT_RUN : EXIT_USAGE;
	}
	diags_release(&diags);
	r = run_or_show(options, NULL, plan, argv);
	plan_free(plan);
	return r;
}

static int print_plan_schema(void)
{
	json_t *schema = plan_file_schema();
	int r = cli_json(schema);

	json_decref(schema);
	return r < 0 ? EXIT_BROKEN : EXIT_DONE;
}

static int run_main(int argc, char **argv)
{
	struct run_options options;
	json_t *words = json_array();
	struct error err = { 0 };
	int r;

	for (int i = 0; i < argc; i++)
		json_array_append_new(words, json_string(argv[i]));
	r = run_options_parse(argc, argv, &options);
	if (r == 0 && options.plan_schema) {
		r = print_plan_schema();
	} else if (r == 0 && streq(options.place, "slurm")) {
		error_set(&err, -ENOTSUP, options.place, "this version has no cluster yet");
		error_hint(&err, "take --place lab or --place host");
		cli_error(&err);
		r = EXIT_CANNOT_RUN;
	} else if (r == 0) {
		r = options.resume ? run_resumed(&options) : run_all(&options, words);
	}
	json_decref(words);
	run_options_release(&options);
	return r;
}

const struct verb verb_run = { .name = "run", .summary = "run scenarios under profiles and compare", .main = run_main };
