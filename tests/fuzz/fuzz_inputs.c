/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as a scenario: an error with a place, or a value that can be freed; never a crash. */
#include "common/json.h"
#include "runner/scenario.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_text(data, size);
	struct scenario *scenario = NULL;
	struct diags diags = { 0 };
	json_t *json = NULL;
	int r;

	r = json_text_load(text, size, "fuzz", &json, &diags);
	if (r == 0)
		r = scenario_parse(json, "fuzz", text, &scenario, &diags);
	if (r == 0)
		scenario_free(scenario);
	else if (diags.n == 0)
		abort(); /* refused without a word */
	json_decref(json);
	diags_release(&diags);
	return 0;
}
