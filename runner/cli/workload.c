/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "common/size.h"
#include "common/suggest.h"
#include "common/util.h"
#include "runner/cli/kind.h"
#include "workloads/workload.h"

/* memrig workload list|show: the kinds and their options, from the tables that parse them. */

/* What is written for each type, and what the option's min and max are of. */
static const struct {
	const char *name, *written;
	enum { NO_RANGE, NUMBERS, BYTES, TIMES } range;
} types[] = {
	[OPTION_SIZE] = { "size", "size as \"64M\", \"120% of node 0\", \"50% of ram\", \"80% of limit\"", NO_RANGE },
	[OPTION_RATIO] = { "number", "number", NUMBERS },
	[OPTION_CHOICE] = { "choice", "one of", NO_RANGE },
	[OPTION_WORK] = { "work", "work as \"3 passes\", \"20s\"", NO_RANGE },
	[OPTION_COUNT] = { "integer", "whole number", NUMBERS },
	[OPTION_BOOL] = { "bool", "true or false", NO_RANGE },
	[OPTION_FILENAME] = { "filename", "file name", NO_RANGE },
	[OPTION_BYTES] = { "bytes", "bytes as \"64M\"", BYTES },
	[OPTION_TIME] = { "time", "time as \"20s\"", TIMES },
	[OPTION_RATE] = { "rate", "rate as \"64M/s\", or pages a second", NO_RANGE },
	[OPTION_TEXT] = { "text", "text", NO_RANGE },
	[OPTION_MAP] = { "map", "object of names, each with \"regex:...\" or \"json:/...\"", NO_RANGE },
};

static void print_range(const struct workload_option *option)
{
	char min[32], max[32];

	switch (types[option->type].range) {
	case NO_RANGE:
		return;
	case NUMBERS:
		printf(", %.10g to %.10g", option->min, option->max);
		return;
	case BYTES:
		printf(", %s to %s", size_format((uint64_t)option->min, min, sizeof(min)),
		       size_format((uint64_t)option->max, max, sizeof(max)));
		return;
	case TIMES:
		printf(", %s to %s", duration_format((uint64_t)option->min, min, sizeof(min)),
		       duration_format((uint64_t)option->max, max, sizeof(max)));
		return;
	}
}

static void print_option(const struct workload_option *option)
{
	printf("  %-16s %s\n  %-16s %s", option->name, option->doc, "", types[option->type].written);
	for (size_t i = 0; option->choices && option->choices[i]; i++)
		printf("%s%s", i ? ", " : " ", option->choices[i]);
	print_range(option);
	if (!option->fallback)
		printf("; needed");
	else if (*option->fallback)
		printf("; default %s", option->fallback);
	printf("\n");
}

static json_t *option_json(const struct workload_option *option, bool common)
{
	json_t *json = json_pack("{s:s, s:s, s:s, s:b, s:b}", "name", option->name, "type",
				 types[option->type].name, "doc", option->doc, "needed", !option->fallback,
				 "common", common);

	if (option->fallback && *option->fallback)
		json_object_set_new(json, "default", json_string(option->fallback));
	if (types[option->type].range != NO_RANGE) {
		json_object_set_new(json, "min", json_real(option->min));
		json_object_set_new(json, "max", json_real(option->max));
	}
	if (option->choices) {
		json_t *choices = json_array();

		for (size_t i = 0; option->choices[i]; i++)
			json_array_append_new(choices, json_string(option->choices[i]));
		json_object_set_new(json, "choices", choices);
	}
	return json;
}

static size_t count_own(const struct workload_kind *kind)
{
	size_t n = 0;

	while (kind->options && kind->options[n].name)
		n++;
	return n;
}

/* How many common options the kind has: those that workload_nth_option() counts first. */
static size_t count_common(const struct workload_kind *kind)
{
	size_t n = 0;

	while (workload_nth_option(kind, n))
		n++;
	return n - count_own(kind);
}

