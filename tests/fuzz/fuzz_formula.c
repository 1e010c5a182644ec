/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as a formula: an error with its place, or a tree that can be evaluated and freed. */
#include "results/formula.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_text(data, size);
	struct timeline *timeline = timeline_new();
	struct formula_cell cell = { .timeline = timeline };
	struct formula *formula = NULL;
	struct error err = { 0 };
	double value;

	if (formula_parse(text, &formula, &err) == 0)
		formula_value(formula, &cell, &value, &err);
	else if (!err.what[0])
		abort(); /* refused without a word */
	formula_free(formula);
	timeline_free(timeline);
	return 0;
}
