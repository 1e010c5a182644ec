/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_TESTS_FUZZ_H
#define MEMRIG_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/util.h"

/* One input; libFuzzer, AFL++ and replay.c call it. Returns 0; what must not be ends by abort(). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes with a NUL behind them, in an allocation of just that size: a read beyond is seen. The caller frees it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = xcalloc(size + 1, 1);

	memcpy(text, data, size);
	return text;
}

/* A directory for this process, made at the first call, below $TMPDIR, which fuzz.sh empties. */
static inline const char *fuzz_dir(void)
{
	static char *dir;
	const char *top = getenv("TMPDIR");

	if (dir)
		return dir;
	dir = xasprintf("%s/memrig-fuzz-XXXXXX", top ? top : "/tmp");
	if (!mkdtemp(dir))
		abort();
	return dir;
}

#endif
