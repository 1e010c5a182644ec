/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_USERSPACE_H
#define MEMRIG_RUNNER_LAB_USERSPACE_H

#include "common/error.h"
#include "runner/scenario.h"

/*
 * The programs that exec workloads run: an image of an ext4 file system that
 * the guest mounts read-only, made once by scripts/userspace.sh (mmdebstrap)
 * of package names or of this machine's own programs, and kept in the cache.
 */

/* The image of a scenario; *ret is NULL when it needs none, and the caller frees it. Makes it only when `make`; calls
 * note() (may be NULL) with what it does. -ENOPKG when it cannot be had. */
int userspace_prepare(const struct scenario *scenario, bool make, void (*note)(const char *text), char **ret,
		      struct error *err);

#endif
