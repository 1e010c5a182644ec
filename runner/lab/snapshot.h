/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_SNAPSHOT_H
#define MEMRIG_RUNNER_LAB_SNAPSHOT_H

#include "runner/lab/guest.h"

/*
 * A guest that was booted once and saved where it is about to read its cell.
 * Clones start from it: they map its memory copy-on-write and have copies of
 * its swap and disk.
 *
 * The order of a save: the guest writes to pvpanic's port and stands still at
 * that instruction, QEMU writes CPUs and devices to `state` (its migration
 * stream, without the shared memory), and ends. Memory, swap and disk are as
 * they were then, in their files.
 */
struct snapshot_spec {
	const struct machine *machine;
	const struct lab_kernel *kernel;
	const char *data; /* scenario_data(): the files on its disk; NULL: none */
	const char *userspace; /* userspace_prepare(): its programs; NULL: none */
};

struct snapshot {
	unsigned n_nodes;
	int memory_fds[MAX_NODES];
	int state_fd;
	int swap_fd, disk_fd; /* -1: none */
};

#define SNAPSHOT_NONE { .state_fd = -1, .swap_fd = -1, .disk_fd = -1 }

/* Files for a machine's snapshot, without names, on the file system of `dir` (NULL: the temporary directory). */
int snapshot_create(const struct machine *machine, const char *dir, struct snapshot *ret, struct error *err);
void snapshot_close(struct snapshot *snapshot);

/* Boots a guest on these files and saves it. Waits for it all; -ETIMEDOUT when the guest does not get there within
 * `limit_s`, -EPROTO when it ended before, with its console written to `console_fd` (-1: nowhere). */
int snapshot_boot(struct snapshot *snapshot, const struct snapshot_spec *spec, unsigned limit_s, int console_fd,
		  struct error *err);

/* Starts a clone. It runs after snapshot_resume() has returned 1, to be called when guest->qmp.fd is readable: 0 not
 * yet, or a negative errno. */
int snapshot_clone(const struct snapshot *snapshot, const struct snapshot_spec *spec, const char *cell,
		   struct guest *ret, struct error *err);
int snapshot_resume(struct guest *guest, struct error *err);

#endif
