/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_COMMON_UTIL_H
#define MEMRIG_COMMON_UTIL_H

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#define KIB 1024ULL
#define MIB (1024ULL * KIB)
#define GIB (1024ULL * MIB)
#define NSEC_PER_SEC 1000000000ULL
#define NSEC_PER_MSEC 1000000ULL

/* Most nodes a lab guest can have; also the limit for reading a real machine. */
#define MAX_NODES 8

/*
 * Cleanup attributes for single resources: `_cleanup_free_ char *s = NULL;`.
 * TAKE_PTR()/TAKE_FD() hand the resource over to somebody else.
 */
static inline void cleanup_freep(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define _cleanup_(fn) __attribute__((cleanup(fn)))
#define _cleanup_free_ _cleanup_(cleanup_freep)
#define _cleanup_close_ _cleanup_(cleanup_closep)
#define _cleanup_fclose_ _cleanup_(cleanup_fclosep)

#define TAKE_PTR(p)                    \
	({                             \
		__typeof__(p) _p = (p); \
		(p) = NULL;            \
		_p;                    \
	})
#define TAKE_FD(fd)          \
	({                   \
		int _f = (fd); \
		(fd) = -1;   \
		_f;          \
	})

static inline int streq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Memory ran out. Calls *out_of_memory_end, which says so and ends the program as its main() sees fit; abort() if that is
 * NULL, as it is until main() sets it. */
_Noreturn void out_of_memory(void);
extern void (*out_of_memory_end)(void);

/* strdup() and friends that call out_of_memory() when there is none: for set-up
 * code, never inside the sampler's loop. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list args) __attribute__((format(printf, 1, 0)));
char *xstrndup(const char *s, size_t n);
/* open_memstream(), and the fclose() that goes with it: *text is whole and the caller's after that. */
FILE *xmemstream(char **text, size_t *len);
void xmemclose(FILE *out, char *const *text);
/* As opendir(): NULL with errno for every other reason, as a folder that cannot be read may be taken for an empty one. */
DIR *xopendir(const char *path);

#endif
