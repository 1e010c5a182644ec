/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_ROFF_H
#define MEMRIG_RUNNER_CLI_ROFF_H

#include <stdbool.h>
#include <stdio.h>

/* Manual pages in the macros of man(7). */

/* Text as it is to be read, in the current paragraph: nothing in it is a macro or an escape. */
void roff_text(FILE *out, const char *text);

/* The same within a line that has begun. */
void roff_put(FILE *out, const char *text);

/* A line that is a macro with one argument, ".SH NAME"; `text` may have spaces. */
void roff_macro(FILE *out, const char *macro, const char *text);

/* Help as argp has it: paragraphs are set apart by empty lines, and what is indented by two spaces stays as it is. */
void roff_help(FILE *out, const char *help);

#endif
