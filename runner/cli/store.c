/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig store: the stored runs as a whole: their index, whether they are sound, tags, deleting. */
#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "common/clock.h"
#include "common/util.h"
#include "results/store_check.h"
#include "results/store_index.h"
#include "results/store_tag.h"
#include "runner/cli/cli.h"
#include "runner/cli/store.h"
#include "runner/cli/stored.h"

static const struct argp_option argp_options[] = {
	STORED_OPTION,
	{ "json", KEY_STORED_JSON, 0, 0, "Print one JSON document", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_ARG)
		return stored_parse(key, arg, state->input);
	argp_error(state, "unexpected '%s'", arg);
	return 0;
}

/* ---- rebuild ---- */

static int print_rebuilt(const struct stored_request *request, const struct store *store, const struct index_counts *n, double wall_s)
{
	if (request->json) {
		json_t *document = json_pack("{s:s, s:s, s:I, s:I, s:I, s:f}", "schema", "memrig.store_rebuild/1", "store", store->dir,
					     "runs", (json_int_t)n->runs, "cells", (json_int_t)n->cells, "unreadable",
					     (json_int_t)n->unreadable, "wall_s", wall_s);
		int r = cli_json(document) < 0 ? EXIT_BROKEN : EXIT_DONE;

		json_decref(document);
		return r;
	}
	printf("%" PRId64 " runs, %" PRId64 " cells, %.1f s", n->runs, n->cells, wall_s);
	if (n->unreadable)
		printf("; %" PRId64 " runs cannot be read: `memrig store check` says why", n->unreadable);
	putchar('\n');
	return stored_written();
}

static int rebuild_main(int argc, char **argv)
{
	static const char doc[] = "Examples:\n  memrig store rebuild\n\n"
				  "Makes the index of the store anew from the directories of its runs. Never needed in a healthy store: "
				  "the index follows the directories by itself.";
	static const struct argp argp = { argp_options, parse_option, "", doc, NULL, NULL, NULL };
	struct stored_request request = { 0 };
	struct index_counts counts;
	struct index *index = NULL;
	struct store *store = NULL;
	struct error err = { 0 };
	double began = now_s();
	int r = cli_parse(&argp, argc, argv, &request);

	if (r != 0)
		return r;
	r = store_open(request.store, &store, &err);
	if (r == 0)
		r = index_rebuild(store, &index, &err);
	if (r == 0)
		r = index_count(index, &counts, &err);
	r = r != 0 ? stored_failed(r, &err) : print_rebuilt(&request, store, &counts, now_s() - began);
	index_close(index);
	store_close(store);
	return r;
}

/* ---- check ---- */

/* Names of files are bytes: those that are no text, or that steer a terminal, are shown as '?'. */
static json_t *plain_path(const char *path)
{
	_cleanup_free_ char *text = xstrdup(path);
	json_t *json;

	text_plain(text);
	json = json_string(text);
	for (char *p = text; !json && *p; p++)
		if (*p & 0x80)
			*p = '?';
	return json ? json : json_string(text);
}

static void list_finding(void *opaque, const char *where, const char *what)
{
	json_array_append_new(opaque, json_pack("{s:o, s:s}", "path", plain_path(where), "what", what));
}

static int print_checked(const struct stored_request *request, const struct store *store, json_t *findings,
			 const struct store_checked *n)
{
	const json_t *found;
	size_t i;

	if (request->json) {
		json_t *document = json_pack("{s:s, s:s, s:I, s:I, s:I, s:O}", "schema", "memrig.store_check/1", "store", store->dir,
					     "runs", (json_int_t)n->runs, "cells", (json_int_t)n->cells, "without_sums",
					     (json_int_t)n->without_sums, "findings", findings);

		cli_json(document);
		json_decref(document);
	} else {
		json_array_foreach (findings, i, found)
			printf("%s: %s\n", json_string_value(json_object_get(found, "path")),
			       json_string_value(json_object_get(found, "what")));
		printf("%zu runs, %zu cells checked: %zu findings\n", n->runs, n->cells, n->findings);
		if (n->without_sums)
			printf("%zu runs of an older memrig have no SHA256SUMS; of these the streams alone are known to be whole\n",
			       n->without_sums);
	}
	return stored_written() ?: n->findings > 0 ? EXIT_FINDINGS : EXIT_DONE;
}

static int check_main(int argc, char **argv)
{
	static const char doc[] =
		"Examples:\n  memrig store check\n\n"
		"Reads every byte of the store: checksums (SHA256SUMS), schema versions, streams against what their summaries state, "
		"tags, and the index against the directories. Exits 1 when something is not as it was written. Changes nothing.";
	static const struct argp argp = { argp_options, parse_option, "", doc, NULL, NULL, NULL };
	struct stored_request request = { 0 };
	struct store_checked checked;
	struct store *store = NULL;
	struct error err = { 0 };
	json_t *findings = json_array();
	int r = cli_parse(&argp, argc, argv, &request);

	if (r != 0)
		goto out;
	r = store_open(request.store, &store, &err);
	if (r == 0)
		r = store_check(store, list_finding, findings, &checked, &err);
	r = r != 0 ? stored_failed(r, &err) : print_checked(&request, store, findings, &checked);
out:
	store_close(store);
	json_decref(findings);
	return r;
}

