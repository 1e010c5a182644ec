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

/* The lab's nodes are alike to the kernel unless the scenario says that one is slower. 6.12 makes a tier of what the firmware
 * says of it, 6.1 does not; what is between was not looked at. */
static enum known one_tier(const struct machine *m, int release)
{
	bool slower = false;

	if (!m)
		return KNOWN_NOT;
	for (unsigned i = 0; i < m->n_nodes; i++)
		slower |= m->nodes[i].slower > 0;
	if (!slower || (release > 0 && release <= 6001))
		return KNOWN_YES;
	return release >= 6012 ? KNOWN_NO : KNOWN_NOT;
}

void setting_notes_print(const struct setting_notes *notes)
{
	const struct machine *m = notes->machine;
	int release = ineffective_release(notes->kernel);
	const struct ineffective_machine machine = {
		.mglru = planned_mglru(notes),
		.swap = !m ? KNOWN_NOT : m->swap_kind == SWAP_NONE ? KNOWN_NO : KNOWN_YES,
		.numa = !m ? KNOWN_NOT : m->n_nodes > 1 ? KNOWN_YES : KNOWN_NO,
		.release = release,
		.one_tier = one_tier(m, release),
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
