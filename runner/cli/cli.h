/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_CLI_H
#define MEMRIG_RUNNER_CLI_CLI_H

#include <argp.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "common/diag.h"
#include "common/error.h"

/* What every verb shares: exit codes, printing of errors and results. */

enum exit_code {
	EXIT_DONE = 0,		/* done, expectations met */
	EXIT_FINDINGS = 1,	/* failed expectation, regression */
	EXIT_USAGE = 2,		/* bad usage or bad input */
	EXIT_BROKEN = 3,	/* memrig itself failed */
	EXIT_INCONCLUSIVE = 4,	/* not enough runs */
	EXIT_CANNOT_RUN = 77,	/* cannot run here */
};

/* One verb: a file of its own under runner/cli/, with its argp parser; argv[0] is "memrig VERB". Returns an exit code. */
struct verb {
	const char *name;
	const char *summary; /* one line */
	int (*main)(int argc, char **argv);
	bool hidden; /* neither listed nor suggested */
};

extern const struct verb verb_compare, verb_doctor, verb_explain, verb_gate, verb_history, verb_lab, verb_list, verb_profile, verb_report,
	verb_rerun, verb_restore, verb_run, verb_scenario, verb_show, verb_store, verb_verdict, verb_verify, verb_watch, verb_workload;

/* workload.c: "memrig workload list", which is "memrig scenario workloads" too. */
int workload_list_main(int argc, char **argv);

/* "memrig: where: what" and, on a line of its own, the hint; to stderr. */
void cli_error(const struct error *err);
void cli_diags(const struct diags *diags);

/* A JSON document to stdout, indented, with a newline; returns 0 or -EIO. */
int cli_json(const json_t *json);

/* Parses with ARGP_IN_ORDER off, exit code 2 for usage mistakes, --help on stdout. `argp->doc` starts with examples. */
int cli_parse(const struct argp *argp, int argc, char **argv, void *input);

/* Writes what cli_parse() would parse for each of the verbs and their sub-verbs to `out`, as a manual page has it: every
 * verb's main is called, and cli_parse() writes and returns ECANCELED, whereupon a verb does nothing. */
void cli_man(const struct verb *const *verbs, const char *prefix, FILE *out);

/* At the end of main(): a result that could not be written is a failure, whatever the verb said. */
int cli_finish(int code);

/* Sub-verbs ("profile list"): runs the one that argv[1] names, after any --color=WHEN; prints the choice and
 * returns EXIT_USAGE otherwise. */
int cli_dispatch(const struct verb *const *verbs, const char *prefix, int argc, char **argv);

/* Whether to colour: --color=auto|always|never, NO_COLOR, TERM=dumb, a terminal. */
bool cli_color(int fd);

/* Where memrig's own data are: $MEMRIG_DATA, else beside the binary when it stands in its source tree, else the
 * installed directory. Holds profiles/ and workloads/scenarios/. Static. */
const char *cli_data_dir(void);

/* "redis" or "./my.json" to a path: a name with a slash or ending in .json is a path, else it is looked up in
 * cli_data_dir(). The caller frees it. -ENOENT with the nearest name as hint. `kind` is "profile", "scenario" or "claim". */
int cli_find(const char *kind, const char *name, char **ret_path, struct error *err);
/* All names of that kind, sorted, NULL-terminated; cli_names_free(). */
char **cli_names(const char *kind);
void cli_names_free(char **names);

#endif
