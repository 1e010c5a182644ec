/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_CLAIMS_H
#define MEMRIG_RESULTS_CLAIMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "results/compare.h"

/*
 * What is said of kernels, held against what they did: one claim a cell, whose
 * expectations are the claim. A pure function of a run document.
 */
enum claim_answer {
	CLAIM_PASS,
	CLAIM_DIFFERS, /* an expectation is not met, or the cell broke */
	CLAIM_CANNOT_TELL, /* none is unmet, and some could not be looked at here, or none applies */
};

/* What is known of a claim beside the run: by the name of its scenario. Texts are borrowed. */
struct claim {
	const char *name, *text, *source;
};

struct claims {
	struct claim *list;
	size_t n;
};

/* [{"name","claim","source","kernel","cell","answer":"pass|differs|cannot tell","expectations":[...],"reason"}], the
 * expectations that apply as in the run document, in the order of the cells; new reference. */
json_t *claims_answers(const struct claims *claims, const json_t *run);

/* How many of the answers are that one. */
size_t claims_count(const json_t *answers, enum claim_answer answer);

/* For people, and as KTAP version 1 (kernel.org, dev-tools/ktap). */
void claims_print(FILE *out, const json_t *answers, const struct compare_options *options);
void claims_print_ktap(FILE *out, const json_t *answers);

#endif
