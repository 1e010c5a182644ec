/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_VERDICT_H
#define MEMRIG_RESULTS_VERDICT_H

#include <jansson.h>
#include <stdbool.h>

#include "results/timeline.h"

/*
 * A verdict is a named finding with its evidence and cause. Each has a file in
 * results/verdict/ with its row and its function, which looks at a timeline
 * and appends what it finds (results/verdict/finding.h)
 *
 *   {"name":"swap_with_free_memory","node":0,"cause":"cpuset","summary":"...","fix":"...",
 *    "doc":"docs/verdicts.md#swap_with_free_memory","evidence":{...}}
 *
 * more than once where it is found for several nodes or groups. It must find
 * nothing on an idle machine, and nothing in a stream that lacks its columns.
 */
struct verdict_cause {
	const char *name;
	const char *doc; /* one sentence: how it is told */
	const char *fix; /* one sentence: what to change */
};

struct verdict {
	const char *name;
	const char *title;
	const char *doc;
	const struct verdict_cause *causes; /* ends with a NULL name */
	void (*judge)(const struct timeline *t, json_t *found);
};

extern const struct verdict *const verdicts[]; /* the worst first; ends with NULL */

/* All that fire, in the order of the table; an array, new reference. */
json_t *verdicts_judge(const struct timeline *t);

/* NULL when there is none. */
const struct verdict *verdict_find(const char *name);
bool verdict_known(const char *name);
/* NULL when the verdict has no such cause. */
const struct verdict_cause *verdict_find_cause(const struct verdict *verdict, const char *cause);

#endif
