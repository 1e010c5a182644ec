/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/scenario.h"

#include "common/util.h"
#include "runner/cli/check.h"
#include "runner/cli/cli.h"
#include "runner/cli/scenario_show.h"

/* memrig scenario list|show|check|workloads|schema */

struct arguments {
	bool json;
	char **names; /* NULL-terminated, in argv */
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	(void)arg;
	switch (key) {
	case 'j':
		arguments->json = true;
		return 0;
	case ARGP_KEY_ARGS:
		arguments->names = state->argv + state->next;
		state->next = state->argc;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "print a JSON document", 0 },
	{ 0 },
};

/* How many names a sub-verb takes; a wrong number is explained. */
static bool names_fit(const struct arguments *arguments, const char *verb, size_t min, size_t max)
{
	const char *accepted;
	size_t n = 0;

	while (arguments->names && arguments->names[n])
		n++;
	if (n >= min && n <= max)
		return true;
	accepted = max == 0 ? "takes no names" : max == 1 ? "takes one scenario" : "takes at least one file";
	fprintf(stderr, "%s: %s; try '%s --help'\n", verb, accepted, verb);
	return false;
}

static struct scenario *load(const char *name)
{
	_cleanup_free_ char *path = NULL;
	struct scenario *scenario = NULL;
	struct diags diags = { 0 };
	struct error err = { 0 };

	if (cli_find("scenario", name, &path, &err) < 0)
		cli_error(&err);
	else
		scenario_load(path, &scenario, &diags);
	cli_diags(&diags);
	diags_release(&diags);
	return scenario;
}

static int print_and_free(json_t *json)
{
	int r = cli_json(json);

	json_decref(json);
	return r < 0 ? EXIT_BROKEN : EXIT_DONE;
}

static int list_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Examples:\n  memrig scenario list\n  memrig scenario list --json\n\n"
		       "Lists the scenarios that come with memrig.",
	};
	struct arguments arguments = { 0 };
	int code = EXIT_DONE;
	char **names;
	json_t *all;

	if (cli_parse(&argp, argc, argv, &arguments) || !names_fit(&arguments, argv[0], 0, 0))
		return EXIT_USAGE;
	all = json_array();
	names = cli_names("scenario");
	for (char **name = names; *name; name++) {
		struct scenario *scenario = load(*name);

		if (!scenario)
			code = EXIT_USAGE;
		else if (arguments.json)
			json_array_append(all, scenario->json);
		else
			printf("%-24s %s\n", scenario->name, scenario->description);
		scenario_free(scenario);
	}
	cli_names_free(names);
	if (!arguments.json)
		json_decref(all);
	else if (print_and_free(json_pack("{s:s, s:o}", "schema", "memrig.scenarios/1", "scenarios", all)))
		return EXIT_BROKEN;
	return code;
}

static int show_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "NAME|FILE",
		.doc = "Examples:\n  memrig scenario show mixed-pressure\n"
		       "  memrig scenario show ./mine.json --json\n\n"
		       "Shows the machine, the groups and what is expected.",
	};
	struct arguments arguments = { 0 };
	struct scenario *scenario;
	int code = EXIT_DONE;

	if (cli_parse(&argp, argc, argv, &arguments) || !names_fit(&arguments, argv[0], 1, 1))
		return EXIT_USAGE;
	scenario = load(arguments.names[0]);
	if (!scenario)
		return EXIT_USAGE;
	if (arguments.json)
		code = cli_json(scenario->json) < 0 ? EXIT_BROKEN : EXIT_DONE;
	else
		scenario_print(scenario);
	scenario_free(scenario);
	return code;
}

static int check_one(const char *path, struct diags *diags)
{
	struct scenario *scenario = NULL;
	int r = scenario_load(path, &scenario, diags);

	scenario_free(scenario);
	return r;
}

