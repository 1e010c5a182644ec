/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_REPORT_PARTS_H
#define MEMRIG_RESULTS_REPORT_PARTS_H

#include "results/compare_group.h"
#include "results/report/report.h"

/* The parts of the page, in its order. Groups are numbered through the page; so are cells within a group. */

/* "c2-5": the anchor of a cell. */
struct part_cell {
	const struct compare_column *column;
	const json_t *cell;
	char anchor[32];
};

/* The first screen: one sentence, and a row for every column of every group. */
void part_overview(FILE *out, const struct compare_groups *groups);

/* What was found, how the columns compare, and what was set: all but the cells. */
void part_group(FILE *out, const struct compare_group *g, size_t number);
void part_settings(FILE *out, const struct compare_group *g, size_t number);

/* A cell with its course; t may be NULL. */
void part_cell(FILE *out, const struct part_cell *cell, const struct timeline *t);

/* "completed" with its sign, for whoever does not see colours. */
void part_outcome(FILE *out, const char *outcome, const char *text);

#endif
