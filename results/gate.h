/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_GATE_H
#define MEMRIG_RESULTS_GATE_H

#include <jansson.h>
#include <stdio.h>

#include "common/error.h"
#include "results/judge.h"

/*
 * Did this run make anything worse than the baseline? The answer is a document
 * (memrig.gate/1, docs/schema/gate.json, docs/gate.md) with a result for every
 * scenario, profile and kernel of the two runs, and what it rests on.
 *
 * Under the virtual clock any difference at the same seed is a change, and a
 * regression or an improvement when an outcome, a verdict, an expectation or a
 * primary metric says which. On a real clock the statistics of results/judge.h
 * decide, and may say that the cells are too few.
 */
enum gate_result { /* the worst last */
		   GATE_NO_CHANGE,
		   GATE_NEW,    /* the baseline has no such cells */
		   GATE_CHANGE, /* something differs that is neither better nor worse */
		   GATE_IMPROVEMENT,
		   GATE_NOT_ENOUGH,
		   GATE_REGRESSION,
};

/* "no_change", ...: the words of the document; ends with NULL. */
extern const char *const gate_result_names[];
/* "no change", ...: for people. */
extern const char *const gate_result_words[];

/* The result that the document, or one of its groups, states; GATE_REGRESSION for a word that is none. */
enum gate_result gate_result_of(const json_t *object);

/*
 * Run documents as store_load() gives them. The streams of cells that differ
 * are read from the directories that the documents name; without them there is
 * no divergence in the answer. options NULL: those of judge_columns().
 * -EINVAL when the runs cannot be held against each other: nothing in common,
 * different clocks, or a real clock on different machines. New reference.
 */
int gate_make(const json_t *run, const json_t *baseline, const struct judge_options *options, json_t **ret,
	      struct error *err);

/* For people, on a terminal: a line a group, what was found below. */
void gate_print(FILE *out, const json_t *gate, unsigned width);

#endif
