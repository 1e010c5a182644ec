/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/verdict/ineffective.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/util.h"

struct rule {
	struct ineffective row;
	bool (*asks)(uint64_t value); /* that the value asks for something; NULL: any does */
	enum known (*applies)(const struct ineffective_machine *machine);
};

/* ---- what asks for something ---- */

/* lru_gen_shrink_node() leaves at once unless both writing and unmapping are allowed. */
static bool lacks_write_or_unmap(uint64_t mode)
{
	return (mode & 7) != 0 && (mode & 6) != 6;
}

static bool not_off(uint64_t value)
{
	return value != 0;
}

/* 60 is the kernel's own: stating it asks for nothing. */
static bool not_default_swappiness(uint64_t value)
{
	return value != 60;
}

/* ---- where it does nothing ---- */

static enum known not(enum known known)
{
	return known == KNOWN_NOT ? KNOWN_NOT : known == KNOWN_YES ? KNOWN_NO : KNOWN_YES;
}

static enum known older(const struct ineffective_machine *m, int release)
{
	return m->release == 0 ? KNOWN_NO : m->release < release ? KNOWN_YES : KNOWN_NO;
}

static enum known on_mglru(const struct ineffective_machine *m)
{
	/* That of 6.1 still does as the classic lists do, 6.12 does not; what is between was not looked at. */
	if (older(m, 6002) == KNOWN_YES)
		return KNOWN_NO;
	return m->mglru == KNOWN_YES && older(m, 6012) == KNOWN_YES ? KNOWN_NOT : m->mglru;
}

static enum known on_one_tier(const struct ineffective_machine *m) { return m->one_tier; }
static enum known on_one_node(const struct ineffective_machine *m) { return not(m->numa); }
static enum known without_swap(const struct ineffective_machine *m) { return not(m->swap); }
static enum known before_lru_gen(const struct ineffective_machine *m) { return older(m, 6001); }
static enum known before_proactive(const struct ineffective_machine *m) { return older(m, 5009); }
static enum known before_demotion(const struct ineffective_machine *m) { return older(m, 5015); }

static const struct rule rules[] = {
	{ { "vm.zone_reclaim_mode", "mglru", "the multi-generational LRU does nothing for modes 1 to 5, only for 6 and 7",
	    "where the multi-generational LRU is on (kernel/mm/lru_gen/enabled)" },
	  lacks_write_or_unmap, on_mglru },
	{ { "vm.zone_reclaim_mode", "one_node", "there is one node, and so no other to prefer it to", NULL }, not_off, on_one_node },
	{ { "vm.swappiness", "no_swap", "there is no swap", NULL }, not_default_swappiness, without_swap },
	{ { "kernel/mm/lru_gen/enabled", "absent", "kernels before 6.1 lack it", NULL }, NULL, before_lru_gen },
	{ { "kernel/mm/lru_gen/min_ttl_ms", "absent", "kernels before 6.1 lack it", NULL }, NULL, before_lru_gen },
	{ { "vm.compaction_proactiveness", "absent", "kernels before 5.9 lack it", NULL }, NULL, before_proactive },
	{ { "kernel/mm/numa/demotion_enabled", "absent", "kernels before 5.15 lack it", NULL }, NULL, before_demotion },
	{ { "kernel/mm/numa/demotion_enabled", "one_tier", "the kernel made one memory tier of all nodes",
	    "where all nodes are of one memory tier" },
	  not_off, on_one_tier },
};

static uint64_t number_of(const char *value)
{
	return streq(value, "true") ? 1 : strtoull(value, NULL, 0);
}

const struct ineffective *ineffective_find(const struct ineffective_machine *machine, const char *key, const char *value,
					   bool *ret_sure)
{
	const struct ineffective *maybe = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct rule *rule = &rules[i];
		enum known applies;

		if (!streq(rule->row.key, key) || (rule->asks && !rule->asks(number_of(value))))
			continue;
		applies = rule->applies(machine);
		if (applies == KNOWN_YES) {
			*ret_sure = true;
			return &rule->row;
		}
		if (applies == KNOWN_NOT && rule->row.where && !maybe)
			maybe = &rule->row;
	}
	if (maybe)
		*ret_sure = false;
	return maybe;
}

int ineffective_release(const char *release)
{
	int major, minor;

	return release && sscanf(release, "%d.%d", &major, &minor) == 2 ? major * 1000 + minor : 0;
}
