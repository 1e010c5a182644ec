/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_WATCH_FRAME_H
#define MEMRIG_RUNNER_WATCH_FRAME_H

#include <jansson.h>
#include <stdbool.h>

#include "common/util.h"
#include "results/timeline.h"
#include "runner/watch_groups.h"

/*
 * One moment of a watched host: figures made of the timeline's last samples,
 * and what the verdicts find in its window. Every form of output shows a
 * frame; which figures there are is in the tables alone.
 */
enum figure_kind {
	FIGURE_LEVEL, /* as it is */
	FIGURE_COUNT, /* events since the group or the kernel started */
	FIGURE_RATE,  /* growth a second, over the last interval */
};

struct watch_figure {
	const char *key;    /* in JSON */
	const char *metric; /* in the Prometheus form, after the table's prefix: of the level, or of the counter */
	const char *help;
	enum figure_kind kind;
	bool pages;		/* the columns count pages, the figure is bytes */
	double scale;		/* of the columns' unit; 0 is 1 */
	const char *columns[8]; /* added up, as far as they are there; after "node<N>." or "group.<G>." */
};

enum { NODE_TOTAL, NODE_FREE, NODE_MIN, NODE_LOW, NODE_HIGH, NODE_ANON, NODE_FILE, N_NODE_FIGURES };
enum { SWAP_TOTAL, SWAP_FREE, SWAP_IN, SWAP_OUT, N_SWAP_FIGURES };
enum {
	RECLAIM_KSWAPD,
	RECLAIM_DIRECT,
	RECLAIM_KSWAPD_SCANNED,
	RECLAIM_DIRECT_SCANNED,
	RECLAIM_REFAULT_ANON,
	RECLAIM_REFAULT_FILE,
	RECLAIM_STALLS,
	RECLAIM_MAJOR_FAULTS,
	RECLAIM_OOM_KILLS,
	N_RECLAIM_FIGURES
};
enum {
	PSI_MEMORY_SOME,
	PSI_MEMORY_FULL,
	PSI_IO_SOME,
	PSI_IO_FULL,
	PSI_CPU_SOME,
	N_PSI_FIGURES
};
enum { GROUP_CURRENT, GROUP_SWAP, GROUP_SOME, GROUP_FULL, GROUP_SWAP_OUT, GROUP_REFAULT, GROUP_OOM_KILLS, N_GROUP_FIGURES };
#define MAX_FIGURES 10

/* Each table ends with a NULL key; the order is that of the enum. */
extern const struct watch_figure watch_node_figures[], watch_swap_figures[], watch_reclaim_figures[],
	watch_psi_figures[], watch_group_figures[];

/* NAN: the kernel does not have it, or (a rate) there was one sample only. */
struct watch_values {
	double now[MAX_FIGURES];   /* levels, counts, or rates a second */
	double total[MAX_FIGURES]; /* of a rate: what it is the growth of */
};

struct watch_node {
	unsigned node;
	struct watch_values v;
};

struct watch_group {
	char *name;
	struct watch_values v;
};

struct watch_frame {
	double time_s;	   /* since 1970 */
	double interval_s; /* between the last two samples; 0 after the first */
	double running_s;  /* since the watch began */
	const char *kernel, *lru, *cgroup; /* borrowed from the timeline */
	struct watch_node nodes[MAX_NODES];
	size_t n_nodes;
	struct watch_values swap, reclaim, psi;
	struct watch_group *groups; /* most pressure first, then the largest */
	size_t n_groups;
	json_t *verdicts;      /* as the verdict functions make them */
	const json_t *missing; /* borrowed */
};

/* Of the timeline as it is now; watch_frame_release() it before the next sample is taken. */
void watch_frame_make(const struct timeline *t, const struct watch_groups *groups, const json_t *missing,
		      struct watch_frame *ret);
void watch_frame_release(struct watch_frame *frame);

/* What tells a verdict from another: "swap_with_free_memory node 0 cpuset db". The caller frees it. */
char *watch_verdict_key(const json_t *verdict);

#endif
