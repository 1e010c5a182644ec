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

static bool explain_limit(const struct timeline *t, const struct swap_finding *f, struct placement *ret)
{
	bool max;

	if (!f->group || !swapped_most(t, f))
		return false;
	max = limit_hit(t, f, f->group, "max");
	if (!max && !limit_hit(t, f, f->group, "high"))
		return false;
	*ret = (struct placement){ "memcg_limit",
				    limit_text(t, f->group, max ? "memory.max" : "memory.high"), f->group };
	return true;
}

static bool explain_placement(const struct timeline *t, const struct swap_finding *f, const char *group,
			      struct placement *ret)
{
	return placement_forbids(t, group, f->workload, f->node, f->other, ret);
}

/* A group kept to the node can push another group's pages out: look at the others that grew meanwhile. */
static bool explain_neighbour(const struct timeline *t, const struct swap_finding *f, struct placement *ret)
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

struct placement swap_explain(const struct timeline *t, const struct swap_finding *f)
{
	const struct span span = { .t = t, .hit = f->hit };
	struct placement cause = { .name = "unknown" };

	/* What forbids the other node outright explains more than what merely prefers this one. */
	if (!explain_limit(t, f, &cause) && !(f->group && explain_placement(t, f, f->group, &cause)) &&
	    !placement_zone_reclaim(&span, true, &cause) && !explain_neighbour(t, f, &cause))
		placement_prefers(&span, f->node, &cause);
	return cause;
}
