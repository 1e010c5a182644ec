/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_IMAGE_H
#define MEMRIG_RUNNER_LAB_IMAGE_H

#include <stdint.h>

#include "common/error.h"

/*
 * What a guest boots from and writes to. Every byte depends on the arguments
 * alone (no times, no random UUIDs), because a byte more or less in the guest
 * changes what it does.
 */

/* Writes an initramfs (cpio newc) with `init` as /init, `busybox` (or NULL) as /bin/busybox and the modules, unpacked, as /modules/NN-name.ko in their order. */
int image_initramfs(const char *path, const char *init, const char *busybox, char *const *modules, struct error *err);

/* Makes an empty ext4 file system of that size in a new sparse file. */
int image_ext4(const char *path, uint64_t bytes, struct error *err);

/* Makes a sparse file of zeros. */
int image_blank(const char *path, uint64_t bytes, struct error *err);

#endif
