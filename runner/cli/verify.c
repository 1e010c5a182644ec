/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig verify: which of the kernel's documented behaviours this kernel keeps. */
#include <errno.h>

#include "common/size.h"
#include "common/util.h"
#include "results/claims.h"
#include "results/table.h"
#include "results/timeline.h"
#include "runner/cli/cli.h"
#include "runner/cli/run.h"
#include "runner/cli/stored.h"
#include "runner/lab/kernel.h"
#include "runner/scenario.h"

struct verify_request {
	struct run_options run; /* first: what shows the run gets it by a pointer to this */
	struct names names;
	struct scenario **scenarios;
	struct claims claims;
	bool ktap, list;
};

enum { KEY_KTAP = 256, KEY_JSON, KEY_STORE, KEY_LIST, KEY_DRY_RUN };

static const struct argp_option argp_options[] = {
	{ "kernel", 'k', "NAME", 0, "6.1 (default) or another of `memrig lab kernels`, a kernel's .deb, or a bzImage[:modules-directory]; repeat for more", 0 },
	{ "jobs", 'j', "N", 0, "Guests side by side (default: one a core)", 0 },
	{ "list", KEY_LIST, 0, 0, "Show the claims and where they come from, and run nothing", 0 },
	{ "ktap", KEY_KTAP, 0, 0, "Print KTAP, for test runners", 0 },
	{ "json", KEY_JSON, 0, 0, "Print one JSON document", 0 },
	{ "store", KEY_STORE, "DIR", 0, "Where the run is stored (default: $MEMRIG_STORE or ~/.local/share/memrig/runs)", 0 },
	{ "dry-run", KEY_DRY_RUN, 0, 0, "Show every cell, and do nothing", 0 },
	{ "quiet", 'q', 0, 0, "No progress line", 0 },
	{ 0 },
};

static const char argp_doc[] =
	"Examples:\n"
	"  memrig verify\n"
	"  memrig verify -k 6.1 -k 6.12\n"
	"  memrig verify watermark-formula oom-score-adj --json\n"
	"  memrig verify --ktap -k ./bzImage\n"
	"\n"
	"What documentation and textbooks say of Linux memory management, each tried in a guest: which claims this kernel keeps, "
	"with the figures where it does not. The cells are stored as a run: memrig show tells more of each."
	"\v"
	"Exit codes: 0 no claim differs, 1 one does, 2 bad usage, 3 memrig itself failed, 77 cannot run here, 128+N after signal N.";

