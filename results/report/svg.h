/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_REPORT_SVG_H
#define MEMRIG_RESULTS_REPORT_SVG_H

#include <stdio.h>

#include "results/compare_group.h"
#include "results/explain_marks.h"
#include "results/report/course.h"

/* Drawings as SVG elements; colours, dashes and fonts are the style sheet's. */

/* A chart of a cell, with its marks as lines under their letters. `id` is unique in the page. */
void svg_course(FILE *out, const struct course *course, const struct course_chart *chart, const struct mark_list *marks,
		const char *id);

/* One metric of a group: a row a column, a dot a cell, the median and its interval. A cell that did not complete, while
 * others did, or is not valid is a cross and in no median. */
void svg_dots(FILE *out, const struct compare_group *g, const char *metric, const char *id);

/* Whether there is anything to draw: some cell has more than 0. */
bool svg_has_dots(const struct compare_group *g, const char *metric);

/* Percentiles of a latency on a logarithmic scale from 1 us to 100 s: a dot at p50, a diamond at p99, a bar up to the
 * highest. */
void svg_percentiles(FILE *out, double p50_ns, double p99_ns, double max_ns);

/* The step between ticks for about `n` of them up to `most`: 1, 2 or 5 times a power of ten. */
double svg_step(double most, unsigned n);

#endif
