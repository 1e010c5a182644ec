/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_CHECK_H
#define MEMRIG_RUNNER_CLI_CHECK_H

#include <stdbool.h>

#include "common/diag.h"

/* "profile check" and "scenario check": files or names in, all mistakes out. Returns an exit code. */
int cli_check(const char *kind, char *const *names, bool as_json,
	      int (*load)(const char *path, struct diags *diags));

#endif
