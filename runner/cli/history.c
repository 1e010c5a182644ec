/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig history: a metric over the stored runs, with its change points. */
#include <errno.h>

#include "common/suggest.h"
#include "common/util.h"
#include "results/history.h"
#include "results/metrics.h"
#include "runner/cli/cli.h"
#include "runner/cli/stored.h"

struct history_request {
	struct stored_request stored;
	struct history_filter filter;
	struct trend_options trend;
	bool csv;
};

enum { KEY_SCENARIO = 256, KEY_PROFILE, KEY_KERNEL, KEY_LAST, KEY_MIN_CHANGE, KEY_CSV };

static const struct argp_option argp_options[] = {
	STORED_OPTION,
	{ "json", KEY_STORED_JSON, 0, 0, "Print one JSON document (memrig.history/1)", 0 },
	{ "csv", KEY_CSV, 0, 0, "Print a line a night, for a spreadsheet", 0 },
	{ "scenario", KEY_SCENARIO, "NAME", 0, "Only this scenario", 0 },
	{ "profile", KEY_PROFILE, "NAME", 0, "Only this profile", 0 },
	{ "kernel", KEY_KERNEL, "RELEASE", 0, "Only this kernel, a release or the beginning of one (6.1)",
	  0 },
	{ "last", KEY_LAST, "N", 0, "Only the last N nights (default: all)", 0 },
	{ "min-change", KEY_MIN_CHANGE, "PERCENT", 0, "Leave out changes that are smaller (default: 0)", 0 },
	{ 0 },
};

static const char argp_doc[] =
	"Examples:\n"
	"  memrig history swap.out_bytes\n"
	"  memrig history swap.out_bytes --scenario mixed-pressure --profile redis --kernel 6.1 --last 30\n"
	"  memrig history alloc.stalls --csv >stalls.csv\n"
	"\n"
	"Shows a metric over the stored runs, oldest first, by scenario, profile and kernel, marks where it "
	"took another level, "
	"and says what else changed that night: kernel, profile, scenario, memrig, QEMU. docs/metrics.md "
	"lists the "
	"metrics, docs/history.md says how change points are found.";

static bool parse_number(const char *arg, double least, double most, double *ret)
{
	char *end;
	double value = strtod(arg, &end);

	if (end == arg || *end || !(value >= least && value <= most))
		return false;
	*ret = value;
	return true;
}

/* "5" or "5%". */
static bool parse_percent(const char *arg, double *ret)
{
	_cleanup_free_ char *number = xstrdup(arg);
	size_t len = strlen(number);

	if (len > 0 && number[len - 1] == '%')
		number[len - 1] = '\0';
	return parse_number(number, 0, 1e6, ret);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct history_request *request = state->input;
	double number = 0;

	switch (key) {
	case KEY_SCENARIO:
		request->filter.scenario = arg;
		return 0;
	case KEY_PROFILE:
		request->filter.profile = arg;
		return 0;
	case KEY_KERNEL:
		request->filter.kernel = arg;
		return 0;
	case KEY_LAST:
		if (!parse_number(arg, 1, 1e6, &number) || number != (double)(size_t)number)
			argp_error(state, "--last is a number of nights, not '%s'", arg);
		request->filter.last = (size_t)number;
		return 0;
	case KEY_MIN_CHANGE:
		if (!parse_percent(arg, &number))
			argp_error(state, "--min-change is a number of percent, not '%s'", arg);
		request->trend.min_magnitude = number / 100;
		return 0;
	case KEY_CSV:
		request->csv = true;
		return 0;
	case ARGP_KEY_ARG:
		if (request->filter.metric)
			argp_error(state, "one metric at a time");
		request->filter.metric = arg;
		return 0;
	case ARGP_KEY_END:
		if (!request->filter.metric)
			argp_error(state, "no metric given; 'memrig history swap.out_bytes' shows what was "
					  "swapped out");
		if (request->csv && request->stored.json)
			argp_error(state, "--json or --csv, not both");
		return 0;
	default:
		return stored_parse(key, arg, &request->stored);
	}
}

static int nothing_found(const struct history_request *request, struct error *err)
{
	const char *metric = request->filter.metric;
	struct suggestion suggestion = suggest_for(metric);
	char hint[128];

	if (metric_known(metric)) {
		error_set(err, -ENOENT, metric, "no stored run has a value of it that fits");
		error_hint(err, "`memrig list` shows the runs");
		return -ENOENT;
	}
	for (const struct metric *m = metrics; m->name; m++)
		suggest_offer(&suggestion, m->name);
	error_set(err, -ENOENT, metric, "there is no such metric");
	error_hint(err, "%s", suggest_hint(&suggestion, hint, sizeof(hint)) ?: "docs/metrics.md lists them");
	return -ENOENT;
}

static int show(const struct history_request *request, const json_t *history)
{
	struct compare_options options = stored_text_options();

	if (request->stored.json)
		cli_json(history);
	else if (request->csv)
		history_csv(stdout, history);
	else
		history_print(stdout, history, options.utf8, options.width);
	return stored_written();
}

static int read_cells(const struct history_request *request, struct history_cells *ret, struct error *err)
{
	struct store *store;
	int r = store_open(request->stored.store, &store, err);

	if (r < 0)
		return r;
	r = history_read(store, &request->filter, ret, err);
	store_close(store);
	return r;
}

static int history_main(int argc, char **argv)
{
	static const struct argp argp = { argp_options, parse_option, "METRIC", argp_doc, NULL, NULL, NULL };
	struct history_request request = { .trend = trend_defaults };
	struct history_cells cells = { 0 };
	struct error err = { 0 };
	json_t *history = NULL;
	int r = cli_parse(&argp, argc, argv, &request);

	if (r != 0)
		return r;
	r = read_cells(&request, &cells, &err);
	if (r == 0) {
		history = history_make(&cells, &request.filter, &request.trend);
		if (json_array_size(json_object_get(history, "series")) == 0)
			r = nothing_found(&request, &err);
	}
	r = r < 0 ? stored_failed(r, &err) : show(&request, history);
	json_decref(history);
	history_cells_release(&cells);
	return r;
}

const struct verb verb_history = { .name = "history",
				   .summary = "a metric over the stored runs, change points marked",
				   .main = history_main };
