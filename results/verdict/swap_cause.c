/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why pages were swapped while another node had free memory: the settings that forbid the other node, or make
 * the kernel reclaim before it looks there. */
#include <inttypes.h>

#include "common/size.h"
#include "common/util.h"
#include "results/verdict/setting.h"
#include "results/verdict/swap.h"

/* A group whose memory grew less than this meanwhile is a bystander. */
#define LEAST_GROWTH_BYTES (1 * MIB)

static bool lacks_node(const char *list, unsigned node, unsigned other)
{
	uint64_t mask;

	return list && idlist_parse(list, &mask) == 0 && (mask & (1ULL << node)) && !(mask & (1ULL << other));
}

/* ---- memcg_limit ---- */

static bool limit_hit(const struct timeline *t, const struct swap_finding *f, const char *group,
		      const char *event)
{
	return swap_growth(t, f, timeline_columnf(t, "group.%s.events.%s", group, event)) > 0;
}

/* Whether at least half of what the groups swapped is of the group found. Swap-out, where the kernel counts
 * it per group, is not held against the growth of what a group has in swap: one that writes its pages again
 * frees their swap, and swaps much more than it ever has there. */
static bool swapped_most(const struct timeline *t, const struct swap_finding *f)
{
	uint64_t own = 0, all = 0;
	size_t pos = 0;
	const json_t *record;

	while ((record = timeline_next(t, "group", &pos))) {
		const char *group = record_text(record, "group", "");
		uint64_t swapped = swap_of_group(t, f, group);

		all += swapped;
		if (streq(group, f->group))
			own += swapped;
	}
	return own > 0 && own >= all - own;
}

/* "its memory.max of 400.0 MiB" */
static char *limit_text(const struct timeline *t, const char *group, const char *knob)
{
	const char *value = setting_of_group(t, group, knob);
	char *end, size[32];
	uint64_t bytes = value ? strtoull(value, &end, 10) : 0;

	if (!value || end == value || *end)
		return xasprintf("group %s reached its %s", group, knob);
	return xasprintf("group %s reached its %s of %s", group, knob,
			 size_format(bytes, size, sizeof(size)));
}

static bool explain_limit(const struct timeline *t, const struct swap_finding *f, struct swap_cause *ret)
{
	bool max;

	if (!f->group || !swapped_most(t, f))
		return false;
	max = limit_hit(t, f, f->group, "max");
	if (!max && !limit_hit(t, f, f->group, "high"))
		return false;
	*ret = (struct swap_cause){ "memcg_limit",
				    limit_text(t, f->group, max ? "memory.max" : "memory.high"), f->group };
	return true;
}

/* ---- cpuset and mempolicy ---- */

static bool explain_cpuset(const struct timeline *t, const struct swap_finding *f, const char *group,
			   struct swap_cause *ret)
{
	const json_t *record = timeline_find(t, "group", "group", group);
	const char *mems = record_text(record, "cpuset_mems_effective", NULL);

	if (!lacks_node(mems, f->node, f->other))
		return false;
	*ret = (struct swap_cause){ "cpuset", xasprintf("group %s has cpuset.mems=%s", group, mems), group };
	return true;
}

/* Whether the workload stands for its group: whose pages went, or no other of the group is larger. */
static bool is_main(const struct timeline *t, const struct swap_finding *f, const json_t *workload)
{
	const char *name = record_text(workload, "workload", ""), *group = record_text(workload, "group", "");
	uint64_t size = record_u64(workload, "size_bytes", 0);
	size_t pos = 0;
	const json_t *other;

	if (f->workload && streq(name, f->workload))
		return true;
	while ((other = timeline_next(t, "workload", &pos)))
		if (streq(record_text(other, "group", ""), group) &&
		    record_u64(other, "size_bytes", 0) > size)
			return false;
	return true;
}

static bool explain_policy(const struct timeline *t, const struct swap_finding *f, const char *group,
			   struct swap_cause *ret)
{
	size_t pos = 0;
	const json_t *workload;

