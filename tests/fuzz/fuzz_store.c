/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a stored run: the same file is its run.json, its cell's summary and its compressed stream. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/util.h"
#include "results/store.h"
#include "results/summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char top[] = "/tmp/memrig-fuzz-XXXXXX";

static void end(void)
{
	static const char *const parts[] = { "cells/c/stream.jsonl.zst", "cells/c/summary.json", "cells/c", "cells", "run.json", "" };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", top, parts[i]);

		remove(path);
	}
}

static void begin(void)
{
	static bool begun;
	_cleanup_free_ char *cell = NULL;

	if (begun)
		return;
	begun = true;
	if (!mkdtemp(top))
		abort();
	atexit(end);
	cell = xasprintf("%s/cells/c", top);
	if (file_make_dirs(cell, NULL) < 0)
		abort();
}

/* Without file_write_atomic()'s fsync. */
static void put(const char *name, const uint8_t *data, size_t size)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", top, name);
	FILE *f = fopen(path, "w");

	if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *stream = NULL;
	json_t *run = NULL;
	size_t len;

	begin();
	put("run.json", data, size);
	put("cells/c/summary.json", data, size);
	put("cells/c/stream.jsonl.zst", data, size);
	if (store_load(top, &run, NULL) == 0)
		json_decref(run);
	/* Bombs are hostile.sh's: a fuzzer would make little else. */
	if (size >= 4 && store_read_stream(top, "c", &stream, &len, NULL) == 0 && len < 1 << 20) {
		struct summary_input input = { .stream = stream, .stream_len = len, .console = "" };
		struct summary *summary = NULL;

		if (summary_make(&input, &summary, NULL) == 0)
			summary_free(summary);
	}
	return 0;
}
