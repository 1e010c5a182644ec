/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An OOM report as records of the stream (docs/stream.md). */
#include "runner/oom_record.h"

static void put_text(struct stream_writer *w, const char *key, const char *value)
{
	if (value[0])
		stream_text(w, key, value);
}

static void record_victim(struct stream_writer *w, const struct oom_report *oom, const char *group, const char *workload)
{
	stream_i64(w, "victim_pid", oom->pid);
	stream_text(w, "victim", oom->comm);
	put_text(w, "task_memcg", oom->task_memcg);
	put_text(w, "oom_memcg", oom->oom_memcg);
	if (group)
		stream_text(w, "group", group);
	if (workload)
		stream_text(w, "workload", workload);
	stream_u64(w, "anon_rss_bytes", oom->anon_rss_bytes);
	stream_u64(w, "file_rss_bytes", oom->file_rss_bytes);
	stream_u64(w, "shmem_rss_bytes", oom->shmem_rss_bytes);
	stream_u64(w, "total_vm_bytes", oom->total_vm_bytes);
	stream_u64(w, "pgtables_bytes", oom->pgtables_bytes);
	stream_u64(w, "uid", oom->uid);
	stream_i64(w, "oom_score_adj", oom->oom_score_adj);
	if (oom->group_kill)
		stream_bool(w, "group_kill", true);
}

/* The task that needed memory: it need not be the victim. */
static void record_invoker(struct stream_writer *w, const struct oom_report *oom)
{
	if (!oom->invoker[0])
		return;
	stream_text(w, "invoker", oom->invoker);
	stream_u64(w, "gfp_mask", oom->gfp_mask);
	put_text(w, "gfp_flags", oom->gfp_flags);
	stream_u64(w, "order", oom->order);
}

static void record_limit(struct stream_writer *w, const struct oom_limit *limit, const char *usage,
			 const char *max)
{
	if (!limit->told)
		return;
	stream_u64(w, usage, limit->usage_bytes);
	if (limit->limit_bytes < INT64_MAX / 2) /* the kernel prints "none" as the largest there is */
		stream_u64(w, max, limit->limit_bytes);
}

static void record_memory(struct stream_writer *w, const struct oom_report *oom)
{
	record_limit(w, &oom->memory, "memcg_usage_bytes", "memcg_limit_bytes");
	record_limit(w, &oom->swap, "memcg_swap_usage_bytes", "memcg_swap_limit_bytes");
	if (oom->swap_told) {
		stream_u64(w, "swap_free_bytes", oom->swap_free_bytes);
		stream_u64(w, "swap_total_bytes", oom->swap_total_bytes);
	}
}

/* The tables are one record a row: streams have no nested values. */
static void record_tables(struct stream_writer *w, const struct oom_report *oom, uint64_t t_ns)
{
	for (size_t i = 0; i < oom->n_nodes; i++) {
		const struct oom_node *node = &oom->nodes[i];

		stream_begin(w, "oom_node", t_ns);
		stream_u64(w, "node", node->node);
		stream_u64(w, "active_anon_bytes", node->active_anon_bytes);
		stream_u64(w, "inactive_anon_bytes", node->inactive_anon_bytes);
		stream_u64(w, "active_file_bytes", node->active_file_bytes);
		stream_u64(w, "inactive_file_bytes", node->inactive_file_bytes);
		stream_u64(w, "unevictable_bytes", node->unevictable_bytes);
		stream_end(w);
	}
	for (size_t i = 0; i < oom->n_zones; i++) {
		const struct oom_zone *zone = &oom->zones[i];

		stream_begin(w, "oom_zone", t_ns);
		stream_u64(w, "node", zone->node);
		stream_text(w, "zone", zone->name);
		stream_u64(w, "free_bytes", zone->free_bytes);
		stream_u64(w, "min_bytes", zone->min_bytes);
		stream_u64(w, "low_bytes", zone->low_bytes);
		stream_u64(w, "high_bytes", zone->high_bytes);
		stream_u64(w, "managed_bytes", zone->managed_bytes);
		stream_end(w);
	}
}

void oom_record(struct stream_writer *w, const struct oom_report *oom, uint64_t t_ns, const char *group,
		const char *workload)
{
	stream_begin(w, "oom", t_ns);
	if (oom->constraint) {
		stream_text(w, "constraint", oom->constraint);
		stream_bool(w, "global", !oom->oom_memcg[0]);
	}
	put_text(w, "nodemask", oom->nodemask);
	put_text(w, "cpuset", oom->cpuset);
	put_text(w, "mems_allowed", oom->mems_allowed);
	record_victim(w, oom, group, workload);
	record_invoker(w, oom);
	record_memory(w, oom);
	stream_end(w);
	record_tables(w, oom, t_ns);
}
