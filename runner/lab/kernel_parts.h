/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_KERNEL_PARTS_H
#define MEMRIG_RUNNER_LAB_KERNEL_PARTS_H

#include "runner/lab/kernel.h"

/* Between the files of kernel.h. */

/* One that was unpacked from its package before; -ENOPKG when it was not. */
int kernel_find_unpacked(const char *name, struct lab_kernel *ret, struct error *err);

#endif
