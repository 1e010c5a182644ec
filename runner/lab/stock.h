/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_STOCK_H
#define MEMRIG_RUNNER_LAB_STOCK_H

#include "runner/lab/snapshot.h"

/*
 * The snapshots a run works with: one for each machine and kernel, taken from
 * the cache or booted, each by a process of its own that the caller waits for
 * among its guests.
 */
struct stock;

/* `limit_s`: how long a guest may boot; 0: 180. */
struct stock *stock_new(unsigned limit_s);

/* Ends the processes that boot, and closes everything. Accepts NULL. */
void stock_free(struct stock *stock);

/* Which snapshot: for everybody and kept in the cache; or, with an `owner` (any pointer), one that was booted for that
 * owner alone. All borrowed, as long as the stock lives. */
struct stock_want {
	struct snapshot_spec spec;
	const void *owner;
};

/* STOCK_READY with *ret, STOCK_BOOTING while it is made, STOCK_MISSING when it must be booted first, STOCK_FAILED when the
 * guest did not come up, or a negative errno. */
enum { STOCK_READY, STOCK_BOOTING, STOCK_MISSING, STOCK_FAILED };
int stock_find(struct stock *stock, const struct stock_want *want, const struct snapshot **ret, struct error *err);

/* What the guest that did not come up said on its console. The caller frees it. */
char *stock_console(struct stock *stock, const struct stock_want *want);

/* No clone could be made of it: one from the cache is removed there, to be booted once more. Whether that is so. */
bool stock_distrust(struct stock *stock, const struct stock_want *want);

/* Boots one that is missing. Returns a descriptor (borrowed) that becomes readable when stock_finish() is to be
 * called. A guest that does not come up is no error there; QEMU that does not start is. */
int stock_boot(struct stock *stock, const struct stock_want *want, struct error *err);
int stock_finish(struct stock *stock, int fd, struct error *err);

/* Lets go of what was made for this owner. */
void stock_drop(struct stock *stock, const void *owner);

#endif
