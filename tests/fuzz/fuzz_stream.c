/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as a stream: the guest that wrote it may have been in any state. */
#include "results/summary.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct summary_input input = { .stream = (const char *)data, .stream_len = size, .console = "" };
	struct summary *summary = NULL;
	struct error err;

	if (summary_make(&input, &summary, &err) == 0) {
		json_decref(summary_to_json(summary, "fuzz", NULL));
		summary_free(summary);
	}
	return 0;
}
