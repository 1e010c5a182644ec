/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

size_t text_control_len(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	if (p[0] == 0xc2 && (p[1] & 0xe0) == 0x80) /* U+0080 to U+009F */
		return 2;
	return (*p > 0 && *p < 0x20) || *p == 0x7f;
}

void text_plain(char *text)
{
	for (char *p = text; *p; p++)
		if (*p != '\n' && *p != '\t')
			memset(p, '?', text_control_len(p));
}

bool text_is_plain_name(const char *name)
{
	for (const char *p = name; *p; p++)
		if (text_control_len(p) > 0)
			return false;
	return *name;
}

static void fill(struct error *err, const char *where, const char *format, va_list args)
{
	snprintf(err->where, sizeof(err->where), "%s", where ? where : "");
	vsnprintf(err->what, sizeof(err->what), format, args);
	text_plain(err->where);
	text_plain(err->what);
	err->hint[0] = '\0';
}

int (error_set)(struct error *err, int code, const char *where, const char *format, ...)
{
	va_list args;

	if (!err)
		return code;
	va_start(args, format);
	fill(err, where, format, args);
	va_end(args);
	return code;
}

int (error_set_errno)(struct error *err, int code, const char *where, const char *format, ...)
{
	size_t used;
	va_list args;

	if (!err)
		return code;
	va_start(args, format);
	fill(err, where, format, args);
	va_end(args);
	used = strlen(err->what);
	snprintf(err->what + used, sizeof(err->what) - used, ": %s", strerror(-code));
	return code;
}

void error_hint(struct error *err, const char *format, ...)
{
	va_list args;

	if (!err)
		return;
	va_start(args, format);
	vsnprintf(err->hint, sizeof(err->hint), format, args);
	va_end(args);
	text_plain(err->hint);
}
