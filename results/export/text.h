/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_EXPORT_TEXT_H
#define MEMRIG_RESULTS_EXPORT_TEXT_H

#include <stdio.h>

/* A text that is being written; memory running out ends the program. */
struct text {
	FILE *out;
	char *data;
	size_t len;
};

void text_begin(struct text *t);
/* Ends the writing; the caller frees it. */
char *text_end(struct text *t);

/* The text with every character that begins a pair ("&", "&amp;", ..., NULL) replaced by the other of the
 * pair, and control characters but tab and newline by '?': XML 1.0 cannot have most, a terminal obeys them. */
void text_escaped(FILE *out, const char *text, const char *const *pairs);

/* For Markdown, in a table's cell, a heading or a list alike; and as code between backticks. */
void text_markdown(FILE *out, const char *text);
void text_markdown_code(FILE *out, const char *text);

/* The name or the reason in a line of KTAP. */
void text_ktap(FILE *out, const char *text);

/* A field of CSV, in quotes where RFC 4180 wants them. */
void text_csv(FILE *out, const char *text);

#endif
