/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which metrics there are. */
#include "results/metrics.h"

#include "common/util.h"
#include "results/zones.h"

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

static json_t *below_low(const struct timeline *t, const struct metric *m, const char *node)
{
	uint64_t ns;

	(void)m;
	return zones_below_low_ns(t, (unsigned)strtoul(node, NULL, 10), &ns) == 0 ? integer(ns) : NULL;
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
#define EVENT(key) \
	SPECIAL(group_event, key, "`" key "` of memory.events when the group ended, else its highest sample")

const struct metric metrics[] = {
	{ "swap.out_bytes", "bytes", LOWER, PRIMARY, GROWTH("vmstat.pswpout"), .of_pages = true,
	  .doc = "Written to swap devices, zram included. zswap and zero-filled pages are not in it." },
	{ "swap.in_bytes", "bytes", LOWER, PRIMARY, GROWTH("vmstat.pswpin"), .of_pages = true,
	  .doc = "Read back from swap devices, readahead included: what hurts." },
	{ "swap.out_zero_bytes", "bytes", LOWER, GROWTH("vmstat.swpout_zero"), .of_pages = true,
	  .doc = "Zero-filled pages that newer kernels swap out without any I/O." },

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
	{ "reclaim.anon_stolen_pages", "pages", LOWER, GROWTH("vmstat.pgsteal_anon"),
	  .doc = "Anonymous pages reclaimed, at groups' limits too. The same pages as by reclaimer: never add the two." },
	{ "reclaim.file_stolen_pages", "pages", LOWER, GROWTH("vmstat.pgsteal_file"),
	  .doc = "File pages reclaimed, at groups' limits too." },
	{ "reclaim.efficiency_ratio", "ratio", HIGHER, .how = METRIC_RATIO, .columns = STOLEN, .over = SCANNED,
	  .doc = "Share of the pages looked at that could be reclaimed." },
	{ "reclaim.direct_share_ratio", "ratio", LOWER, .how = METRIC_RATIO, .columns = "vmstat.pgsteal_direct",
	  .over = STOLEN, .doc = "Share of the reclaim that allocations had to wait for." },

	{ "refault.anon_pages", "pages", LOWER, PRIMARY, GROWTH("vmstat.workingset_refault_anon"),
	  .doc = "Anonymous pages evicted and wanted again." },
	{ "refault.file_pages", "pages", LOWER, PRIMARY, GROWTH("vmstat.workingset_refault_file"),
	  .doc = "File pages evicted and wanted again." },
	{ "alloc.stalls", "events", LOWER, PRIMARY, GROWTH("vmstat.allocstall_*"),
	  .doc = "Allocations that had to reclaim for themselves, over all zones. Neither group limits nor zone reclaim." },
	{ "fault.major", "events", LOWER, GROWTH("vmstat.pgmajfault"), .doc = "Faults that needed I/O." },
	{ "oom.kills", "events", LOWER, PRIMARY, GROWTH("vmstat.oom_kill"),
	  .doc = "Kills by the OOM killer; with memory.oom.group the chosen victim counts twice." },
	{ "psi.memory_some_us", "us", LOWER, GROWTH("psi.memory.some_us"),
	  .doc = "Time in which some task waited for memory." },
	{ "psi.memory_full_us", "us", LOWER, GROWTH("psi.memory.full_us"),
	  .doc = "Time in which every task that could run waited for memory." },

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
	{ "node<N>.below_low_ns", "ns", LOWER,
	  SPECIAL(below_low, NULL,
		  "sum of the intervals at whose end node<N>.ZONE.free_pages of some zone is below its low_pages"),
	  .doc = "How long a zone of the node was short enough to wake kswapd." },

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
	  .doc = "fork_cow: memory that is a child's alone since it wrote (Private_Dirty), over all children." },
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
