/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig list: the stored runs. */
#include <ctype.h>

#include "common/util.h"
#include "results/store_dir.h"
#include "results/store_index.h"
#include "results/store_prune.h"
#include "results/store_tag.h"
#include "results/table.h"
#include "runner/cli/cli.h"
#include "runner/cli/stored.h"

enum { KEY_SCENARIO = 256, KEY_PROFILE, KEY_KERNEL, KEY_SINCE };

struct list_request {
	struct stored_request stored;
	struct index_filter filter;
};

static const struct argp_option argp_options[] = {
	STORED_OPTION,
	{ "json", KEY_STORED_JSON, 0, 0, "Print one JSON document", 0 },
	{ "scenario", KEY_SCENARIO, "NAME", 0, "Only runs with this scenario", 0 },
	{ "profile", KEY_PROFILE, "NAME", 0, "Only runs with this profile", 0 },
	{ "kernel", KEY_KERNEL, "RELEASE", 0, "Only runs with this kernel, a release or the beginning of one (6.1)", 0 },
	{ "since", KEY_SINCE, "DATE", 0, "Only runs begun then or later (UTC): 2026-01-31 or 2026-01-31T12:00:00Z", 0 },
	{ 0 },
};

static const char argp_doc[] = "Examples:\n"
			       "  memrig list\n"
			       "  memrig list --scenario mixed-pressure --since 2026-01-31\n"
			       "  memrig list --store ./nightly --json\n"
			       "\n"
			       "Lists the stored runs, the oldest first, and what runs that are going on, or were killed, have left.";

static bool is_date(const char *text)
{
	static const char form[] = "0000-00-00T00:00:00Z";
	size_t len = strlen(text);

	for (size_t i = 0; i < len && i < sizeof(form); i++)
		if (form[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	return len == strlen("0000-00-00") || len == strlen(form);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct list_request *request = state->input;

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
	case KEY_SINCE:
		if (!is_date(arg))
			argp_error(state, "--since is a date such as 2026-01-31 or 2026-01-31T12:00:00Z, not '%s'", arg);
		request->filter.since = arg;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected '%s'", arg);
		return 0;
	default:
		return stored_parse(key, arg, &request->stored);
	}
}

/* Everything that is listed. */
struct listed {
	const struct store *store;
	struct index_runs runs;
	struct store_entries unfinished;
	json_t *tags;
};

static char *unfinished_path(const struct listed *l, size_t i)
{
	return xasprintf("%s/" STORE_UNFINISHED "%s", l->store->dir, l->unfinished.list[i].name);
}

/* ---- text ---- */

static void print_runs(const struct listed *l)
{
	static const char *const heads[] = { "status", "cells", "tags", "scenarios", "profiles" };
	struct compare_options options = stored_text_options();
	/* Nothing is shortened for a program that reads it. */
	struct table_style style = { options.utf8, isatty(STDOUT_FILENO) ? options.width : 10000, 8, false };
	struct table t;

	table_init_heads(&t, "run", heads, ARRAY_SIZE(heads));
	for (size_t i = 0; i < l->runs.n; i++) {
		const struct index_run *run = &l->runs.list[i];

		table_row(&t, run->run);
		table_put(&t, 0, xstrdup(run->status));
		table_put(&t, 1, xasprintf("%lld", (long long)run->cells));
		table_put(&t, 2, tag_words(l->tags, run->run));
		table_put(&t, 3, xstrdup(run->scenarios));
		table_put(&t, 4, xstrdup(run->profiles));
	}
	if (l->runs.n)
		table_print(stdout, &t, &style);
	table_release(&t);
}

static void print_unfinished(const struct listed *l)
{
	bool left = false;

	for (size_t i = 0; i < l->unfinished.n; i++) {
		_cleanup_free_ char *path = unfinished_path(l, i);
		bool written = store_is_being_written(path);

		left |= !written;
		printf("%s  %s\n", l->unfinished.list[i].name, written ? "is being written" : "was killed and left unfinished");
	}
	if (left)
		fprintf(stderr, "memrig: `memrig store prune --unfinished` deletes what killed runs have left\n");
}

/* ---- JSON ---- */

static json_t *run_json(const struct listed *l, const struct index_run *run)
{
	json_t *json = NULL, *names = json_array(), *id;
	const char *name;

	if (store_read_json(run->path, "run.json", &json, NULL) < 0)
		json = json_object(); /* it was there when the index was filled */
	json_object_set_new(json, "path", json_string(run->path));
	json_object_foreach (l->tags, name, id)
		if (streq(json_string_value(id), run->run))
			json_array_append_new(names, json_string(name));
	json_object_set_new(json, "tags", names);
	return json;
}

static json_t *list_json(const struct listed *l)
{
	json_t *runs = json_array(), *unfinished = json_array();

	for (size_t i = 0; i < l->runs.n; i++)
		json_array_append_new(runs, run_json(l, &l->runs.list[i]));
	for (size_t i = 0; i < l->unfinished.n; i++) {
		_cleanup_free_ char *path = unfinished_path(l, i);

		json_array_append_new(unfinished, json_pack("{s:s, s:s, s:b}", "run", l->unfinished.list[i].name, "path", path,
							    "being_written", store_is_being_written(path)));
	}
	return json_pack("{s:s, s:s, s:o, s:o}", "schema", "memrig.list/1", "store", l->store->dir, "runs", runs, "unfinished",
			 unfinished);
}

/* ---- the verb ---- */

static int show(const struct list_request *request, const struct listed *l)
{
	json_t *document;

	if (request->stored.json) {
		document = list_json(l);
		cli_json(document);
		json_decref(document);
		return stored_written();
	}
	if (!l->runs.n)
		fprintf(stderr, "memrig: no runs in %s\n", l->store->dir);
	print_runs(l);
	print_unfinished(l);
	return stored_written();
}

static int print_list(const struct list_request *request, struct error *err)
{
	struct listed l = { 0 };
	struct store *store = NULL;
	struct index *index = NULL;
	int r = store_open(request->stored.store, &store, err);

	if (r == 0)
		r = index_open(store, &index, err);
	if (r == 0)
		r = index_find_runs(index, &request->filter, &l.runs, err);
	if (r == 0)
		r = store_hidden_read(store, STORE_UNFINISHED, &l.unfinished, err);
	if (r == 0) {
		l.store = store;
		l.tags = tag_list(store);
		r = show(request, &l);
	} else {
		r = stored_failed(r, err);
	}
	json_decref(l.tags);
	store_entries_release(&l.unfinished);
	index_runs_release(&l.runs);
	index_close(index);
	store_close(store);
	return r;
}

static int list_main(int argc, char **argv)
{
	static const struct argp argp = { argp_options, parse_option, "", argp_doc, NULL, NULL, NULL };
	struct list_request request = { 0 };
	struct error err = { 0 };
	int r = cli_parse(&argp, argc, argv, &request);

	return r != 0 ? r : print_list(&request, &err);
}

const struct verb verb_list = { .name = "list", .summary = "the stored runs", .main = list_main };
