/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig report: stored runs as one HTML page. */
#include "results/report/report.h"

#include <errno.h>

#include "build/version.h"
#include "common/file.h"
#include "common/util.h"
#include "results/store.h"
#include "runner/cli/cli.h"
#include "runner/cli/stored.h"

struct report_request {
	struct stored_request stored;
	const char *output;
	const char **names;
	size_t n;
};

static const struct argp_option argp_options[] = {
	{ "output", 'o', "FILE", 0, "Write the page to FILE; '-' is standard output", 0 },
	STORED_OPTION,
	{ 0 },
};

static const char argp_doc[] =
	"Examples:\n"
	"  memrig report latest -o report.html\n"
	"  memrig report 20260101T12 20260102T12 -o before-after.html\n"
	"\n"
	"Writes one HTML page that needs nothing beside it: outcomes and verdicts first, then how the profiles compare, "
	"what was set, and the course of every cell.\v"
	"Two runs are compared side by side, the first is the baseline; of more, each is shown on its own.";

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct report_request *request = state->input;

	switch (key) {
	case 'o':
		request->output = arg;
		return 0;
	case ARGP_KEY_ARG:
		request->names = xrealloc(request->names, (request->n + 1) * sizeof(*request->names));
		request->names[request->n++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (request->n == 0)
			argp_error(state, "no run given; 'memrig report latest -o report.html' writes of the last one");
		else if (!request->output)
			argp_error(state, "no file given; add -o report.html, or -o - for standard output");
		return 0;
	case KEY_STORED_JSON:
		return ARGP_ERR_UNKNOWN;
	default:
		return stored_parse(key, arg, &request->stored);
	}
}

/* A cell that was cut short has a stream all the same; one that cannot be read is said in the page. */
static struct timeline *load_course(void *context, const json_t *run, const char *cell)
{
	_cleanup_free_ char *text = NULL;
	struct timeline *t = NULL;
	struct error err;
	size_t len;

	(void)context;
	if (store_read_stream(record_text(run, "path", ""), cell, &text, &len, &err) < 0 ||
	    timeline_parse(text, len, &t, &err) < 0)
		return NULL;
	return t;
}

static int write_page(const struct report_request *request, const json_t *const *runs, struct error *err)
{
	struct report_source source = { runs, request->n, MEMRIG_VERSION, load_course, NULL };
	_cleanup_free_ char *page = NULL;
	size_t len = 0;
	FILE *out;
	int r;

	if (streq(request->output, "-"))
		return report_write(stdout, &source);
	out = xmemstream(&page, &len);
	r = report_write(out, &source);
	xmemclose(out, &page);
	if (r < 0)
		return error_set(err, r, request->output, "cannot make the page");
	return file_write_output(request->output, page, len, err);
}

static int report_main(int argc, char **argv)
{
	static const struct argp argp = { argp_options, parse_option, "RUN...", argp_doc, NULL, NULL, NULL };
	struct report_request request = { 0 };
	_cleanup_free_ const char **names = NULL;
	struct error err = { 0 };
	int r = cli_parse(&argp, argc, argv, &request);
	json_t **runs;

	names = request.names;
	if (r != 0)
		return r;
	runs = xcalloc(request.n, sizeof(*runs));
	for (size_t i = 0; i < request.n && r == 0; i++)
		r = stored_load(request.stored.store, names[i], &runs[i], NULL, &err);
	if (r < 0) {
		r = stored_failed(r, &err);
	} else if (write_page(&request, (const json_t *const *)runs, &err) < 0 && *err.what) {
		cli_error(&err);
		r = EXIT_BROKEN;
	} else {
		r = stored_written();
	}
	for (size_t i = 0; i < request.n; i++)
		json_decref(runs[i]);
	free(runs);
	return r;
}

const struct verb verb_report = { .name = "report",
				  .summary = "stored runs as one HTML page to keep or send",
				  .main = report_main };
