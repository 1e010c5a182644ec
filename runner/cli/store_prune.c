/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig store prune: says what it would delete, and does so when told. */
#include "results/store_prune.h"

#include <time.h>

#include "common/util.h"
#include "runner/cli/cli.h"
#include "runner/cli/store.h"
#include "runner/cli/stored.h"

enum { KEY_KEEP = 256, KEY_OLDER, KEY_UNFINISHED, KEY_YES };

struct prune_request {
	struct stored_request stored;
	struct prune_rules rules;
	bool yes;
};

static const struct argp_option argp_options[] = {
	STORED_OPTION,
	{ "json", KEY_STORED_JSON, 0, 0, "Print one JSON document", 0 },
	{ "keep", KEY_KEEP, "N", 0, "Keep the newest N runs", 0 },
	{ "older-than", KEY_OLDER, "AGE", 0, "Delete only runs that are older: 12h, 30d, 8w", 0 },
	{ "unfinished", KEY_UNFINISHED, 0, 0, "Delete what killed runs have left, too", 0 },
	{ "yes", KEY_YES, 0, 0, "Do it; without this it only says what it would do", 0 },
	{ 0 },
};

static bool parse_age(const char *text, int64_t *ret_s)
{
	static const struct {
		const char *unit;
		int64_t s;
	} units[] = { { "h", 3600 }, { "d", INT64_C(86400) }, { "w", INT64_C(604800) } };
	char *end;
	long n = strtol(text, &end, 10);

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (end != text && n > 0 && n < 100000 && streq(end, units[i].unit)) {
			*ret_s = n * units[i].s;
			return true;
		}
	return false;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct prune_request *request = state->input;
	char *end;
	long n;

	switch (key) {
	case KEY_KEEP:
		n = strtol(arg, &end, 10);
		if (end == arg || *end || n < 1)
			argp_error(state, "--keep is a number of runs, at least 1, not '%s'", arg);
		request->rules.keep = (size_t)n;
		return 0;
	case KEY_OLDER:
		if (!parse_age(arg, &request->rules.older_than_s))
			argp_error(state, "--older-than is a number with h, d or w, such as 30d, not '%s'", arg);
		return 0;
	case KEY_UNFINISHED:
		request->rules.unfinished = true;
		return 0;
	case KEY_YES:
		request->yes = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected '%s'", arg);
		return 0;
	case ARGP_KEY_END:
		if (!request->rules.keep && !request->rules.older_than_s && !request->rules.unfinished)
			argp_error(state, "say what may go: --keep=N, --older-than=AGE, --unfinished");
		return 0;
	default:
		return stored_parse(key, arg, &request->stored);
	}
}

/* ---- what is shown ---- */

static json_t *runs_json(const struct prune_plan *plan)
{
	json_t *runs = json_array();

	for (size_t i = 0; i < plan->n; i++) {
		const struct prune_run *run = &plan->list[i];

		json_array_append_new(runs, json_pack("{s:s, s:s, s:I, s:I, s:b}", "run", run->name, "path", run->path, "cells",
						      (json_int_t)run->cells, "bytes", (json_int_t)run->bytes, "unfinished",
						      run->unfinished));
	}
	return runs;
}

static void print_json(const struct prune_plan *plan, size_t deleted)
{
	json_t *document = json_pack("{s:s, s:I, s:I, s:I, s:o}", "schema", "memrig.store_prune/1", "deleted", (json_int_t)deleted,
				     "bytes", (json_int_t)plan->bytes, "kept_by_tag", (json_int_t)plan->tagged, "runs", runs_json(plan));

	cli_json(document);
	json_decref(document);
}

static void print_plan(const struct prune_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		printf("%s  %zu cells  %.1f MiB%s\n", plan->list[i].name, plan->list[i].cells,
		       (double)plan->list[i].bytes / (double)MIB, plan->list[i].unfinished ? "  unfinished, nobody writes it" : "");
	printf("%zu runs, %.1f MiB", plan->n, (double)plan->bytes / (double)MIB);
	if (plan->tagged)
		printf("; %zu more are kept because they have a tag", plan->tagged);
	putchar('\n');
}

/* ---- the verb ---- */

static int delete_runs(const struct store *store, const struct prune_plan *plan, size_t *ret_deleted)
{
	int code = EXIT_DONE;

	for (size_t i = 0; i < plan->n; i++) {
		struct error err = { 0 };

		if (prune_delete(store, &plan->list[i], &err) == 0) {
			(*ret_deleted)++;
			continue;
		}
		cli_error(&err);
		code = EXIT_BROKEN;
	}
	return code;
}

static int prune(const struct prune_request *request, const struct store *store, const struct prune_plan *plan)
{
	size_t deleted = 0;
	int code;

	/* Said before it is done. */
	if (!request->stored.json)
		print_plan(plan);
	fflush(stdout);
	code = request->yes ? delete_runs(store, plan, &deleted) : EXIT_DONE;
	if (request->stored.json)
		print_json(plan, deleted);
	else if (request->yes)
		printf("%zu deleted\n", deleted);
	else if (plan->n)
		printf("nothing was deleted; add --yes to do it\n");
	return stored_written() ?: code;
}

int store_prune_main(int argc, char **argv)
{
	static const char doc[] = "Examples:\n  memrig store prune --keep 100\n  memrig store prune --older-than 30d --unfinished --yes\n\n"
				  "Says which runs it would delete, and deletes them with --yes. With both --keep and --older-than, runs that "
				  "either would keep are kept. A run with a tag is never deleted.";
	static const struct argp argp = { argp_options, parse_option, "", doc, NULL, NULL, NULL };
	struct prune_request request = { 0 };
	struct prune_plan plan;
	struct store *store = NULL;
	struct error err = { 0 };
	int r = cli_parse(&argp, argc, argv, &request);

	if (r != 0)
		return r;
	r = store_open(request.stored.store, &store, &err);
	if (r == 0)
		r = prune_make(store, &request.rules, time(NULL), &plan, &err);
	if (r != 0) {
		r = stored_failed(r, &err);
	} else {
		r = prune(&request, store, &plan);
		prune_release(&plan);
	}
	store_close(store);
	return r;
}
