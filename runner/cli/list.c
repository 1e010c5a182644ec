/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig list: the stored runs. */
#include "common/util.h"
#include "results/store.h"
#include "results/table.h"
#include "results/timeline.h"
#include "runner/cli/cli.h"
#include "runner/cli/stored.h"

static const struct argp_option argp_options[] = {
	STORED_OPTION,
	{ "json", KEY_STORED_JSON, 0, 0, "Print one JSON document", 0 },
	{ 0 },
};

static const char argp_doc[] = "Examples:\n"
			       "  memrig list\n"
			       "  memrig list --store ./nightly --json\n"
			       "\n"
			       "Lists the stored runs, the oldest first.";

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_ARG)
		return stored_parse(key, arg, state->input);
	argp_error(state, "unexpected '%s'", arg);
	return 0;
}

static void print_runs(const json_t *runs)
{
	static const char *const heads[] = { "status", "cells", "scenarios", "profiles" };
	struct compare_options options = stored_text_options();
	/* Nothing is shortened for a program that reads it. */
	struct table_style style = { options.utf8, isatty(STDOUT_FILENO) ? options.width : 10000, 8, false };
	struct table t;
	size_t i;
	const json_t *run;

	table_init_heads(&t, "run", heads, ARRAY_SIZE(heads));
	json_array_foreach (runs, i, run) {
		const json_t *matrix = json_object_get(run, "matrix");

		table_row(&t, record_text(run, "run", "?"));
		table_put(&t, 0, xstrdup(record_text(run, "status", "?")));
		table_put(&t, 1, xasprintf("%zu", json_array_size(json_object_get(run, "cells"))));
		table_put(&t, 2, stored_join(json_object_get(matrix, "scenarios"), ", "));
		table_put(&t, 3, stored_join(json_object_get(matrix, "profiles"), ", "));
	}
	table_print(stdout, &t, &style);
	table_release(&t);
}

static int print_list(const struct stored_request *request, struct error *err)
{
	struct store *store;
	json_t *runs = NULL;
	int r = store_open(request->store, &store, err);

	if (r < 0)
		return stored_failed(r, err);
	r = store_list(store, &runs, err);
	if (r < 0) {
		r = stored_failed(r, err);
	} else if (request->json) {
		json_t *document = json_pack("{s:s, s:s, s:O}", "schema", "memrig.list/1", "store",
					     store->dir, "runs", runs);

		r = cli_json(document) < 0 ? EXIT_BROKEN : EXIT_DONE;
		json_decref(document);
	} else {
		if (json_array_size(runs) > 0)
			print_runs(runs);
		else
			fprintf(stderr, "memrig: no runs in %s\n", store->dir);
		r = stored_written();
	}
	json_decref(runs);
	store_close(store);
	return r;
}

static int list_main(int argc, char **argv)
{
	static const struct argp argp = { argp_options, parse_option, "", argp_doc, NULL, NULL, NULL };
	struct stored_request request = { 0 };
	struct error err = { 0 };
	int r = cli_parse(&argp, argc, argv, &request);

	return r != 0 ? r : print_list(&request, &err);
}

const struct verb verb_list = { .name = "list", .summary = "the stored runs", .main = list_main };
