/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/scenario.h"

#include "common/util.h"
#include "runner/cli/kind.h"
#include "runner/cli/scenario_show.h"

/* memrig scenario list|show|check|workloads|schema */

static int load(const char *path, const char *kernel, struct kind_item *ret, struct diags *diags)
{
	struct scenario *scenario;
	int r = scenario_load(path, &scenario, diags);

	(void)kernel;
	if (r == 0)
		*ret = (struct kind_item){ scenario, scenario->name, scenario->description,
					   json_incref(scenario->json) };
	return r;
}

static void free_scenario(void *object)
{
	scenario_free(object);
}

static void print_scenario(void *object)
{
	scenario_print(object);
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
	static const char doc[] = "Examples:\n  memrig scenario workloads\n\n"
				  "Lists the kinds of workload with their options.";
	struct kind_request request;

	if (!kind_parse(doc, argc, argv, &request))
		return EXIT_USAGE;
	if (request.json)
		return kind_print(workloads_json());
	printf("all kinds:\n");
	print_options(workload_common_options);
	for (const struct workload_kind *const *kind = workload_kinds; *kind; kind++) {
		printf("\n%s: %s%s\n", (*kind)->name, (*kind)->summary,
		       (*kind)->needs_disk ? " (needs a disk)" : "");
		print_options((*kind)->options);
	}
	return fflush(stdout) == EOF ? EXIT_BROKEN : EXIT_DONE;
}

static const struct kind kind = {
	.name = "scenario",
	.name_width = 24,
	.show_doc = "Examples:\n  memrig scenario show mixed-pressure\n"
		    "  memrig scenario show ./mine.json --json\n\n"
		    "Shows the machine, the groups and what is expected.",
	.check_doc = "Examples:\n  memrig scenario check mine.json\n\n"
		     "Tells all mistakes of scenarios, with line and column. Touches nothing.\v"
		     "Exit code: 0 all are good, 2 there are mistakes.",
	.load = load,
	.free = free_scenario,
	.print = print_scenario,
	.schema = scenario_schema,
};

static const struct verb list = { "list", "the scenarios that come with memrig", kind_list, false };
static const struct verb show = { "show", "one scenario", kind_show, false };
static const struct verb check = { "check", "all mistakes of files", kind_check, false };
static const struct verb workloads = { "workloads", "the kinds of workload and their options", workloads_main,
				       false };
static const struct verb schema = { "schema", "the JSON Schema of scenarios", kind_schema, false };
static const struct verb *const verbs[] = { &list, &show, &check, &workloads, &schema, NULL };

static int scenario_main(int argc, char **argv)
{
	return kind_dispatch(&kind, verbs, argc, argv);
}

const struct verb verb_scenario = { "scenario",
				    "pressure to put a kernel under: list, show, check, workloads, schema",
				    scenario_main, false };
