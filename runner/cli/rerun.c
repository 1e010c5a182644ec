/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig rerun: a stored run, or one cell of it, once more, and whether the same comes out. */
#include "common/util.h"
#include "results/divergence.h"
#include "results/store.h"
#include "results/timeline.h"
#include "runner/cli/cli.h"
#include "runner/cli/run.h"
#include "runner/cli/stored.h"

/* Counters of a sample that are named. */
#define MAX_VALUES 8

struct rerun {
	struct run_options run;
	const char *what;
	json_t *before; /* the run that is done again */
	char *cell;	/* NULL: all */
	json_t *warnings;
};

enum { KEY_STORE = 256, KEY_JSON, KEY_DRY_RUN, KEY_PLACE };

static const struct argp_option argp_options[] = {
	{ "jobs", 'j', "N", 0, "Guests side by side (default: one a core)", 0 },
	{ "store", KEY_STORE, "DIR", 0, "Where the run is, and the new one goes (default: $MEMRIG_STORE or ~/.local/share/memrig/runs)", 0 },
	{ "place", KEY_PLACE, "host", 0, "Yes, a run of the machine itself on this one", 0 },
	{ "dry-run", KEY_DRY_RUN, 0, 0, "Show every cell, setting, group and guest, and do nothing", 0 },
	{ "json", KEY_JSON, 0, 0, "Print one JSON document (memrig.rerun/1)", 0 },
	{ "quiet", 'q', 0, 0, "No progress line", 0 },
	{ 0 },
};

static const char argp_doc[] =
	"Examples:\n"
	"  memrig rerun latest\n"
	"  memrig rerun 20260101T12/mixed-pressure.redis.s1.k6.1\n"
	"\n"
	"Does a stored run, or one cell of it, once more, as a new run: with the scenarios, profiles, seeds, kernels and clock that "
	"were stored with it, whatever has become of the files. Under the virtual clock it says whether the streams are "
	"equal byte for byte, and where they part.\v"
	"Exit codes: 0 the same came out (on a real clock: the cells ended), 1 a stream differs, 2 there is no such run, "
	"3 memrig itself failed, 77 cannot run here, 128+N after signal N.";

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct rerun *rerun = state->input;
	char *end;
	long jobs;

	switch (key) {
	case 'j':
		jobs = strtol(arg, &end, 10);
		if (end == arg || *end || jobs < 1 || jobs > 256)
			argp_error(state, "--jobs: '%s' is not a number from 1 to 256", arg);
		rerun->run.jobs = (unsigned)jobs;
		return 0;
	case 'q':
		rerun->run.quiet = true;
		return 0;
	case KEY_STORE:
		rerun->run.store = arg;
		return 0;
	case KEY_PLACE:
		if (!streq(arg, "host"))
			argp_error(state, "--place: only a run on the host must be told where it may run");
		rerun->run.place = arg;
		return 0;
	case KEY_JSON:
		rerun->run.json = true;
		return 0;
	case KEY_DRY_RUN:
		rerun->run.dry_run = true;
		return 0;
	case ARGP_KEY_ARG:
		if (rerun->what)
			argp_error(state, "one run at a time");
		rerun->what = arg;
		return 0;
	case ARGP_KEY_END:
		if (!rerun->what)
			argp_error(state, "no run given; 'memrig list' shows them");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ---- what is not the same as then ---- */

static char *text_of(const json_t *value)
{
	char *text = json_is_string(value) ? xstrdup(json_string_value(value)) : value ? json_dumps(value, JSON_COMPACT) : NULL;

	return text ? text : xstrdup("not recorded");
}

static void warn(const struct run_options *options, const json_t *provenance)
{
	static const struct {
		const char *key, *words;
	} parts[] = {
		{ "memrig", "memrig" },		    { "init_sha256", "the guest's init" },
		{ "qemu", "QEMU" },		    { "preload_sha256", "what is preloaded into QEMU" },
		{ "kernels", "the kernel" },	    { "accelerator", "the clock" },
	};
	struct rerun *rerun = options->opaque;
	const json_t *before = json_object_get(rerun->before, "provenance");

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const json_t *then = json_object_get(before, parts[i].key), *now = json_object_get(provenance, parts[i].key);
		_cleanup_free_ char *then_text = text_of(then), *now_text = text_of(now);

		if (json_equal((json_t *)then, (json_t *)now) || (!then && !now))
			continue;
		fprintf(stderr, "memrig: %s is not that of then: %s, now %s\n", parts[i].words, then_text, now_text);
		json_array_append_new(rerun->warnings,
				      json_pack("{s:s, s:s, s:s}", "part", parts[i].key, "then", then_text, "now", now_text));
	}
}