/* ---- tags ---- */

struct tag_request {
	struct stored_request stored;
	const char *words[2];
	unsigned n, most;
};

static error_t parse_tag(int key, char *arg, struct argp_state *state)
{
	struct tag_request *request = state->input;

	if (key != ARGP_KEY_ARG)
		return stored_parse(key, arg, &request->stored);
	if (request->n == request->most)
		argp_error(state, "unexpected '%s'", arg);
	request->words[request->n++] = arg;
	return 0;
}

static int print_tags(const struct tag_request *request, const struct store *store)
{
	json_t *tags = tag_list(store), *run, *document;
	const char *name;

	if (request->stored.json) {
		document = json_pack("{s:s, s:s, s:O}", "schema", "memrig.tags/1", "store", store->dir, "tags", tags);
		cli_json(document);
		json_decref(document);
	} else {
		json_object_foreach (tags, name, run)
			printf("%-24s %s\n", name, json_string_value(run));
	}
	json_decref(tags);
	return stored_written();
}

static int set_tag(const struct tag_request *request, const struct store *store, struct error *err)
{
	_cleanup_free_ char *path = NULL, *before = NULL;
	const char *run, *name = request->words[1];
	int r = store_find(store, request->words[0], &path, err);

	if (r == 0)
		r = tag_set(store, name, path, &before, err);
	if (r < 0)
		return stored_failed(r, err);
	run = strrchr(path, '/') + 1;
	if (before && !streq(before, run))
		fprintf(stderr, "memrig: %s is now %s; it was %s\n", name, run, before);
	else
		fprintf(stderr, "memrig: %s is %s\n", name, run);
	return EXIT_DONE;
}

static int tag_main(int argc, char **argv)
{
	static const char doc[] = "Examples:\n  memrig store tag latest good\n  memrig gate latest --baseline good\n  memrig store tag\n\n"
				  "Gives a run a name, which every verb takes in place of its id; a run with a tag is never pruned. A tag that "
				  "another run had moves. Without RUN and NAME it lists the tags.";
	static const struct argp argp = { argp_options, parse_tag, "[RUN NAME]", doc, NULL, NULL, NULL };
	struct tag_request request = { .most = 2 };
	struct store *store = NULL;
	struct error err = { 0 };
	int r = cli_parse(&argp, argc, argv, &request);

	if (r != 0)
		return r;
	if (request.n == 1) {
		fprintf(stderr, "memrig store tag: no name given; 'memrig store tag %s good'\n", request.words[0]);
		return EXIT_USAGE;
	}
	r = store_open(request.stored.store, &store, &err);
	if (r < 0)
		r = stored_failed(r, &err);
	else
		r = request.n ? set_tag(&request, store, &err) : print_tags(&request, store);
	store_close(store);
	return r;
}

static int untag_main(int argc, char **argv)
{
	static const char doc[] = "Examples:\n  memrig store untag good\n\nTakes a tag away; the run stays.";
	static const struct argp argp = { argp_options, parse_tag, "NAME", doc, NULL, NULL, NULL };
	struct tag_request request = { .most = 1 };
	struct store *store = NULL;
	struct error err = { 0 };
	int r = cli_parse(&argp, argc, argv, &request);

	if (r != 0)
		return r;
	if (request.n == 0) {
		fprintf(stderr, "memrig store untag: no tag given; 'memrig store tag' lists them\n");
		return EXIT_USAGE;
	}
	r = store_open(request.stored.store, &store, &err);
	if (r == 0)
		r = tag_remove(store, request.words[0], &err);
	store_close(store);
	return r < 0 ? stored_failed(r, &err) : EXIT_DONE;
}

static const struct verb rebuild = { "rebuild", "make the index anew", rebuild_main, false };
static const struct verb check = { "check", "is everything as it was written", check_main, false };
static const struct verb prune = { "prune", "delete runs, after saying which", store_prune_main, false };
static const struct verb tag = { "tag", "give a run a name", tag_main, false };
static const struct verb untag = { "untag", "take a name away", untag_main, false };
static const struct verb *const verbs[] = { &check, &rebuild, &prune, &tag, &untag, NULL };

static int store_main(int argc, char **argv)
{
	return cli_dispatch(verbs, "memrig store", argc, argv);
}

const struct verb verb_store = { .name = "store", .summary = "the stored runs as a whole: check, rebuild, prune, tag", .main = store_main };
