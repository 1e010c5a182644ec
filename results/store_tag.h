/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STORE_TAG_H
#define MEMRIG_RESULTS_STORE_TAG_H

#include <jansson.h>
#include <stdbool.h>

#include "results/store.h"

/*
 * Tags: names for runs, such as the baseline of a gate. Each is a symbolic link
 * in the store, tags/NAME -> ../RUN; the links are the truth. A tagged run is
 * never pruned. A tag begins with a letter, so it is never the beginning of a
 * run's id, and goes on with letters, digits, '.', '_' and '-'; "latest" is none.
 */
bool tag_is_name(const char *name);

/* Gives the run at `path` (as store_find() found it) the name, in one step; it may have been another run's, whose id
 * *ret_before then is (NULL: nobody's; the caller frees it). -EINVAL for a bad name or a run that is not in the store. */
int tag_set(const struct store *store, const char *name, const char *path, char **ret_before, struct error *err);

/* Takes the name away; -ENOENT when there is none. */
int tag_remove(const struct store *store, const char *name, struct error *err);

/* The id of the run, which need not exist any more; NULL when there is no such tag. The caller frees it. */
char *tag_run(const struct store *store, const char *name);

/* {"good": "20260101T120000Z-1a2b"}, sorted by name. New reference. */
json_t *tag_list(const struct store *store);

/* "good, nightly": the tags of a run in a tag_list(); the caller frees it. */
char *tag_words(const json_t *tags, const char *run);

#endif
