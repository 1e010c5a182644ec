/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a stored run: the same file is its run.json, its cell's summary and its compressed stream. */
#include "common/file.h"
#include "results/store.h"
#include "results/summary.h"
#include "tests/fuzz/fuzz.h"

/* Without file_write_atomic()'s fsync. */
static void put(const char *top, const char *name, const uint8_t *data, size_t size)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", top, name);
	FILE *f = fopen(path, "w");

	if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *top = fuzz_dir();
	_cleanup_free_ char *cell = xasprintf("%s/cells/c", top), *stream = NULL;
	json_t *run = NULL;
	size_t len;

	if (file_make_dirs(cell, NULL) < 0)
		abort();
	put(top, "run.json", data, size);
	put(top, "cells/c/summary.json", data, size);
	put(top, "cells/c/stream.jsonl.zst", data, size);
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
