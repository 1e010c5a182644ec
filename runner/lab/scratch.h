/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_SCRATCH_H
#define MEMRIG_RUNNER_LAB_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/*
 * Files without a name: they go with the last process that has them open, so
 * nothing is left behind, whoever is killed. QEMU opens them by number.
 */

/* A new empty file on the file system of `dir`; NULL: $TMPDIR or /tmp. Returns a descriptor, close-on-exec. */
int scratch_open(const char *dir, struct error *err);

/* As scratch_open(), of so many zero bytes that take no room. */
int scratch_blank(const char *dir, uint64_t bytes, struct error *err);

/* A new file with the contents of another: shared blocks where the file system can, else the data without the holes. */
int scratch_copy(const char *dir, int from, struct error *err);

/* Gives the file a name, which must be free. */
int scratch_publish(int fd, const char *path, struct error *err);

#define SCRATCH_PATH_ROOM 32
/* The path under which this process and those that inherit the descriptor can open the file. Returns text. */
const char *scratch_path(int fd, char *text);

/* Free bytes on the file system of `dir` as above. */
int scratch_room(const char *dir, uint64_t *ret_bytes, struct error *err);

#endif
