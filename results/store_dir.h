/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STORE_DIR_H
#define MEMRIG_RESULTS_STORE_DIR_H

#include <stdbool.h>
#include <time.h>

#include "results/store.h"

/* The run directories of a store, as they lie there: what the parts of the store share. */

struct store_entry {
	char *name;
	struct timespec changed; /* of run.json */
};

struct store_entries {
	struct store_entry *list;
	size_t n;
};

/* Oldest first: by the time in the name, runs of one second by when they were finished. A store that does not exist has
 * none. store_entries_release() in both cases. */
int store_entries_read(const struct store *store, struct store_entries *ret, struct error *err);

/* Directories of a store that are no runs: being written, or left by a run that was killed; half deleted. */
#define STORE_UNFINISHED ".tmp-"
#define STORE_GONE	 ".gone-"

/* As store_entries_read(), of those with one of these prefixes; their names without it. */
int store_hidden_read(const struct store *store, const char *prefix, struct store_entries *ret, struct error *err);
void store_entries_release(struct store_entries *entries);

/* Whether it is the directory of a run; when its run.json was written. */
bool store_is_run(const char *dir, struct timespec *ret_changed);

/* As store_load(), without the cells that cannot be read. */
int store_load_readable(const char *path, json_t **ret, struct error *err);

#endif
