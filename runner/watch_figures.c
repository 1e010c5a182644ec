/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which figures a watch shows, and which columns of the stream (docs/stream.md) they are made of. */
#include "runner/watch_frame.h"

#define ZONES(what)                                                                                              \
	{                                                                                                         \
		"DMA." what "_pages", "DMA32." what "_pages", "Normal." what "_pages", "HighMem." what "_pages",   \
			"Movable." what "_pages", "Device." what "_pages"                                         \
	}
#define US_TO_S 1e-6

const struct watch_figure watch_node_figures[] = {
	[NODE_TOTAL] = { "total_bytes", "total_bytes", "Memory of the node.", .columns = { "meminfo.MemTotal_bytes" } },
	[NODE_FREE] = { "free_bytes", "free_bytes", "Free memory of the node.", .columns = { "meminfo.MemFree_bytes" } },
	[NODE_MIN] = { "min_bytes", "watermark_min_bytes", "Sum of the min watermarks of the node's zones, boost included.",
		       .pages = true, .columns = ZONES("min") },
	[NODE_LOW] = { "low_bytes", "watermark_low_bytes", "Sum of the low watermarks: below, kswapd reclaims.",
		       .pages = true, .columns = ZONES("low") },
	[NODE_HIGH] = { "high_bytes", "watermark_high_bytes", "Sum of the high watermarks: above, kswapd rests.",
			.pages = true, .columns = ZONES("high") },
	[NODE_ANON] = { "anon_bytes", "anon_bytes", "Anonymous memory of the node.",
			.columns = { "meminfo.AnonPages_bytes" } },
	[NODE_FILE] = { "file_bytes", "file_bytes", "Page cache of the node.", .columns = { "meminfo.FilePages_bytes" } },
	[N_NODE_FIGURES] = { 0 },
};

const struct watch_figure watch_swap_figures[] = {
	[SWAP_TOTAL] = { "total_bytes", "total_bytes", "Swap space.", .columns = { "meminfo.SwapTotal_bytes" } },
	[SWAP_FREE] = { "free_bytes", "free_bytes", "Unused swap space.", .columns = { "meminfo.SwapFree_bytes" } },
	[SWAP_IN] = { "in_bytes_per_s", "in_bytes_total", "Read back from swap.", FIGURE_RATE, .pages = true,
		      .columns = { "vmstat.pswpin" } },
	[SWAP_OUT] = { "out_bytes_per_s", "out_bytes_total", "Written to swap.", FIGURE_RATE, .pages = true,
		       .columns = { "vmstat.pswpout" } },
	[N_SWAP_FIGURES] = { 0 },
};

const struct watch_figure watch_reclaim_figures[] = {
	[RECLAIM_KSWAPD] = { "kswapd_bytes_per_s", "kswapd_bytes_total", "Reclaimed by kswapd.", FIGURE_RATE,
			     .pages = true, .columns = { "vmstat.pgsteal_kswapd" } },
	[RECLAIM_DIRECT] = { "direct_bytes_per_s", "direct_bytes_total", "Reclaimed by tasks that allocate.",
			     FIGURE_RATE, .pages = true, .columns = { "vmstat.pgsteal_direct" } },
	[RECLAIM_KSWAPD_SCANNED] = { "kswapd_scanned_bytes_per_s", "kswapd_scanned_bytes_total", "Looked at by kswapd.",
				     FIGURE_RATE, .pages = true, .columns = { "vmstat.pgscan_kswapd" } },
	[RECLAIM_DIRECT_SCANNED] = { "direct_scanned_bytes_per_s", "direct_scanned_bytes_total",
				     "Looked at by tasks that allocate.", FIGURE_RATE, .pages = true,
				     .columns = { "vmstat.pgscan_direct" } },
	[RECLAIM_REFAULT_ANON] = { "refault_anon_bytes_per_s", "refault_anon_bytes_total",
				   "Anonymous memory that came back after it was reclaimed.", FIGURE_RATE, .pages = true,
				   .columns = { "vmstat.workingset_refault_anon" } },
	/* Before 5.9 one counter has both, most of it file. */
	[RECLAIM_REFAULT_FILE] = { "refault_file_bytes_per_s", "refault_file_bytes_total",
				   "Page cache that came back after it was reclaimed.", FIGURE_RATE, .pages = true,
				   .columns = { "vmstat.workingset_refault_file", "vmstat.workingset_refault" } },
	[RECLAIM_STALLS] = { "stalls_per_s", "stalls_total", "Allocations that had to reclaim themselves.", FIGURE_RATE,
			     .columns = { "vmstat.allocstall", "vmstat.allocstall_dma", "vmstat.allocstall_dma32",
					  "vmstat.allocstall_normal", "vmstat.allocstall_high",
					  "vmstat.allocstall_movable", "vmstat.allocstall_device" } },
	[RECLAIM_MAJOR_FAULTS] = { "major_faults_per_s", "major_faults_total", "Faults that waited for a disk.",
				   FIGURE_RATE, .columns = { "vmstat.pgmajfault" } },
	[RECLAIM_OOM_KILLS] = { "oom_kills", "oom_kills_total", "Tasks killed for memory since the kernel started.",
				FIGURE_COUNT, .columns = { "vmstat.oom_kill" } },
	[N_RECLAIM_FIGURES] = { 0 },
};

