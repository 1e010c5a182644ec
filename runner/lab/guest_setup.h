/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_GUEST_SETUP_H
#define MEMRIG_RUNNER_LAB_GUEST_SETUP_H

#include "common/error.h"
#include "runner/lab/channel.h"

/* What PID 1 of the lab's guest makes a machine with. What fails is said on the console, and the guest ends. */

#define GUEST_DATA_DIR "/data"
#define GUEST_USER_DIR "/user"

/* Ends the guest through QEMU's exit port. */
void guest_leave(void) __attribute__((noreturn));

/* As guest_leave(), with a message on the console. */
void guest_die(const struct error *err) __attribute__((noreturn));

/* The kernel's file systems; one that it does not have is left out. */
void guest_mount_all(void);

/* The modules of the initramfs, then the CPUs, which the kernel was told to leave alone under the virtual clock. In
 * this order: a CPU alone has nobody to wait for at every patched instruction. */
void guest_load_modules(void);
void guest_bring_up_cpus(void);

/* Swap, the data disk at GUEST_DATA_DIR, and the programs of exec workloads at GUEST_USER_DIR, where the data disk is
 * seen at /data. */
void guest_set_up_storage(const struct channel_header *machine);

/* Stops here, and goes on here: in this guest, or in one of the clones made of it. */
void guest_park(struct channel *channel);

#endif
