/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_VERDICT_SETTING_H
#define MEMRIG_RESULTS_VERDICT_SETTING_H

#include "results/timeline.h"

/* Settings as they were while the cell ran, and what they forbid. */

/* What the executor set, else what it found; NULL when the stream does not say. Borrowed. */
const char *setting_text(const struct timeline *t, const char *key);
uint64_t setting_u64(const struct timeline *t, const char *key, uint64_t fallback);

/* Whether the multi-generational LRU was on. */
bool setting_is_mglru(const struct timeline *t);

/* A knob of a group as read back ("max", "0-1", "104857600"); NULL when it was not set. Borrowed. */
const char *setting_of_group(const struct timeline *t, const char *group, const char *knob);

/* Whether a list of nodes ("0-1") leaves the node out; one that is absent or not understood leaves none out. */
bool setting_leaves_out(const char *list, unsigned node);

#endif
