/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as a sysctl.conf or a TuneD profile: a profile, or an error that says why. */
#include "runner/profile_export.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_text(data, size);
	json_t *profile = NULL, *left_out = NULL;
	struct error err = { 0 };

	if (import_text(text, "fuzz", &profile, &left_out, &err) == 0)
		json_decref(profile);
	else if (!*err.what)
		abort(); /* refused without a word */
	json_decref(left_out);
	return 0;
}
