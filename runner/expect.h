/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_EXPECT_H
#define MEMRIG_RUNNER_EXPECT_H

#include <jansson.h>
#include <stddef.h>

#include "results/summary.h"
#include "runner/scenario.h"

/*
 * Holds a scenario's expectations against what happened. The result is an
 * array with one object per expectation, in the scenario's order:
 *
 *   {"text":"swap.out_bytes at least 64 MiB","met":true,"actual":337461248}
 *   {"text":"...","applies":false,"reason":"for the classic LRU; this cell ran with mglru"}
 *
 * `met` is absent when `applies` is false, `actual` when there was nothing to
 * compare with, and then the expectation is not met.
 */
json_t *expect_evaluate(const struct scenario *scenario, const struct summary *summary);

/* Number of entries with "met":false, of an array as above (NULL: 0). */
size_t expect_unmet(const json_t *expectations);

/* "verdict swap_with_free_memory on node 0, cause cpuset"; the caller frees it. */
char *expect_text(const struct expectation *expectation);

#endif
