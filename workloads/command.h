/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_COMMAND_H
#define MEMRIG_WORKLOADS_COMMAND_H

#include <sys/types.h>

#include "common/error.h"

/* A program started with another root and user, its output in a pipe. */
struct command {
	const char *line; /* words between blanks; '...' and "..." keep blanks; no shell, no variables */
	const char *root; /* "" is this machine's own */
	const char *dir;  /* where it starts, below root; it is the user's home too */
	const char *user; /* of root's /etc/passwd; NULL: the caller */
};

/* Splits a line into words; *ret is NULL-terminated, free() each and it. -EINVAL: a quote is open, or there is none. */
int command_split(const char *line, char ***ret);
void command_free(char **words);

/* Starts it; its standard output and error are what *ret_fd reads. It dies with the caller. Returns 0 or a negative errno
 * when there is no such user or no process can be made; a program that cannot be executed ends with status 127. */
int command_start(const struct command *command, pid_t *ret_pid, int *ret_fd, struct error *err);

/* Waits for the end; -EIO with how it ended unless its status is 0. */
int command_wait(pid_t pid, const char *name, struct error *err);

#endif
