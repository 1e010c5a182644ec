/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_QMP_H
#define MEMRIG_RUNNER_LAB_QMP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

/*
 * QEMU's control socket (docs/interop/qmp-spec). Commands may be sent without
 * waiting for their answers; QEMU takes them in order. One socket pair: nothing
 * of it has a name.
 */
struct qmp {
	int fd;
	char *text; /* what was read and is not a whole line yet */
	size_t len, room;
};

/* The socket for us; *ret_theirs is for QEMU (close it after the start). */
int qmp_pair(struct qmp *ret, int *ret_theirs, struct error *err);
void qmp_close(struct qmp *qmp);

/* Sends a command; `arguments` (may be NULL) is stolen. `pass_fd` goes with it, for "getfd"; -1: none. */
int qmp_send(struct qmp *qmp, const char *command, json_t *arguments, int pass_fd, struct error *err);

/* The next message there is: 1 with *ret (a new reference), 0 when none is complete yet, -ECONNRESET at the end. */
int qmp_next(struct qmp *qmp, json_t **ret);

/* Waits for it, at most so long; -ETIMEDOUT. */
int qmp_wait(struct qmp *qmp, int timeout_ms, json_t **ret);

/* The event's name; "" for other messages. Borrowed. */
const char *qmp_event(const json_t *message);

/* Whether the message says that a command failed; then *err is filled. */
bool qmp_is_error(const json_t *message, struct error *err);

#endif