static int check_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "FILE...",
		.doc = "Examples:\n  memrig scenario check mine.json\n\n"
		       "Tells all mistakes of scenarios, with line and column. Touches nothing.\v"
		       "Exit code: 0 all are good, 2 there are mistakes.",
	};
	struct arguments arguments = { 0 };

	if (cli_parse(&argp, argc, argv, &arguments) || !names_fit(&arguments, argv[0], 1, SIZE_MAX))
		return EXIT_USAGE;
	return cli_check("scenario", arguments.names, arguments.json, check_one);
}

static void print_options(const struct workload_option *option)
{
	for (; option && option->name; option++) {
		printf("  %-16s %s", option->name, option->doc);
		for (size_t i = 0; option->choices && option->choices[i]; i++)
			printf("%s%s", i ? ", " : ": ", option->choices[i]);
		if (!option->fallback)
			printf(" (needed)");
		else if (*option->fallback)
			printf(" (default %s)", option->fallback);
		printf("\n");
	}
}

static json_t *options_json(const struct workload_option *option)
{
	json_t *list = json_array();

	for (; option && option->name; option++) {
		json_t *json = json_pack("{s:s, s:s, s:b}", "name", option->name, "doc", option->doc,
					 "needed", !option->fallback);

		if (option->fallback)
			json_object_set_new(json, "default", json_string(option->fallback));
		json_array_append_new(list, json);
	}
	return list;
}

static json_t *workloads_json(void)
{
	json_t *kinds = json_array();

	for (const struct workload_kind *const *kind = workload_kinds; *kind; kind++)
		json_array_append_new(kinds,
				      json_pack("{s:s, s:s, s:o}", "kind", (*kind)->name, "doc",
						(*kind)->summary, "options", options_json((*kind)->options)));
	return json_pack("{s:s, s:o, s:o}", "schema", "memrig.workloads/1", "options",
			 options_json(workload_common_options), "kinds", kinds);
}

static int workloads_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Examples:\n  memrig scenario workloads\n\n"
		       "Lists the kinds of workload with their options.",
	};
	struct arguments arguments = { 0 };

	if (cli_parse(&argp, argc, argv, &arguments) || !names_fit(&arguments, argv[0], 0, 0))
		return EXIT_USAGE;
	if (arguments.json)
		return print_and_free(workloads_json());
	printf("all kinds:\n");
	print_options(workload_common_options);
	for (const struct workload_kind *const *kind = workload_kinds; *kind; kind++) {
		printf("\n%s: %s%s\n", (*kind)->name, (*kind)->summary,
		       (*kind)->needs_disk ? " (needs a disk)" : "");
		print_options((*kind)->options);
	}
	return fflush(stdout) == EOF ? EXIT_BROKEN : EXIT_DONE;
}

static int schema_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Examples:\n  memrig scenario schema >scenario.schema.json\n\n"
		       "Prints the JSON Schema of scenarios.",
	};
	struct arguments arguments = { 0 };

	if (cli_parse(&argp, argc, argv, &arguments) || !names_fit(&arguments, argv[0], 0, 0))
		return EXIT_USAGE;
	return print_and_free(scenario_schema());
}

static const struct verb list = { "list", "the scenarios that come with memrig", list_main, false };
static const struct verb show = { "show", "one scenario", show_main, false };
static const struct verb check = { "check", "all mistakes of files", check_main, false };
static const struct verb workloads = { "workloads", "the kinds of workload and their options", workloads_main,
				       false };
static const struct verb schema = { "schema", "the JSON Schema of scenarios", schema_main, false };
static const struct verb *const verbs[] = { &list, &show, &check, &workloads, &schema, NULL };

static int scenario_main(int argc, char **argv)
{
	return cli_dispatch(verbs, "memrig scenario", argc, argv);
}

const struct verb verb_scenario = { "scenario",
				    "pressure to put a kernel under: list, show, check, workloads, schema",
				    scenario_main, false };
