/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_PLAN_SHOW_H
#define MEMRIG_RUNNER_PLAN_SHOW_H

#include <stdbool.h>

#include "runner/host/host.h"
#include "runner/lab/qemu.h"
#include "runner/plan.h"

/* Prints what a run of the plan would do. `host` is NULL for the lab; on a host it is also checked whether the run would be
 * refused, and said why. Returns an exit code: EXIT_CANNOT_RUN when it would be. */
int plan_show(const struct plan *plan, enum lab_clock clock, const struct host_options *host, bool json);

#endif
