/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_VERDICT_ROWS_H
#define MEMRIG_RESULTS_VERDICT_ROWS_H

#include "results/verdict.h"

/* One file each. */
extern const struct verdict verdict_swap_with_free_memory;

#endif
