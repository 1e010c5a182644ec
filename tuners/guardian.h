/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_TUNERS_GUARDIAN_H
#define MEMRIG_TUNERS_GUARDIAN_H

#include <stdbool.h>
#include <sys/types.h>

#include "tuners/undo.h"

/*
 * A small process that outlives whoever changes the machine. It waits for the
 * end of a pipe whose other end only they hold; when the last of them is gone,
 * however that came, it undoes the list unless that is `finished`, removes the
 * journal, and leaves list->home. It has a
 * session of its own, blocks all signals that can be blocked, its memory is
 * locked, it is out of the OOM killer's reach as far as its rights allow, and
 * it allocates nothing.
 */
struct guardian {
	struct undo_list *list;
	pid_t pid;
	int pidfd;
	int alive_fd; /* held by those who are guarded; inherited over fork(), closed by exec() */
};

/* The list is shared and read when the time has come; state_dir, where its journal is, may be NULL. It holds on to the lock (journal_lock(); -1:
 * none) until it has done its work. */
int guardian_start(struct undo_list *list, const char *state_dir, int lock_fd, struct guardian *ret,
		   struct error *err);

/* In the runner, which lives: lets go. When it was the last, the guardian does its work, or, when the list is `finished`,
 * goes. */
void guardian_let_go(struct guardian *guardian);

/* Waits for it. Returns 0 when everything is back, -EIO when something is not, -ECHILD when it was killed. */
int guardian_wait(struct guardian *guardian);

/* Locks all memory and takes the process out of the OOM killer's reach. Returns the lowest oom_score_adj that could be
 * had; *ret_locked whether memory is locked. */
int guardian_protect_self(bool *ret_locked);

#endif
