/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig explain: what happened in the cells of a stored run, and why. */
#include "results/explain.h"
#include "common/util.h"
#include "results/store.h"
#include "results/verdict.h"
#include "runner/cli/cli.h"
#include "runner/cli/stored.h"

struct explain_request {
	struct stored_request stored;
	const char *what;
};

static const struct argp_option argp_options[] = {
	STORED_OPTION,
	{ "json", KEY_STORED_JSON, 0, 0, "Print one JSON document (memrig.explain/1)", 0 },
	{ 0 },
};

static const char argp_doc[] =
	"Examples:\n"
	"  memrig explain latest\n"
	"  memrig explain latest/swap-with-free-memory.kernel-default.s1.k6.1\n"
	"  memrig explain latest --json | jq '.cells[].verdicts'\n"
	"\n"
	"Tells what happened in each cell and why: its verdicts with their evidence and what to change, then its "
	"course over time.\v"
	"The verdicts are judged from the recorded stream by this version of memrig; 'memrig verdict list' "
	"lists all there are.";

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct explain_request *request = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (request->what)
			argp_error(state, "one run or cell at a time");
		request->what = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no run given; 'memrig explain latest' explains the last one");
		return 0;
	default:
		return stored_parse(key, arg, &request->stored);
	}
}

/* Judges the stream again: the verdicts a run was stored with may be those of an older version. */
static int explain_cell(const json_t *run, json_t *cell, json_t *documents, const struct compare_options *options,
			struct error *err)
{
	_cleanup_free_ char *text = NULL;
	struct timeline *t;
	size_t len;
	int r = store_read_stream(record_text(run, "path", ""), record_text(cell, "id", ""), &text, &len, err);

	if (r == 0)
		r = timeline_parse(text, len, &t, err);
	if (r != 0)
		return r;
	json_object_set_new(cell, "verdicts", verdicts_judge(t));
	if (documents)
		json_array_append_new(documents, explain_json(cell, t));
	else
		explain_print(stdout, cell, t, options);
	timeline_free(t);
	return 0;
}

static int explain(const struct explain_request *request, json_t *run, const char *only, struct error *err)
{
	struct compare_options options = stored_text_options();
	json_t *documents = request->stored.json ? json_array() : NULL, *cell;
	size_t i;
	int r = 0;

	json_array_foreach (json_object_get(run, "cells"), i, cell)
		if (r == 0 && (!only || streq(record_text(cell, "id", ""), only)))
			r = explain_cell(run, cell, documents, &options, err);
	if (r == 0 && documents)
		r = cli_json(json_pack("{s:s, s:s, s:O}", "schema", "memrig.explain/1", "run",
				       record_text(run, "run", ""), "cells", documents));
	json_decref(documents);
	return r;
}

static int explain_main(int argc, char **argv)
{
	static const struct argp argp = { argp_options, parse_option, "RUN[/CELL]", argp_doc, NULL, NULL, NULL };
	struct explain_request request = { 0 };
	_cleanup_free_ char *cell = NULL;
	struct error err = { 0 };
	json_t *run;
	int r = cli_parse(&argp, argc, argv, &request);

	if (r != 0)
		return r;
	r = stored_load(request.stored.store, request.what, &run, &cell, &err);
	if (r < 0)
		return stored_failed(r, &err);
	r = explain(&request, run, cell, &err);
	json_decref(run);
	if (r < 0) {
		cli_error(&err);
		return EXIT_BROKEN;
	}
	return stored_written();
}

const struct verb verb_explain = { "explain", "what happened in a run and why: verdicts, evidence, course",
				   explain_main, false };
