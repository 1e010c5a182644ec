/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/table.h"

#include <string.h>

#include "common/util.h"

#define GAP 2

void table_init(struct table *t, unsigned n_columns)
{
	*t = (struct table){ .n_columns = n_columns };
}

static size_t row_start(const struct table *t, size_t row)
{
	return row * (1 + t->n_columns);
}

void table_drop_row(struct table *t)
{
	t->n_rows--;
	for (unsigned i = 0; i <= t->n_columns; i++)
		free(t->cells[row_start(t, t->n_rows) + i]);
}

void table_release(struct table *t)
{
	while (t->n_rows > 0)
		table_drop_row(t);
	free(t->cells);
	free(t->rule_after);
}

void table_row(struct table *t, const char *label)
{
	char **row;

	t->cells = xrealloc(t->cells, row_start(t, t->n_rows + 1) * sizeof(*t->cells));
	t->rule_after = xrealloc(t->rule_after, (t->n_rows + 1) * sizeof(*t->rule_after));
	row = t->cells + row_start(t, t->n_rows);
	memset(row, 0, (1 + t->n_columns) * sizeof(*row));
	row[0] = xstrdup(label);
	t->rule_after[t->n_rows++] = false;
}

void table_put(struct table *t, unsigned column, char *text)
{
	char **cell = &t->cells[row_start(t, t->n_rows - 1) + 1 + column];

	free(*cell);
	*cell = text;
}

void table_init_heads(struct table *t, const char *label, const char *const *heads, unsigned n_columns)
{
	table_init(t, n_columns);
	table_row(t, label);
	for (unsigned i = 0; i < n_columns; i++)
		table_put(t, i, xstrdup(heads[i]));
}

void table_rule(struct table *t)
{
	if (t->n_rows > 0)
		t->rule_after[t->n_rows - 1] = true;
}

/* ---- printing ---- */

/* Characters, not bytes: continuation bytes of UTF-8 do not count. */
static unsigned text_width(const char *text)
{
	unsigned n = 0;

	for (; text && *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* The first n characters of the text, in bytes. */
static int bytes_of(const char *text, unsigned n)
{
	const char *p = text;

	while (*p) {
		if (((unsigned char)*p & 0xc0) != 0x80 && n-- == 0)
			break;
		p++;
	}
	return (int)(p - text);
}

static unsigned widest(const struct table *t, unsigned from, unsigned to)
{
	unsigned width = 0;

	for (size_t row = 0; row < t->n_rows; row++)
		for (unsigned i = from; i < to; i++)
			width = MAX(width, text_width(t->cells[row_start(t, row) + i]));
	return width;
}

static void print_cell(FILE *out, const char *text, unsigned width, bool last, bool utf8)
{
	unsigned n = text_width(text);

	if (n > width) {
		fprintf(out, "%.*s%s", bytes_of(text, width - 1), text, utf8 ? "…" : "~");
		n = width;
	} else if (text) {
		fputs(text, out);
	}
	if (!last)
		fprintf(out, "%*s", (int)(width - n + GAP), "");
}

/* The last cell that holds anything, so that lines do not end in blanks. */
static unsigned last_filled(const struct table *t, size_t row)
{
	unsigned last = 0;

	for (unsigned i = 0; i <= t->n_columns; i++)
		if (t->cells[row_start(t, row) + i])
			last = i;
	return last;
}

/* Width of each cell of a row, label first. What does not fit is taken from the widest; rather too wide than
 * narrower than min_column. The caller frees it. */
static unsigned *column_widths(const struct table *t, const struct table_style *style)
{
	unsigned *widths = xcalloc(1 + t->n_columns, sizeof(*widths)), total = 0;
	unsigned all = widest(t, 1, 1 + t->n_columns);

	for (unsigned i = 0; i <= t->n_columns; i++) {
		widths[i] = i > 0 && style->even ? all : widest(t, i, i + 1);
		if (i > 0)
			widths[i] = MAX(widths[i], style->min_column);
		total += widths[i] + (i < t->n_columns ? GAP : 0);
	}
	while (total > style->width) {
		unsigned most = 1;

		for (unsigned i = 2; i <= t->n_columns; i++)
			if (widths[i] > widths[most])
				most = i;
		if (t->n_columns == 0 || widths[most] <= style->min_column)
			break;
		/* Even columns shrink together. */
		for (unsigned i = style->even ? 1 : most; i <= (style->even ? t->n_columns : most); i++) {
			widths[i]--;
			total--;
		}
	}
	return widths;
}

static void print_rule(FILE *out, const struct table *t, const unsigned *widths, bool utf8)
{
	unsigned n = 0;

	for (unsigned i = 0; i <= t->n_columns; i++)
		n += widths[i] + (i < t->n_columns ? GAP : 0);
	while (n-- > 0)
		fputs(utf8 ? "─" : "-", out);
	fputc('\n', out);
}

void table_print(FILE *out, const struct table *t, const struct table_style *style)
{
	_cleanup_free_ unsigned *widths = column_widths(t, style);

	for (size_t row = 0; row < t->n_rows; row++) {
		unsigned last = last_filled(t, row);

		for (unsigned i = 0; i <= last; i++)
			print_cell(out, t->cells[row_start(t, row) + i], widths[i], i == last, style->utf8);
		fputc('\n', out);
		if (t->rule_after[row])
			print_rule(out, t, widths, style->utf8);
	}
}

void text_wrap(FILE *out, const char *text, unsigned width, unsigned first, unsigned rest)
{
	unsigned at = first;
	bool fresh = true; /* nothing on this line yet */

	fprintf(out, "%*s", (int)first, "");
	while (*text) {
		int len = (int)strcspn(text, " ");
		unsigned word = text_width(text) - text_width(text + len);

		if (!fresh && at + 1 + word > width) {
			fprintf(out, "\n%*s", (int)rest, "");
			at = rest;
			fresh = true;
		}
		fprintf(out, "%s%.*s", fresh ? "" : " ", len, text);
		at += word + !fresh;
		fresh = false;
		text += len;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}
