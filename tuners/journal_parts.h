/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_TUNERS_JOURNAL_PARTS_H
#define MEMRIG_TUNERS_JOURNAL_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the writer (journal.c) and the reader (journal_load.c) of journals share. */

extern const char *const journal_states[]; /* by enum undo_state; ends with NULL */

/* The sum after these characters, from the sum before. */
uint64_t journal_sum(uint64_t sum, const char *text, size_t len);

/* Whether memrig may have made something of that path: plain, absolute, and named memrig-*. The writer refuses what the reader
 * would. */
bool journal_is_ours(const char *path);

/* Whether it is the path of a cgroup.subtree_control, plain and absolute. */
bool journal_is_control(const char *path);

#endif
