/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_PROFILE_H
#define MEMRIG_RUNNER_CLI_PROFILE_H

#include "runner/cli/cli.h"
#include "runner/profile.h"

/* Sub-verbs of "memrig profile" that have a file of their own. */
int profile_apply_main(int argc, char **argv);
int profile_capture_main(int argc, char **argv);
int profile_export_main(int argc, char **argv);
int profile_import_main(int argc, char **argv);

/* Loads one by name or path, for this kernel; prints what is wrong. Returns EXIT_DONE or EXIT_USAGE. */
int profile_get(const char *name, struct profile **ret);

/* Prints a profile document, or writes it to a new file when `path` is given. Returns an exit code. */
int profile_put(json_t *profile, const char *path);

#endif
