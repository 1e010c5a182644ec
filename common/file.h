/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_COMMON_FILE_H
#define MEMRIG_COMMON_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/*
 * Small files: /proc, /sys, cgroup files and JSON documents.
 *
 * `root` is a prefix put before every path ("" or NULL is the running system),
 * so that tests can feed captured trees; `path` is absolute in that root.
 * All functions return 0 or a negative errno with *err filled.
 */

/* Reads a whole file; *ret is NUL-terminated, the caller frees it. *ret_len may be NULL. */
int file_read(const char *root, const char *path, char **ret, size_t *ret_len, struct error *err);

/* As file_read(), of a file that somebody else may have laid there: a regular file of at most `limit` bytes (-EFBIG)
 * that is reached from `dir` without a link (-ELOOP, -ENOTDIR) and without leaving it (-EXDEV). */
int file_read_beneath(const char *dir, const char *path, size_t limit, char **ret, size_t *ret_len, struct error *err);

/* As file_read(), of a file or pipe that the user named; -EFBIG as soon as more than `limit` bytes have come. */
int file_read_limited(const char *path, size_t limit, char **ret, size_t *ret_len, struct error *err);

/* As file_read(), with white space at the end removed. */
int file_read_line(const char *root, const char *path, char **ret, struct error *err);

/* One write(2) of the text to an existing file, as the kernel's files want it. */
int file_write(const char *root, const char *path, const char *text, struct error *err);

/* Writes a new file by way of a temporary name, fsync and rename: after a crash
 * there is the old file or the new one, nothing between. Its mode is 0600. */
int file_write_atomic(const char *path, const void *data, size_t len, struct error *err);

/* As file_write_atomic(), for a file the user asked for by name: its mode is 0666 less the umask. A device or a pipe
 * is written to as it is. */
int file_write_output(const char *path, const void *data, size_t len, struct error *err);

/* mkdir -p; what it makes is the user's alone (0700), what is there stays as it is. */
int file_make_dirs(const char *path, struct error *err);

#endif
