/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_WALK_H
#define MEMRIG_WORKLOADS_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "workloads/content.h"
#include "workloads/workload.h"

/*
 * The course that the workloads share: first everything once in order, the
 * fill; then the work, in the order of the pattern; at the asked rate, and
 * reported access by access, so that little is lost when the workload is
 * killed. What an access does is up to the workload. With params->threads,
 * several do it at once.
 */
struct walk;

/* One access to one unit. Returns 0 or a negative errno with *err filled. */
typedef int walk_access_fn(struct walk *walk, uint64_t unit, bool write, struct error *err);

struct walk {
	const struct workload_env *env;
	uint64_t unit_pages; /* pages an access touches; the last unit may have fewer */
	/* Gets what is accessed, as the first part of the fill; NULL: it is there. */
	int (*begin)(struct walk *walk, struct error *err);
	walk_access_fn *fill, *touch;
	bool fill_writes; /* what the fill does is a write; fill() is told so too */
	double write;	  /* share of the later accesses that writes */

	/* Bad pages counted so far, each once however often it is met. */
	uint64_t bad[64];
	unsigned n_bad;
};

/* Reports STARTED and FILLED; DONE is left to the caller, which may have more to do. */
int walk_run(struct walk *walk, struct error *err);

uint64_t walk_units(const struct walk *walk);

/* Pages of a unit. */
uint64_t walk_pages(const struct walk *walk, uint64_t unit);

/* Which of the threads is asking, from 0. */
unsigned walk_thread(void);

/* How many threads there will be. */
unsigned walk_threads(const struct walk *walk);

/* Checks a page that content_fill() wrote, every word of it with params->verify, and rewrites it when asked to. A
 * page that is damaged is counted, and the first one named in the report when every word is checked. */
void walk_touch_page(struct walk *walk, const struct content *content, uint64_t page, void *at, bool write);

/* Counts a page whose content is not what was written. */
void walk_bad_page(struct walk *walk, uint64_t page);

/* The end of every workload: DONE, and the hold when there is one. */
void walk_end(const struct workload_env *env);

#define WALK_OPTION_WRITE                                                                                      \
	{                                                                                                      \
		"write", OPTION_RATIO, offsetof(struct workload_params, write), .fallback = "0", .min = 0,     \
		.max = 1, .doc = "share of the accesses after the fill that writes"                            \
	}

#endif
