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
#include "runner/scenario.h"

/*
 * One cell in a guest of its own: started, watched and collected here, so that
 * the caller can run several side by side in one poll() loop. Everything lives
 * in a temporary directory that is gone as soon as the guest has opened it.
 */
struct lab_request {
	const struct machine *machine;
	const struct lab_kernel *kernel;
	enum lab_clock clock;
	json_t *cell; /* the cell description */
	unsigned stall_s; /* killed after so long without progress; 0: the default, 180 */
};

struct lab_cell;

struct lab_result {
	char *stream; /* what the guest wrote, possibly cut short */
	size_t stream_len;
	char *console;
	bool deadline; /* stopped because it made no progress */
	double wall_s;
	double begin_s; /* until the first workload could run; 0 when it never did */
};

/* Makes the images and starts QEMU. -ENOSPC when the temporary directory has no room, -ENOENT without QEMU. */
int lab_start(const struct lab_request *request, struct lab_cell **ret, struct error *err);

/* Readable when the guest has ended. */
int lab_pidfd(const struct lab_cell *cell);

/* To be called now and then (each 100 ms or so): kills a guest that has made no progress for too long. */
void lab_watch(struct lab_cell *cell);

/* After lab_pidfd() became readable: collects and frees. */
int lab_finish(struct lab_cell *cell, struct lab_result *ret, struct error *err);

/* Kills the guest and removes everything; for Ctrl-C. Accepts NULL. */
void lab_kill(struct lab_cell *cell);

void lab_result_release(struct lab_result *result);

/* A shell in a guest of this machine (its nodes; without swap and disk), on this terminal, until it is left. */
int lab_shell(const struct machine *machine, const struct lab_kernel *kernel, struct error *err);

/* An initramfs with the guest's init, the modules the machine needs and, for a shell, busybox (or NULL). */
int lab_make_initramfs(const char *path, const struct machine *machine, const struct lab_kernel *kernel,
		       const char *busybox, struct error *err);

/* The modules a guest of this machine needs. NULL-terminated, at most 8 names. */
void lab_module_names(const struct machine *machine, const char **names);

/* The guest's init: $MEMRIG_INIT, beside the program, or where it was installed. Static; NULL when missing. */
const char *lab_init_path(void);

/* What is preloaded into QEMU under the virtual clock (preload/): $MEMRIG_PRELOAD or as above. Static; NULL when missing. */
const char *lab_preload_path(void);

/* QEMU's command line for this request, with DIR in place of the temporary directory; for --dry-run. qemu_args_free(). */
char **lab_describe(const struct lab_request *request);

/* Which real clock works here: boots a guest under KVM once and remembers the answer in the cache. Without `probe` it
 * goes by what is remembered. */
enum lab_clock lab_real_clock(const struct lab_kernel *kernel, bool probe);

#endif
