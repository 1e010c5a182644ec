/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_OOM_REPORT_H
#define MEMRIG_RUNNER_OOM_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/util.h"

/*
 * One OOM kill as the kernel's log tells it (mm/oom_kill.c, show_mem.c): who
 * asked for memory ("dd invoked oom-killer: ..."), how much there was of it
 * ("Node 0 DMA32 free:...", "Free swap  = ...", "memory: usage ..."), why
 * ("oom-kill:constraint=...") and who was killed ("Killed process ..."). The
 * kernel leaves out all but the last when it has just reported ten.
 *
 * A fixed size and no allocation. Sizes are bytes; what the log does not tell
 * is 0, "" or NULL.
 */
struct oom_zone {
	unsigned node;
	char name[12]; /* "DMA32" */
	uint64_t free_bytes, min_bytes, low_bytes, high_bytes,
		managed_bytes; /* marks with the boost of the moment */
};

struct oom_node {
	unsigned node;
	uint64_t active_anon_bytes, inactive_anon_bytes, active_file_bytes, inactive_file_bytes,
		unevictable_bytes;
};

/* Of the group whose limit was hit. `limit` is huge where there is none. */
struct oom_limit {
	bool told;
	uint64_t usage_bytes, limit_bytes;
};

struct oom_report {
	/* The task that needed memory. */
	char invoker[16];
	uint64_t gfp_mask;
	char gfp_flags[160]; /* "GFP_HIGHUSER_MOVABLE|__GFP_COMP" */
	unsigned order;
	int invoker_oom_score_adj;

	/* What it could have. */
	struct oom_node nodes[MAX_NODES];
	struct oom_zone zones[MAX_NODES * 4]; /* those that have pages */
	size_t n_nodes, n_zones;
	bool swap_told;
	uint64_t swap_free_bytes, swap_total_bytes;
	struct oom_limit memory, swap;

	/* Why. */
	const char *constraint; /* "none", "cpuset", "mempolicy" or "memcg"; NULL: the kernel left the report
				   out */
	char nodemask[64];      /* of the memory policy, "0,2-3"; "" when there is none */
	char cpuset[64];        /* name of the invoker's cpuset group */
	char mems_allowed[64];  /* its nodes */
	char task_memcg[256];   /* the victim's group, "/memrig/db" */
	char oom_memcg[256];    /* the group whose limit was hit; "" when it was no limit: a global OOM */

	/* Who was killed. */
	char comm[16];
	pid_t pid;
	unsigned uid;
	int oom_score_adj;
	uint64_t total_vm_bytes, anon_rss_bytes, file_rss_bytes, shmem_rss_bytes, pgtables_bytes;
	uint64_t timestamp_us; /* of the constraint line; the log's clock is near CLOCK_MONOTONIC, not the
				  same */
	bool group_kill; /* died with another victim, by memory.oom.group; task_memcg is that victim's */
	pid_t first_pid; /* that victim; the same as pid otherwise */
	bool complete;   /* the kill was told; used by the parser */
	bool any;        /* there was one before; used by the parser */
};

/*
 * Takes the text of one of the kernel's records, [text, end). *ret gathers the
 * lines of one kill: start with {0} and hand in the same struct every time.
 * Returns 1 when it holds a whole kill, else 0.
 */
int oom_report_line(const char *text, const char *end, uint64_t timestamp_us, struct oom_report *ret);

#endif
