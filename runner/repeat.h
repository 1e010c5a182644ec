/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_REPEAT_H
#define MEMRIG_RUNNER_REPEAT_H

#include <stdio.h>

#include "runner/plan.h"

/* --check-repeat: whether the repetitions of a cell gave the same stream. */
struct repeat;

struct repeat *repeat_new(void);
void repeat_free(struct repeat *repeat);

/* Notes one repetition; takes copies. Does nothing for a NULL repeat. */
void repeat_add(struct repeat *repeat, const struct plan_cell *cell, const char *sha256, const char *stream);

/* Prints a line per cell, and for those that differ where the streams part (results/divergence.h). Returns how many differ. */
size_t repeat_report(const struct repeat *repeat, FILE *out);

#endif
