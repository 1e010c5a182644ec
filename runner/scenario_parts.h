/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_SCENARIO_PARTS_H
#define MEMRIG_RUNNER_SCENARIO_PARTS_H

#include "common/form.h"
#include "runner/scenario.h"

/*
 * The parts of a scenario's form, one file each, for scenario.c and profile.c
 * alone. Readers report every mistake through the value's form and read on;
 * what could not be read stays zero. Schemas are new references.
 */

/* scenario_settings.c: "sysctl" or "sysfs", of a scenario or a profile. `kernel` as in profile_load(). */
void settings_read(const struct form_value *object, bool sysfs, const char *kernel, struct settings *into);
json_t *settings_schema_sysctl(void);
json_t *settings_schema_sysfs(void);

/* scenario_machine.c */
void machine_read(const struct form_value *value, struct machine *machine);
json_t *machine_schema(void);
uint64_t machine_ram_bytes(const struct machine *machine);
unsigned machine_cpus(const struct machine *machine);
/* Whether all nodes of the mask exist; else the mistake is reported. A machine that was not read has every
 * node. */
bool machine_check_nodes(const struct machine *machine, const struct form_value *value, uint64_t nodes);

/* scenario_groups.c: the groups, in the places they have in the list; needs the machine. */
void groups_read(const struct form_value *list, struct scenario *scenario);
json_t *groups_schema(void);
/* The knob of that file when the group sets it; NULL otherwise. */
const struct group_knob *group_find_knob(const struct scenario_group *group, const char *file);

/* scenario_workload.c: one workload of a group whose knobs are read. */
void workload_read(const struct form_value *value, const struct scenario *scenario,
		   const struct scenario_group *group, struct scenario_workload *into);
json_t *workload_schema(void);

/* scenario_fit.c: sizes against the machine and the group's limits. */
void fit_check_knob(const struct form_value *value, const struct scenario *scenario,
		    const struct scenario_group *group, const struct group_knob *knob);
void fit_check_workload(const struct form_value *workload, const struct scenario *scenario,
			const struct scenario_group *group, const struct scenario_workload *w);
void fit_check_disk(const struct form_value *document, const struct scenario *scenario);
void fit_check_settings(const struct form_value *document, const struct scenario *scenario);

/* scenario_start.c: "after db filled"; start_check() needs all groups. */
void start_read(const struct form_value *value, void *start);
json_t *start_schema(void);
void start_check(const struct form_value *document, const struct scenario *scenario);

/* scenario_expect.c; needs machine and groups. */
void expects_read(const struct form_value *list, struct scenario *scenario);
json_t *expects_schema(void);

/* "primary": names of metrics. Reads after the groups, whose programs have figures of their own. */
void primary_read(const struct form_value *list, struct scenario *scenario);
json_t *primary_schema(void);

/* scenario_case.c: text alone, nothing is kept but the document. */
void case_read(const struct form_value *value, void *into);
json_t *case_schema(void);

/* scenario_cured.c: the scenario with its cure applied, from a document that is good without. */
int scenario_parse_cured(json_t *json, const char *file, const char *text, struct scenario **ret,
			 struct diags *diags);
json_t *cured_schema(void);

/* A name of a profile, scenario or group: [a-z][a-z0-9_-]*, at most 64 characters. */
void name_read(const struct form_value *value, void *into);
json_t *name_schema(void);

/* {"pattern": pattern} and {"enum": [words...]}, the words ending with NULL. */
json_t *schema_pattern(const char *pattern);
json_t *schema_enum(const char *const *words);

/* The written forms, as regular expressions for the schemas. */
#define PATTERN_BYTES    "^[0-9]+[KMGT]?$"
#define PATTERN_SIZE     "^([0-9]+[KMGT]?|[0-9]+(\\.[0-9]{1,2})?% of (ram|limit|node [0-7]))$"
#define PATTERN_DURATION "^[0-9]+(\\.[0-9]{1,6})?(us|ms|s|min|h)$"
#define PATTERN_IDLIST   "^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$"

#endif
