/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/export/text.h"

#include <stdbool.h>
#include <string.h>

#include "common/error.h"
#include "common/util.h"

void text_begin(struct text *t)
{
	t->out = xmemstream(&t->data, &t->len);
}

char *text_end(struct text *t)
{
	xmemclose(t->out, &t->data);
	return t->data;
}

/* Tab and newline are no harm here. */
static size_t control_len(const char *p)
{
	return *p == '\t' || *p == '\n' ? 0 : text_control_len(p);
}

void text_escaped(FILE *out, const char *text, const char *const *pairs)
{
	for (const char *p = text; *p; p++) {
		const char *const *pair = pairs;
		size_t control = control_len(p);

		while (*pair && **pair != *p)
			pair += 2;
		if (*pair)
			fputs(pair[1], out);
		else
			fputc(control ? '?' : *p, out);
		p += control == 2;
	}
}

void text_markdown(FILE *out, const char *text)
{
	static const char *const escapes[] = { "|", "\\|", "<", "&lt;", ">",	"&gt;", "*", "\\*", "_", "\\_",
					       "`", "\\`", "[", "\\[",  "]",	"\\]",	"\\", "\\\\", "\n", " ",  NULL };

	text_escaped(out, text, escapes);
}

/* Nothing but the bar of a table is escaped in code. */
void text_markdown_code(FILE *out, const char *text)
{
	static const char *const escapes[] = { "|", "\\|", "`", "'", "\n", " ", NULL };

	fputc('`', out);
	text_escaped(out, text, escapes);
	fputc('`', out);
}

/* A '#' begins a directive, a newline the next line. */
void text_ktap(FILE *out, const char *text)
{
	static const char *const one_line[] = { "#", "", "\n", " ", NULL };

	text_escaped(out, text, one_line);
}

void text_csv(FILE *out, const char *text)
{
	bool quote = strpbrk(text, ",\"\n\r") != NULL;

	if (quote)
		fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	if (quote)
		fputc('"', out);
}
