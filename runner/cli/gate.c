/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig gate: did this run make anything worse than the baseline? */
#include <errno.h>

#include "common/file.h"
#include "common/util.h"
#include "results/export/export.h"
#include "results/gate.h"
#include "results/timeline.h"
#include "runner/cli/cli.h"
#include "runner/cli/stored.h"

enum { KEY_BASELINE = 256, KEY_FAIL_ON, KEY_EXPORT };

struct output {
	const char *name; /* of its option */
	char *(*make)(const json_t *gate);
	const char *doc;
};

static const struct output outputs[] = {
	{ "junit", export_junit, "Write JUnit XML, for a forge or CI" },
	{ "ktap", export_ktap, "Write KTAP, as kernel tests do" },
	{ "prometheus", export_prometheus, "Write a file for node_exporter's textfile collector" },
	{ "markdown", export_markdown, "Write a summary for a pull request or a mail" },
};

struct gate_request {
	struct stored_request stored;
	const char *run, *baseline;
	bool fail_on_change;
	const char *files[ARRAY_SIZE(outputs)];
};

static const char argp_doc[] =
	"Examples:\n"
	"  memrig gate latest --baseline good\n"
	"  memrig gate latest --baseline 20260101T12 --junit gate.xml --markdown gate.md\n"
	"  memrig gate latest --baseline good --prometheus /var/lib/node_exporter/memrig.prom\n"
	"\n"
	"Holds a run against a baseline and says, for every scenario, profile and kernel: regression, "
	"improvement, "
	"change, no change, or not enough runs to tell. Under the virtual clock any difference at the same "
	"seed is a "
	"change, shown with the first sample at which the two streams part. RUN and the baseline are an id "
	"or the "
	"beginning of one, 'latest', a tag, or a directory. Exits 0 when nothing is worse, 1 after a "
	"regression, 2 when "
	"the two cannot be compared, 4 when runs are too few to tell. FILE may be '-'.";

static unsigned count_for_stdout(const struct gate_request *request)
{
	unsigned n = request->stored.json;

	for (size_t i = 0; i < ARRAY_SIZE(outputs); i++)
		n += request->files[i] && streq(request->files[i], "-");
	return n;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct gate_request *request = state->input;

	if (key >= KEY_EXPORT && key < KEY_EXPORT + (int)ARRAY_SIZE(outputs)) {
		request->files[key - KEY_EXPORT] = arg;
		return 0;
	}
	switch (key) {
	case KEY_BASELINE:
		request->baseline = arg;
		return 0;
	case KEY_FAIL_ON:
		if (!streq(arg, "regression") && !streq(arg, "change"))
			argp_error(state, "--fail-on is regression or change, not '%s'", arg);
		request->fail_on_change = streq(arg, "change");
		return 0;
	case ARGP_KEY_ARG:
		if (request->run)
			argp_error(state, "one run at a time");
		request->run = arg;
		return 0;
	case ARGP_KEY_END:
		if (!request->run)
			argp_error(state,
				   "no run given; 'memrig gate latest --baseline RUN' takes the last one");
		if (!request->baseline)
			argp_error(state, "no baseline given: --baseline=RUN or TAG");
		if (count_for_stdout(request) > 1)
			argp_error(state, "stdout is for one document: give the others a file");
		return 0;
	default:
		return stored_parse(key, arg, &request->stored);
	}
}

/* ---- what is written ---- */

static int write_output(const char *path, const char *text, struct error *err)
{
	if (!streq(path, "-"))
		return file_write_output(path, text, strlen(text), err);
	fputs(text, stdout);
	return 0;
}

static int write_outputs(const struct gate_request *request, const json_t *gate, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(outputs); i++) {
		_cleanup_free_ char *text = request->files[i] ? outputs[i].make(gate) : NULL;
		int r = text ? write_output(request->files[i], text, err) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static int exit_code(const struct gate_request *request, const json_t *gate)
{
	const json_t *counts = json_object_get(gate, "counts");

	if (record_u64(counts, "regression", 0) > 0)
		return EXIT_FINDINGS;
	if (request->fail_on_change &&
	    record_u64(counts, "change", 0) + record_u64(counts, "improvement", 0) > 0)
		return EXIT_FINDINGS;
	return record_u64(counts, "not_enough", 0) > 0 ? EXIT_INCONCLUSIVE : EXIT_DONE;
}

/* ---- the verb ---- */

static int show(const struct gate_request *request, const json_t *gate)
{
	struct error err = { 0 };
	int r = write_outputs(request, gate, &err);

	if (r < 0) {
		cli_error(&err);
		return EXIT_BROKEN;
	}
	if (request->stored.json)
		cli_json(gate);
	else if (count_for_stdout(request) == 0)
		gate_print(stdout, gate, stored_text_options().width);
	r = stored_written();
	return r == EXIT_DONE ? exit_code(request, gate) : r;
}

static int gate_main(int argc, char **argv)
{
	struct argp_option options[ARRAY_SIZE(outputs) + 5] = {
		STORED_OPTION,
		{ "json", KEY_STORED_JSON, 0, 0, "Print one JSON document (memrig.gate/1)", 0 },
		{ "baseline", KEY_BASELINE, "RUN|TAG", 0, "What the run is held against", 0 },
		{ "fail-on", KEY_FAIL_ON, "WHAT", 0,
		  "Exit 1 on a 'regression' (the default), or on any 'change'", 0 },
	};
	struct argp argp = { options, parse_option, "RUN", argp_doc, NULL, NULL, NULL };
	struct gate_request request = { 0 };
	json_t *run = NULL, *baseline = NULL, *gate = NULL;
	struct error err = { 0 };
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(outputs); i++)
		options[4 + i] = (struct argp_option){ outputs[i].name, KEY_EXPORT + (int)i,
						       "FILE",          0,
						       outputs[i].doc,  0 };
	r = cli_parse(&argp, argc, argv, &request);
	if (r != 0)
		return r;
	r = stored_load(request.stored.store, request.run, &run, NULL, &err);
	if (r == 0)
		r = stored_load(request.stored.store, request.baseline, &baseline, NULL, &err);
	if (r == 0 && streq(record_text(run, "run", "a run"), record_text(baseline, "run", "a baseline")))
		fprintf(stderr, "memrig: %s is its own baseline: nothing can differ\n", request.run);
	if (r == 0)
		r = gate_make(run, baseline, NULL, &gate, &err);
	r = r < 0 ? stored_failed(r, &err) : show(&request, gate);
	json_decref(gate);
	json_decref(baseline);
	json_decref(run);
	return r;
}

const struct verb verb_gate = { .name = "gate",
				.summary = "did a run make anything worse than the baseline",
				.main = gate_main };
