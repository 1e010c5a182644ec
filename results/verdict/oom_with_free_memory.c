/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/size.h"
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/nodes.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"
#include "results/verdict/span.h"

/* Swap counts as free when a sixteenth of it is, as memory does (nodes.h). */
#define SWAP_SHARE 16

struct kill {
	const json_t *record;
	size_t sample; /* the last before it: after it what the victim had is free too */
	const char *group, *victim;
	char mems[64]; /* where the victim may have memory; "" anywhere */
	uint64_t free_bytes; /* to spare on the nodes with much of it that it could not use */
	uint64_t free_nodes; /* those nodes */
	uint64_t swap_free_bytes;
	bool swap_free;
};

/* The kernel logs a kill a little after it: a sample between the two has counted it, and what the victim had is free. */
static size_t sample_before(const struct timeline *t, uint64_t t_ns)
{
	int kills = timeline_column(t, "vmstat.oom_kill");
	size_t sample = 0;

	while (sample + 1 < t->n_samples && t->times[sample + 1] < t_ns)
		sample++;
	if (sample > 0 && kills >= 0 && timeline_growth(t, kills, sample - 1, sample) > 0)
		sample--;
	return sample;
}

/* ---- why ---- */

/* The kernel leaves its report out when it printed many: then by what is counted and set. */
static const char *constraint_of(const struct timeline *t, const struct kill *k)
{
	const char *said = record_text(k->record, "constraint", NULL);
	const json_t *group = k->group ? timeline_find(t, "group", "group", k->group) : NULL;
	const json_t *end = k->group ? timeline_find(t, "group_end", "group", k->group) : NULL;
	const json_t *workload = timeline_find(t, "workload", "workload", k->victim);
	uint64_t all = timeline_nodes(t), mems;

	if (said)
		return said;
	if (record_u64(json_object_get(end, "events"), "oom", 0) > 0)
		return "memcg";
	if (streq(record_text(workload, "policy", ""), "bind"))
		return "mempolicy";
	if (group && idlist_parse(record_text(group, "cpuset_mems_effective", ""), &mems) == 0 && (all & ~mems))
		return "cpuset";
	return "none";
}

/* The nodes that the victim could not use; all of them for one that was at its group's limit. */
static uint64_t nodes_out_of_reach(const struct timeline *t, struct kill *k, const char *constraint)
{
	const char *list = NULL;
	uint64_t allowed;

	if (streq(constraint, "cpuset") && k->group)
		list = record_text(timeline_find(t, "group", "group", k->group), "cpuset_mems_effective", NULL);
	if (streq(constraint, "mempolicy"))
		list = record_text(timeline_find(t, "workload", "workload", k->victim), "nodes", NULL);
	if (!list || idlist_parse(list, &allowed) < 0)
		return UINT64_MAX;
	snprintf(k->mems, sizeof(k->mems), "%s", list);
	return ~allowed;
}

static const char *cause_of(const struct timeline *t, const struct kill *k, const char *constraint)
{
	if (streq(constraint, "memcg"))
		return "memcg_limit";
	/* With swappiness 0 this LRU never takes anonymous pages, not even to avoid a kill. */
	if (k->swap_free && setting_is_mglru(t) && setting_u64(t, "vm.swappiness", 60) == 0)
		return "swappiness";
	return streq(constraint, "cpuset") || streq(constraint, "mempolicy") ? constraint : "unknown";
}

static char *reason(const struct timeline *t, const struct kill *k, const char *cause)
{
	if (streq(cause, "memcg_limit")) {
		const char *max = k->group ? setting_of_group(t, k->group, "memory.max") : NULL;
		char size[32];

		if (!max || streq(max, "max"))
			return xasprintf(", because of the memory.max of group %s", k->group ? k->group : "?");
		return xasprintf(", because group %s was at its memory.max of %s", k->group,
				 size_format(strtoull(max, NULL, 10), size, sizeof(size)));
	}
	if (streq(cause, "swappiness"))
		return xasprintf(", because vm.swappiness=0 forbids the multi-generational LRU to swap");
	if (streq(cause, "cpuset"))
		return xasprintf(", because group %s has cpuset.mems=%s", k->group ? k->group : "?", k->mems);
	if (streq(cause, "mempolicy"))
		return xasprintf(", because workload %s is bound to node %s", k->victim, k->mems);
	return xstrdup("; no setting explains it");
}

/* ---- what ---- */