static json_t *kind_json(const struct workload_kind *kind)
{
	json_t *options = json_array();
	size_t own = count_own(kind), common = count_common(kind);

	for (size_t i = 0; i < own; i++)
		json_array_append_new(options, option_json(&kind->options[i], false));
	for (size_t i = 0; i < common; i++)
		json_array_append_new(options, option_json(workload_nth_option(kind, i), true));
	return json_pack("{s:s, s:s, s:b, s:o}", "kind", kind->name, "summary", kind->summary, "needs_disk",
			 kind->needs_disk, "options", options);
}

static void print_kind(const struct workload_kind *kind)
{
	size_t own = count_own(kind), common = count_common(kind);

	printf("%s: %s%s\n", kind->name, kind->summary, kind->needs_disk ? " (needs a data disk)" : "");
	if (own > 0)
		printf("\nits own options:\n");
	for (size_t i = 0; i < own; i++)
		print_option(&kind->options[i]);
	if (common > 0)
		printf("\nas other kinds:\n");
	for (size_t i = 0; i < common; i++)
		print_option(workload_nth_option(kind, i));
}

int workload_list_main(int argc, char **argv)
{
	static const char doc[] = "Examples:\n  memrig workload list\n  memrig workload list --json\n\n"
				  "Lists the kinds of workload; --json has their options, too.";
	struct kind_request request;
	json_t *kinds;

	if (!kind_parse(doc, argc, argv, &request))
		return EXIT_USAGE;
	if (!request.json) {
		for (const struct workload_kind *const *kind = workload_kinds; *kind; kind++)
			printf("%-12s %s\n", (*kind)->name, (*kind)->summary);
		return EXIT_DONE;
	}
	kinds = json_array();
	for (const struct workload_kind *const *kind = workload_kinds; *kind; kind++)
		json_array_append_new(kinds, kind_json(*kind));
	return kind_print(json_pack("{s:s, s:o}", "schema", "memrig.workloads/1", "kinds", kinds));
}

static const struct workload_kind *find(const char *name)
{
	const struct workload_kind *kind = workload_find(name);
	struct suggestion suggestion = suggest_for(name);
	struct error err;
	char hint[96];

	if (kind)
		return kind;
	for (const struct workload_kind *const *k = workload_kinds; *k; k++)
		suggest_offer(&suggestion, (*k)->name);
	error_set(&err, -ENOENT, name, "there is no workload kind of that name");
	error_hint(&err, "%s", suggest_hint(&suggestion, hint, sizeof(hint)) ? hint : "'memrig workload list' lists them");
	cli_error(&err);
	return NULL;
}

static int show_main(int argc, char **argv)
{
	static const char doc[] = "Examples:\n  memrig workload show anon\n  memrig workload show heap --json\n\n"
				  "Shows the options of a kind of workload: what each does, what can be written, "
				  "and what it is when absent.";
	struct kind_request request;
	const struct workload_kind *kind;
	json_t *json;

	if (!kind_parse_one(doc, "KIND", argc, argv, &request))
		return EXIT_USAGE;
	kind = find(request.names[0]);
	if (!kind)
		return EXIT_USAGE;
	if (!request.json) {
		print_kind(kind);
		return EXIT_DONE;
	}
	json = kind_json(kind);
	json_object_set_new(json, "schema", json_string("memrig.workload/1"));
	return kind_print(json);
}

static const struct kind kind_of_workload = { .name = "workload" };
static const struct verb list = { "list", "the kinds of workload", workload_list_main, false };
static const struct verb show = { "show", "the options of one kind", show_main, false };
static const struct verb *const verbs[] = { &list, &show, NULL };

static int workload_main(int argc, char **argv)
{
	return kind_dispatch(&kind_of_workload, verbs, argc, argv);
}

const struct verb verb_workload = { "workload", "kinds of memory users: list, show", workload_main, false };
