/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_TUNERS_CHANGES_H
#define MEMRIG_TUNERS_CHANGES_H

#include "tuners/journal.h"

/*
 * Settings changed with everything written down: first all are saved and the
 * journal made, then each is set between two records of it.
 */

/* Saves each tune and appends it to the list. Where huge pages are among them min_free_kbytes comes first, so that it goes
 * back last: the kernel raises it when they are enabled, also when that is an undo. */
int changes_save(const char *root, struct tune *tunes, size_t n, struct undo_list *list, struct error *err);

/* tune_set() with its records. On failure the list says what has to be undone. */
int changes_set(const char *root, struct tune *tune, uint64_t ram_bytes, struct undo_list *list,
		struct journal *journal, struct error *err);

/* After all are set, when one may have changed another: `effective` is what it reads now. Then once changes_settled_all(), for
 * the min_free_kbytes that huge pages brought along. */
int changes_settled(const struct tune *tune, struct undo_list *list, struct journal *journal, struct error *err);

int changes_settled_all(struct undo_list *list, const char *root, struct journal *journal, struct error *err);

/* MemTotal; 0 when it cannot be read. */
uint64_t changes_ram_bytes(const char *root);

#endif
