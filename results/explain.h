/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_EXPLAIN_H
#define MEMRIG_RESULTS_EXPLAIN_H

#include "results/compare.h"
#include "results/timeline.h"

/*
 * What happened in a cell and why, for people: its verdicts with their
 * evidence, then its course as one line of small bars a figure, with marks
 * where something began or ended. `cell` is its entry in the run document.
 */
void explain_print(FILE *out, const json_t *cell, const struct timeline *t, const struct compare_options *options);

/* The same as JSON: {"id","outcome","verdicts",
 * "timeline":{"slot_ns","rows":[{"who","label","unit","values"}],"marks":[{"at_ns","text"}]}}. New reference. */
json_t *explain_json(const json_t *cell, const struct timeline *t);

#endif