	while ((workload = timeline_next(t, "workload", &pos))) {
		const char *nodes = record_text(workload, "nodes", NULL);

		if (!streq(record_text(workload, "group", ""), group) ||
		    !streq(record_text(workload, "policy", ""), "bind") ||
		    !lacks_node(nodes, f->node, f->other) || !is_main(t, f, workload))
			continue;
		*ret = (struct swap_cause){ "mempolicy",
					    xasprintf("workload %s is bound to node %s",
						      record_text(workload, "workload", "?"), nodes),
					    group };
		return true;
	}
	return false;
}

static bool explain_placement(const struct timeline *t, const struct swap_finding *f, const char *group,
			      struct swap_cause *ret)
{
	return explain_cpuset(t, f, group, ret) || explain_policy(t, f, group, ret);
}

/* A group kept to the node can push another group's pages out: look at the others that grew meanwhile. */
static bool explain_neighbour(const struct timeline *t, const struct swap_finding *f, struct swap_cause *ret)
{
	size_t pos = 0;
	const json_t *record;

	while ((record = timeline_next(t, "group", &pos))) {
		const char *group = record_text(record, "group", "");
		int column = timeline_columnf(t, "group.%s.memory.current_bytes", group);

		if ((!f->group || !streq(group, f->group)) &&
		    swap_growth(t, f, column) >= LEAST_GROWTH_BYTES && explain_placement(t, f, group, ret))
			return true;
	}
	return false;
}

/* ---- zone_reclaim ---- */

static uint64_t all_stalls(const struct timeline *t, const struct swap_finding *f)
{
	static const char *const zones[] = { "dma", "dma32", "normal", "movable", "device" };
	uint64_t sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(zones); i++)
		sum += swap_growth(t, f, timeline_columnf(t, "vmstat.allocstall_%s", zones[i]));
	return sum;
}

/* Anonymous pages are mapped: bit 4 allows to take them. The multi-generational LRU does nothing at all
 * unless writing (bit 2) is allowed too. */
static bool mode_swaps(const struct timeline *t, uint64_t mode)
{
	uint64_t needed = setting_is_mglru(t) ? 6 : 4;

	return (mode & needed) == needed;
}

static bool any_limit_hit(const struct timeline *t, const struct swap_finding *f)
{
	size_t pos = 0;
	const json_t *record;

	while ((record = timeline_next(t, "group", &pos))) {
		const char *group = record_text(record, "group", "");

		if (limit_hit(t, f, group, "max") || limit_hit(t, f, group, "high"))
			return true;
	}
	return false;
}

static bool zone_reclaim_ran(const struct timeline *t, const struct swap_finding *f)
{
	int success = timeline_column(t, "vmstat.zone_reclaim_success");

	if (success >= 0)
		return swap_growth(t, f, success) > 0;
	if (swap_growth(t, f, timeline_column(t, "vmstat.zone_reclaim_failed")) > 0)
		return true;
	/* Zone reclaim scans as an allocation does, but is not counted as a stall of one; nor is the reclaim
	 * of a group at its limit. */
	return swap_growth(t, f, timeline_column(t, "vmstat.pgscan_direct")) > 0 && all_stalls(t, f) == 0 &&
	       !any_limit_hit(t, f);
}

static bool explain_zone_reclaim(const struct timeline *t, const struct swap_finding *f,
				 struct swap_cause *ret)
{
	uint64_t mode = setting_u64(t, "vm.zone_reclaim_mode", 0);

	if (!mode_swaps(t, mode) || !zone_reclaim_ran(t, f))
		return false;
	*ret = (struct swap_cause){
		"zone_reclaim",
		xasprintf("vm.zone_reclaim_mode=%" PRIu64 " reclaims a node before it uses the next", mode),
		NULL
	};
	return true;
}

struct swap_cause swap_explain(const struct timeline *t, const struct swap_finding *f)
{
	struct swap_cause cause = { .name = "unknown" };

	/* What forbids the other node outright explains more than what merely prefers this one. */
	if (!explain_limit(t, f, &cause) && !(f->group && explain_placement(t, f, f->group, &cause)) &&
	    !explain_zone_reclaim(t, f, &cause))
		explain_neighbour(t, f, &cause);
	return cause;
}