#define STALLED(key, metric, help, column)                                                       \
	{                                                                                        \
		key, metric, help, FIGURE_RATE, .scale = US_TO_S, .columns = { column }          \
	}

/* The growth of a time a second is a share of it. */
const struct watch_figure watch_psi_figures[] = {
	[PSI_MEMORY_SOME] = STALLED("memory_some_ratio", "memory_some_seconds_total", "Some tasks waited for memory.",
				    "psi.memory.some_us"),
	[PSI_MEMORY_FULL] = STALLED("memory_full_ratio", "memory_full_seconds_total", "All tasks waited for memory.",
				    "psi.memory.full_us"),
	[PSI_IO_SOME] = STALLED("io_some_ratio", "io_some_seconds_total", "Some tasks waited for disks.", "psi.io.some_us"),
	[PSI_IO_FULL] = STALLED("io_full_ratio", "io_full_seconds_total", "All tasks waited for disks.", "psi.io.full_us"),
	[PSI_CPU_SOME] = STALLED("cpu_some_ratio", "cpu_some_seconds_total", "Some tasks waited for a CPU.",
				 "psi.cpu.some_us"),
	[N_PSI_FIGURES] = { 0 },
};

const struct watch_figure watch_group_figures[] = {
	[GROUP_CURRENT] = { "current_bytes", "current_bytes", "Memory charged to the group.",
			    .columns = { "memory.current_bytes" } },
	[GROUP_SWAP] = { "swap_bytes", "swap_bytes", "What the group has in swap.",
			 .columns = { "memory.swap.current_bytes" } },
	[GROUP_SOME] = STALLED("some_ratio", "memory_some_seconds_total", "Some tasks of the group waited for memory.",
			       "psi.some_us"),
	[GROUP_FULL] = STALLED("full_ratio", "memory_full_seconds_total", "All tasks of the group waited for memory.",
			       "psi.full_us"),
	[GROUP_SWAP_OUT] = { "swap_out_bytes_per_s", "swap_out_bytes_total", "Written to swap for the group.", FIGURE_RATE,
			     .pages = true, .columns = { "stat.pswpout" } },
	[GROUP_REFAULT] = { "refault_bytes_per_s", "refault_bytes_total",
			    "Memory of the group that came back after it was reclaimed.", FIGURE_RATE, .pages = true,
			    .columns = { "stat.workingset_refault_anon", "stat.workingset_refault_file" } },
	[GROUP_OOM_KILLS] = { "oom_kills", "oom_kills_total", "Tasks of the group killed for memory.", FIGURE_COUNT,
			      .columns = { "events_local.oom_kill" } },
	[N_GROUP_FIGURES] = { 0 },
};
