/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_FAMILY_H
#define MEMRIG_RUNNER_CLI_FAMILY_H

#include "common/error.h"

/* The names of the profiles that come with memrig and are of this family, sorted, NULL-terminated; cli_names_free().
 * -ENOENT when there are none, with the families there are as hint. */
int family_profiles(const char *family, char ***ret, struct error *err);

/* In place of a scenario: family_cases(). */
#define SCENARIO_CASES "cases"

/* The names of the scenarios that come with memrig, are cases (docs/cases.md) and need no programs of a distribution,
 * sorted, NULL-terminated; cli_names_free(). */
char **family_cases(void);

#endif
