/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_PARTS_H
#define MEMRIG_RUNNER_LAB_PARTS_H

#include "common/error.h"
#include "runner/lab/kernel.h"
#include "runner/scenario.h"

/* What a guest is put together from: memrig's own parts and the images made for a machine. */

/* The guest's init: $MEMRIG_INIT, beside the program, or where it was installed. Static; NULL when missing. */
const char *part_init(void);

/* What is preloaded into QEMU under the virtual clock (preload/): $MEMRIG_PRELOAD or as above. Static; NULL when
 * missing. */
const char *part_preload(void);

/*
 * Runs scripts/NAME, where it is or was installed, and waits for it; what it prints goes into a file, log. args
 * (NULL-terminated): [0] is left for the script's path. -EIO when it failed, -ENOENT when it is missing; others are of fork().
 */
int part_run_script(const char *name, const char **args, const char *log);

/* Whether they are there; -ENOENT with what to do. Without the library a cell would run, and repeat nearly always. */
int part_check_init(struct error *err);
int part_check_preload(struct error *err);

/* The modules a guest of this machine needs. NULL-terminated, at most 8 names. */
void part_module_names(const struct machine *machine, const char **names);

/* An initramfs with the guest's init, the modules the machine needs and, for a shell, busybox (or NULL). Returns a
 * descriptor of a nameless file. */
int part_initramfs(const struct machine *machine, const struct lab_kernel *kernel, const char *busybox,
		   struct error *err);

/* The machine's swap and disk before anything was written there; -1 in *ret where it has none. `dir` as in
 * scratch_open(). */
int part_swap(const struct machine *machine, const char *dir, int *ret_fd, struct error *err);
int part_disk(const struct machine *machine, const char *dir, int *ret_fd, struct error *err);

/* -ENOSPC when the files of one guest more would not fit into the temporary directory: a guest that finds no room when
 * it writes would die by SIGBUS. */
int part_check_room(const struct machine *machine, struct error *err);

#endif
