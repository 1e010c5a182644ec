/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/oom_report.h"

static const struct {
	const char *kernel, *name;
} constraints[] = {
	{ "CONSTRAINT_NONE,", "none" },
	{ "CONSTRAINT_CPUSET,", "cpuset" },
	{ "CONSTRAINT_MEMORY_POLICY,", "mempolicy" },
	{ "CONSTRAINT_MEMCG,", "memcg" },
};

/* ---- texts, which end at `end` and nowhere before ---- */

/* The last place in [text, end) where `what` is. */
static const char *find_last(const char *text, const char *end, const char *what)
{
	const char *last = NULL, *p = text;

	while ((p = memmem(p, (size_t)(end - p), what, strlen(what))))
		last = p++;
	return last;
}

static const char *find(const char *text, const char *end, const char *what)
{
	return memmem(text, (size_t)(end - text), what, strlen(what));
}

/* What comes after `what`; NULL when it is not there. */
static const char *after(const char *text, const char *end, const char *what)
{
	const char *p = find(text, end, what);

	return p ? p + strlen(what) : NULL;
}

static bool begins(const char *text, const char *end, const char *what)
{
	return (size_t)(end - text) >= strlen(what) && memcmp(text, what, strlen(what)) == 0;
}

static void copy(char *to, size_t room, const char *from, const char *end)
{
	size_t len = MIN((size_t)(end - from), room - 1);

	memcpy(to, from, len);
	to[len] = '\0';
}

/* The number of KiB after `what`, in bytes; 0 when there is none. */
static uint64_t kib_after(const char *text, const char *end, const char *what)
{
	const char *p = after(text, end, what);

	return p ? strtoull(p, NULL, 10) * KIB : 0;
}

static long number_after(const char *text, const char *end, const char *what)
{
	const char *p = after(text, end, what);

	return p ? strtol(p, NULL, 10) : 0;
}

/* ---- who asked ---- */

/* "dd invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0": begins a report. */
static bool parse_invoker(const char *text, const char *end, struct oom_report *oom)
{
	const char *gfp = after(text, end, " invoked oom-killer: gfp_mask="), *name = text, *close;
	bool any = oom->any || oom->complete;

	if (!gfp)
		return false;
	*oom = (struct oom_report){ .any = any };
	copy(oom->invoker, sizeof(oom->invoker), name, gfp - strlen(" invoked oom-killer: gfp_mask="));
	oom->gfp_mask = strtoull(gfp, NULL, 16);
	gfp = after(gfp, end, "(");
	close = gfp ? find(gfp, end, ")") : NULL;
	if (close)
		copy(oom->gfp_flags, sizeof(oom->gfp_flags), gfp, close);
	oom->order = (unsigned)number_after(text, end, ", order=");
	oom->invoker_oom_score_adj = (int)number_after(text, end, ", oom_score_adj=");
	return true;
}

/* ---- how much there was ---- */

/* "Node 0 DMA32 free:1400kB boost:0kB min:1400kB low:..." */
static void parse_zone(unsigned node, const char *text, const char *end, struct oom_report *oom)
{
	const char *rest = find(text, end, " free:");
	struct oom_zone *zone;

	if (!rest || oom->n_zones == ARRAY_SIZE(oom->zones))
		return;
	zone = &oom->zones[oom->n_zones++];
	zone->node = node;
	copy(zone->name, sizeof(zone->name), text, rest);
	zone->free_bytes = kib_after(rest, end, " free:");
	zone->min_bytes = kib_after(rest, end, " min:");
	zone->low_bytes = kib_after(rest, end, " low:");
	zone->high_bytes = kib_after(rest, end, " high:");
	zone->managed_bytes = kib_after(rest, end, " managed:");
}

/* "Node 0 active_anon:44kB inactive_anon:..." */
static void parse_node(unsigned number, const char *text, const char *end, struct oom_report *oom)
{
	struct oom_node *node;

	if (oom->n_nodes == ARRAY_SIZE(oom->nodes))
		return;
	node = &oom->nodes[oom->n_nodes++];
	node->node = number;
	node->active_anon_bytes = kib_after(text, end, " active_anon:");
	node->inactive_anon_bytes = kib_after(text, end, " inactive_anon:");
	node->active_file_bytes = kib_after(text, end, " active_file:");
	node->inactive_file_bytes = kib_after(text, end, " inactive_file:");
	node->unevictable_bytes = kib_after(text, end, " unevictable:");
}

/* Of "Node 0 ..." lines. */
static void parse_node_line(const char *text, const char *end, struct oom_report *oom)
{
	char *rest;
	unsigned long node = strtoul(text, &rest, 10);

	if (rest == text || rest >= end || *rest != ' ')
		return;
	if (begins(rest, end, " active_anon:"))
		parse_node((unsigned)node, rest, end, oom);
	else
		parse_zone((unsigned)node, rest + 1, end, oom);
}

/* "usage 32768kB, limit 32768kB, failcnt 18" */
static void parse_limit(const char *text, const char *end, struct oom_limit *ret)
{
	ret->told = true;
	ret->usage_bytes = kib_after(text, end, "usage ");
	ret->limit_bytes = kib_after(text, end, ", limit ");
}

/* Only between the line that begins a report and the reason. */
static void parse_memory(const char *text, const char *end, struct oom_report *oom)
{
	if (!oom->invoker[0] || oom->constraint)
		return;
	if (begins(text, end, "Node ")) {
		parse_node_line(text + strlen("Node "), end, oom);
	} else if (begins(text, end, "Free swap  = ")) {
		oom->swap_told = true;
		oom->swap_free_bytes = kib_after(text, end, "= ");
	} else if (begins(text, end, "Total swap = ")) {
		oom->swap_total_bytes = kib_after(text, end, "= ");
	} else if (begins(text, end, "memory: usage ")) {
		parse_limit(text, end, &oom->memory);
	} else if (begins(text, end, "swap: usage ")) {
		parse_limit(text, end, &oom->swap);
	}
}

