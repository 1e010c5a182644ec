/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_PROC_VALUE_H
#define MEMRIG_WORKLOADS_PROC_VALUE_H

#include <stdint.h>

#include "common/error.h"

/* The value of a line "Key:     123 kB" of /proc/meminfo, /proc/self/smaps_rollup and their like, in bytes. */
int proc_value(const char *path, const char *key, uint64_t *ret_bytes, struct error *err);

#endif
