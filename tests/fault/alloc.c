/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LD_PRELOAD=alloc.so ALLOC_AT=7 PROGRAM: the program's 7th allocation fails, and a line on stderr says so, with the
 * callers when ALLOC_TRACE is set. ALLOC_LIST=FILE: nothing fails; the numbers of the allocations that were reached
 * by a path of their own, one a line: failing those covers every way to an allocation. Counted from main() on are what the
 * program, the C library and jansson allocate; other libraries answer for themselves.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <regex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the C library offers to those who replace its malloc(). */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

#define DEPTH 24
#define SEEN  (1 << 16)

struct range {
	uintptr_t begin, end;
};

static struct range counted[8];
static int counted_n;
static unsigned long calls, at;
static uint64_t seen[SEEN];
static int list = -1;
static bool trace, ready;
static __thread bool inside;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int note_library(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size, (void)data;
	/* The program itself has no name. */
	if (*info->dlpi_name && !strstr(info->dlpi_name, "/libc.so") && !strstr(info->dlpi_name, "/libjansson"))
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X) && counted_n < 8)
			counted[counted_n++] = (struct range){ info->dlpi_addr + info->dlpi_phdr[i].p_vaddr,
				info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz };
	return 0;
}

__attribute__((constructor)) static void begin(void)
{
	const char *number = getenv("ALLOC_AT"), *path = getenv("ALLOC_LIST");
	void *frames[2];

	at = number ? strtoul(number, NULL, 10) : 0;
	trace = getenv("ALLOC_TRACE");
	backtrace(frames, 2); /* loads what it needs */
	dl_iterate_phdr(note_library, NULL);
	if (path)
		list = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	unsetenv("LD_PRELOAD");
	ready = true;
}

static bool counts(uintptr_t caller)
{
	for (int i = 0; i < counted_n; i++)
		if (caller >= counted[i].begin && caller < counted[i].end)
			return true;
	return false;
}

/* Writes the call's number if no call came the same way before. */
static void note_path(void)
{
	void *frames[DEPTH];
	int n = backtrace(frames, DEPTH);
	uint64_t hash = 1469598103934665603u;
	char text[32];

	for (int i = 0; i < n; i++)
		hash = (hash ^ (uintptr_t)frames[i]) * 1099511628211u;
	for (uint32_t i = (uint32_t)(hash >> 32) % SEEN;; i = (i + 1) % SEEN) {
		if (seen[i] == hash)
			return;
		if (seen[i] == 0) {
			seen[i] = hash;
			break;
		}
	}
	if (write(list, text, (size_t)snprintf(text, sizeof(text), "%lu\n", calls)) < 0)
		_exit(99);
}

static void say(size_t size)
{
	char text[80];
	void *frames[DEPTH] = { 0 };
	int len = snprintf(text, sizeof(text), "fault: allocation %lu of %zu bytes fails\n", calls, size);

	if (write(2, text, (size_t)len) < 0)
		_exit(99);
	if (trace)
		backtrace_symbols_fd(frames, backtrace(frames, DEPTH), 2);
}

/* Counts the allocation; true: it shall fail. */
static bool fails(size_t size, void *caller)
{
	bool yes = false;

	if (!ready || inside || !counts((uintptr_t)caller))
		return false;
	inside = true;
	pthread_mutex_lock(&lock);
	calls++;
	if (list >= 0)
		note_path();
	else if (calls == at)
		yes = true;
	if (yes)
		say(size);
	pthread_mutex_unlock(&lock);
	inside = false;
	if (yes)
		errno = ENOMEM;
	return yes;
}

#define FAILS(size) fails(size, __builtin_return_address(0))

void *malloc(size_t size) { return FAILS(size) ? NULL : __libc_malloc(size); }
void *calloc(size_t n, size_t size) { return FAILS(n * size) ? NULL : __libc_calloc(n, size); }
void *realloc(void *old, size_t size) { return FAILS(size) ? NULL : __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { return FAILS(size) ? NULL : __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return FAILS(size) ? NULL : __libc_memalign(alignment, size); }

void *reallocarray(void *old, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return FAILS(bytes) ? NULL : __libc_realloc(old, bytes);
}

int posix_memalign(void **ret, size_t alignment, size_t size)
{
	void *p = FAILS(size) ? NULL : __libc_memalign(alignment, size);

	if (!p)
		return ENOMEM;
	*ret = p;
	return 0;
}

/* glibc 2.36 frees twice when memory runs out in here: not for us to test. */
int regcomp(regex_t *regex, const char *pattern, int flags)
{
	int (*real)(regex_t *, const char *, int) = dlsym(RTLD_NEXT, "regcomp");
	bool before = inside;
	int r;

	inside = true;
	r = real(regex, pattern, flags);
	inside = before;
	return r;
}

/* Nor does it look whether it got memory for what it starts from. <fts.h> is left out for the types' sake. */
void *fts_open(char *const *paths, int options, int (*compare)(const void *, const void *))
{
	void *(*real)(char *const *, int, int (*)(const void *, const void *)) = dlsym(RTLD_NEXT, "fts_open");
	bool before = inside;
	void *tree;

	inside = true;
	tree = real(paths, options, compare);
	inside = before;
	return tree;
}
