/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/verdict/setting.h"

#include "common/size.h"
#include "common/util.h"

const char *setting_text(const struct timeline *t, const char *key)
{
	const json_t *tune = timeline_find(t, "tune", "key", key);
	const json_t *machine = timeline_find(t, "machine", NULL, NULL);
	const char *found = record_text(json_object_get(machine, "settings"), key, NULL);

	return record_text(tune, "effective", found);
}

uint64_t setting_u64(const struct timeline *t, const char *key, uint64_t fallback)
{
	const char *text = setting_text(t, key);

	return text ? strtoull(text, NULL, 0) : fallback;
}

bool setting_is_mglru(const struct timeline *t)
{
	const json_t *machine = timeline_find(t, "machine", NULL, NULL);
	const char *bits = setting_text(t, "kernel/mm/lru_gen/enabled");

	/* Bit 0 is the main switch. A kernel without the file has the classic lists only. */
	return strtoull(bits ? bits : record_text(machine, "lru_gen", "0"), NULL, 0) & 1;
}

const char *setting_of_group(const struct timeline *t, const char *group, const char *knob)
{
	return record_text(json_object_get(timeline_find(t, "group", "group", group), "knobs"), knob, NULL);
}

bool setting_leaves_out(const char *list, unsigned node)
{
	uint64_t mask;

	return list && idlist_parse(list, &mask) == 0 && !(mask & (1ULL << node));
}
