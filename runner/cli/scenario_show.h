/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_SCENARIO_SHOW_H
#define MEMRIG_RUNNER_CLI_SCENARIO_SHOW_H

#include "runner/scenario.h"

/* For people, on stdout: the machine, the groups and what they run, what is expected. */
void scenario_print(const struct scenario *scenario);

#endif
