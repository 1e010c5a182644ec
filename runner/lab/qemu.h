/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_QEMU_H
#define MEMRIG_RUNNER_LAB_QEMU_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/error.h"
#include "runner/scenario.h"

/* The guest's clock, and with it how QEMU runs. */
enum lab_clock {
	CLOCK_VIRTUAL,	  /* instruction counting: repeatable, needs neither KVM nor quiet */
	CLOCK_REAL_TCG,	  /* multi-threaded emulation */
	CLOCK_REAL_KVM,
	CLOCK_REAL_HOST, /* no guest at all */
};

/* Everything that makes the command line of one guest. Paths are borrowed. */
struct qemu_guest {
	const struct machine *machine;
	enum lab_clock clock;
	const char *kernel;    /* NULL: nothing is booted, the guest comes from a snapshot (`incoming`) */
	const char *initramfs; /* NULL: none, the kernel panics for want of a root */
	const char *console; /* file for the serial console; NULL: standard input and output */
	const char *channel; /* NULL: none */
	const char *swap, *disk; /* backing files of the pmem devices; NULL: none */
	const char *userspace; /* image with the programs of exec workloads; NULL: none */
	uint64_t userspace_bytes;
	const char *const *memory; /* a file a node; NULL: QEMU's own memory */
	bool incoming; /* waits for a snapshot's state; `memory` and `disk` are mapped copy-on-write */
	const char *qmp; /* number of the inherited control socket; NULL: none */
};

/* What the guest's init writes to the exit port, and the exit status QEMU makes of it, (value << 1) | 1; another
 * than the 1 of QEMU's own errors. */
#define QEMU_GUEST_EXIT_VALUE 0x10
#define QEMU_GUEST_EXIT	      33
#define QEMU_GUEST_EXIT_PORT 0x501

/* A guest that writes here is stopped at that instruction (pvpanic; docs/specs/pvpanic.txt of QEMU). */
#define QEMU_GUEST_PARK_VALUE 1
#define QEMU_GUEST_PARK_PORT  0x505

/* What QEMU may write to a file, in bytes: the console's. A whole boot with a panic takes some 100 KiB. Not for one at the
 * terminal. */
#define QEMU_FILE_MAX (4ULL << 20)

/* The argument vector, NULL-terminated; qemu_args_free(). */
char **qemu_args(const struct qemu_guest *guest);
void qemu_args_free(char **args);

/* How it is started. */
struct qemu_run {
	const char *preload; /* a library to load into it; NULL: none */
	int log_fd;	     /* its own messages; -1: to standard error */
	int channel_fd;	     /* a clone's channel, see preload/channel.c; -1: none */
	const int *fds;	     /* descriptors it inherits; those below 0 are passed over */
	size_t n_fds;
};

/* Starts QEMU so that it dies with this process. Returns a pidfd in *ret_pidfd. */
int qemu_start(char *const *args, const struct qemu_run *run, pid_t *ret_pid, int *ret_pidfd, struct error *err);

/* The program in PATH; the caller frees it. -ENOENT with what to install. */
int qemu_find(char **ret, struct error *err);
int qemu_check(struct error *err);

#endif
