/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --dry-run: everything a run would do, and nothing done. */
#include <inttypes.h>

#include "common/util.h"
#include "runner/cli/cli.h"
#include "runner/lab/lab.h"
#include "runner/plan_show.h"
#include "runner/provenance.h"
#include "runner/setting_notes.h"

static char *qemu_line(const struct plan_cell *cell, enum lab_clock clock)
{
	struct lab_request request = { .machine = &cell->scenario->machine,
				       .kernel = cell->kernel,
				       .clock = clock,
				       .userspace = cell->userspace,
				       .cell = cell->description };
	char **args = lab_describe(&request), *line = xstrdup("");

	for (char **arg = args; *arg; arg++) {
		bool quote = strpbrk(*arg, " $*") != NULL;
		char *longer = xasprintf("%s%s%s%s%s", line, *line ? " " : "", quote ? "'" : "", *arg, quote ? "'" : "");

		free(line);
		line = longer;
	}
	qemu_args_free(args);
	return line;
}

static void show_settings(const char *from, const struct settings *settings)
{
	for (size_t i = 0; i < settings->n; i++)
		printf("  set    %s%s = %s (%s)\n", settings->list[i].sysfs ? "/sys/" : "", settings->list[i].key,
		       settings->list[i].value, from);
}

static void show_groups(const struct scenario *scenario)
{
	for (size_t g = 0; g < scenario->n_groups; g++) {
		const struct scenario_group *group = &scenario->groups[g];

		printf("  group  memrig/%s\n", group->name);
		for (size_t k = 0; k < group->n_knobs; k++)
			printf("         %s = %s\n", group->knobs[k].file, group->knobs[k].text);
		for (size_t w = 0; w < group->n_workloads; w++)
			printf("  start  %s: %s\n", group->workloads[w].name, group->workloads[w].kind->summary);
	}
}

static void show_cell(const struct plan_cell *cell, enum lab_clock clock, const struct host_options *host)
{
	_cleanup_free_ char *line = host ? NULL : qemu_line(cell, clock);

	printf("cell %s\n", cell->id);
	printf("  kernel %s (%s)\n", cell->kernel->release, line ? cell->kernel->image : "this machine's");
	if (host) {
		host_show_cell(host, cell);
	} else {
		printf("  guest  %s\n", line);
		show_settings("scenario", &cell->scenario->settings);
		show_settings("profile", &cell->profile->settings);
		show_groups(cell->scenario);
	}
	printf("\n");
}

static json_t *cell_json(const struct plan_cell *cell, enum lab_clock clock)
{
	_cleanup_free_ char *line = clock == CLOCK_REAL_HOST ? NULL : qemu_line(cell, clock);
	json_t *json = json_pack("{s:s, s:s, s:O}", "id", cell->id, "kernel", cell->kernel->release, "cell",
				 cell->description);

	if (line)
		json_object_set_new(json, "guest", json_string(line));
	return json;
}

static void print_notes(const struct plan_cell *cell)
{
	struct settings all = profile_with_scenario(cell->profile, &cell->scenario->settings);

	setting_notes_print(&(struct setting_notes){ .who = cell->id,
						     .settings = &all,
						     .machine = &cell->scenario->machine,
						     .kernel = cell->kernel->release });
	settings_release(&all);
}

/* Whether the machine would refuse the plan, and why. */
static bool is_refused(const struct plan *plan, const struct host_options *host, struct error *err)
{
	return host && host_check(plan, host, err) < 0;
}

int plan_show(const struct plan *plan, enum lab_clock clock, const struct host_options *host, bool json)
{
	json_t *cells = json_array(), *document;
	struct error err = { 0 };
	bool refused = is_refused(plan, host, &err);
	int r;

	if (host && !json)
		host_show_run(host);
	for (size_t i = 0; i < plan->n_cells; i++) {
		print_notes(&plan->cells[i]);
		if (json)
			json_array_append_new(cells, cell_json(&plan->cells[i], clock));
		else
			show_cell(&plan->cells[i], clock, host);
	}
	document = json_pack("{s:s, s:o}", "schema", "memrig.plan/1", "cells", cells);
	if (refused)
		json_object_set_new(document, "refused", json_pack("{s:s, s:s, s:s}", "where", err.where, "what", err.what, "hint", err.hint));
	if (!json)
		printf("%zu cell%s, %s; nothing was started\n", plan->n_cells, plan->n_cells == 1 ? "" : "s",
		       clock_text(clock));
	r = json ? cli_json(document) : 0;
	json_decref(document);
	if (refused) {
		fprintf(stderr, "memrig: this machine would refuse it:\n");
		cli_error(&err);
	}
	return r < 0 ? EXIT_BROKEN : refused ? EXIT_CANNOT_RUN : EXIT_DONE;
}
