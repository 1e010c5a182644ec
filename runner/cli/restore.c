/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig restore: puts back what a profile has changed, or a run that died. */
#include <errno.h>

#include "common/util.h"
#include "runner/apply.h"
#include "runner/cli/cli.h"

#define CGROUP_MOUNT "/sys/fs/cgroup"

struct restore_request {
	const char *root;
	bool force, forget, json;
};

enum { KEY_FORCE = 256, KEY_FORGET, KEY_JSON, KEY_ROOT };

static const struct argp_option argp_options[] = {
	{ "force", KEY_FORCE, 0, 0, "Also put back values that somebody else has changed meanwhile", 0 },
	{ "forget", KEY_FORGET, 0, 0, "Leave such values to whoever changed them, and forget about it", 0 },
	{ "json", KEY_JSON, 0, 0, "Print what was put back as one JSON document", 0 },
	{ "root", KEY_ROOT, "DIR", OPTION_HIDDEN, "Where /proc and /sys are; for tests", 0 },
	{ 0 },
};

static const char argp_doc[] = "Examples:\n"
			       "  memrig restore\n"
			       "  memrig restore --force\n"
			       "\n"
			       "Puts back what 'memrig profile apply' has changed, or a run that died. Does nothing when there "
			       "is nothing to put back.\v"
			       "What was there before is in the journal, below $MEMRIG_STATE or /var/lib/memrig. Exit code: 0 "
			       "everything is as it was, 3 something is not; 77 not allowed.";

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct restore_request *request = state->input;

	switch (key) {
	case KEY_FORCE: request->force = true; return 0;
	case KEY_FORGET: request->forget = true; return 0;
	case KEY_JSON: request->json = true; return 0;
	case KEY_ROOT: request->root = arg; return 0;
	case ARGP_KEY_ARG: argp_error(state, "no arguments are taken"); return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const char *result_of(const struct undo *undo)
{
	if (undo->state == UNDO_BACK)
		return "back";
	return undo->state == UNDO_LEFT ? "left" : "failed";
}

static void print_entry(const struct undo *undo)
{
	const char *name = undo_name(undo);
	bool control = undo->kind == UNDO_CONTROL;

	if (undo->state == UNDO_BACK && undo->kind == UNDO_VALUE)
		printf("%-52s %s\n", name, undo->before);
	else if (undo->state == UNDO_BACK && control)
		printf("%-52s without %s\n", name, undo->before);
	else if (undo->state == UNDO_BACK)
		printf("%-52s removed\n", name);
	else if (undo->kind != UNDO_VALUE && !control)
		printf("%-52s NOT removed: %s\n", name, strerror(-undo->error));
	else if (undo->state == UNDO_LEFT && control)
		printf("%-52s left alone: a group that is not memrig's uses %s by now\n", name, undo->before);
	else if (undo->state == UNDO_LEFT)
		printf("%-52s left alone: somebody else has changed it since (it was %s)\n", name, undo->before);
	else if (control)
		printf("%-52s NOT without %s: %s\n", name, undo->before, strerror(-undo->error));
	else
		printf("%-52s NOT put back to '%s': %s\n", name, undo->before, strerror(-undo->error));
}

static int print_json(const struct restored *done)
{
	json_t *entries = json_array(), *json;
	int r;

	for (unsigned i = 0; i < undo_count(done->found.list); i++) {
		const struct undo *undo = &done->found.list->list[i];
		json_t *entry = json_pack("{s:s, s:s}", "name", undo_name(undo), "result", result_of(undo));

		if (undo->kind == UNDO_VALUE)
			json_object_set_new(entry, "before", json_string(undo->before));
		if (undo->error)
			json_object_set_new(entry, "error", json_string(strerror(-undo->error)));
		json_array_append_new(entries, entry);
	}
	json = json_pack("{s:s, s:s, s:i, s:o}", "schema", "memrig.restore/1", "what", done->found.what, "missing",
			 (int)done->missing, "entries", entries);
	r = cli_json(json);
	json_decref(json);
	return r;
}

static int report(const struct restored *done, const struct restore_request *request)
{
	bool left = false, failed = false;
	int r = 0;

	if (request->json)
		r = print_json(done);
	else
		printf("changed by %s%s; put back:\n", done->found.what,
		       done->found.same_boot ? "" : ", before this boot");
	for (unsigned i = 0; i < undo_count(done->found.list); i++) {
		const struct undo *undo = &done->found.list->list[i];

		left |= undo->state == UNDO_LEFT;
		failed |= undo->state != UNDO_LEFT && undo->state != UNDO_BACK;
		if (!request->json)
			print_entry(undo);
	}
	if (left && !request->forget)
		fprintf(stderr, "memrig: `memrig restore --force` puts back what was left alone too, --forget leaves it for good\n");
	if (r < 0 || failed)
		return EXIT_BROKEN;
	return left && !request->forget ? EXIT_BROKEN : EXIT_DONE;
}

static int restore_main(int argc, char **argv)
{
	static const struct argp argp = { argp_options, parse_option, "", argp_doc, NULL, NULL, NULL };
	struct restore_request request = { .root = "" };
	struct restored done;
	struct error err = { 0 };
	int r = cli_parse(&argp, argc, argv, &request);

	if (r != 0)
		return r;
	r = apply_restore(request.root, journal_dir(), CGROUP_MOUNT, request.force, request.forget, &done, &err);
	if (r == -ENOENT && !request.json) {
		printf("There is nothing to put back in %s.\n", journal_dir());
		return EXIT_DONE;
	}
	if (r == -ENOENT)
		return cli_json(json_pack("{s:s, s:i, s:[]}", "schema", "memrig.restore/1", "missing", 0, "entries")) < 0
			       ? EXIT_BROKEN
			       : EXIT_DONE;
	if (r < 0) {
		cli_error(&err);
		return r == -EACCES || r == -EPERM ? EXIT_CANNOT_RUN : EXIT_BROKEN;
	}
	r = report(&done, &request);
	undo_list_free(done.found.list);
	return r;
}

const struct verb verb_restore = { "restore", "put back what a profile or a run that died has changed", restore_main,
				   false };
