/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_TRACE_H
#define MEMRIG_RESULTS_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "results/probe/probe.h"
#include "results/stream.h"

/*
 * How long reclaim took: the kernel's trace points for its begin and its end,
 * paired by thread, as sums and histograms for the machine, for each node and
 * for each group of the cell.
 *
 * The events come through perf_event_open(2): a ring of 256 KiB a CPU in the
 * kernel's memory, mapped here and read without a system call. Each record has
 * the cgroup of its thread, so children of a workload count for its group,
 * nothing is looked up by pid, and no process can be gone before it is. When
 * memrig dies, however it does, the kernel takes everything back. tracefs is
 * needed for the events' numbers and the places of their fields alone.
 *
 * What else could be used, and why it is not:
 *  - a tracing instance of our own: on 6.1 its directories take 9 MB of slab and
 *    10 MB in all (measured on a guest of two nodes of 384M), and a dead run
 *    leaves it behind;
 *  - histogram triggers on synthetic events: they know powers of two only, no
 *    maximum and no group, and define events for the whole machine.
 *
 * Formats differ by kernel, so fields are found by name; an event a kernel does
 * not have leaves its columns out.
 *
 * Zone reclaim that fails at each allocation fills a ring several times between
 * two samples; so a ring that is a quarter full wakes the cell's loop, which drains it.
 */
enum trace_what {
	TRACE_DIRECT_RECLAIM,
	TRACE_MEMCG_RECLAIM,
	TRACE_NODE_RECLAIM,
	TRACE_KSWAPD,     /* awake, which includes the tenth of a second it waits for more before it sleeps */
	TRACE_COMPACTION, /* whoever does it, kcompactd too */
	TRACE_DIRTY_WAIT, /* pauses that balance_dirty_pages() gives to writers, as it asks for them */
	TRACE_N_WHAT,
};

/* "direct_reclaim" and so on. */
extern const char *const trace_names[TRACE_N_WHAT];

struct trace;

struct trace_config {
	const char *root;       /* prefix of /proc and /sys */
	const char *cgroup_dir; /* directory of the cell's group, absolute, below root */
	const char *const
		*groups; /* names of the groups in it, NULL-terminated; borrowed until trace_close() */
};

/* Starts to trace; everything is allocated and touched here. Root only. Returns 0; -ENOENT: no tracefs at
 * /sys/kernel/tracing, or none of the events; -EACCES or another errno of perf_event_open(2). */
int trace_open(const struct trace_config *config, struct trace **ret, struct error *err);
void trace_close(struct trace *trace);

/* Readable (poll) when so much has happened that there will not be room for much more: drain it then. -1 when `trace` is
 * NULL, which poll passes over. */
int trace_fd(const struct trace *trace);

/* Takes in what happened until t_ns (CLOCK_MONOTONIC). Allocates nothing. */
void trace_drain(struct trace *trace, uint64_t t_ns);

/* The columns trace.*, node<N>.trace.* and group.<G>.trace.* of docs/stream.md. */
void trace_put(const struct trace *trace, struct probe_cursor *c);

/* One "latency" record for each figure that is not 0. */
void trace_write_records(const struct trace *trace, uint64_t t_ns, struct stream_writer *w);

#endif
