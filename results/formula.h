/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_FORMULA_H
#define MEMRIG_RESULTS_FORMULA_H

#include <jansson.h>

#include "common/error.h"
#include "results/timeline.h"

/*
 * A number about a cell that no metric has, from the columns of its stream:
 *
 *   growth(vmstat.pswpin) / growth(vmstat.pgmajfault)
 *   at(task.db.0.RssAnon_bytes, db.0 filled) - 64M
 *   last(node0.DMA32.min_pages) - floor(setting(vm.min_free_kbytes) / 4)
 *
 * Numbers (with K, M, G, T for powers of 1024), + - * / and brackets, and the
 * functions of the table below. A column may hold `*`, and then is the sum of
 * all that match. The text of docs/scenario.md comes from the same table.
 */
struct formula;

/* -EINVAL: err says what is wrong, and at which character. */
int formula_parse(const char *text, struct formula **ret, struct error *err);
void formula_free(struct formula *formula);

/* What a formula is about; `metrics` and `settings` as in struct summary. All borrowed. */
struct formula_cell {
	const struct timeline *timeline;
	const json_t *metrics, *settings;
};

/* -ENODATA: the cell lacks a column, moment, metric or setting, which err names; -EDOM: divided by nothing. */
int formula_value(const struct formula *formula, const struct formula_cell *cell, double *ret, struct error *err);

struct formula_function {
	const char *name;
	const char *arguments; /* "column, from, to" */
	const char *doc;
};
extern const struct formula_function formula_functions[]; /* ends with a NULL name */

#endif
