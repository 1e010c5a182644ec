/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STORE_SUMS_H
#define MEMRIG_RESULTS_STORE_SUMS_H

#include "common/error.h"

/*
 * SHA256SUMS in a run's directory: every other file below it, as sha256sum
 * writes it, so that `sha256sum -c SHA256SUMS` checks a run too.
 */

/* Sums the files of `dir` and writes the list, synced. */
int store_sums_write(const char *dir, struct error *err);

/* Something that is wrong: `where` is the path, `what` a sentence without full stop. */
typedef void (*store_finding_fn)(void *opaque, const char *where, const char *what);

/* Each file that differs, is missing or was added. 0, -ENODATA when there is no list (a run of an older memrig), or another
 * negative errno. */
int store_sums_check(const char *dir, store_finding_fn found, void *opaque, struct error *err);

#endif
