/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/diag.h"

#include <stdarg.h>

#include "common/error.h"
#include "common/util.h"

void diags_add(struct diags *d, const char *file, unsigned line, unsigned column, const char *path,
	       const char *hint, const char *format, ...)
{
	struct diag *diag;
	va_list args;

	d->list = xrealloc(d->list, (d->n + 1) * sizeof(*d->list));
	diag = &d->list[d->n++];
	*diag = (struct diag){
		.file = xstrdup(file ? file : ""),
		.line = line,
		.column = column,
		.path = xstrdup(path ? path : ""),
		.hint = hint && *hint ? xstrdup(hint) : NULL,
	};
	va_start(args, format);
	diag->message = xvasprintf(format, args);
	va_end(args);
	text_plain(diag->file);
	text_plain(diag->path);
	text_plain(diag->message);
	if (diag->hint)
		text_plain(diag->hint);
}

void diags_release(struct diags *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->list[i].file);
		free(d->list[i].path);
		free(d->list[i].message);
		free(d->list[i].hint);
	}
	free(d->list);
	*d = (struct diags){ 0 };
}

char *diag_format(const struct diag *d)
{
	_cleanup_free_ char *place = d->line    ? xasprintf("%s:%u:%u: ", d->file, d->line, d->column)
				     : *d->file ? xasprintf("%s: ", d->file)
						: xstrdup("");
	_cleanup_free_ char *hint = d->hint ? xasprintf(" (%s)", d->hint) : xstrdup("");

	return xasprintf("%s%s%s%s%s", place, d->path, *d->path ? ": " : "", d->message, hint);
}
