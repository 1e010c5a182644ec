/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/setting_notes.h"

#include <stdio.h>

#include "common/util.h"
#include "results/verdict/ineffective.h"

static const char *value_of(const struct settings *settings, const char *key)
{
	for (size_t i = 0; i < settings->n; i++)
		if (streq(settings->list[i].key, key))
			return settings->list[i].value;
	return NULL;
}

/* Only what sets it tells: a kernel's own choice is not in its release. */
static enum known planned_mglru(const struct setting_notes *notes)
{
	static const char key[] = "kernel/mm/lru_gen/enabled";
	const char *value = value_of(notes->settings, key);

	if (!value)
		return KNOWN_NOT;
	return streq(value, "y") || (strtoull(value, NULL, 0) & 1) ? KNOWN_YES : KNOWN_NO;
}

/* The lab's nodes are alike to the kernel unless the scenario says that one is slower. */
static enum known one_tier(const struct machine *m)
{
	if (!m)
		return KNOWN_NOT;
	for (unsigned i = 0; i < m->n_nodes; i++)
		if (m->nodes[i].slower)
			return KNOWN_NOT;
	return KNOWN_YES;
}

void setting_notes_print(const struct setting_notes *notes)
{
	const struct machine *m = notes->machine;
	const struct ineffective_machine machine = {
		.mglru = planned_mglru(notes),
		.swap = !m ? KNOWN_NOT : m->swap_kind == SWAP_NONE ? KNOWN_NO : KNOWN_YES,
		.numa = !m ? KNOWN_NOT : m->n_nodes > 1 ? KNOWN_YES : KNOWN_NO,
		.release = ineffective_release(notes->kernel),
		.one_tier = one_tier(m),
	};

	for (size_t i = 0; i < notes->settings->n; i++) {
		const struct setting *s = &notes->settings->list[i];
		const struct ineffective *row;
		bool sure;

		row = ineffective_find(&machine, s->key, s->value, &sure);
		if (row)
			fprintf(stderr, "memrig: note: %s: %s=%s has no effect%s%s\n", notes->who, s->key, s->value,
				sure ? ": " : " ", sure ? row->reason : row->where);
	}
}
