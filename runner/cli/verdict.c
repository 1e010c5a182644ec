/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/verdict.h"

#include <errno.h>

#include "common/suggest.h"
#include "common/util.h"
#include "results/table.h"
#include "runner/cli/kind.h"
#include "runner/cli/stored.h"

/* memrig verdict list|show: the findings there are, from the table that judges. */

static json_t *verdict_json(const struct verdict *verdict)
{
	json_t *causes = json_array();

	for (const struct verdict_cause *c = verdict->causes; c->name; c++)
		json_array_append_new(causes, json_pack("{s:s, s:s, s:s}", "cause", c->name, "doc", c->doc, "fix", c->fix));
	return json_pack("{s:s, s:s, s:s, s:o}", "name", verdict->name, "title", verdict->title, "doc", verdict->doc,
			 "causes", causes);
}

static void print_verdict(const struct verdict *verdict)
{
	struct compare_options options = stored_text_options();

	printf("%s: %s\n\n", verdict->name, verdict->title);
	text_wrap(stdout, verdict->doc, options.width, 0, 0);
	printf("\ncauses, in the order they are tried:\n");
	for (const struct verdict_cause *c = verdict->causes; c->name; c++) {
		_cleanup_free_ char *fix = xasprintf("%s %s", options.utf8 ? "→" : "->", c->fix);

		printf("  %s\n", c->name);
		text_wrap(stdout, c->doc, options.width, 4, 4);
		text_wrap(stdout, fix, options.width, 4, 6);
	}
	printf("\nMore: docs/verdicts.md#%s\n", verdict->name);
}

static int list_main(int argc, char **argv)
{
	static const char doc[] = "Examples:\n  memrig verdict list\n  memrig verdict list --json\n\n"
				  "Lists what memrig looks for in every cell; --json has the causes, too.";
	struct kind_request request;
	json_t *all;

	if (!kind_parse(doc, argc, argv, &request))
		return EXIT_USAGE;
	if (!request.json) {
		for (const struct verdict *const *v = verdicts; *v; v++)
			printf("%-24s %s\n", (*v)->name, (*v)->title);
		return EXIT_DONE;
	}
	all = json_array();
	for (const struct verdict *const *v = verdicts; *v; v++)
		json_array_append_new(all, verdict_json(*v));
	return kind_print(json_pack("{s:s, s:o}", "schema", "memrig.verdicts/1", "verdicts", all));
}

static const struct verdict *find(const char *name)
{
	const struct verdict *verdict = verdict_find(name);
	struct suggestion suggestion = suggest_for(name);
	struct error err;
	char hint[96];

	if (verdict)
		return verdict;
	for (const struct verdict *const *v = verdicts; *v; v++)
		suggest_offer(&suggestion, (*v)->name);
	error_set(&err, -ENOENT, name, "there is no verdict of that name");
	error_hint(&err, "%s", suggest_hint(&suggestion, hint, sizeof(hint)) ? hint : "'memrig verdict list' lists them");
	cli_error(&err);
	return NULL;
}

static int show_main(int argc, char **argv)
{
	static const char doc[] = "Examples:\n  memrig verdict show swap_with_free_memory\n\n"
				  "Shows when a verdict is given, its causes, and what to change.";
	struct kind_request request;
	const struct verdict *verdict;
	json_t *json;

	if (!kind_parse_one(doc, "VERDICT", argc, argv, &request))
		return EXIT_USAGE;
	verdict = find(request.names[0]);
	if (!verdict)
		return EXIT_USAGE;
	if (!request.json) {
		print_verdict(verdict);
		return EXIT_DONE;
	}
	json = verdict_json(verdict);
	json_object_set_new(json, "schema", json_string("memrig.verdict/1"));
	return kind_print(json);
}

static const struct kind kind_of_verdict = { .name = "verdict" };
static const struct verb list = { "list", "the verdicts there are", list_main, false };
static const struct verb show = { "show", "one verdict and its causes", show_main, false };
static const struct verb *const verbs[] = { &list, &show, NULL };

static int verdict_main(int argc, char **argv)
{
	return kind_dispatch(&kind_of_verdict, verbs, argc, argv);
}

const struct verb verb_verdict = { "verdict", "what memrig looks for, and the causes it knows: list, show",
				   verdict_main, false };