static void look_at_memory(const struct timeline *t, const struct nodes *nodes, struct kill *k, const char *constraint)
{
	uint64_t asked = nodes_out_of_reach(t, k, constraint);
	int swap_free = timeline_column(t, "meminfo.SwapFree_bytes");
	int swap_total = timeline_column(t, "meminfo.SwapTotal_bytes");

	for (unsigned n = 0; n < MAX_NODES; n++) {
		uint64_t spare;

		if (!nodes->list[n].there || !(asked & (1ULL << n)))
			continue;
		spare = nodes_spare_at(nodes, n, k->sample);
		if (spare < nodes_much(nodes, n))
			continue;
		k->free_bytes += spare;
		k->free_nodes |= 1ULL << n;
	}
	if (swap_free < 0 || swap_total < 0)
		return;
	k->swap_free_bytes = timeline_value(t, k->sample, swap_free);
	k->swap_free = k->swap_free_bytes > timeline_value(t, k->sample, swap_total) / SWAP_SHARE;
}

static void report(const struct timeline *t, const struct kill *k, const char *constraint, uint64_t kills, json_t *found)
{
	const char *cause = cause_of(t, k, constraint);
	_cleanup_free_ char *why = reason(t, k, cause);
	_cleanup_free_ char *list = xstrdup("");
	uint64_t at = record_u64(k->record, "t_ns", t->begin_ns);
	char spare[32], swap[32];
	json_t *finding;

	for (unsigned n = 0; n < MAX_NODES; n++)
		if (k->free_nodes & (1ULL << n)) {
			char *longer = xasprintf("%s%s%u", list, *list ? "," : "", n);

			free(list);
			list = longer;
		}
	finding = finding_add(found, &verdict_oom_with_free_memory, cause, "%s was killed while node%s %s had %s free%s%s%s.",
			      k->victim, strchr(list, ',') ? "s" : "", list,
			      size_format(k->free_bytes, spare, sizeof(spare)), k->swap_free ? " and swap " : "",
			      k->swap_free ? size_format(k->swap_free_bytes, swap, sizeof(swap)) : "", why);
	finding_u64(finding, "at_ns", at > t->begin_ns ? at - t->begin_ns : 0);
	finding_u64(finding, "kills", kills);
	finding_text(finding, "victim", k->victim);
	finding_text(finding, "group", k->group);
	finding_text(finding, "constraint", constraint);
	finding_text(finding, "free_nodes", list);
	finding_u64(finding, "free_bytes", k->free_bytes);
	finding_u64(finding, "swap_free_bytes", k->swap_free_bytes);
}

/* How many kills like this one there were; *ret_first: none of them was before it. */
static uint64_t count_like(const struct timeline *t, const json_t *like, bool *ret_first)
{
	static const char *const keys[] = { "constraint", "group", "workload" };
	uint64_t kills = 0;
	size_t pos = 0;
	const json_t *record;

	*ret_first = true;
	while ((record = timeline_next(t, "oom", &pos))) {
		bool equal = true;

		for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
			equal &= streq(record_text(record, keys[i], ""), record_text(like, keys[i], ""));
		if (equal && kills == 0)
			*ret_first = record == like;
		kills += equal;
	}
	return kills;
}

static void judge(const struct timeline *t, json_t *found)
{
	const struct nodes nodes = nodes_look(t);
	size_t pos = 0;
	const json_t *record;

	while (t->n_samples > 0 && (record = timeline_next(t, "oom", &pos))) {
		struct kill k = { .record = record,
				  .sample = sample_before(t, record_u64(record, "t_ns", 0)),
				  .group = record_text(record, "group", NULL),
				  .victim = record_text(record, "workload", record_text(record, "victim", "a process")) };
		const char *constraint = constraint_of(t, &k);
		bool first;
		uint64_t kills = count_like(t, record, &first);

		if (!first)
			continue;
		look_at_memory(t, &nodes, &k, constraint);
		if (k.free_bytes > 0)
			report(t, &k, constraint, kills, found);
	}
}

static const struct verdict_cause causes[] = {
	{ "memcg_limit", "the kill's constraint is memcg, or the group's events count an oom",
	  "Raise memory.max of the group, let it swap (memory.swap.max), or make its workload smaller." },
	{ "swappiness", "vm.swappiness is 0 under the multi-generational LRU, and more than a sixteenth of the swap was free",
	  "Set vm.swappiness to 1 or more." },
	{ "cpuset", "the kill's constraint is cpuset; without one, the group's cpuset.mems leaves out a node",
	  "Widen cpuset.mems of the group to the node with free memory, or give the machine swap." },
	{ "mempolicy", "the kill's constraint is mempolicy; without one, the victim is bound to nodes",
	  "Use an interleaved or preferred policy instead of bind, or bind to the node with free memory too." },
	{ "unknown", "none of the above",
	  "Look at the kill in the cell's kernel log: the order and the zone of the allocation that failed." },
	{ .name = NULL },
};

const struct verdict verdict_oom_with_free_memory = {
	.name = "oom_with_free_memory",
	.title = "Killed although memory was free",
	.doc = "The OOM killer came while a node that the victim could not use, or any node where its group was at a limit, "
	       "had at least a sixteenth of its memory (and 16 MiB) free beyond its high watermarks.",
	.causes = causes,
	.judge = judge,
};
