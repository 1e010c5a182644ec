/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_LAB_H
#define MEMRIG_RUNNER_LAB_LAB_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "runner/lab/kernel.h"
#include "runner/lab/qemu.h"
#include "runner/lab/snapshot.h"
#include "runner/scenario.h"

/*
 * One cell in a guest of its own: started, watched and collected here, so that
 * the caller can run several side by side in one poll() loop.
 */
struct lab_request {
	const struct machine *machine;
	const struct lab_kernel *kernel;
	enum lab_clock clock;
	const struct snapshot *snapshot; /* what the guest is cloned from, under the virtual clock; NULL: it boots */
	const char *userspace; /* userspace_prepare(); NULL: none */
	json_t *cell; /* the cell description */
	unsigned stall_s; /* killed after so long without progress; 0: the default, 180 */
};

struct lab_cell;

/* Where a cell's wall time goes. */
enum lab_part { LAB_START, LAB_SET_UP, LAB_WORK, LAB_SAMPLING, LAB_TEARDOWN, LAB_EXIT, LAB_PARTS };
extern const char *const lab_part_names[LAB_PARTS];

struct lab_result {
	char *stream; /* what the guest wrote, possibly cut short */
	size_t stream_len;
	char *console;
	bool deadline; /* stopped because it made no progress */
	double wall_s;
	double parts_s[LAB_PARTS]; /* as exact as lab_watch() was often called */
	double begin_s; /* until the first workload could run; 0 when it never did */
};

/* Starts QEMU. -ENOSPC when the temporary directory has no room for what the guest may write. */
int lab_start(const struct lab_request *request, struct lab_cell **ret, struct error *err);

/* Readable when the guest has ended. */
int lab_pidfd(const struct lab_cell *cell);

/* While a clone is restored, lab_watch() is to be called when this is readable; -1 at other times. */
int lab_control_fd(const struct lab_cell *cell);

/* To be called now and then (each 100 ms or so): kills a guest that has made no progress for too long. */
void lab_watch(struct lab_cell *cell);

/* After lab_pidfd() became readable: collects and frees. -ESTALE for a clone that could not be restored. */
int lab_finish(struct lab_cell *cell, struct lab_result *ret, struct error *err);

/* Kills the guest and removes everything; for Ctrl-C. Accepts NULL. */
void lab_kill(struct lab_cell *cell);

void lab_result_release(struct lab_result *result);

/* A shell in a guest of this machine (its nodes; without swap and disk), on this terminal, until it is left. */
int lab_shell(const struct machine *machine, const struct lab_kernel *kernel, struct error *err);

/* QEMU's command line for this request, with words in place of files; for --dry-run. qemu_args_free(). */
char **lab_describe(const struct lab_request *request);

/* Which real clock works here: boots a guest under KVM once and remembers the answer in the cache. Without `probe` it
 * goes by what is remembered. */
enum lab_clock lab_real_clock(const struct lab_kernel *kernel, bool probe);

#endif
