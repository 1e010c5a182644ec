/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig watch: the verdicts on the machine at hand. */
#include "runner/watch.h"

#include <errno.h>

#include "common/size.h"
#include "common/util.h"
#include "runner/cli/cli.h"
#include "runner/watch_output.h"

#define LEAST_INTERVAL_NS (100 * NSEC_PER_MSEC)

struct watch_request {
	struct watch_options options;
	bool json, plain, schema;
};

enum { KEY_ONCE = 256, KEY_JSON, KEY_FOR, KEY_INTERVAL, KEY_WINDOW, KEY_PROMETHEUS, KEY_GROUPS, KEY_ROOT, KEY_PLAIN,
       KEY_SCHEMA };

static const struct argp_option argp_options[] = {
	{ "once", KEY_ONCE, 0, 0, "Take two samples, print what they show, and end", 0 },
	{ "json", KEY_JSON, 0, 0, "Print a document for each sample, one a line (docs/schema/watch.json)", 0 },
	{ "plain", KEY_PLAIN, 0, 0, "Print lines on a terminal too", 0 },
	{ "interval", KEY_INTERVAL, "TIME", 0, "Between two samples; default: 1s", 0 },
	{ "for", KEY_FOR, "TIME", 0, "End after so long: 90s, 10m, 8h; default: q, Ctrl-C", 0 },
	{ "window", KEY_WINDOW, "TIME", 0, "What verdicts are about: the last so much; default: 60s", 0 },
	{ "groups", KEY_GROUPS, "N", 0, "Watch at most so many control groups; default: 32", 0 },
	{ "prometheus", KEY_PROMETHEUS, "FILE", 0,
	  "Keep FILE up to date, for node_exporter's textfile collector; off a terminal only verdicts are printed then", 0 },
	{ "root", KEY_ROOT, "DIR", 0, "Read DIR/proc and DIR/sys: a captured tree, or a host's, mounted in a container", 0 },
	{ "schema", KEY_SCHEMA, 0, 0, "Print the JSON Schema of --json", 0 },
	{ 0 },
};

static const char argp_doc[] =
	"Examples:\n"
	"  memrig watch\n"
	"  memrig watch --once\n"
	"  memrig watch --json --for 10m | jq -c '.verdicts[]'\n"
	"  memrig watch --prometheus /var/lib/node_exporter/memrig.prom\n"
	"\n"
	"Shows this machine's memory while it runs: nodes against their watermarks, swap, reclaim, pressure, the groups "
	"under most of it, and the verdicts that memrig gives on cells. It needs no root, changes nothing, and says what "
	"it cannot see.";

static int parse_time(const char *text, const char *option, uint64_t least_ns, uint64_t *ret, struct error *err)
{
	uint64_t ns;
	/* Minutes have one letter on a command line. */
	size_t len = strlen(text);
	_cleanup_free_ char *full =
		len > 1 && text[len - 1] == 'm' ? xasprintf("%sin", text) : xstrdup(text);

	if (duration_parse(full, &ns, err) < 0)
		return error_set(err, -EINVAL, option, "'%s' is not a time, as 500ms, 90s or 10m", text);
	if (ns < least_ns)
		return error_set(err, -ERANGE, option, "'%s' is too short", text);
	*ret = ns;
	return 0;
}

static int parse_groups(const char *text, size_t *ret, struct error *err)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || n > 256)
		return error_set(err, -EINVAL, "--groups", "'%s' is not a number from 0 to 256", text);
	*ret = n;
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct watch_request *request = state->input;
	struct watch_options *o = &request->options;
	struct error err = { 0 };
	int r = 0;

	switch (key) {
	case KEY_ONCE:
		o->once = true;
		break;
	case KEY_JSON:
		request->json = true;
		break;
	case KEY_PLAIN:
		request->plain = true;
		break;
	case KEY_SCHEMA:
		request->schema = true;
		break;
	case KEY_INTERVAL:
		r = parse_time(arg, "--interval", LEAST_INTERVAL_NS, &o->interval_ns, &err);
		break;
	case KEY_FOR:
		r = parse_time(arg, "--for", 1, &o->for_ns, &err);
		break;
	case KEY_WINDOW:
		r = parse_time(arg, "--window", LEAST_INTERVAL_NS, &o->window_ns, &err);
		break;
	case KEY_GROUPS:
		r = parse_groups(arg, &o->most_groups, &err);
		break;
	case KEY_PROMETHEUS:
		o->prometheus = arg;
		break;
	case KEY_ROOT:
		o->root = arg;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	if (r < 0)
		argp_error(state, "%s: %s", err.where, err.what);
	return 0;
}

static enum watch_form choose_form(const struct watch_request *request)
{
	if (request->json)
		return WATCH_JSON;
	return request->plain || request->options.once || !isatty(STDOUT_FILENO) ? WATCH_LINES : WATCH_VIEW;
}

static int print_schema(void)
{
	json_t *schema = watch_json_schema();
	int r = cli_json(schema);

	json_decref(schema);
	return r < 0 ? EXIT_BROKEN : EXIT_DONE;
}

static int watch_main(int argc, char **argv)
{
	static const struct argp argp = { argp_options, parse_option, NULL, argp_doc, NULL, NULL, NULL };
	struct watch_request request = { .options = {
		.root = "",
		.interval_ns = WATCH_INTERVAL_NS,
		.window_ns = WATCH_WINDOW_NS,
		.most_groups = WATCH_GROUPS,
	} };
	struct error err = { 0 };
	int signal = 0, r = cli_parse(&argp, argc, argv, &request);

	if (r != 0)
		return r;
	if (request.schema)
		return print_schema();
	request.options.form = choose_form(&request);
	request.options.color = cli_color(STDOUT_FILENO);
	r = watch_run(&request.options, &signal, &err);
	if (r < 0) {
		cli_error(&err);
		return r == -EOPNOTSUPP ? EXIT_CANNOT_RUN : EXIT_BROKEN;
	}
	return signal ? 128 + signal : EXIT_DONE;
}

const struct verb verb_watch = { .name = "watch",
				 .summary = "this machine's memory while it runs, with verdicts; needs no root",
				 .main = watch_main };
