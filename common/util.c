/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/util.h"

#include <errno.h>
#include <stdbool.h>

void (*out_of_memory_end)(void);

void out_of_memory(void)
{
	if (out_of_memory_end)
		out_of_memory_end();
	abort();
}

static void *checked(void *p)
{
	if (!p)
		out_of_memory();
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

	if (vasprintf(&s, format, args) < 0)
		out_of_memory();
	return s;
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

FILE *xmemstream(char **text, size_t *len)
{
	return checked(open_memstream(text, len));
}

void xmemclose(FILE *out, char *const *text)
{
	bool failed = ferror(out);

	/* Shrinking the text may fail in glibc's fclose(), which returns 0 all the same. */
	if (fclose(out) != 0 || failed || !*text)
		out_of_memory();
}

DIR *xopendir(const char *path)
{
	DIR *dir = opendir(path);

	if (!dir && errno == ENOMEM)
		out_of_memory();
	return dir;
}
