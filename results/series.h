/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_SERIES_H
#define MEMRIG_RESULTS_SERIES_H

#include <stddef.h>

#include "results/timeline.h"

/*
 * A cell's course in few numbers: the time from its begin to its end cut into
 * equal slots, and for each slot what a level was (the value at its last
 * sample) or how fast a counter grew. Between two samples a counter is taken to
 * have grown evenly.
 */
enum series_how {
	SERIES_LEVEL, /* bytes */
	SERIES_PAGES, /* a counter of pages; bytes a second */
	SERIES_SHARE, /* a counter of microseconds; share of the time, 0 to 1 */
};

struct series_row {
	const char *label;
	enum series_how how;
	const char *column; /* <N> stands for a node, <G> for a group */
	const char *doc;
};

extern const struct series_row series_rows[]; /* those of the machine, of nodes, of groups; ends with a NULL label */

struct series {
	const struct series_row *row;
	char *who; /* "node 0", "group db", "machine" */
	double *values;
	size_t n;
	double least, most;
};

struct series_list {
	struct series *list;
	size_t n;
	uint64_t begin_ns, slot_ns;
};

/* Every row the stream has the columns for, in n_slots slots; that of the machine first, then node by node, group by
 * group. No series where the cell took no time. */
void series_make(const struct timeline *t, size_t n_slots, struct series_list *ret);
void series_release(struct series_list *series);

#endif
