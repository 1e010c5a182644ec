/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_COMPARE_NOTES_H
#define MEMRIG_RESULTS_COMPARE_NOTES_H

#include "results/compare.h"
#include "results/compare_group.h"
#include "results/table.h"

/* The words of a comparison: what stands above and below its numbers. */

/* "mixed-pressure · kernel 6.1.0 · classic LRU · virtual clock · seed 1" */
void compare_print_title(FILE *out, const struct compare_group *g, const struct compare_options *options);

/* Rows of what happened: outcome, verdicts, who was killed, invalid cells. */
void compare_add_findings(struct table *t, const struct compare_group *g);

/* How to read the numbers, then the verdicts as sentences, invalid cells' reasons, expectations. */
void compare_print_notes(FILE *out, const struct compare_group *g, const struct compare_options *options);

/* Each finding of a column once, whatever its seeds' numbers, and what to do about it. */
void compare_print_sentences(FILE *out, const struct compare_group *g, const struct compare_options *options);

/* What a verdict says to do, if it does, indented by four. */
void compare_print_fix(FILE *out, const json_t *verdict, const struct compare_options *options);

/* The same as compare_print_notes() for one cell: its verdicts, reasons and expectations, indented by two. */
void compare_print_cell_notes(FILE *out, const json_t *cell, const struct compare_options *options);

#endif
