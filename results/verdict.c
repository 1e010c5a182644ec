/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/verdict.h"

#include "common/util.h"
#include "results/verdict/rows.h"

const struct verdict *const verdicts[] = {
	&verdict_oom_with_free_memory,
	&verdict_livelock,
	&verdict_swap_with_free_memory,
	&verdict_swap_for_reserve,
	&verdict_node_imbalance,
	&verdict_memory_outside_cpuset,
	&verdict_zone_reclaim_stall,
	&verdict_direct_reclaim_stall,
	&verdict_swap_exhausted,
	&verdict_memcg_throttled,
	&verdict_thrashing,
	&verdict_premature_swap,
	&verdict_file_cache_collapse,
	&verdict_dirty_throttled,
	&verdict_fragmentation_stall,
	&verdict_huge_page_waste,
	&verdict_disturbed,
	&verdict_setting_without_effect,
	NULL,
};

json_t *verdicts_judge(const struct timeline *t)
{
	json_t *found = json_array();

	for (const struct verdict *const *v = verdicts; *v; v++)
		(*v)->judge(t, found);
	return found;
}

const struct verdict *verdict_find(const char *name)
{
	for (const struct verdict *const *v = verdicts; *v; v++)
		if (streq((*v)->name, name))
			return *v;
	return NULL;
}

bool verdict_known(const char *name)
{
	return verdict_find(name) != NULL;
}

const struct verdict_cause *verdict_find_cause(const struct verdict *verdict, const char *cause)
{
	for (const struct verdict_cause *c = verdict->causes; c->name; c++)
		if (streq(c->name, cause))
			return c;
	return NULL;
}
