/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig compare: profiles of a stored run side by side, or two runs. */
#include "common/util.h"
#include "runner/cli/cli.h"
#include "runner/cli/stored.h"

struct compare_request {
	struct stored_request stored;
	const char *runs[2];
};

static const struct argp_option argp_options[] = {
	STORED_OPTION,
	{ "json", KEY_STORED_JSON, 0, 0, "Print the runs as one JSON document", 0 },
	{ 0 },
};

static const char argp_doc[] =
	"Examples:\n"
	"  memrig compare latest\n"
	"  memrig compare 20260101T12\n"
	"  memrig compare ./before ./after\n"
	"\n"
	"Shows the profiles of a run side by side: what happened, then what was swapped and reclaimed, then "
	"why. "
	"The first column, kernel-default where there is one, is what the others are held against. "
	"RUN is an id or the beginning of one, 'latest', or a directory. With two runs the columns of both "
	"are shown.";

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct compare_request *request = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num >= ARRAY_SIZE(request->runs))
			argp_error(state, "at most two runs are compared");
		else
			request->runs[state->arg_num] = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no run given; 'memrig compare latest' shows the last one");
		return 0;
	default:
		return stored_parse(key, arg, &request->stored);
	}
}

/* {"schema":"memrig.compare/1","runs":[...]}: the documents that the tables are made of. */
static void print_json(json_t *const *runs)
{
	json_t *document = json_pack("{s:s, s:[O]}", "schema", "memrig.compare/1", "runs", runs[0]);

	if (runs[1])
		json_array_append(json_object_get(document, "runs"), runs[1]);
	cli_json(document);
	json_decref(document);
}

static int compare_main(int argc, char **argv)
{
	static const struct argp argp = {
		argp_options, parse_option, "RUN [RUN]", argp_doc, NULL, NULL, NULL
	};
	struct compare_request request = { 0 };
	struct compare_options options = stored_text_options();
	json_t *runs[2] = { NULL, NULL };
	struct error err = { 0 };
	int r = cli_parse(&argp, argc, argv, &request);

	if (r != 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(runs) && request.runs[i] && r == 0; i++)
		r = stored_load(request.stored.store, request.runs[i], &runs[i], NULL, &err);
	if (r == 0) {
		if (request.stored.json)
			print_json(runs);
		else
			compare_print(stdout, runs[0], runs[1], &options);
		r = stored_written();
	} else {
		r = stored_failed(r, &err);
	}
	json_decref(runs[0]);
	json_decref(runs[1]);
	return r;
}

const struct verb verb_compare = { .name = "compare",
				   .summary = "profiles of a stored run side by side",
				   .main = compare_main };
