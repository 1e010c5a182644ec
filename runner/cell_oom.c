/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The "oom" records: whom the kernel killed, by its log. */
#include "common/clock.h"
#include "common/util.h"
#include "runner/cell_run.h"

/* "/memrig/db" is group db. */
static bool is_group(const char *path, const char *group)
{
	const char *last = strrchr(path, '/');

	return last && streq(last + 1, group);
}

/* A workload may have children: they are in its group and have its name, which is that of the process cut
 * short. */
static struct task *find_victim(struct cell_run *run, const struct oom_report *oom)
{
	for (size_t i = 0; i < run->n_tasks; i++)
		if (run->tasks[i].pid == oom->pid)
			return &run->tasks[i];
	for (size_t i = 0; i < run->n_tasks; i++) {
		struct task *task = &run->tasks[i];

		if (is_group(oom->task_memcg, task->group->name) &&
		    strncmp(task->workload->name, oom->comm, sizeof(oom->comm) - 1) == 0)
			return task;
	}
	return NULL;
}

static void put_text(struct cell_run *run, const char *key, const char *value)
{
	if (value[0])
		stream_text(&run->out, key, value);
}

static void record_victim(struct cell_run *run, const struct oom_report *oom, struct task *victim)
{
	stream_i64(&run->out, "victim_pid", oom->pid);
	stream_text(&run->out, "victim", oom->comm);
	put_text(run, "task_memcg", oom->task_memcg);
	put_text(run, "oom_memcg", oom->oom_memcg);
	if (victim) {
		victim->oom_killed = true;
		stream_text(&run->out, "group", victim->group->name);
		stream_text(&run->out, "workload", victim->workload->name);
	}
	stream_u64(&run->out, "anon_rss_bytes", oom->anon_rss_bytes);
	stream_u64(&run->out, "file_rss_bytes", oom->file_rss_bytes);
	stream_u64(&run->out, "shmem_rss_bytes", oom->shmem_rss_bytes);
	stream_u64(&run->out, "total_vm_bytes", oom->total_vm_bytes);
	stream_u64(&run->out, "pgtables_bytes", oom->pgtables_bytes);
	stream_u64(&run->out, "uid", oom->uid);
	stream_i64(&run->out, "oom_score_adj", oom->oom_score_adj);
	if (oom->group_kill)
		stream_bool(&run->out, "group_kill", true);
}

/* The task that needed memory: it need not be the victim. */
static void record_invoker(struct cell_run *run, const struct oom_report *oom)
{
	if (!oom->invoker[0])
		return;
	stream_text(&run->out, "invoker", oom->invoker);
	stream_u64(&run->out, "gfp_mask", oom->gfp_mask);
	put_text(run, "gfp_flags", oom->gfp_flags);
	stream_u64(&run->out, "order", oom->order);
}

static void record_limit(struct cell_run *run, const struct oom_limit *limit, const char *usage,
			 const char *max)
{
	if (!limit->told)
		return;
	stream_u64(&run->out, usage, limit->usage_bytes);
	if (limit->limit_bytes < INT64_MAX / 2) /* the kernel prints "none" as the largest there is */
		stream_u64(&run->out, max, limit->limit_bytes);
}

static void record_memory(struct cell_run *run, const struct oom_report *oom)
{
	record_limit(run, &oom->memory, "memcg_usage_bytes", "memcg_limit_bytes");
	record_limit(run, &oom->swap, "memcg_swap_usage_bytes", "memcg_swap_limit_bytes");
	if (oom->swap_told) {
		stream_u64(&run->out, "swap_free_bytes", oom->swap_free_bytes);
		stream_u64(&run->out, "swap_total_bytes", oom->swap_total_bytes);
	}
}

/* The tables are one record a row: streams have no nested values. */
static void record_tables(struct cell_run *run, const struct oom_report *oom, uint64_t t_ns)
{
	for (size_t i = 0; i < oom->n_nodes; i++) {
		const struct oom_node *node = &oom->nodes[i];

		stream_begin(&run->out, "oom_node", t_ns);
		stream_u64(&run->out, "node", node->node);
		stream_u64(&run->out, "active_anon_bytes", node->active_anon_bytes);
		stream_u64(&run->out, "inactive_anon_bytes", node->inactive_anon_bytes);
		stream_u64(&run->out, "active_file_bytes", node->active_file_bytes);
		stream_u64(&run->out, "inactive_file_bytes", node->inactive_file_bytes);
		stream_u64(&run->out, "unevictable_bytes", node->unevictable_bytes);
		stream_end(&run->out);
	}
	for (size_t i = 0; i < oom->n_zones; i++) {
		const struct oom_zone *zone = &oom->zones[i];

		stream_begin(&run->out, "oom_zone", t_ns);
		stream_u64(&run->out, "node", zone->node);
		stream_text(&run->out, "zone", zone->name);
		stream_u64(&run->out, "free_bytes", zone->free_bytes);
		stream_u64(&run->out, "min_bytes", zone->min_bytes);
		stream_u64(&run->out, "low_bytes", zone->low_bytes);
		stream_u64(&run->out, "high_bytes", zone->high_bytes);
		stream_u64(&run->out, "managed_bytes", zone->managed_bytes);
		stream_end(&run->out);
	}
}

static void record_oom(struct cell_run *run, const struct oom_report *oom)
{
	uint64_t t_ns = now_ns();

	stream_begin(&run->out, "oom", t_ns);
	if (oom->constraint) {
		stream_text(&run->out, "constraint", oom->constraint);
		stream_bool(&run->out, "global", !oom->oom_memcg[0]);
	}
	put_text(run, "nodemask", oom->nodemask);
	put_text(run, "cpuset", oom->cpuset);
	put_text(run, "mems_allowed", oom->mems_allowed);
	record_victim(run, oom, find_victim(run, oom));
	record_invoker(run, oom);
	record_memory(run, oom);
	stream_end(&run->out);
	record_tables(run, oom, t_ns);
}

void cell_record_kills(struct cell_run *run)
{
	while (kmsg_next(&run->kmsg, &run->oom) > 0)
		record_oom(run, &run->oom);
}
