/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/util.h"

#include <stdbool.h>

void (*memory_out)(void) = abort;

static void *checked(void *p)
{
	if (!p) {
		memory_out();
		abort();
	}
	return p;
}

void *xmalloc(size_t size)
{
	return checked(malloc(size ? size : 1));
}

void *xcalloc(size_t n, size_t size)
{
	return checked(calloc(n ? n : 1, size));
}

void *xrealloc(void *p, size_t size)
{
	return checked(realloc(p, size));
}

char *xstrdup(const char *s)
{
	return checked(strdup(s));
}

char *xstrndup(const char *s, size_t n)
{
	return checked(strndup(s, n));
}

char *xvasprintf(const char *format, va_list args)
{
	char *s = NULL;

	return checked(vasprintf(&s, format, args) < 0 ? NULL : s);
}

char *xasprintf(const char *format, ...)
{
	va_list args;
	char *s;

	va_start(args, format);
	s = xvasprintf(format, args);
	va_end(args);
	return s;
}

FILE *xmemstream(char **ret, size_t *ret_len)
{
	return checked(open_memstream(ret, ret_len));
}

void xmemstream_end(FILE *stream)
{
	bool failed = ferror(stream);

	if (fclose(stream) != 0 || failed)
		checked(NULL);
}
