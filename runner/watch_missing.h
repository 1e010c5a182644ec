/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_WATCH_MISSING_H
#define MEMRIG_RUNNER_WATCH_MISSING_H

#include "runner/topology.h"
#include "runner/watch_groups.h"

/* What a watch cannot see on this machine, and why: an array of {"what","path","why"}, new reference. */
json_t *watch_missing(const char *root, const struct topology *topology, const struct watch_hierarchy *h);

#endif
