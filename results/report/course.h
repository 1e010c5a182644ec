/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_REPORT_COURSE_H
#define MEMRIG_RESULTS_REPORT_COURSE_H

#include <stdbool.h>
#include <stddef.h>

#include "results/timeline.h"

/*
 * What a cell's charts draw: a few lines each over the cell's time, all charts
 * of a cell with the same points in time. A cell with more samples than points
 * is thinned so that the least and the most of every stretch stay.
 */
enum course_unit { COURSE_MIB, COURSE_MIB_PER_S, COURSE_PERCENT };
extern const char *const course_units[]; /* "MiB", ... */

enum { COURSE_LINES = 4, COURSE_POINTS = 400 };

struct course_line {
	const char *label;
	double *values; /* NAN where there is none */
};

struct course_chart {
	char *title, *caption;
	enum course_unit unit;
	bool logarithmic;
	bool stepped; /* a rate, which holds for the time since the point before */
	struct course_line lines[COURSE_LINES];
	size_t n_lines;
	double least, most; /* least above 0 */
};

struct course {
	double *times; /* seconds since the cell's begin; ascending */
	size_t n_points, n_samples;
	struct course_chart *charts;
	size_t n_charts;
	char *flat; /* titles of charts that would show zeros only, "a; b"; "" when there is none */
};

/* No charts where the stream has fewer than two samples. */
void course_make(const struct timeline *t, size_t most_points, struct course *ret);
void course_release(struct course *course);

/* Which of n values stand for them in at most `most` points (even): both extremes of every stretch, in their order.
 * `ret` has room for `most`; returns how many. NAN is left out of account. */
size_t course_thin(const double *values, size_t n, size_t most, double *ret);
/* The moments of these points. */
size_t course_thin_times(const double *times, size_t n, size_t most, double *ret);

#endif
