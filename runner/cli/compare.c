/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig compare: profiles of a stored run side by side, or two runs. */
#include "common/util.h"
#include "results/compare_export.h"
#include "runner/cli/cli.h"
#include "runner/cli/stored.h"

struct compare_request {
	struct stored_request stored;
	const char *runs[2];
	bool csv, markdown;
	bool by_given;
	enum compare_by by;
	struct judge_options judge;
};

enum { KEY_CSV = 0x100, KEY_MARKDOWN, KEY_BY, KEY_ALPHA, KEY_THRESHOLD };

static const struct argp_option argp_options[] = {
	STORED_OPTION,
	{ "by", KEY_BY, "WHAT", 0, "Compare 'profile' with profile, 'kernel' with kernel, or of two runs each profile with the same one "
	  "of the other 'run' (default: kernels where a run has one profile on several, else profiles)", 0 },
	{ "alpha", KEY_ALPHA, "P", 0, "False alarms allowed, over all primary metrics together (default: 0.05)", 0 },
	{ "threshold", KEY_THRESHOLD, "SHARE", 0,
	  "Differences of the median that are smaller do not count, 5% or 0.05 (default: 2%)", 0 },
	{ "json", KEY_STORED_JSON, 0, 0, "Print the runs and every judgement as one JSON document", 0 },
	{ "csv", KEY_CSV, 0, 0, "Print a line a metric, as CSV", 0 },
	{ "markdown", KEY_MARKDOWN, 0, 0, "Print Markdown, for a pull request", 0 },
	{ 0 },
};

static const char argp_doc[] =
	"Examples:\n"
	"  memrig compare latest\n"
	"  memrig compare 20260101T12\n"
	"  memrig compare ./before ./after --by run\n"
	"  memrig compare latest --by kernel\n"
	"  memrig compare 20260101T12 latest --threshold 5% --markdown\n"
	"\n"
	"Shows the profiles of a run side by side: what happened, then what was swapped and reclaimed, then "
	"why. "
	"The first column, kernel-default where there is one, is what the others are held against. "
	"RUN is an id or the beginning of one, 'latest', or a directory. With two runs the columns of both "
	"are shown. Where there are several seeds, each column is tested against the first: outcomes, then "
	"the primary metrics, then the others that differ; docs/statistics.md says how.";

/* "5%" or "0.05"; exits with a usage mistake when it is neither or not from 0 to most. */
static double parse_share(struct argp_state *state, const char *option, const char *text, double most)
{
	char *end;
	double value = strtod(text, &end);

	if (*end == '%') {
		value /= 100;
		end++;
	}
	if (end == text || *end || !(value >= 0 && value <= most))
		argp_error(state, "%s: '%s' is no share from 0 to %g, such as 5%% or 0.05", option, text, most);
	return value;
}

static enum compare_by parse_by(struct argp_state *state, const char *text)
{
	static const char *const names[] = {
		[COMPARE_PROFILES] = "profile", [COMPARE_KERNELS] = "kernel", [COMPARE_RUNS] = "run"
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(text, names[i]))
			return (enum compare_by)i;
	argp_error(state, "--by: '%s' is not 'profile', 'kernel' or 'run'", text);
	return COMPARE_PROFILES;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct compare_request *request = state->input;

	switch (key) {
	case KEY_CSV:
		request->csv = true;
		return 0;
	case KEY_MARKDOWN:
		request->markdown = true;
		return 0;
	case KEY_BY:
		request->by = parse_by(state, arg);
		request->by_given = true;
		return 0;
	case KEY_ALPHA:
		request->judge.alpha = parse_share(state, "--alpha", arg, 0.5);
		if (request->judge.alpha <= 0)
			argp_error(state, "--alpha: it must be above 0, such as 0.05");
		return 0;
	case KEY_THRESHOLD:
		request->judge.threshold = parse_share(state, "--threshold", arg, 1000);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num >= ARRAY_SIZE(request->runs))
			argp_error(state, "at most two runs are compared");
		else
			request->runs[state->arg_num] = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no run given; 'memrig compare latest' shows the last one");
		return 0;
	case ARGP_KEY_END:
		if (request->stored.json + request->csv + request->markdown > 1)
			argp_error(state, "one of --json, --csv and --markdown");
		return 0;
	default:
		return stored_parse(key, arg, &request->stored);
	}
}

static void print(const struct compare_request *request, json_t *const *runs, const struct compare_options *options)
{
	json_t *document = NULL;

	if (request->stored.json) {
		if (compare_to_json(runs[0], runs[1], options, &document) == 0)
			cli_json(document);
		json_decref(document);
	} else if (request->csv) {
		compare_print_csv(stdout, runs[0], runs[1], options);
	} else if (request->markdown) {
		compare_print_markdown(stdout, runs[0], runs[1], options);
	} else {
		compare_print(stdout, runs[0], runs[1], options);
	}
}

static int compare_main(int argc, char **argv)
{
	static const struct argp argp = {
		argp_options, parse_option, "RUN [RUN]", argp_doc, NULL, NULL, NULL
	};
	struct compare_request request = { .judge = { .alpha = JUDGE_ALPHA, .threshold = JUDGE_THRESHOLD } };
	struct compare_options options = stored_text_options();
	json_t *runs[2] = { NULL, NULL };
	struct error err = { 0 };
	int r = cli_parse(&argp, argc, argv, &request);

	if (r != 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(runs) && request.runs[i] && r == 0; i++)
		r = stored_load(request.stored.store, request.runs[i], &runs[i], NULL, &err);
	if (r == 0) {
		options.by = request.by_given ? request.by : compare_by_what_differs(runs[0], runs[1]);
		options.judge = request.judge;
		print(&request, runs, &options);
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
