/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_STORED_H
#define MEMRIG_RUNNER_CLI_STORED_H

#include <jansson.h>

#include "common/error.h"
#include "results/compare.h"

/* What the verbs that read stored runs share. */

/* --store, for every verb's option table. */
enum { KEY_STORED_STORE = 0x2000 };
#define STORED_OPTION                                                                                        \
	{                                                                                                    \
		"store", KEY_STORED_STORE, "DIR", 0,                                                         \
			"Where runs are stored (default: $MEMRIG_STORE or ~/.local/share/memrig/runs)", 0    \
	}

/*
 * Finds and loads "RUN" or "RUN/CELL"; RUN is an id, a unique prefix of one,
 * "latest" or a path. *ret_cell is the cell's id, NULL when none was named; the
 * caller frees it. ret_cell NULL: a cell may not be named.
 */
int stored_load(const char *store, const char *what, json_t **ret_run, char **ret_cell, struct error *err);

/* The entry of a cell in a run document; borrowed, NULL when there is none. */
json_t *stored_cell(const json_t *run, const char *cell);

/* Prints the error; EXIT_USAGE when the user named what is not there, else EXIT_BROKEN. */
int stored_failed(int r, const struct error *err);

/* As wide as the terminal, UTF-8 when the locale has it. */
struct compare_options stored_text_options(void);

/* Flushes stdout: EXIT_DONE, or EXIT_BROKEN with a message when the result could not be written. */
int stored_written(void);

#endif
