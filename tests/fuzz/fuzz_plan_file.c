/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as the file of `run --plan`: an error with a place, or a plan that can be freed. */
#include "runner/cli/plan_file.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *path = xasprintf("%s/fuzz.json", fuzz_dir());
	_cleanup_fclose_ FILE *f = fopen(path, "w");
	struct plan_file *plan = NULL;
	struct diags diags = { 0 };

	if (!f || fwrite(data, 1, size, f) != size || fflush(f) != 0)
		abort();
	if (plan_file_load(path, &plan, &diags) == 0)
		plan_file_free(plan);
	else if (diags.n == 0)
		abort(); /* refused without a word */
	diags_release(&diags);
	return 0;
}
