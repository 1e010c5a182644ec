/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of a cell, in the order the tuners know. */
#include <errno.h>

#include "common/clock.h"
#include "common/util.h"
#include "runner/cell_run.h"

static int by_order(const void *a, const void *b)
{
	const struct tune *x = a, *y = b;

	return tunable_order(x->tunable) - tunable_order(y->tunable);
}

int cell_settings_plan(struct cell_run *run, struct error *err)
{
	struct settings all = profile_with_scenario(run->cell->profile, &run->cell->scenario->settings);
	int r = 0;

	run->tunes = xcalloc(all.n, sizeof(*run->tunes));
	for (size_t i = 0; i < all.n && r == 0; i++) {
		struct tune *tune = &run->tunes[i];

		tune->tunable = tunable_find(all.list[i].sysfs, all.list[i].key);
		if (!tune->tunable)
			r = error_set(err, -EINVAL, all.list[i].key, "no tuner knows this setting");
		snprintf(tune->asked, sizeof(tune->asked), "%s", all.list[i].value);
	}
	if (r == 0) {
		run->n_tunes = all.n;
		qsort(run->tunes, run->n_tunes, sizeof(*run->tunes), by_order);
	}
	settings_release(&all);
	return r;
}

static void record(struct cell_run *run, const struct tune *tune)
{
	stream_begin(&run->out, "tune", now_ns());
	stream_text(&run->out, "key", tune->tunable->key);
	stream_text(&run->out, "before", tune->before);
	stream_text(&run->out, "asked", tune->asked);
	stream_text(&run->out, "target", tune->target);
	stream_text(&run->out, "effective", tune->effective);
	stream_end(&run->out);
}

/* All are saved before the first is set: setting one may change another (THP raises min_free_kbytes). */
int cell_settings_apply(struct cell_run *run, struct error *err)
{
	const struct cell_safety *safety = run->place->safety;
	int r = 0;

	for (size_t i = 0; i < run->n_tunes && r == 0 && !safety; i++)
		r = tune_save("", &run->tunes[i], err);
	for (size_t i = 0; i < run->n_tunes && r == 0; i++)
		r = safety ? changes_set("", &run->tunes[i], run->sizes.ram_bytes, safety->list, &run->journal, err)
			   : tune_set("", &run->tunes[i], run->sizes.ram_bytes, err);
	for (size_t i = 0; i < run->n_tunes && r == 0; i++) {
		struct tune *tune = &run->tunes[i];

		r = tune_read("", tune->tunable, tune->effective, sizeof(tune->effective), err);
		if (r == 0 && safety)
			r = changes_settled(tune, safety->list, &run->journal, err);
		if (r == 0)
			record(run, tune);
	}
	if (r == 0 && safety)
		r = changes_settled_all(safety->list, "", &run->journal, err);
	return r;
}

static void undo_one(struct cell_run *run, struct tune *tune)
{
	char now[sizeof(tune->effective)];
	struct error err = { 0 };
	bool drifted = tune_read("", tune->tunable, now, sizeof(now), &err) == 0 && !streq(now, tune->effective);
	int r = tune_undo("", tune, &err);
	if (r < 0)
		cell_problem(run, r, &err, false);
	stream_begin(&run->out, "undo", now_ns());
	stream_text(&run->out, "key", tune->tunable->key);
	if (drifted)
		stream_text(&run->out, "drift", now);
	stream_text(&run->out, "after", tune->after);
	stream_end(&run->out);
}

void cell_settings_undo(struct cell_run *run)
{
	if (run->place->safety)
		return; /* cell_safety_finish() does it */
	for (size_t i = run->n_tunes; i-- > 0;)
		if (run->tunes[i].set)
			undo_one(run, &run->tunes[i]);
}