static void add_name(struct names *names, const char *name)
{
	names->list = xrealloc(names->list, (names->n + 2) * sizeof(*names->list));
	names->list[names->n++] = name;
	names->list[names->n] = NULL;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct verify_request *request = state->input;
	char *end;

	switch (key) {
	case 'k': add_name(&request->run.kernels, arg); break;
	case 'q': request->run.quiet = true; break;
	case KEY_KTAP: request->ktap = true; break;
	case KEY_LIST: request->list = true; break;
	case KEY_JSON: request->run.json = true; break;
	case KEY_STORE: request->run.store = arg; break;
	case KEY_DRY_RUN: request->run.dry_run = true; break;
	case 'j':
		request->run.jobs = (unsigned)strtoul(arg, &end, 10);
		if (*end || request->run.jobs < 1 || request->run.jobs > 256)
			argp_error(state, "--jobs: '%s' is not a number from 1 to 256", arg);
		break;
	case ARGP_KEY_ARG: add_name(&request->names, arg); break;
	case ARGP_KEY_END:
		if (request->ktap && request->run.json)
			argp_error(state, "--ktap or --json, not both");
		break;
	default: return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* One claim: its file for the run, its words for the table. */
static int add_claim(struct verify_request *request, const char *name)
{
	struct diags diags = { 0 };
	struct error err = { 0 };
	struct scenario *scenario;
	struct claim claim;
	char *path;
	int r = cli_find("claim", name, &path, &err);

	if (r < 0) {
		cli_error(&err);
		return r;
	}
	r = scenario_load(path, &scenario, &diags);
	if (r < 0) {
		cli_diags(&diags);
		diags_release(&diags);
		free(path);
		return r;
	}
	add_name(&request->run.scenarios, path);
	request->scenarios = xrealloc(request->scenarios, (request->claims.n + 1) * sizeof(struct scenario *));
	request->scenarios[request->claims.n] = scenario;
	claim = (struct claim){ scenario->name, scenario->claim ? scenario->claim : scenario->description,
				json_string_value(json_object_get(scenario->json, "source")) };
	request->claims.list = xrealloc(request->claims.list, (request->claims.n + 1) * sizeof(claim));
	if (!claim.source)
		claim.source = "-";
	request->claims.list[request->claims.n++] = claim;
	return 0;
}

static int add_claims(struct verify_request *request)
{
	char **all = request->names.n ? NULL : cli_names("claim");
	const char *const *names = request->names.n ? request->names.list : (const char *const *)all;
	int r = 0;

	for (; *names && r == 0; names++)
		r = add_claim(request, *names);
	cli_names_free(all);
	return r;
}

static int print_list(const struct verify_request *request)
{
	struct compare_options options = stored_text_options();
	json_t *list = json_array();

	for (size_t i = 0; i < request->claims.n; i++) {
		const struct claim *claim = &request->claims.list[i];
		_cleanup_free_ char *source = xasprintf("source: %s", claim->source);

		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", claim->name, "claim", claim->text, "source", claim->source));
		if (request->run.json)
			continue;
		printf("%s\n", claim->name);
		text_wrap(stdout, claim->text, options.width, 4, 4);
		text_wrap(stdout, source, options.width, 4, 6);
	}
	if (request->run.json)
		cli_json(list);
	json_decref(list);
	return EXIT_DONE;
}

static int show_answers(const struct run_options *run, const json_t *document)
{
	const struct verify_request *request = (const struct verify_request *)run;
	struct compare_options options = stored_text_options();
	json_t *answers = claims_answers(&request->claims, document), *whole;
	bool differs = claims_count(answers, CLAIM_DIFFERS) > 0;

	if (run->json) {
		whole = json_pack("{s:s, s:O, s:O, s:O}", "schema", "memrig.verify/1", "run", json_object_get(document, "run"), "path",
				  json_object_get(document, "path"), "claims", answers);
		cli_json(whole);
		json_decref(whole);
	} else if (request->ktap) {
		claims_print_ktap(stdout, answers);
	} else {
		claims_print(stdout, answers, &options);
		printf("run: %s\n", record_text(document, "path", ""));
	}
	json_decref(answers);
	return differs ? EXIT_FINDINGS : EXIT_DONE;
}

/* As `memrig run` would have been asked, so that the run can be done again. */
static json_t *run_words(const struct verify_request *request)
{
	json_t *words = json_pack("[s]", "memrig run");

	for (size_t i = 0; i < request->run.scenarios.n; i++)
		json_array_append_new(words, json_string(request->run.scenarios.list[i]));
	for (size_t i = 0; i < request->run.kernels.n; i++) {
		json_array_append_new(words, json_string("--kernel"));
		json_array_append_new(words, json_string(request->run.kernels.list[i]));
	}
	return words;
}

static int verify(struct verify_request *request)
{
	json_t *words;
	int r;

	if (add_claims(request) < 0)
		return EXIT_USAGE;
	words = run_words(request);
	request->run.show = show_answers;
	r = request->list ? print_list(request) : run_all(&request->run, words);
	json_decref(words);
	return r;
}

static int verify_main(int argc, char **argv)
{
	static const struct argp argp = { argp_options, parse_option, "[CLAIM...]", argp_doc, NULL, NULL, NULL };
	struct verify_request request = { .run = { .seeds = 1, .seed = 1, .only = true, .place = "lab", .clock = "virtual" } };
	int r = cli_parse(&argp, argc, argv, &request);

	if (r == 0)
		r = verify(&request);
	for (size_t i = 0; i < request.claims.n; i++) {
		free((char *)request.run.scenarios.list[i]);
		scenario_free(request.scenarios[i]);
	}
	free(request.claims.list);
	free(request.scenarios);
	free(request.names.list);
	run_options_release(&request.run);
	return r;
}

const struct verb verb_verify = { .name = "verify",
				  .summary = "which documented behaviours a kernel keeps",
				  .main = verify_main };
