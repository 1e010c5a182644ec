/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_PLAN_SHOW_H
#define MEMRIG_RUNNER_PLAN_SHOW_H

#include <stdbool.h>

#include "runner/lab/qemu.h"
#include "runner/plan.h"

/* Prints what a run of the plan would do. Returns an exit code. */
int plan_show(const struct plan *plan, enum lab_clock clock, bool json);

#endif
