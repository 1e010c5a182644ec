/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_GUEST_H
#define MEMRIG_RUNNER_LAB_GUEST_H

#include "runner/lab/channel.h"
#include "runner/lab/kernel.h"
#include "runner/lab/qemu.h"
#include "runner/lab/qmp.h"

/*
 * One QEMU with the files it works on. The files have no names: they are gone
 * with the last process that has them open. Descriptors are borrowed; -1 is
 * none.
 */
struct guest_spec {
	const struct machine *machine;
	const struct lab_kernel *kernel;
	enum lab_clock clock;
	int initramfs_fd;	/* booted with; -1: a clone, which waits for a snapshot's state */
	const int *memory_fds;	/* a file a node; NULL: QEMU's own memory. A clone's is mapped copy-on-write. */
	int swap_fd, disk_fd;
	const char *userspace;	/* userspace_prepare(); NULL: none */
	int state_fd;		/* the snapshot's state, to be told to the clone by its number */
	const char *in;		/* the cell description; for a guest that parks, the data files to make, or NULL */
	bool park;
};

struct guest {
	pid_t pid; /* 0: not started */
	int pidfd;
	int console_fd, log_fd;
	struct channel channel;
	struct qmp qmp; /* only under the virtual clock */
};

/* Returns 0 or a negative errno; *ret is to be released. */
int guest_start(const struct guest_spec *spec, struct guest *ret, struct error *err);

/* The command line of such a guest with words in place of files. qemu_args_free(). */
char **guest_describe(const struct guest_spec *spec);

/* Whether the library that is to be preloaded is in QEMU: the loader goes on without one that it cannot load, and the guest
 * would repeat nearly always. -ENOEXEC when not. */
int guest_check_preload(const struct guest *guest, struct error *err);

/* Waits for QEMU's end and returns its status as waitpid() does. */
int guest_reap(struct guest *guest);

/* Kills QEMU unless it was reaped, and frees. */
void guest_release(struct guest *guest);

/* The guest's console; what QEMU itself had to say comes after it. The caller frees it. */
char *guest_console(const struct guest *guest);

/* The console alone. The caller frees it. */
char *guest_serial(const struct guest *guest);

/* What QEMU itself had to say. The caller frees it. */
char *guest_log(const struct guest *guest);

#endif
