/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_TABLE_H
#define MEMRIG_RESULTS_TABLE_H

#include <stdbool.h>
#include <stdio.h>

/*
 * A table of text: a label and n columns a row, aligned when it is printed.
 * Text that is too long for its column is shortened and marked.
 */
struct table {
	unsigned n_columns;
	char **cells; /* n_rows times (1 + n_columns); NULL is an empty cell */
	bool *rule_after;
	size_t n_rows;
};

struct table_style {
	bool utf8;
	unsigned width;      /* columns to stay within where possible */
	unsigned min_column; /* a column is never narrower */
	bool even;           /* all columns as wide as the widest; else each as wide as it needs */
};

void table_init(struct table *t, unsigned n_columns);
void table_release(struct table *t);

/* The table's first row: a label and what each of the columns is. */
void table_init_heads(struct table *t, const char *label, const char *const *heads, unsigned n_columns);

/* Starts a row; label is copied. */
void table_row(struct table *t, const char *label);
/* Fills a cell of the last row; takes the text over. */
void table_put(struct table *t, unsigned column, char *text);
/* A line under the last row; nothing when there is no row or one already. */
void table_rule(struct table *t);
/* Drops the last row. */
void table_drop_row(struct table *t);

void table_print(FILE *out, const struct table *t, const struct table_style *style);

/* Text broken at blanks to stay within width; the first line begins with `first` blanks, the others with
 * `rest`. */
void text_wrap(FILE *out, const char *text, unsigned width, unsigned first, unsigned rest);

#endif