/* ---- why ---- */

/* ",task=<comm>" at the end of the text: up to 15 characters of any kind, so take the longest. */
static const char *find_task(const char *text, const char *end)
{
	size_t longest = strlen(",task=") + 15;

	return find(end - MIN(longest, (size_t)(end - text)), end, ",task=");
}

/* "nodemask=0,2-3,cpuset=db,mems_allowed=0-3" up to `end`; the name of a cpuset may hold anything but a
 * slash. */
static void parse_nodes(const char *text, const char *end, struct oom_report *oom)
{
	const char *mask = after(text, end, "nodemask="), *mems = find_last(text, end, ",mems_allowed=");
	const char *cpuset = mask ? find(mask, end, ",cpuset=") : NULL;

	if (!cpuset || !mems || mems < cpuset)
		return;
	if (!begins(mask, cpuset, "(null)"))
		copy(oom->nodemask, sizeof(oom->nodemask), mask, cpuset);
	copy(oom->cpuset, sizeof(oom->cpuset), cpuset + strlen(",cpuset="), mems);
	copy(oom->mems_allowed, sizeof(oom->mems_allowed), mems + strlen(",mems_allowed="), end);
}

/*
 * "CONSTRAINT_CPUSET,nodemask=(null),cpuset=db,mems_allowed=0,global_oom,task_memcg=/memrig/db,task=anon,pid=57,
 * uid=0"; for CONSTRAINT_MEMCG "oom_memcg=/memrig/db" in the place of "global_oom".
 * Group and task names may hold commas; so the front is read from the front and the rest from the back.
 */
static void parse_constraint(const char *text, const char *end, uint64_t timestamp_us, struct oom_report *oom)
{
	const char *pid, *task, *group, *limit, *constraint = NULL;
	bool any = oom->any || oom->complete;

	for (size_t i = 0; i < ARRAY_SIZE(constraints); i++)
		if (begins(text, end, constraints[i].kernel))
			constraint = constraints[i].name;
	pid = find_last(text, end, ",pid=");
	task = pid ? find_task(text, pid) : NULL;
	group = task ? find(text, task, ",task_memcg=") : NULL;
	if (!constraint || !group)
		return;
	/* Of another report, whose kill was told or which had none. */
	if (oom->complete || oom->constraint)
		*oom = (struct oom_report){ .any = any };
	oom->constraint = constraint;
	limit = find(text, group, ",oom_memcg=");
	if (limit)
		copy(oom->oom_memcg, sizeof(oom->oom_memcg), limit + strlen(",oom_memcg="), group);
	if (!limit)
		limit = find_last(text, group, ",global_oom");
	parse_nodes(text, limit ? limit : group, oom);
	copy(oom->task_memcg, sizeof(oom->task_memcg), group + strlen(",task_memcg="), task);
	copy(oom->comm, sizeof(oom->comm), task + strlen(",task="), pid);
	oom->pid = oom->first_pid = (pid_t)strtol(pid + strlen(",pid="), NULL, 10);
	oom->timestamp_us = timestamp_us;
}

/* ---- who was killed ---- */

/* "57 (anon) total-vm:616596kB, anon-rss:491864kB, file-rss:4kB, shmem-rss:216kB, UID:0 pgtables:1008kB
 * oom_score_adj:0": returns 1 when that ends a kill. */
static int parse_killed(const char *text, const char *end, struct oom_report *oom)
{
	const char *sizes = find_last(text, end, ") total-vm:");
	char *name;
	pid_t pid = (pid_t)strtol(text, &name, 10);

	if (!sizes || !find(sizes, end, "anon-rss:") || name > sizes || !begins(name, sizes, " ("))
		return 0;
	if (!oom->complete && (oom->constraint ? pid != oom->pid : !oom->any))
		return 0;
	/* Without a constraint line of its own: the victim again, one of its group, or a kill whose report
	 * the kernel left out (it prints ten in five seconds). */
	if (oom->complete && pid == oom->first_pid)
		return 0;
	if (!oom->constraint || (oom->complete && !oom->group_kill))
		*oom = (struct oom_report){ .first_pid = pid };
	oom->pid = pid;
	copy(oom->comm, sizeof(oom->comm), name + 2, sizes);
	oom->total_vm_bytes = kib_after(sizes, end, "total-vm:");
	oom->anon_rss_bytes = kib_after(sizes, end, "anon-rss:");
	oom->file_rss_bytes = kib_after(sizes, end, "file-rss:");
	oom->shmem_rss_bytes = kib_after(sizes, end, "shmem-rss:");
	oom->pgtables_bytes = kib_after(sizes, end, "pgtables:");
	oom->uid = (unsigned)number_after(sizes, end, "UID:");
	oom->oom_score_adj = (int)number_after(sizes, end, "oom_score_adj:");
	oom->complete = true;
	return 1;
}

int oom_report_line(const char *text, const char *end, uint64_t timestamp_us, struct oom_report *ret)
{
	static const char reason[] = "oom-kill:constraint=", killed[] = "Killed process ";
	const char *p;

	if (begins(text, end, reason)) {
		parse_constraint(text + strlen(reason), end, timestamp_us, ret);
		return 0;
	}
	if (parse_invoker(text, end, ret))
		return 0;
	if (ret->complete && begins(text, end, "Tasks in ") && find(text, end, "memory.oom.group set"))
		ret->group_kill = true;
	p = after(text, end, killed);
	if (p)
		return parse_killed(p, end, ret);
	parse_memory(text, end, ret);
	return 0;
}
