/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_COURSE_H
#define MEMRIG_WORKLOADS_COURSE_H

#include <stdatomic.h>

#include "common/histogram.h"
#include "workloads/ticks.h"
#include "workloads/walk.h"

/*
 * The way of one thread through a walk: its share of the units in the fill,
 * and as many accesses of each pass in a pattern of its own. Private to walk.c
 * and course.c.
 */

/* Accesses between two looks at the clock. */
enum { COURSE_STRIDE_MAX = 64 };

/* What the fill's accesses took, and those after it. */
struct course_times {
	struct histogram fill, work;
};

struct course {
	struct walk *walk;
	struct workload_report *report;
	unsigned index, n_courses;
	uint64_t n_units;      /* of the walk */
	uint64_t first, share; /* the units it fills, and how many accesses of a pass are its */
	_Atomic uint64_t *touched_pages, *written_pages, *filled_pages; /* in the report, which is only ever written */
	uint64_t touched, written;
	uint64_t begin_ns, end_ns; /* of the rate's schedule; of work that is a time, else UINT64_MAX */
	unsigned stride, countdown;
	bool filling, over;
	const _Atomic bool *failed; /* some thread cannot go on */
	_Atomic uint64_t passes;

	struct course_times *times; /* NULL: not asked for */
	struct ticks ticks;

	/* The next accesses, so that choosing them is no part of what they take. */
	uint64_t units[COURSE_STRIDE_MAX];
	bool writes[COURSE_STRIDE_MAX];
};

/* `failed` and `times` are the caller's to set; begin_ns too, when the walk starts. */
void course_init(struct course *c, struct walk *walk, unsigned index, unsigned n_courses);

int course_fill(struct course *c, struct error *err);

/* After all have filled. The courses of a walk are an array. */
int course_work(struct course *c, struct error *err);

#endif
