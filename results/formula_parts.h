/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_FORMULA_PARTS_H
#define MEMRIG_RESULTS_FORMULA_PARTS_H

#include "results/formula.h"

/* The tree of a formula, for formula.c and formula_value.c alone. */

enum formula_kind { FORMULA_NUMBER, FORMULA_OPERATOR, FORMULA_CALL };

enum formula_call {
	CALL_GROWTH,
	CALL_GROWTH_BETWEEN,
	CALL_FIRST,
	CALL_LAST,
	CALL_LOWEST,
	CALL_HIGHEST,
	CALL_AT,
	CALL_METRIC,
	CALL_SIZE,
	CALL_SETTING, /* the last that takes words; those below take numbers */
	CALL_FLOOR,
	CALL_ABS,
	CALL_MIN,
	CALL_MAX,
};

struct formula {
	enum formula_kind kind;
	double number;
	char operator;
	unsigned call;	/* enum formula_call */
	char *words[3];	/* column and moments, or the name */
	struct formula *left, *right;
};

/* How many words a function takes; 0: numbers. */
static inline size_t formula_words(unsigned call)
{
	return call > CALL_SETTING ? 0 : call == CALL_GROWTH_BETWEEN ? 3 : call == CALL_AT ? 2 : 1;
}

#endif
