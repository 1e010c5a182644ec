/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/cli/roff.h"

#include <string.h>

/* A dot or an apostrophe begins a macro only at the beginning of a line, where "\&" takes that from it. */
static void put(FILE *out, const char *text, size_t len, bool at_start)
{
	if (at_start && len > 0 && (*text == '.' || *text == '\''))
		fputs("\\&", out);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\')
			fputs("\\e", out);
		else if (text[i] == '-')
			fputs("\\-", out);
		else if (text[i] == '\'')
			fputs("\\(aq", out);
		else if (text[i] == '^')
			fputs("\\(ha", out);
		else if (text[i] == '~')
			fputs("\\(ti", out);
		else if (text[i] == '`')
			fputs("\\(ga", out);
		else
			putc(text[i], out);
	}
}

void roff_text(FILE *out, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		put(out, text, len, true);
		putc('\n', out);
		text += len + (text[len] == '\n');
	}
}

void roff_put(FILE *out, const char *text)
{
	put(out, text, strlen(text), false);
}

void roff_macro(FILE *out, const char *macro, const char *text)
{
	fprintf(out, ".%s \"", macro);
	for (const char *c = text; *c; c++)
		if (*c == '"')
			fputs("\\(dq", out);
		else
			put(out, c, 1, false);
	fputs("\"\n", out);
}

void roff_help(FILE *out, const char *help)
{
	bool verbatim = false, ended = false;

	while (*help) {
		size_t len = strcspn(help, "\n");
		bool indented = strncmp(help, "  ", 2) == 0;

		if (indented != verbatim) {
			fputs(indented ? ".PP\n.RS 4\n.nf\n" : ".fi\n.RE\n", out);
			verbatim = indented;
			ended = ended || !indented;
		}
		if (len > 0) {
			if (ended)
				fputs(".PP\n", out);
			put(out, help + (indented ? 2 : 0), len - (indented ? 2 : 0), true);
			putc('\n', out);
		}
		ended = len == 0;
		help += len + (help[len] == '\n');
	}
	if (verbatim)
		fputs(".fi\n.RE\n", out);
}