/* ---- the cells, then and now ---- */

static struct divergence *find_divergence(const json_t *before, const json_t *after, const char *id)
{
	_cleanup_free_ char *a = NULL, *b = NULL;
	size_t len;

	if (store_read_stream(record_text(before, "path", ""), id, &a, &len, NULL) < 0 ||
	    store_read_stream(record_text(after, "path", ""), id, &b, &len, NULL) < 0)
		return NULL;
	return divergence_find(a, b);
}

static void print_cell(const json_t *cell, const char *id, bool same, const struct divergence *d)
{
	static const char *const names[2] = { "then", "now" };

	if (same) {
		printf("%s: equal byte for byte, sha256 %.16s\n", id, record_text(cell, "stream_sha256", ""));
		return;
	}
	printf("%s: differs\n", id);
	if (d)
		divergence_print(stdout, d, names, MAX_VALUES, 2);
}

static json_t *compare_cell(const struct rerun *rerun, const json_t *after, const json_t *cell)
{
	const char *id = record_text(cell, "id", "");
	const json_t *then = stored_cell(rerun->before, id);
	bool same = then && streq(record_text(then, "stream_sha256", "-"), record_text(cell, "stream_sha256", ""));
	struct divergence *d = then && !same ? find_divergence(rerun->before, after, id) : NULL;
	json_t *json = json_pack("{s:s, s:b}", "id", id, "equal", same);

	if (!then) /* it had not ended then */
		json_object_set_new(json, "new", json_true());
	if (d)
		json_object_set_new(json, "divergence", divergence_json(d, MAX_VALUES));
	if (!rerun->run.json && then)
		print_cell(cell, id, same, d);
	else if (!rerun->run.json)
		printf("%s: had not ended then\n", id);
	divergence_free(d);
	return json;
}

static void print_document(const struct rerun *rerun, const json_t *after, json_t *cells, size_t differing)
{
	json_t *document = json_pack("{s:s, s:s, s:s, s:I, s:O, s:o}", "schema", "memrig.rerun/1", "run", record_text(after, "run", ""),
				     "rerun_of", record_text(rerun->before, "run", ""), "differing", (json_int_t)differing, "warnings",
				     rerun->warnings, "cells", cells);

	if (streq(record_text(after, "clock", ""), "virtual"))
		json_object_set_new(document, "equal", json_boolean(differing == 0));
	cli_json(document);
	json_decref(document);
}

static int show_rerun(const struct run_options *options, const json_t *after)
{
	const struct rerun *rerun = options->opaque;
	bool virtual = streq(record_text(after, "clock", ""), "virtual");
	json_t *cells = json_array(), *cell;
	size_t differing = 0, i;

	json_array_foreach (json_object_get(after, "cells"), i, cell) {
		json_t *json = virtual ? compare_cell(rerun, after, cell) : NULL;

		if (!json)
			continue;
		differing += !json_object_get(json, "new") && json_is_false(json_object_get(json, "equal"));
		json_array_append_new(cells, json);
	}
	if (rerun->run.json) {
		print_document(rerun, after, cells, differing);
	} else {
		json_decref(cells);
		if (!virtual)
			printf("On a real clock no two streams are equal: memrig compare %s %s\n",
			       record_text(rerun->before, "run", ""), record_text(after, "run", ""));
	}
	return differing ? EXIT_FINDINGS : EXIT_DONE;
}

static int rerun_main(int argc, char **argv)
{
	static const struct argp argp = { argp_options, parse_option, "RUN[/CELL]", argp_doc, NULL, NULL, NULL };
	struct rerun rerun = { .run = { .show = show_rerun, .begins = warn } };
	json_t *words = json_array();
	struct error err = { 0 };
	int r = cli_parse(&argp, argc, argv, &rerun);

	for (int i = 0; i < argc; i++)
		json_array_append_new(words, json_string(argv[i]));
	rerun.warnings = json_array();
	rerun.run.opaque = &rerun;
	if (r == 0) {
		r = stored_load(rerun.run.store, rerun.what, &rerun.before, &rerun.cell, &err);
		if (r < 0) {
			r = stored_failed(r, &err);
		} else {
			rerun.run.rerun_of = record_text(rerun.before, "run", "");
			r = run_stored(&rerun.run, record_text(rerun.before, "path", ""), rerun.cell, words);
		}
	}
	json_decref(words);
	json_decref(rerun.warnings);
	json_decref(rerun.before);
	free(rerun.cell);
	return r;
}

const struct verb verb_rerun = { .name = "rerun", .summary = "a stored run once more: does the same come out", .main = rerun_main };
