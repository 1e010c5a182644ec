/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/verdict/placement.h"

#include <inttypes.h>

#include "common/size.h"
#include "common/util.h"
#include "results/verdict/setting.h"

/* ---- cpuset and mempolicy ---- */

struct where {
	const char *group, *workload;
	unsigned node, other;
};

static bool lacks_node(const char *list, unsigned node, unsigned other)
{
	uint64_t mask;

	return list && idlist_parse(list, &mask) == 0 && (mask & (1ULL << node)) && !(mask & (1ULL << other));
}

static bool explain_cpuset(const struct timeline *t, const struct where *w,
			   struct placement *ret)
{
	const json_t *record = timeline_find(t, "group", "group", w->group);
	const char *mems = record_text(record, "cpuset_mems_effective", NULL);

	if (!lacks_node(mems, w->node, w->other))
		return false;
	*ret = (struct placement){ "cpuset", xasprintf("group %s has cpuset.mems=%s", w->group, mems), w->group };
	return true;
}

/* Whether the workload stands for its group: whose pages went, or no other of the group is larger. */
static bool is_main(const struct timeline *t, const struct where *w, const json_t *workload)
{
	const char *name = record_text(workload, "workload", ""), *group = record_text(workload, "group", "");
	uint64_t size = record_u64(workload, "size_bytes", 0);
	size_t pos = 0;
	const json_t *other;

	if (w->workload && streq(name, w->workload))
		return true;
	while ((other = timeline_next(t, "workload", &pos)))
		if (streq(record_text(other, "group", ""), group) &&
		    record_u64(other, "size_bytes", 0) > size)
			return false;
	return true;
}

static bool explain_policy(const struct timeline *t, const struct where *w,
			   struct placement *ret)
{
	size_t pos = 0;
	const json_t *workload;

	while ((workload = timeline_next(t, "workload", &pos))) {
		const char *nodes = record_text(workload, "nodes", NULL);

		if (!streq(record_text(workload, "group", ""), w->group) ||
		    !streq(record_text(workload, "policy", ""), "bind") ||
		    !lacks_node(nodes, w->node, w->other) || !is_main(t, w, workload))
			continue;
		*ret = (struct placement){ "mempolicy",
					    xasprintf("workload %s is bound to node %s",
						      record_text(workload, "workload", "?"), nodes),
					    w->group };
		return true;
	}
	return false;
}

bool placement_forbids(const struct timeline *t, const char *group, const char *workload, unsigned node, unsigned other,
		       struct placement *ret)
{
	const struct where w = { group, workload, node, other };

	return explain_cpuset(t, &w, ret) || explain_policy(t, &w, ret);
}

/* ---- zone_reclaim ---- */

/* Anonymous pages are mapped: bit 4 allows to take them. The multi-generational LRU does nothing at all
 * unless writing (bit 2) is allowed too. */
bool placement_mode_takes(const struct timeline *t, bool anon)
{
	uint64_t mode = setting_u64(t, "vm.zone_reclaim_mode", 0) & 7;

	if (setting_is_mglru(t))
		return (mode & 6) == 6;
	return anon ? (mode & 4) != 0 : mode != 0;
}

static bool any_limit_hit(const struct span *span)
{
	for (size_t i = 1; i < span->t->n_samples; i++)
		if (span->hit[i] && span_group_at_limit(span->t, i, NULL))
			return true;
	return false;
}

static bool zone_reclaim_ran(const struct span *span)
{
	const struct timeline *t = span->t;
	const struct span_columns stalls = span_allocstall(t);
	int success = timeline_column(t, "vmstat.zone_reclaim_success");

	if (success >= 0)
		return span_growth(span, success) > 0;
	if (span_growth(span, timeline_column(t, "vmstat.zone_reclaim_failed")) > 0)
		return true;
	/* Zone reclaim scans as an allocation does, but is not counted as a stall of one; nor is the reclaim
	 * of a group at its limit. */
	return span_growth(span, timeline_column(t, "vmstat.pgscan_direct")) > 0 &&
	       span_growth_all(span, &stalls) == 0 && !any_limit_hit(span);
}

bool placement_zone_reclaim(const struct span *span, bool anon, struct placement *ret)
{
	if (!placement_mode_takes(span->t, anon) || !zone_reclaim_ran(span))
		return false;
	*ret = (struct placement){
		"zone_reclaim",
		xasprintf("vm.zone_reclaim_mode=%" PRIu64 " reclaims a node before it uses the next",
			  setting_u64(span->t, "vm.zone_reclaim_mode", 0)),
		NULL
	};
	return true;
}

/* ---- local preference ---- */

bool placement_prefers(const struct span *span, unsigned node, struct placement *ret)
{
	uint64_t kswapd = span_growth(span, timeline_column(span->t, "vmstat.pgsteal_kswapd"));
	uint64_t direct = span_growth(span, timeline_column(span->t, "vmstat.pgsteal_direct"));

	if (kswapd <= direct)
		return false;
	*ret = (struct placement){
		"local_preference",
		xasprintf("kswapd refilled node %u, which was below its watermarks, and what runs there prefers it", node),
		NULL
	};
	return true;
}
