/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as a cell description: what the guest's PID 1 reads, and what a stored cell.json says. */
#include "runner/cell.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *json = json_loadb((const char *)data, size, 0, NULL);
	struct cell_description cell = { 0 };
	struct error err = { 0 };

	if (!json)
		return 0;
	if (cell_description_parse(json, &cell, &err) == 0)
		cell_description_release(&cell);
	else if (!*err.what)
		abort(); /* refused without a word */
	return 0;
}
