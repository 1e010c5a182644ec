/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/scenario.h"

#include "common/util.h"
#include "runner/cli/kind.h"
#include "runner/cli/scenario_show.h"
#include "runner/setting_notes.h"

/* memrig scenario list|show|check|workloads|schema */

static int load(const char *path, const char *kernel, struct kind_item *ret, struct diags *diags)
{
	struct scenario *scenario;
	int r = scenario_load(path, &scenario, diags);

	(void)kernel;
	if (r == 0)
		*ret = (struct kind_item){ .object = scenario,
					   .name = scenario->name,
					   .description = scenario->description,
					   .json = json_incref(scenario->json) };
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

static void notes(const char *path, const char *kernel, void *object)
{
	const struct scenario *scenario = object;

	setting_notes_print(&(struct setting_notes){
		.who = path, .settings = &scenario->settings, .machine = &scenario->machine, .kernel = kernel });
}

static const struct kind kind = {
	.name = "scenario",
	.name_width = 28,
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
	.notes = notes,
};

static const struct verb list = { "list", "the scenarios that come with memrig", kind_list, false };
static const struct verb show = { "show", "one scenario", kind_show, false };
static const struct verb check = { "check", "all mistakes of files", kind_check, false };
static const struct verb workloads = { "workloads", "the same as 'memrig workload list'", workload_list_main,
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
