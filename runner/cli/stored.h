/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_STORED_H
#define MEMRIG_RUNNER_CLI_STORED_H

#include <argp.h>
#include <jansson.h>
#include <stdbool.h>

#include "common/error.h"
#include "results/compare.h"

/* What the verbs that read stored runs share. */

struct stored_request {
	const char *store;
	bool json;
};

/* For a verb's option table: --store, and the key of its --json. */
enum { KEY_STORED_STORE = 0x2000, KEY_STORED_JSON };
#define STORED_OPTION                                                                                        \
	{                                                                                                    \
		"store", KEY_STORED_STORE, "DIR", 0,                                                         \
			"Where runs are stored (default: $MEMRIG_STORE or ~/.local/share/memrig/runs)", 0    \
	}

/* For a verb's parser: takes the options above, ARGP_ERR_UNKNOWN for others. */
error_t stored_parse(int key, char *arg, struct stored_request *request);

/*
 * Finds and loads "RUN" or "RUN/CELL"; RUN is an id, a unique prefix of one,
 * "latest" or a path. *ret_cell is the cell's id, NULL when none was named; the
 * caller frees it. ret_cell NULL: a cell may not be named.
 */
int stored_load(const char *store, const char *what, json_t **ret_run, char **ret_cell, struct error *err);

/* The entry of a cell in a run document; borrowed, NULL when there is none. */
json_t *stored_cell(const json_t *run, const char *cell);

/* "a, b" from a list of strings; the caller frees it. */
char *stored_join(const json_t *list, const char *separator);

/* Prints the error; EXIT_USAGE when the user named what is not there, else EXIT_BROKEN. */
int stored_failed(int r, const struct error *err);

/* As wide as the terminal, UTF-8 when the locale has it. */
struct compare_options stored_text_options(void);

/* Flushes stdout: EXIT_DONE, or EXIT_BROKEN with a message when the result could not be written. */
int stored_written(void);

#endif
