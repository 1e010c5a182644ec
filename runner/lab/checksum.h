/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_CHECKSUM_H
#define MEMRIG_RUNNER_LAB_CHECKSUM_H

#define CHECKSUM_ROOM 33

/* XXH3-128 of a sparse file's pages that are not zero, each with its place, and of its size: the same whichever
 * way the file is laid out. For damage, not against malice. Returns 0 or a negative errno. */
int checksum_fd(int fd, char *ret);

#endif
