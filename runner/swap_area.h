/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_SWAP_AREA_H
#define MEMRIG_RUNNER_SWAP_AREA_H

#include <stdint.h>

#include "common/error.h"

/* The kernel's own choice: below all areas that were added before. */
#define SWAP_AREA_ANY_PRIORITY (-1)
/* Above all others: it is filled first. The kernel's SWAP_FLAG_PRIO_MASK. */
#define SWAP_AREA_FIRST 32767

/* Writes what mkswap(8) writes to the open file or device of `bytes`, and adds it by `path`. Returns 0 or a negative errno, -EINVAL
 * where the file system does not allow swap files. */
int swap_area_add(int fd, const char *path, uint64_t bytes, int priority, struct error *err);

#endif
