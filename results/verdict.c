/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/verdict.h"

#include "common/util.h"
#include "results/verdict_swap.h"

static const struct verdict_cause swap_causes[] = {
	{ "memcg_limit",
	  "events of the group's memory.max or memory.high while it swapped, and at least half of the "
	  "groups' swap is its own",
	  "Raise memory.max or memory.high of the group, or make its workload smaller." },
	{ "cpuset", "the group's cpuset.mems leaves out the node with free memory",
	  "Widen cpuset.mems of the group to the node with free memory, or move memory users off the full "
	  "node." },
	{ "mempolicy", "the group's main workload is bound to nodes that leave out the one with free memory",
	  "Use an interleaved or preferred policy instead of bind, or bind to the node with free memory "
	  "too." },
	{ "zone_reclaim",
	  "vm.zone_reclaim_mode has bit 4 (2 and 4 for the multi-generational LRU) and its own counters "
	  "moved, or reclaim ran that no allocation stalled for",
	  "Set vm.zone_reclaim_mode to 0." },
	{ "unknown", "none of the above",
	  "Look at the timeline: which node was short, and what may use the other." },
	{ .name = NULL },
};

const struct verdict verdicts[] = {
	{ .name = "swap_with_free_memory",
	  .title = "Swapped although memory was free",
	  .doc = "Pages of one node went to swap while another node had at least 16 MiB free above its high "
		 "watermark, before and after; 1 MiB or more in all.",
	  .causes = swap_causes,
	  .judge = judge_swap_with_free_memory },
	{ .name = NULL },
};

json_t *verdicts_judge(const struct timeline *t)
{
	json_t *found = json_array();

	for (const struct verdict *v = verdicts; v->name; v++)
		v->judge(t, found);
	return found;
}

const struct verdict *verdict_find(const char *name)
{
	for (const struct verdict *v = verdicts; v->name; v++)
		if (streq(v->name, name))
			return v;
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
