/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs that are stored, once more: all of one, one cell of it, or what had not ended. */
#include <errno.h>

#include "common/util.h"
#include "results/store.h"
#include "results/timeline.h"
#include "runner/cli/cli.h"
#include "runner/cli/resume.h"
#include "runner/cli/run.h"
#include "runner/cli/stored.h"
#include "runner/plan_stored.h"

static int read_plan(const char *path, json_t **ret, struct error *err)
{
	int r = store_read_json(path, "plan.json", ret, err);

	if (r < 0)
		error_hint(err, "it was stored by an older memrig, or is damaged: `memrig store check`");
	return r;
}

/* The texts are borrowed from it. */
static void take_options(const json_t *stored, struct run_options *o)
{
	o->place = record_text(stored, "place", "lab");
	o->clock = record_text(stored, "clock", "virtual");
	o->check_repeat = json_is_true(json_object_get(stored, "check_repeat"));
	o->stall_s = o->stall_s ? o->stall_s : (unsigned)record_u64(stored, "stall_s", 0);
	o->keep_bytes = o->keep_bytes ? o->keep_bytes : record_u64(stored, "keep_bytes", 0);
	o->swap_bytes = o->swap_bytes ? o->swap_bytes : record_u64(stored, "swap_bytes", 0);
	o->data_dir = o->data_dir ? o->data_dir : record_text(stored, "data_dir", NULL);
}

/* A store may be somebody else's: that it says "host" is no reason to change this machine, or to run its programs here. */
static int check_place(const struct run_options *now, const struct run_options *then, const char *path, struct error *err)
{
	bool asked = now->place && streq(now->place, "host");
	int r;

	if (asked == run_on_host(then) || now->dry_run)
		return 0;
	if (asked)
		return error_set(err, -EINVAL, path, "this run was in the lab, and is done again there: leave out --place");
	r = error_set(err, -EINVAL, path, "this run was on a machine itself, and would change this one");
	error_hint(err, "look at it with --dry-run; if it is what you want, add --place host");
	return r;
}

static int run_again(const struct run_options *now, struct resume *resume, const char *path, const char *only, json_t *argv,
		     struct error *err)
{
	struct run_options options = *now;
	struct plan_stored request = { .only = only, .fetch = !now->dry_run, .note = run_note };
	struct plan *plan = NULL;
	json_t *stored = NULL;
	int r = read_plan(path, &stored, err);

	if (r == 0) {
		take_options(json_object_get(stored, "options"), &options);
		request.host = run_on_host(&options);
		r = check_place(now, &options, path, err);
		if (r == 0 && resume && options.check_repeat)
			r = error_set(err, -EINVAL, path, "a run with --check-repeat cannot be resumed; run it again");
	}
	if (r == 0)
		r = plan_from_json(stored, &request, &plan, err);
	if (r == 0)
		r = run_or_show(&options, resume, plan, argv);
	plan_free(plan);
	json_decref(stored);
	return r;
}

/* An exit code stays one; an error is said. */
static int exit_code(int r, const struct error *err)
{
	if (r >= 0)
		return r;
	cli_error(err);
	return r == -ENOPKG ? EXIT_CANNOT_RUN : EXIT_USAGE;
}

int run_stored(const struct run_options *options, const char *path, const char *only, json_t *argv)
{
	struct error err = { 0 };
	int r = run_again(options, NULL, path, only, argv, &err);

	return exit_code(r, &err);
}

int run_resumed(const struct run_options *now)
{
	struct run_options options = *now;
	struct resume resume = { 0 };
	struct store *store = NULL;
	struct error err = { 0 };
	int r = store_open(now->store, &store, &err);

	if (r == 0)
		r = resume_open(store, now->resume, &resume, &err);
	store_close(store);
	if (r == 0)
		r = run_again(&options, &resume, resume.path, NULL, (json_t *)resume_argv(&resume), &err);
	resume_close(&resume);
	return exit_code(r, &err);
}
