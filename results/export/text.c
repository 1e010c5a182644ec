/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/export/text.h"

#include "common/util.h"

void text_begin(struct text *t)
{
	t->out = open_memstream(&t->data, &t->len);
	if (!t->out)
		abort();
}

char *text_end(struct text *t)
{
	if (ferror(t->out) || fclose(t->out) != 0)
		abort();
	return t->data;
}

void text_escaped(FILE *out, const char *text, const char *const *pairs)
{
	for (const char *p = text; *p; p++) {
		const char *const *pair = pairs;

		while (*pair && **pair != *p)
			pair += 2;
		if (*pair)
			fputs(pair[1], out);
		else
			fputc((unsigned char)*p < ' ' && *p != '\t' && *p != '\n' ? '?' : *p, out);
	}
}
