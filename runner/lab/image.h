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

/* Writes an initramfs (cpio newc) with `init` as /init, `busybox` (or NULL) as /bin/busybox and the modules, unpacked,
 * as /modules/NN-name.ko in their order. */
int image_initramfs(int fd, const char *init, const char *busybox, char *const *modules, struct error *err);

/* Makes an empty ext4 file system in a file of zeros, as large as the file. */
int image_ext4(int fd, struct error *err);

#endif
