/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_PROVENANCE_H
#define MEMRIG_RUNNER_PROVENANCE_H

#include <jansson.h>

#include "runner/lab/qemu.h"
#include "runner/plan.h"

/* What produced a run: versions, host, clock. What cannot be found out is left out. New reference. */
json_t *provenance_json(const struct plan *plan, enum lab_clock clock, unsigned jobs);

/* "tcg, virtual clock" and the like. */
const char *clock_text(enum lab_clock clock);

/* SHA-256 of a file in hex, text of 65 bytes; "" when it cannot be read. */
void file_sha256(const char *path, char *text);

#endif
