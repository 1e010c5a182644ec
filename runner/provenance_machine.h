/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_PROVENANCE_MACHINE_H
#define MEMRIG_RUNNER_PROVENANCE_MACHINE_H

#include <jansson.h>
#include <stdbool.h>

/*
 * The machine that memrig runs on, as far as results depend on it (docs/store.md
 * lists the members). What the machine does not say is left out.
 */

/* Adds the members to *provenance. `root` is a prefix for /proc, /sys and /boot; `vm`: every readable vm.* sysctl too, for
 * cells that run on this machine itself. */
void provenance_machine(const char *root, bool vm, json_t *provenance);

#endif
