/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as the plan.json of a stored run: an error that says why, or a plan whose cells are all there. For the host, where
 * kernels are names only, and for the lab, which looks for them. */
#include "runner/plan_stored.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct plan *plan)
{
	if (plan->n_cells == 0)
		abort();
	for (size_t i = 0; i < plan->n_cells; i++) {
		const struct plan_cell *cell = &plan->cells[i];

		if (!cell->id || !cell->scenario || !cell->profile || !cell->kernel || !json_is_object(cell->description))
			abort();
	}
}

static void load(const json_t *json, bool host)
{
	struct plan_stored request = { .host = host };
	struct plan *plan = NULL;
	struct error err = { 0 };

	if (plan_from_json(json, &request, &plan, &err) == 0)
		check(plan);
	else if (!*err.what)
		abort(); /* refused without a word */
	plan_free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *json = json_loadb((const char *)data, size, 0, NULL);

	if (!json)
		return 0;
	setenv("MEMRIG_CACHE", fuzz_dir(), 1); /* this machine's kernels are no part of it */
	load(json, true);
	load(json, false);
	json_decref(json);
	return 0;
}
