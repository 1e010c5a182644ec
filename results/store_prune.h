/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STORE_PRUNE_H
#define MEMRIG_RESULTS_STORE_PRUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "results/store.h"

/*
 * Deleting runs, which nothing else does. What is written is locked (flock on
 * its .tmp- directory), so that an unfinished run without a lock is one that was
 * killed. A run goes in one step, by a rename to .gone-RUN, and its files after that.
 */
struct prune_rules {
	size_t keep;	     /* the newest so many are kept; 0: no such rule */
	int64_t older_than_s; /* younger ones are kept; 0: no such rule */
	bool unfinished;     /* .tmp-RUN of killed runs too, and what a prune that was killed had left */
};

struct prune_run {
	char *name, *path;
	uint64_t bytes;
	size_t cells;
	bool unfinished;
};

struct prune_plan {
	struct prune_run *list; /* oldest first */
	size_t n;
	uint64_t bytes;
	size_t tagged; /* runs that the rules would delete, were they not tagged */
};

/* What the rules delete at the time `now`: a run that no rule keeps and that has no tag. Without `keep` and
 * `older_than_s` no finished run is deleted. */
int prune_make(const struct store *store, const struct prune_rules *rules, time_t now, struct prune_plan *ret, struct error *err);
void prune_release(struct prune_plan *plan);

/* Deletes one of the plan's runs. -EBUSY when it is being written or has got a tag meanwhile. */
int prune_delete(const struct store *store, const struct prune_run *run, struct error *err);

/* Whether the .tmp- directory belongs to a process that is still there. */
bool store_is_being_written(const char *path);

#endif
