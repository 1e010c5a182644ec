/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_PRELOAD_PRELOAD_H
#define MEMRIG_RUNNER_LAB_PRELOAD_PRELOAD_H

#include <stdbool.h>

/* What is preloaded into QEMU under the virtual clock, so that nothing of the host reaches the guest. */

/* Whether the caller is the thread that runs all CPUs in turn. */
bool is_cpu_thread(void);

#endif
