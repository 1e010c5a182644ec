/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_PICK_H
#define MEMRIG_WORKLOADS_PICK_H

#include "common/error.h"

/*
 * Numbers picked out of a program's output. Where one is, is said by
 *
 *	regex:SET: ([0-9.]+) requests	the last group of an extended regular expression (regex(7))
 *	json:/latency/p99		a JSON pointer (RFC 6901) into the output, or into its last line that is JSON
 */

/* Whether that can be asked for; -EINVAL with what is wrong. */
int pick_check(const char *where, struct error *err);

/* -ENOENT when it is not in the text, -EINVAL when it is no number. */
int pick_number(const char *where, const char *text, double *ret, struct error *err);

#endif
