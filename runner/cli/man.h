/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_MAN_H
#define MEMRIG_RUNNER_CLI_MAN_H

#include <argp.h>
#include <jansson.h>
#include <stdio.h>

#include "runner/cli/cli.h"

/*
 * "memrig man [profile|scenario]": the manual pages, from the same tables as
 * --help and the schemas. Verbs are asked for theirs by being called; see cli_man().
 */
int man_main(const struct verb *const *verbs, int argc, char **argv);

/* One command: its name, usage, help and options, as a subsection. */
void man_verb(FILE *out, const char *name, const struct argp *argp);

/* The keys of a file, from its JSON Schema, as a list. */
void man_schema(FILE *out, const json_t *schema);

#endif
