/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig profile apply: the settings alone, on this machine. */
#include "runner/cli/profile.h"

#include <errno.h>

#include "common/util.h"
#include "runner/apply.h"

struct apply_request {
	const char *name, *root;
	bool dry_run, json;
};

enum { KEY_DRY_RUN = 256, KEY_JSON, KEY_ROOT };

static const struct argp_option argp_options[] = {
	{ "dry-run", KEY_DRY_RUN, 0, 0, "Show what would be written, and write nothing", 0 },
	{ "json", KEY_JSON, 0, 0, "Print the settings as one JSON document", 0 },
	{ "root", KEY_ROOT, "DIR", OPTION_HIDDEN, "Where /proc and /sys are; for tests", 0 },
	{ 0 },
};

static const char argp_doc[] =
	"Examples:\n"
	"  memrig profile apply swap-averse --dry-run\n"
	"  memrig profile apply swap-averse\n"
	"  memrig restore\n"
	"\n"
	"Applies a profile to this machine until the next boot or 'memrig restore'. What was there before is written "
	"down first.\v"
	"Exit code: 0 applied, 2 bad usage or input, 3 failed (and put back), 77 not allowed here.";

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct apply_request *request = state->input;

	switch (key) {
	case KEY_DRY_RUN: request->dry_run = true; return 0;
	case KEY_JSON: request->json = true; return 0;
	case KEY_ROOT: request->root = arg; return 0;
	case ARGP_KEY_ARG:
		if (request->name)
			argp_error(state, "one profile at a time");
		request->name = arg;
		return 0;
	case ARGP_KEY_NO_ARGS: argp_error(state, "no profile given; 'memrig profile list' lists them"); return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static int print_json(const struct profile *profile, const struct tune *tunes, size_t n, bool dry_run)
{
	json_t *list = json_array(), *json;
	int r;

	for (size_t i = 0; i < n; i++) {
		json_t *setting = json_pack("{s:s, s:s, s:s}", "key", tunes[i].tunable->key, "before", tunes[i].before,
					    "target", tunes[i].target);

		if (!dry_run)
			json_object_set_new(setting, "effective", json_string(tunes[i].effective));
		json_array_append_new(list, setting);
	}
	json = json_pack("{s:s, s:s, s:b, s:o}", "schema", "memrig.apply/1", "profile", profile->name, "applied", !dry_run,
			 "settings", list);
	r = cli_json(json);
	json_decref(json);
	return r;
}

static int print(const struct profile *profile, const struct tune *tunes, size_t n, const struct apply_request *request)
{
	if (request->json)
		return print_json(profile, tunes, n, request->dry_run);
	for (size_t i = 0; i < n; i++) {
		const char *now = request->dry_run ? tunes[i].target : tunes[i].effective;

		printf("%-52s %s -> %s%s\n", tunes[i].tunable->key, tunes[i].before, now,
		       !request->dry_run && tune_differs(&tunes[i]) ? " (the kernel made this of what was asked)" : "");
	}
	return 0;
}

static int apply(const struct apply_request *request, const struct profile *profile, struct error *err)
{
	_cleanup_free_ struct tune *tunes = NULL;
	size_t n;
	int r = apply_plan(&profile->settings, &tunes, &n, err);

	if (r == 0)
		r = apply_look(request->root, tunes, n, err);
	if (r == 0 && !request->dry_run)
		r = apply_profile(request->root, journal_dir(), profile, tunes, n, err);
	if (r < 0)
		return r;
	if (print(profile, tunes, n, request) < 0)
		return error_set(err, -EIO, "standard output", "cannot write the result");
	if (!request->dry_run && !request->json)
		fprintf(stderr, "memrig: `memrig restore` puts back what was there\n");
	return 0;
}

int profile_apply_main(int argc, char **argv)
{
	static const struct argp argp = { argp_options, parse_option, "NAME|FILE", argp_doc, NULL, NULL, NULL };
	struct apply_request request = { .root = "" };
	struct profile *profile;
	struct error err = { 0 };
	int r = cli_parse(&argp, argc, argv, &request);

	if (r != 0)
		return r;
	r = profile_get(request.name, &profile);
	if (r != EXIT_DONE)
		return r;
	r = apply(&request, profile, &err);
	profile_free(profile);
	if (r < 0)
		cli_error(&err);
	if (r == -EACCES || r == -EPERM || r == -EROFS)
		return EXIT_CANNOT_RUN;
	return r < 0 ? EXIT_BROKEN : EXIT_DONE;
}
