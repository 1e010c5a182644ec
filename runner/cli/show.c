/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig show: a stored run, or one cell of it. */
#include <errno.h>

#include "common/util.h"
#include "results/store.h"
#include "results/table.h"
#include "results/timeline.h"
#include "runner/cli/cli.h"
#include "runner/cli/show_view.h"
#include "runner/cli/stored.h"
#include "runner/expect.h"

struct show_request {
	struct stored_request stored;
	const char *what;
	bool stream;
	struct show_view view;
};

enum { KEY_STREAM = 256, KEY_AT, KEY_AS };

static const struct argp_option argp_options[] = {
	STORED_OPTION,
	{ "json", KEY_STORED_JSON, 0, 0, "Print the run as one JSON document (memrig.run/1), or the view (memrig.view/1)", 0 },
	{ "at", KEY_AT, "TIME", 0, "Show a moment of a cell, a time since its begin such as 12.3s or 450ms", 0 },
	{ "as", KEY_AS, "VIEW", 0, "Show the moment as free, top, numastat or zones (default: summary)", 0 },
	{ "stream", KEY_STREAM, 0, 0, "Print the recorded stream of a cell", 0 },
	{ 0 },
};

static const char argp_doc[] =
	"Examples:\n"
	"  memrig show latest\n"
	"  memrig show latest/mixed-pressure.kernel-default.s1.k6.1\n"
	"  memrig show latest --json | jq '.cells[].metrics'\n"
	"  memrig show latest/mixed-pressure.kernel-default.s1.k6.1 --stream\n"
	"  memrig show latest/mixed-pressure.kernel-default.s1.k6.1 --at 2.5s\n"
	"  memrig show latest/mixed-pressure.kernel-default.s1.k6.1 --at 2.5s --as free\n"
	"\n"
	"Shows a stored run, or everything known of one of its cells. RUN is an id or the beginning of one, "
	"'latest', or a directory.";

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct show_request *request = state->input;

	switch (key) {
	case KEY_STREAM:
		request->stream = true;
		return 0;
	case KEY_AT:
		request->view.at = arg;
		return 0;
	case KEY_AS:
		request->view.as = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (request->what)
			argp_error(state, "one run or cell at a time");
		request->what = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no run given; 'memrig show latest' shows the last one");
		return 0;
	case ARGP_KEY_END:
		if (request->stream && (request->view.at || request->view.as))
			argp_error(state, "--stream is the whole cell, --at and --as are of a moment; give one or the other");
		return 0;
	default:
		return stored_parse(key, arg, &request->stored);
	}
}

/* ---- a run, for people ---- */

static char *expectations_text(const json_t *cell)
{
	const json_t *all = json_object_get(cell, "expectations");
	size_t unmet = expect_unmet(all);

	if (json_array_size(all) == 0)
		return NULL;
	return unmet ? xasprintf("%zu not met", unmet) : xstrdup("met");
}

static void print_cells(const json_t *run, const struct compare_options *options)
{
	static const char *const heads[] = { "outcome", "verdicts", "expectations" };
	struct table_style style = { options->utf8, options->width, 8, false };
	struct table t;
	size_t i;
	const json_t *cell;

	table_init_heads(&t, "cell", heads, ARRAY_SIZE(heads));
	json_array_foreach (json_object_get(run, "cells"), i, cell) {
		const char *valid = json_is_true(json_object_get(cell, "valid")) ? "" : ", not valid";
		const json_t *verdict = json_array_get(json_object_get(cell, "verdicts"), 0);

		table_row(&t, record_text(cell, "id", "?"));
		table_put(&t, 0, xasprintf("%s%s", record_text(cell, "outcome", "?"), valid));
		table_put(&t, 1, xstrdup(record_text(verdict, "name", "-")));
		table_put(&t, 2, expectations_text(cell));
	}
	table_print(stdout, &t, &style);
	table_release(&t);
}

static void print_run(const json_t *run)
{
	struct compare_options options = stored_text_options();
	_cleanup_free_ char *argv = stored_join(json_object_get(run, "argv"), " ");

	printf("run      %s\nstatus   %s\nclock    %s\nstarted  %s\nfinished %s\ncommand  %s\npath     "
	       "%s\n\n",
	       record_text(run, "run", "?"), record_text(run, "status", "?"), record_text(run, "clock", "?"),
	       record_text(run, "started", "?"), record_text(run, "finished", "?"), argv,
	       record_text(run, "path", "?"));
	print_cells(run, &options);
}

/* ---- a stream ---- */

static int print_stream(const json_t *run, const char *cell, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r;

	if (!cell) {
		error_set(err, -EINVAL, "--stream", "a run has no stream, its cells have");
		error_hint(err, "name one as RUN/CELL");
		return stored_failed(-EINVAL, err);
	}
	r = store_read_stream(record_text(run, "path", ""), cell, &text, &len, err);
	if (r < 0) {
		cli_error(err);
		return EXIT_BROKEN;
	}
	fwrite(text, 1, len, stdout);
	return stored_written();
}

/* ---- the verb ---- */

/* The document with one cell left. */
static int print_json(json_t *run, const char *cell)
{
	if (cell) {
		json_t *one = json_array();

		json_array_append(one, stored_cell(run, cell));
		json_object_set_new(run, "cells", one);
	}
	return cli_json(run) < 0 ? EXIT_BROKEN : EXIT_DONE;
}

static int show(const struct show_request *request, json_t *run, const char *cell, struct error *err)
{
	struct compare_options options = stored_text_options();

	if (request->stream)
		return print_stream(run, cell, err);
	if (request->view.at || request->view.as)
		return show_view(&request->view, run, cell);
	if (request->stored.json)
		return print_json(run, cell);
	if (cell)
		compare_print_cell(stdout, stored_cell(run, cell), &options);
	else
		print_run(run);
	return stored_written();
}

static int show_main(int argc, char **argv)
{
	static const struct argp argp = {
		argp_options, parse_option, "RUN[/CELL]", argp_doc, NULL, NULL, NULL
	};
	struct show_request request = { 0 };
	_cleanup_free_ char *cell = NULL;
	struct error err = { 0 };
	json_t *run;
	int r = cli_parse(&argp, argc, argv, &request);

	if (r != 0)
		return r;
	r = stored_load(request.stored.store, request.what, &run, &cell, &err);
	if (r < 0)
		return stored_failed(r, &err);
	request.view.json = request.stored.json;
	r = show(&request, run, cell, &err);
	json_decref(run);
	return r;
}

const struct verb verb_show = { .name = "show",
				.summary = "a stored run, or one cell of it",
				.main = show_main };
