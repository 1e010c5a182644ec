/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_OUTPUT_H
#define MEMRIG_RUNNER_LAB_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "runner/lab/channel.h"

/*
 * The stream in the channel, from the host's side. The guest's memory may be in
 * any state, and the guest may write to it while it is read here: nothing it
 * says is believed, and what it says is looked at once.
 */

/* Bytes of the stream so far: what the guest says, within the channel. */
size_t output_len(const struct channel *channel);

/* Whether the cell's clock has started; *scanned, 0 at first, is how much of the stream was searched for that. */
bool output_has_begun(const struct channel *channel, size_t *scanned);

/* A copy of the stream, a NUL behind it, with nothing in it that a terminal obeys. The guest was given a bare description
 * and begins its stream with it: that record gets the whole one. What does not begin so, or was cut in it, stays as it is.
 * The caller frees it. */
char *output_take(const struct channel *channel, json_t *description, size_t *ret_len);

#endif
