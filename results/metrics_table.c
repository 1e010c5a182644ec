/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which metrics there are. */
#include "results/metrics.h"

#include "common/util.h"
#include "results/metrics_derived.h"

/* ---- metrics with a function of their own ---- */

static json_t *integer(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *highest_of(const struct timeline *t, int column)
{
	uint64_t highest = 0;

	if (column < 0)
		return NULL;
	for (size_t i = 0; i < t->n_samples; i++)
		highest = MAX(highest, timeline_value(t, i, column));
	return integer(highest);
}

/* The kernel's own peak where it keeps one; the samples see only what lasted until a sample. */
static json_t *group_peak(const struct timeline *t, const struct metric *m, const char *group)
{
	const json_t *peak =
		json_object_get(timeline_find(t, "group_end", "group", group), "peak_bytes");
	int column = timeline_columnf(t, "group.%s.memory.peak_bytes", group);

	(void)m;
	if (json_is_integer(peak))
		return integer((uint64_t)json_integer_value(peak));
	if (column < 0)
		column = timeline_columnf(t, "group.%s.memory.current_bytes", group);
	return highest_of(t, column);
}

/* The group was made for the cell, so its counters began at 0. */
static json_t *group_event(const struct timeline *t, const struct metric *m, const char *group)
{
	const json_t *end = timeline_find(t, "group_end", "group", group);
	const json_t *count = json_object_get(json_object_get(end, "events"), m->columns);

	if (json_is_integer(count))
		return integer((uint64_t)json_integer_value(count));
	return highest_of(t, timeline_columnf(t, "group.%s.events.%s", group, m->columns));
}

/* `columns` are the members of the outcome between which the time is; 0 is a state that was not reached. */
static json_t *workload_span(const struct timeline *t, const struct metric *m, const char *workload)
{
	const json_t *outcome = timeline_find(t, "outcome", "workload", workload);
	uint64_t from = record_u64(outcome, "started_ns", 0), to = record_u64(outcome, m->columns, 0);

	return from > 0 && to >= from ? integer(to - from) : NULL;
}

/* `columns` is the figure's name. */
static json_t *workload_figure(const struct timeline *t, const struct metric *m, const char *workload)
{
	const json_t *outcome = timeline_find(t, "outcome", "workload", workload);
	char key[64];

	snprintf(key, sizeof(key), "figure.%s", m->columns);
	return json_incref(json_object_get(outcome, key));
}

/* The first and the last sample are taken whatever the clock says. */
static json_t *missed_ratio(const struct timeline *t, const struct metric *m, const char *who)
{
	int column = timeline_column(t, m->columns);
	uint64_t missed;

	(void)who;
	if (column < 0 || t->n_samples < 2)
		return NULL;
	missed = timeline_delta(t, column);
	return missed + t->n_samples > 2 ? json_real((double)missed / (double)(missed + t->n_samples - 2)) : NULL;
}

/* `columns` is the clock: a virtual second and a real one are not the same thing and get two names. */
static json_t *cell_time(const struct timeline *t, const struct metric *m, const char *who)
{
	const json_t *cell = json_object_get(timeline_find(t, "stream", NULL, NULL), "cell");

	(void)who;
	if (!streq(record_text(cell, "clock", ""), m->columns) || t->begin_ns == 0 || t->end_ns < t->begin_ns)
		return NULL;
	return integer(t->end_ns - t->begin_ns);
}

/* ---- the table ---- */

#define STOLEN                                                                        \
	"vmstat.pgsteal_kswapd vmstat.pgsteal_direct vmstat.pgsteal_khugepaged? " \
	"vmstat.pgsteal_proactive?"
#define SCANNED                                                                       \
	"vmstat.pgscan_kswapd vmstat.pgscan_direct vmstat.pgscan_khugepaged? "    \
	"vmstat.pgscan_proactive?"
#define GROWTH(columns_)	.how = METRIC_GROWTH, .columns = (columns_)
#define LOWER			.better = BETTER_LOWER
#define HIGHER			.better = BETTER_HIGHER
#define PRIMARY			.primary = true
#define SPECIAL(fn, arg, text)	.how = METRIC_SPECIAL, .special = (fn), .columns = (arg), .formula = (text)
#define FIGURE(name)		SPECIAL(workload_figure, name, "figure " name " of the outcome record")
#define RATIO(columns_, over_)	.how = METRIC_RATIO, .columns = (columns_), .over = (over_)
#define PER_SECOND(columns_)	.how = METRIC_RATE, .columns = (columns_), .rate_ns = NSEC_PER_SEC
#define SHARE_OF_US(columns_)	.how = METRIC_RATE, .columns = (columns_), .rate_ns = 1000
#define SHARE_OF_NS(columns_)	.how = METRIC_RATE, .columns = (columns_), .rate_ns = 1
#define LIMIT_RECLAIM(what)                                                                   \
	SPECIAL(metric_limit_reclaim, what,                                                   \
		"(vmstat.pgscan_anon + _file, pgsteal_ likewise) less those by reclaimer; absent where nodes have them")
#define BELOW(mark)                                                                           \
	SPECIAL(metric_node_below, mark,                                                      \
		"sum of the intervals at whose end node<N>.ZONE.free_pages of some zone is below its " mark "_pages")
#define OVER(mark) \
	SPECIAL(metric_node_over, mark, "lowest node<N>.meminfo.MemFree_bytes / " mark "_pages of its zone records, in bytes")
#define MARK(mark) SPECIAL(metric_node_mark, mark, "sum of " mark "_pages of its zone records, x page size")
#define LATENCY(what, member) \
	SPECIAL(metric_latency, what " " member, "`" member "` of the latency record `" what "`")
/* A row for each member, of a place. */
#define LATENCIES(place, what, text)                                                                                   \
	{ place "latency." what "_count", "events", LOWER, LATENCY(what, "count"), .doc = text ": how often." },       \
	{ place "latency." what "_total_ns", "ns", LOWER, LATENCY(what, "total_ns"), .doc = text ": in all." },	       \
	{ place "latency." what "_p50_ns", "ns", LOWER, LATENCY(what, "p50_ns"), .doc = text ": half took at most." }, \
	{ place "latency." what "_p99_ns", "ns", LOWER, LATENCY(what, "p99_ns"), .doc = text ": 99 % took at most." }, \
	{ place "latency." what "_max_ns", "ns", LOWER, LATENCY(what, "max_ns"), .doc = text ": the longest." }
#define EVENT(key) \
	SPECIAL(group_event, key, "`" key "` of memory.events when the group ended, else its highest sample")

const struct metric metrics[] = {
	{ "swap.out_bytes", "bytes", LOWER, PRIMARY, GROWTH("vmstat.pswpout"), .of_pages = true,
	  .doc = "Written to swap devices, zram included. zswap and zero-filled pages are not in it." },
	{ "swap.in_bytes", "bytes", LOWER, PRIMARY, GROWTH("vmstat.pswpin"), .of_pages = true,
	  .doc = "Read back from swap devices, readahead included: what hurts." },
	{ "swap.out_zero_bytes", "bytes", LOWER, GROWTH("vmstat.swpout_zero"), .of_pages = true,
	  .doc = "Zero-filled pages that newer kernels swap out without any I/O." },
	{ "zswap.out_bytes", "bytes", LOWER, GROWTH("vmstat.zswpout"), .of_pages = true,
	  .doc = "Swapped out into zswap: compressed in memory, without any I/O. Absent where the kernel has no zswap." },
	{ "zswap.in_bytes", "bytes", LOWER, GROWTH("vmstat.zswpin"), .of_pages = true,
	  .doc = "Taken back out of zswap." },
	{ "zswap.written_back_bytes", "bytes", LOWER, GROWTH("vmstat.zswpwb"), .of_pages = true,
	  .doc = "Written from zswap to swap devices; newer kernels only." },

	{ "reclaim.scanned_pages", "pages", LOWER, GROWTH(SCANNED),
	  .doc = "Pages looked at by reclaim, by whoever did it." },
	{ "reclaim.stolen_pages", "pages", LOWER, PRIMARY, GROWTH(STOLEN),
	  .doc = "Pages reclaimed, by whoever did it. Up to 6.12 reclaim at a group's limit is not in it." },
	{ "reclaim.kswapd_scanned_pages", "pages", LOWER, GROWTH("vmstat.pgscan_kswapd"),
	  .doc = "Looked at in the background." },
	{ "reclaim.kswapd_stolen_pages", "pages", LOWER, GROWTH("vmstat.pgsteal_kswapd"),
	  .doc = "Reclaimed in the background." },
	{ "reclaim.direct_scanned_pages", "pages", LOWER, GROWTH("vmstat.pgscan_direct"),
	  .doc = "Looked at while an allocation waited, zone reclaim included." },
	{ "reclaim.direct_stolen_pages", "pages", LOWER, GROWTH("vmstat.pgsteal_direct"),
	  .doc = "Reclaimed while an allocation waited, zone reclaim included." },
	{ "reclaim.khugepaged_scanned_pages", "pages", LOWER, GROWTH("vmstat.pgscan_khugepaged"),
	  .doc = "Looked at for huge pages; newer kernels only." },
	{ "reclaim.khugepaged_stolen_pages", "pages", LOWER, GROWTH("vmstat.pgsteal_khugepaged"),
	  .doc = "Reclaimed for huge pages; newer kernels only." },
	{ "reclaim.proactive_scanned_pages", "pages", LOWER, GROWTH("vmstat.pgscan_proactive"),
	  .doc = "Looked at because memory.reclaim was written; newer kernels only, else in those at groups' limits." },
	{ "reclaim.proactive_stolen_pages", "pages", LOWER, GROWTH("vmstat.pgsteal_proactive"),
	  .doc = "Reclaimed because memory.reclaim was written; newer kernels only." },
	{ "reclaim.memcg_scanned_pages", "pages", LOWER, LIMIT_RECLAIM("scanned"),
	  .doc = "Looked at for groups: at their limits, above memory.high, by memory.reclaim." },
	{ "reclaim.memcg_stolen_pages", "pages", LOWER, LIMIT_RECLAIM("stolen"), .doc = "Reclaimed for groups." },
	{ "reclaim.node_stolen_pages", "pages", LOWER, GROWTH("trace.node_reclaim.reclaimed_pages"),
	  .doc = "Freed by zone reclaim, slab included. The pages that are no slab are in those of direct reclaim." },
	{ "reclaim.anon_scanned_pages", "pages", LOWER, GROWTH("vmstat.pgscan_anon"),
	  .doc = "Anonymous pages looked at, at groups' limits too." },
	{ "reclaim.file_scanned_pages", "pages", LOWER, GROWTH("vmstat.pgscan_file"),
	  .doc = "File pages looked at, at groups' limits too." },
	{ "reclaim.anon_stolen_pages", "pages", LOWER, GROWTH("vmstat.pgsteal_anon"),
	  .doc = "Anonymous pages reclaimed, at groups' limits too. The same pages as by reclaimer: never add the two." },
	{ "reclaim.file_stolen_pages", "pages", LOWER, GROWTH("vmstat.pgsteal_file"),
	  .doc = "File pages reclaimed, at groups' limits too." },
	{ "reclaim.efficiency_ratio", "ratio", HIGHER, .how = METRIC_RATIO, .columns = STOLEN, .over = SCANNED,
	  .doc = "Share of the pages looked at that could be reclaimed." },
	{ "reclaim.kswapd_efficiency_ratio", "ratio", HIGHER, RATIO("vmstat.pgsteal_kswapd", "vmstat.pgscan_kswapd"),
	  .doc = "The same of kswapd." },
	{ "reclaim.direct_efficiency_ratio", "ratio", HIGHER, RATIO("vmstat.pgsteal_direct", "vmstat.pgscan_direct"),
	  .doc = "The same of direct reclaim." },
	{ "reclaim.proactive_efficiency_ratio", "ratio", HIGHER,
	  RATIO("vmstat.pgsteal_proactive", "vmstat.pgscan_proactive"), .doc = "The same of memory.reclaim." },
	{ "reclaim.memcg_efficiency_ratio", "ratio", HIGHER, LIMIT_RECLAIM("efficiency"),
	  .doc = "The same of reclaim for groups." },
	{ "reclaim.anon_efficiency_ratio", "ratio", HIGHER, RATIO("vmstat.pgsteal_anon", "vmstat.pgscan_anon"),
	  .doc = "The same of anonymous pages." },
	{ "reclaim.file_efficiency_ratio", "ratio", HIGHER, RATIO("vmstat.pgsteal_file", "vmstat.pgscan_file"),
	  .doc = "The same of file pages." },
	{ "reclaim.anon_share_ratio", "ratio", .better = BETTER_NONE,
	  RATIO("vmstat.pgsteal_anon", "vmstat.pgsteal_anon vmstat.pgsteal_file"),
	  .doc = "Share of the pages reclaimed that were anonymous; the others were file pages." },
	{ "reclaim.velocity_pages_per_s", "pages/s", LOWER, PER_SECOND(SCANNED),
	  .doc = "Pages looked at in a second, over the cell." },
	{ "reclaim.kswapd_velocity_pages_per_s", "pages/s", LOWER, PER_SECOND("vmstat.pgscan_kswapd"),
	  .doc = "The same by kswapd." },
	{ "reclaim.direct_velocity_pages_per_s", "pages/s", LOWER, PER_SECOND("vmstat.pgscan_direct"),
	  .doc = "The same by direct reclaim." },
	{ "reclaim.stolen_pages_per_s", "pages/s", LOWER, PER_SECOND(STOLEN),
	  .doc = "Pages reclaimed in a second, over the cell." },
	{ "reclaim.direct_share_ratio", "ratio", LOWER, .how = METRIC_RATIO, .columns = "vmstat.pgsteal_direct",
	  .over = STOLEN, .doc = "Share of the reclaim that allocations had to wait for." },

	{ "refault.anon_pages", "pages", LOWER, PRIMARY, GROWTH("vmstat.workingset_refault_anon"),
	  .doc = "Anonymous pages evicted and wanted again." },
	{ "refault.file_pages", "pages", LOWER, PRIMARY, GROWTH("vmstat.workingset_refault_file"),
	  .doc = "File pages evicted and wanted again." },
	{ "refault.ratio", "ratio", LOWER,
	  RATIO("vmstat.workingset_refault_anon vmstat.workingset_refault_file",
		"vmstat.pgsteal_anon vmstat.pgsteal_file"),
	  .doc = "Pages wanted again for each that was reclaimed: near 1, reclaim took what was in use." },
	{ "refault.anon_ratio", "ratio", LOWER, RATIO("vmstat.workingset_refault_anon", "vmstat.pgsteal_anon"),
	  .doc = "The same of anonymous pages." },
	{ "refault.file_ratio", "ratio", LOWER, RATIO("vmstat.workingset_refault_file", "vmstat.pgsteal_file"),
	  .doc = "The same of file pages." },
	{ "alloc.stalls", "events", LOWER, PRIMARY, GROWTH("vmstat.allocstall_*"),
	  .doc = "Allocations that had to reclaim for themselves, over all zones. Neither group limits nor zone reclaim." },
	{ "alloc.throttled", "events", LOWER, GROWTH("vmstat.pgscan_direct_throttle"),
	  .doc = "Direct reclaimers put to sleep because a node's reserve was half gone." },
	{ "demotion.pages", "pages", BETTER_NONE,
	  GROWTH("vmstat.pgdemote_kswapd vmstat.pgdemote_direct vmstat.pgdemote_khugepaged? vmstat.pgdemote_proactive?"),
	  .doc = "Moved to slower memory in place of being swapped or dropped." },
	{ "promotion.pages", "pages", BETTER_NONE, GROWTH("vmstat.pgpromote_success"),
	  .doc = "Moved back to faster memory." },
	{ "compaction.stalls", "events", LOWER, GROWTH("vmstat.compact_stall"),
	  .doc = "Allocations that had to compact for themselves." },
	{ "compaction.failed", "events", LOWER, GROWTH("vmstat.compact_fail"),
	  .doc = "Those of them that it did not help." },
	LATENCIES("", "direct_reclaim", "Direct reclaim"),
	LATENCIES("", "memcg_reclaim", "Reclaim for a group"),
	LATENCIES("", "node_reclaim", "Zone reclaim"),
	LATENCIES("", "compaction", "Compaction, kcompactd's included"),
	LATENCIES("", "dirty_wait", "Pauses of writers"),
	{ "trace.lost", "events", LOWER, GROWTH("trace.lost"),
	  .doc = "Trace records the kernel had no room for: latencies and their counts are too low by what was in them." },
	{ "fault.major", "events", LOWER, GROWTH("vmstat.pgmajfault"), .doc = "Faults that needed I/O." },
	{ "oom.kills", "events", LOWER, PRIMARY, GROWTH("vmstat.oom_kill"),
	  .doc = "Kills by the OOM killer; with memory.oom.group the chosen victim counts twice." },
	{ "oom.first_ns", "ns", HIGHER, SPECIAL(metric_first_kill, NULL, "t_ns of the first oom record - t_ns of begin"),
	  .doc = "How long it took until the first kill; absent when there was none." },
	{ "psi.memory_some_us", "us", LOWER, GROWTH("psi.memory.some_us"),
	  .doc = "Time in which some task waited for memory." },
	{ "psi.memory_full_us", "us", LOWER, GROWTH("psi.memory.full_us"),
	  .doc = "Time in which every task that could run waited for memory." },

	{ "psi.memory_some_ratio", "ratio", LOWER, SHARE_OF_US("psi.memory.some_us"),
	  .doc = "Share of the time in which some task waited for memory." },
	{ "psi.memory_full_ratio", "ratio", LOWER, SHARE_OF_US("psi.memory.full_us"),
	  .doc = "Share of the time in which every task that could run waited for memory." },
	{ "psi.io_some_us", "us", LOWER, GROWTH("psi.io.some_us"), .doc = "Time in which some task waited for I/O." },
	{ "psi.io_full_us", "us", LOWER, GROWTH("psi.io.full_us"),
	  .doc = "Time in which every task that could run waited for I/O." },
	{ "psi.cpu_some_us", "us", LOWER, GROWTH("psi.cpu.some_us"), .doc = "Time in which some task waited for a CPU." },

	{ "numa.hit", "pages", .better = BETTER_NONE, GROWTH("vmstat.numa_hit"),
	  .doc = "Allocations on the node that they preferred." },
	{ "numa.local", "pages", .better = BETTER_NONE, GROWTH("vmstat.numa_local"),
	  .doc = "Allocations on the node of the CPU that asked." },
	{ "numa.other", "pages", LOWER, GROWTH("vmstat.numa_other"),
	  .doc = "Allocations on another node than that of the CPU that asked." },
	{ "numa.local_ratio", "ratio", HIGHER, RATIO("vmstat.numa_local", "vmstat.numa_local vmstat.numa_other"),
	  .doc = "Share of the allocations that were on the node of the CPU that asked." },
	{ "numa.miss", "pages", LOWER, GROWTH("vmstat.numa_miss"),
	  .doc = "Allocations that ended on another node than they preferred." },
	{ "numa.foreign", "pages", LOWER, GROWTH("vmstat.numa_foreign"),
	  .doc = "The same seen from the node that was preferred; equal to numa.miss over the machine." },
	{ "zone_reclaim.failed", "events", LOWER, GROWTH("vmstat.zone_reclaim_failed"),
	  .doc = "Zone reclaim tried and found nothing." },
	{ "zone_reclaim.success", "events", LOWER, GROWTH("vmstat.zone_reclaim_success"),
	  .doc = "Zone reclaim freed what was asked; newer kernels only." },

	{ "node<N>.free_min_bytes", "bytes", HIGHER, PRIMARY, .how = METRIC_LOWEST,
	  .columns = "node<N>.meminfo.MemFree_bytes", .doc = "The least free memory of the node." },
	{ "node<N>.reclaimed_anon_pages", "pages", LOWER, PRIMARY, GROWTH("node<N>.reclaim.anon_reclaimed_pages"),
	  .doc = "Anonymous pages reclaimed from the node, by the inactive-list trace point." },
	{ "node<N>.reclaimed_file_pages", "pages", LOWER, PRIMARY, GROWTH("node<N>.reclaim.file_reclaimed_pages"),
	  .doc = "File pages reclaimed from the node, by the inactive-list trace point." },
	{ "node<N>.swap_out_bytes", "bytes", LOWER,
	  SPECIAL(metric_node_swap_out, NULL,
		  "growth of vmstat.pswpout x page size, shared out as the growth of node<N>.reclaim.anon_reclaimed_pages is"),
	  .doc = "Written to swap from the node's memory; the nodes' add up to swap.out_bytes." },
	{ "node<N>.min_bytes", "bytes", .better = BETTER_NONE, MARK("min"), .doc = "The node's min watermark." },
	{ "node<N>.low_bytes", "bytes", .better = BETTER_NONE, MARK("low"), .doc = "The node's low watermark." },
	{ "node<N>.high_bytes", "bytes", .better = BETTER_NONE, MARK("high"), .doc = "The node's high watermark." },
	{ "node<N>.free_over_min_ratio", "ratio", HIGHER, OVER("min"),
	  .doc = "The node's least free memory against min: below 1, only those that free memory may have it." },
	{ "node<N>.free_over_low_ratio", "ratio", HIGHER, OVER("low"),
	  .doc = "The same against low: below 1, kswapd was woken." },
	{ "node<N>.free_over_high_ratio", "ratio", HIGHER, OVER("high"),
	  .doc = "The same against high: above 1, the node was never short." },
	{ "node<N>.below_min_ns", "ns", LOWER, BELOW("min"), .doc = "How long a zone of the node was below its min." },
	{ "node<N>.below_low_ns", "ns", LOWER, BELOW("low"),
	  .doc = "How long a zone of the node was short enough to wake kswapd." },
	{ "node<N>.below_high_ns", "ns", LOWER, BELOW("high"),
	  .doc = "How long a zone of the node was short enough to keep kswapd awake." },
	{ "node<N>.kswapd_cpu_ns", "ns", LOWER, GROWTH("node<N>.kswapd.cpu_ns"), .doc = "CPU time of the node's kswapd." },
	{ "node<N>.kswapd_cpu_ratio", "ratio", LOWER, SHARE_OF_NS("node<N>.kswapd.cpu_ns"),
	  .doc = "The same, as a share of one CPU." },
	{ "node<N>.kswapd_awake_ratio", "ratio", LOWER, SHARE_OF_NS("node<N>.trace.kswapd.total_ns"),
	  .doc = "Share of the time in which the node's kswapd was awake, counted when it has gone to sleep." },
	{ "node<N>.numa_hit", "pages", .better = BETTER_NONE, GROWTH("node<N>.vmstat.numa_hit"),
	  .doc = "Allocations here, which was preferred." },
	{ "node<N>.numa_miss", "pages", LOWER, GROWTH("node<N>.vmstat.numa_miss"),
	  .doc = "Allocations here because the node that was preferred had no room." },
	{ "node<N>.numa_foreign", "pages", LOWER, GROWTH("node<N>.vmstat.numa_foreign"),
	  .doc = "Allocations that preferred this node and went to another." },
	{ "node<N>.numa_local", "pages", .better = BETTER_NONE, GROWTH("node<N>.vmstat.numa_local"),
	  .doc = "Allocations here by CPUs of the node." },
	{ "node<N>.numa_other", "pages", LOWER, GROWTH("node<N>.vmstat.numa_other"),
	  .doc = "Allocations here by CPUs of other nodes." },
	LATENCIES("node<N>.", "direct_reclaim", "Direct reclaim on the node's CPUs"),
	LATENCIES("node<N>.", "memcg_reclaim", "Reclaim for groups on the node's CPUs"),
	LATENCIES("node<N>.", "node_reclaim", "Zone reclaim of the node"),
	LATENCIES("node<N>.", "compaction", "Compaction of the node's zones"),

	{ "group.<G>.peak_bytes", "bytes", .better = BETTER_NONE,
	  SPECIAL(group_peak, NULL, "memory.peak when the group ended, else the highest sample of memory.current"),
	  .doc = "The most memory charged to the group." },
	{ "group.<G>.swap_peak_bytes", "bytes", LOWER, .how = METRIC_HIGHEST,
	  .columns = "group.<G>.memory.swap.current_bytes", .doc = "The most swap the group held at a sample." },
	{ "group.<G>.events_low", "events", LOWER, EVENT("low"),
	  .doc = "Reclaimed although below memory.low." },
	{ "group.<G>.events_high", "events", LOWER, EVENT("high"), .doc = "Throttled above memory.high." },
	{ "group.<G>.events_max", "events", LOWER, EVENT("max"), .doc = "About to go over memory.max." },
	{ "group.<G>.events_oom", "events", LOWER, EVENT("oom"), .doc = "At memory.max and nothing to reclaim." },
	{ "group.<G>.events_oom_kill", "events", LOWER, EVENT("oom_kill"),
	  .doc = "Processes of the group killed by any OOM killer." },
	{ "group.<G>.psi_some_us", "us", LOWER, GROWTH("group.<G>.psi.some_us"),
	  .doc = "Time in which some task of the group waited for memory." },
	{ "group.<G>.psi_full_us", "us", LOWER, GROWTH("group.<G>.psi.full_us"),
	  .doc = "Time in which every task of the group waited for memory." },
	{ "group.<G>.psi_some_ratio", "ratio", LOWER, SHARE_OF_US("group.<G>.psi.some_us"),
	  .doc = "Share of the cell's time in which some task of the group waited for memory." },
	{ "group.<G>.psi_full_ratio", "ratio", LOWER, SHARE_OF_US("group.<G>.psi.full_us"),
	  .doc = "Share of the cell's time in which every task of the group waited for memory." },
	{ "group.<G>.psi_io_some_us", "us", LOWER, GROWTH("group.<G>.psi.io.some_us"),
	  .doc = "Time in which some task of the group waited for I/O." },
	{ "group.<G>.psi_io_full_us", "us", LOWER, GROWTH("group.<G>.psi.io.full_us"),
	  .doc = "Time in which every task of the group waited for I/O." },
	{ "group.<G>.scanned_pages", "pages", LOWER, GROWTH("group.<G>.stat.pgscan"),
	  .doc = "The group's pages looked at, by whoever did it." },
	{ "group.<G>.stolen_pages", "pages", LOWER, GROWTH("group.<G>.stat.pgsteal"),
	  .doc = "The group's pages reclaimed, by whoever did it." },
	{ "group.<G>.kswapd_stolen_pages", "pages", LOWER, GROWTH("group.<G>.stat.pgsteal_kswapd"),
	  .doc = "The group's pages reclaimed by kswapd." },
	{ "group.<G>.direct_stolen_pages", "pages", LOWER, GROWTH("group.<G>.stat.pgsteal_direct"),
	  .doc = "The group's pages reclaimed by direct reclaim and at limits." },
	{ "group.<G>.efficiency_ratio", "ratio", HIGHER, RATIO("group.<G>.stat.pgsteal", "group.<G>.stat.pgscan"),
	  .doc = "Share of the group's pages looked at that could be reclaimed." },
	{ "group.<G>.refault_anon_pages", "pages", LOWER, GROWTH("group.<G>.stat.workingset_refault_anon"),
	  .doc = "The group's anonymous pages evicted and wanted again." },
	{ "group.<G>.refault_file_pages", "pages", LOWER, GROWTH("group.<G>.stat.workingset_refault_file"),
	  .doc = "The group's file pages evicted and wanted again." },
	{ "group.<G>.swap_out_bytes", "bytes", LOWER, GROWTH("group.<G>.stat.pswpout"), .of_pages = true,
	  .doc = "The group's pages written to swap; newer kernels only, for others see its swap_peak_bytes." },
	{ "group.<G>.swap_in_bytes", "bytes", LOWER, GROWTH("group.<G>.stat.pswpin"), .of_pages = true,
	  .doc = "The group's pages read back from swap; newer kernels only." },
	LATENCIES("group.<G>.", "direct_reclaim", "Direct reclaim by the group's tasks"),
	LATENCIES("group.<G>.", "memcg_reclaim", "Reclaim for a group by the group's tasks"),
	LATENCIES("group.<G>.", "node_reclaim", "Zone reclaim by the group's tasks"),
	LATENCIES("group.<G>.", "compaction", "Compaction by the group's tasks"),
	LATENCIES("group.<G>.", "dirty_wait", "Pauses of the group's writers"),

	{ "workload.<W>.oom_ns", "ns", HIGHER, SPECIAL(metric_first_kill, NULL, "t_ns of its oom record - t_ns of begin"),
	  .doc = "How long it took until the workload was killed." },
	{ "workload.<W>.duration_ns", "ns", LOWER, PRIMARY,
	  SPECIAL(workload_span, "done_ns", "done_ns - started_ns of the outcome record"),
	  .doc = "From the start of the workload to its end; absent when it did not come so far." },
	{ "workload.<W>.fill_ns", "ns", LOWER,
	  SPECIAL(workload_span, "filled_ns", "filled_ns - started_ns of the outcome record"),
	  .doc = "From the start until it had touched all of its memory once." },
	{ "workload.<W>.written_bytes", "bytes", .better = BETTER_NONE, FIGURE("written_bytes"),
	  .doc = "file_write: what write(2) was given." },
	{ "workload.<W>.fsync_max_ns", "ns", LOWER, FIGURE("fsync_max_ns"),
	  .doc = "file_write: the longest fsync(2); absent when there was none." },
	{ "workload.<W>.brk_bytes", "bytes", LOWER, FIGURE("brk_bytes"),
	  .doc = "heap: how much the heap grew by brk(2), before anything was freed." },
	{ "workload.<W>.mmap_bytes", "bytes", .better = BETTER_NONE, FIGURE("mmap_bytes"),
	  .doc = "heap: what malloc() mapped block by block, before anything was freed." },
	{ "workload.<W>.resident_before_free_bytes", "bytes", LOWER, FIGURE("resident_before_free_bytes"),
	  .doc = "heap: resident anonymous memory more than at the start, before anything was freed." },
	{ "workload.<W>.resident_after_free_bytes", "bytes", LOWER, FIGURE("resident_after_free_bytes"),
	  .doc = "heap: the same when all but the kept blocks were freed: those, and what the library keeps." },

	{ "workload.<W>.processes", "events", HIGHER, FIGURE("processes"),
	  .doc = "churn: processes that ran to their end." },
	{ "workload.<W>.processes_per_s", "events", HIGHER, FIGURE("processes_per_s"),
	  .doc = "churn: processes that ran to their end, by the second." },
	{ "workload.<W>.cow_faults", "events", .better = BETTER_NONE, FIGURE("cow_faults"),
	  .doc = "fork_cow: minor faults of the children while they wrote their share." },
	{ "workload.<W>.cow_bytes", "bytes", .better = BETTER_NONE, FIGURE("cow_bytes"),
	  .doc = "fork_cow: memory that a child alone maps since it wrote, over all children." },
	{ "workload.<W>.free_before_pages", "pages", .better = BETTER_NONE, FIGURE("free_before_pages"),
	  .doc = "fragment: free pages of its nodes before it began (/proc/buddyinfo)." },
	{ "workload.<W>.free_after_pages", "pages", .better = BETTER_NONE, FIGURE("free_after_pages"),
	  .doc = "fragment: the same after it had given pages back." },
	{ "workload.<W>.high_order_free_before_pages", "pages", .better = BETTER_NONE, FIGURE("high_order_free_before_pages"),
	  .doc = "fragment: free pages in blocks of the high orders before it began." },
	{ "workload.<W>.high_order_free_after_pages", "pages", HIGHER, FIGURE("high_order_free_after_pages"),
	  .doc = "fragment: the same after it had given pages back." },
	{ "workload.<W>.allocations", "events", .better = BETTER_NONE, FIGURE("allocations"),
	  .doc = "latency: allocations made." },
	{ "workload.<W>.late_p50_ns", "ns", LOWER, FIGURE("late_p50_ns"),
	  .doc = "latency: median time from the moment an allocation was due until it began." },
	{ "workload.<W>.late_p99_ns", "ns", LOWER, FIGURE("late_p99_ns"),
	  .doc = "latency: 99th percentile time from the moment an allocation was due until it began." },
	{ "workload.<W>.late_max_ns", "ns", LOWER, FIGURE("late_max_ns"),
	  .doc = "latency: longest time from the moment an allocation was due until it began." },
	{ "workload.<W>.slow_p50_ns", "ns", LOWER, FIGURE("slow_p50_ns"),
	  .doc = "latency: median time from the beginning of an allocation until it was touched." },
	{ "workload.<W>.slow_p99_ns", "ns", LOWER, FIGURE("slow_p99_ns"),
	  .doc = "latency: 99th percentile time from the beginning of an allocation until it was touched." },
	{ "workload.<W>.slow_max_ns", "ns", LOWER, FIGURE("slow_max_ns"),
	  .doc = "latency: longest time from the beginning of an allocation until it was touched." },
	{ "workload.<W>.slab_bytes", "bytes", .better = BETTER_NONE, FIGURE("slab_bytes"),
	  .doc = "slab: growth of SReclaimable or SUnreclaim when it was filled." },
	{ "workload.<W>.slab_objects", "events", .better = BETTER_NONE, FIGURE("slab_objects"),
	  .doc = "slab: objects made." },
	{ "workload.<W>.access_p50_ns", "ns", LOWER, FIGURE("access_p50_ns"),
	  .doc = "With latency: what half of the accesses after the fill took at most." },
	{ "workload.<W>.access_p99_ns", "ns", LOWER, FIGURE("access_p99_ns"),
	  .doc = "With latency: what 99 % of them took at most." },
	{ "workload.<W>.access_max_ns", "ns", LOWER, FIGURE("access_max_ns"),
	  .doc = "With latency: the longest of them." },
	{ "workload.<W>.fill_p50_ns", "ns", LOWER, FIGURE("fill_p50_ns"),
	  .doc = "With latency: what half of the accesses of the fill took at most." },
	{ "workload.<W>.fill_p99_ns", "ns", LOWER, FIGURE("fill_p99_ns"),
	  .doc = "With latency: what 99 % of the accesses of the fill took at most." },
	{ "workload.<W>.fill_max_ns", "ns", LOWER, FIGURE("fill_max_ns"),
	  .doc = "With latency: the longest access of the fill." },
	{ "workload.<W>.locked_bytes", "bytes", .better = BETTER_NONE, FIGURE("locked_bytes"),
	  .doc = "locked: VmLck of the process at the end." },
	{ "workload.<W>.page_table_bytes", "bytes", .better = BETTER_NONE, FIGURE("page_table_bytes"),
	  .doc = "page_tables: VmPTE of the process at the end." },
	{ "workload.<W>.stack_bytes", "bytes", .better = BETTER_NONE, FIGURE("stack_bytes"),
	  .doc = "stack: VmStk of the process at the end, the little stack that it runs on included." },

	{ "sampler.missed_ratio", "ratio", LOWER,
	  SPECIAL(missed_ratio, "sampler.missed",
		  "growth of sampler.missed / (that + the samples but the first and the last)"),
	  .doc = "Share of the samples that were due and never taken." },
	{ "sampler.late_max_ns", "ns", LOWER, .how = METRIC_HIGHEST, .columns = "sampler.late_ns",
	  .doc = "The longest time by which a sample came after the moment it was due." },

	{ "time.virtual_ns", "ns", LOWER, SPECIAL(cell_time, "virtual", "t_ns of the last record - t_ns of begin"),
	  .doc = "How long the cell took by the guest's virtual clock." },
	{ "time.real_ns", "ns", LOWER, SPECIAL(cell_time, "real", "t_ns of the last record - t_ns of begin"),
	  .doc = "How long the cell took where the clock is a real one." },
	{ .name = NULL },
};
