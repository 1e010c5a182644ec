/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_VERDICT_FINDING_H
#define MEMRIG_RESULTS_VERDICT_FINDING_H

#include "results/verdict.h"

/*
 * A finding being put together. The summary is one sentence with the figures
 * that matter, and says why ("..., because group db has cpuset.mems=0.").
 *
 *   json_t *f = finding_add(found, &verdict_x, "cpuset", "%s were ...", ...);
 *   finding_node(f, 0);
 *   finding_window(f, first_ns, duration_ns);
 *   finding_u64(f, "swapped_bytes", bytes);
 *
 * Keys of the evidence carry their unit (_bytes, _ns, _pages, _ratio).
 * The entry is borrowed; the cause must be one of the verdict's.
 */
json_t *finding_add(json_t *found, const struct verdict *verdict, const char *cause, const char *summary, ...)
	__attribute__((format(printf, 4, 5)));

/* Beside the name, and in the evidence. */
void finding_node(json_t *finding, unsigned node);

/* When it began, since the cell's clock started, and for how long it went on (the sum of its intervals). */
void finding_window(json_t *finding, uint64_t first_ns, uint64_t duration_ns);

/* Into the evidence. A NULL text is left out. */
void finding_u64(json_t *finding, const char *key, uint64_t value);
void finding_ratio(json_t *finding, const char *key, double value); /* three digits after the point */
void finding_text(json_t *finding, const char *key, const char *value);

#endif
