/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_SHOW_VIEW_H
#define MEMRIG_RUNNER_CLI_SHOW_VIEW_H

#include <jansson.h>
#include <stdbool.h>

#include "common/error.h"

/* `memrig show RUN/CELL --at TIME [--as VIEW]`: one moment of a stored cell. */
struct show_view {
	const char *at; /* as given; NULL: no view is asked for */
	const char *as; /* NULL: the summary */
	bool json;
};

/* Prints it; cell NULL is a mistake of the user's. Returns an exit code, the error is printed. */
int show_view(const struct show_view *request, const json_t *run, const char *cell);

#endif
