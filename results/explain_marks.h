/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_EXPLAIN_MARKS_H
#define MEMRIG_RESULTS_EXPLAIN_MARKS_H

#include "results/compare.h"
#include "results/timeline.h"

/* Moments of a cell that are told beside its course: workloads going on, and kills. */
struct mark {
	uint64_t at_ns; /* since the cell's clock started */
	char *text;
	bool bad;    /* a kill, or a workload that did not complete */
	char letter; /* in the line of marks; ' ' when the letters have run out */
};

struct mark_list {
	struct mark *list;
	size_t n;
};

/* In the order they happened. */
void marks_make(const struct timeline *t, struct mark_list *ret);
void marks_release(struct mark_list *marks);

/* The letters above the slots they fall into, after `indent` blanks; of two in one slot the first. */
void marks_print_line(FILE *out, const struct mark_list *marks, uint64_t slot_ns, size_t n_slots, int indent);
void marks_print_legend(FILE *out, const struct mark_list *marks, const struct compare_options *options);

/* [{"at_ns","text"}]; new reference. */
json_t *marks_json(const struct mark_list *marks);

#endif
