/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps a clone's channel shared with the host.
 *
 * A clone takes its memory from the snapshot's files, so the state it is
 * restored from must leave shared memory out (x-ignore-shared). QEMU then wants
 * all shared memory at the guest addresses it had; the channel is a PCI BAR,
 * and at that moment the new QEMU's BARs have no address yet. So the clone is
 * told that its channel is private (share=off), and here it is mapped shared
 * all the same.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runner/lab/preload/preload.h"

/* $MEMRIG_CHANNEL is the number of a descriptor of the channel's file. */
static bool is_channel(int fd)
{
	const char *number = getenv("MEMRIG_CHANNEL");
	struct stat channel, file;

	return number && fstat(atoi(number), &channel) == 0 && fstat(fd, &file) == 0 &&
	       file.st_dev == channel.st_dev && file.st_ino == channel.st_ino;
}

void *mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
	if (fd >= 0 && (flags & MAP_PRIVATE) && is_channel(fd))
		flags = (flags & ~MAP_PRIVATE) | MAP_SHARED;
	return (void *)syscall(SYS_mmap, at, len, protection, flags, fd, offset);
}

/* Its name for programs built with large-file offsets. */
void *mmap64(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
	return mmap(at, len, protection, flags, fd, offset);
}
