/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_TUNERS_UNDO_PARTS_H
#define MEMRIG_TUNERS_UNDO_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tuners/undo.h"

/* What undoing is made of; private to the undo*.c files. Nothing here allocates: the guardian uses it. */

/* Opens the path, relative to dir unless it is absolute, and writes or reads it in one go. Negative errno. */
int undo_write_text(int dir, const char *path, const char *text);
/* The length without white space at its end. */
ssize_t undo_read_text(int dir, const char *path, char *text, size_t room);

int undo_open_dir(int parent, const char *name);

typedef void undo_entry_fn(int parent, const char *name, void *opaque);
/* Calls it for each entry of that type; DT_UNKNOWN: of any but directories. */
void undo_for_each(int dir, unsigned char type, undo_entry_fn *fn, void *opaque);

/* Before something is tried once more. */
void undo_pause(void);

/* undo_swap.c. Of an UNDO_SWAP. */
int undo_swap_back(struct undo *undo, uint64_t deadline);
/* undo_control.c. Of an UNDO_CONTROL. */
int undo_control_back(struct undo *undo, bool force);

#endif
