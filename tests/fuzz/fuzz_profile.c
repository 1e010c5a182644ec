/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as a profile's file: an error with a place, or a profile that can be written in every form it is deployed in
 * and is the same after the way to a guest and back. */
#include "runner/profile_export.h"
#include "tests/fuzz/fuzz.h"

static void write_file(const char *path, const uint8_t *data, size_t size)
{
	_cleanup_fclose_ FILE *f = fopen(path, "w");

	if (!f || fwrite(data, 1, size, f) != size)
		abort();
}

static void export(const struct profile *profile)
{
	struct tune *tunes = NULL;
	struct error err = { 0 };
	size_t n;

	if (export_resolve(profile, 4ULL << 30, &tunes, &n, &err) < 0) {
		if (!*err.what)
			abort();
		return;
	}
	for (const struct export_format *f = export_formats; f->name; f++) {
		_cleanup_free_ char *text = NULL;
		size_t len;
		FILE *out = open_memstream(&text, &len);

		f->write(out, profile, tunes, n);
		fclose(out);
	}
	free(tunes);
}

static void there_and_back(const struct profile *profile)
{
	json_t *json = profile_to_json(profile), *again;
	struct profile *copy = NULL;

	if (profile_from_json(json, &copy, NULL) < 0)
		abort();
	again = profile_to_json(copy);
	if (!json_equal(json, again))
		abort();
	json_decref(json);
	json_decref(again);
	profile_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *path = xasprintf("%s/fuzz.json", fuzz_dir());
	struct profile *profile = NULL;
	struct diags diags = { 0 };

	write_file(path, data, size);
	if (profile_load(path, NULL, &profile, &diags) == 0) {
		export(profile);
		there_and_back(profile);
		profile_free(profile);
	} else if (diags.n == 0) {
		abort(); /* refused without a word */
	}
	diags_release(&diags);
	return 0;
}
