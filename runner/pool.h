/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_POOL_H
#define MEMRIG_RUNNER_POOL_H

#include <signal.h>

#include "common/error.h"
#include "runner/lab/lab.h"
#include "runner/plan.h"

/* Runs the cells of a plan in guests, several side by side, in one poll() loop. */
struct pool_options {
	unsigned jobs; /* guests at once, at least 1 */
	enum lab_clock clock;
	unsigned stall_s; /* see struct lab_request */
	bool boot_each;	  /* each cell boots a guest of its own; none is cloned from the cache */
	unsigned watch_ms; /* how often guests are looked at; 0: now and then */
	/* A cell has ended; the result is the callee's to release. A negative return ends the pool with it. */
	int (*done)(void *opaque, const struct plan_cell *cell, struct lab_result *result, struct error *err);
	/* Called now and then and after every change; may be NULL. `share` is how much of the work has ended, 0 to 1. */
	void (*progress)(void *opaque, size_t finished, size_t running, double share);
	/* A guest was booted to be cloned; may be NULL. */
	void (*booted)(void *opaque, double seconds);
	void *opaque;
};

/* The signals that end a run: SIGINT, SIGTERM, SIGHUP, SIGQUIT. */
void pool_end_signals(sigset_t *ret);
/* Blocks the signals that end a run; they are taken by pool_run(), and the caller restores the mask afterwards. */
void pool_block_signals(sigset_t *ret_before);

/* With these signals blocked. Returns 0, a negative errno, or the number of the one that came: then all guests have
 * been killed and the cells that had ended have been given to done(). */
int pool_run(const struct plan *plan, const struct pool_options *options, struct error *err);

/* Lowers *jobs until that many of the largest guest fit into free memory; -ENOMEM when not even one does. */
int pool_check_memory(const struct plan *plan, unsigned *jobs, struct error *err);

#endif
