/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_PLAN_FILE_H
#define MEMRIG_RUNNER_CLI_PLAN_FILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/diag.h"

/*
 * A plan that somebody has written down (docs/plan.md): what `memrig run` is asked for, as a file. Names are as on the
 * command line. Scenarios, profiles and families are found when it is loaded; kernels are not looked at.
 */
struct plan_names {
	const char **list; /* NULL-terminated; NULL when n is 0 */
	size_t n;
};

struct plan_file {
	char *name;
	struct plan_names scenarios; /* at least one; SCENARIO_CASES is one of them as it is */
	struct plan_names profiles, families, kernels;
	unsigned seeds, jobs; /* 0: not said */
	bool only, cures;
};

enum { PLAN_SEEDS_MOST = 10000, PLAN_JOBS_MOST = 256 };

/* Paths in the file are relative to it; those in *ret are not. Returns 0, or a negative errno with every mistake in *diags. */
int plan_file_load(const char *path, struct plan_file **ret, struct diags *diags);
void plan_file_free(struct plan_file *plan);

/* The JSON Schema of the file; a new reference. */
json_t *plan_file_schema(void);

#endif
