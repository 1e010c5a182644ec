/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/guest_setup.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <net/if.h>
#include <sched.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/lab/qemu.h"
#include "runner/scenario.h"
#include "runner/swap_area.h"

void guest_leave(void)
{
	if (ioperm(QEMU_GUEST_EXIT_PORT, 1, 1) == 0)
		outb(QEMU_GUEST_EXIT_VALUE, QEMU_GUEST_EXIT_PORT);
	reboot(RB_POWER_OFF); /* not under QEMU, or the port is missing */
	for (;;)
		pause();
}

void guest_die(const struct error *err)
{
	fprintf(stderr, "memrig-init: %s: %s\n", err->where, err->what);
	guest_leave();
}

void guest_mount_all(void)
{
	static const struct {
		const char *type, *dir;
	} mounts[] = {
		{ "devtmpfs", "/dev" },
		{ "proc", "/proc" },
		{ "sysfs", "/sys" },
		{ "cgroup2", "/sys/fs/cgroup" },
		{ "tracefs", "/sys/kernel/tracing" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++)
		if (mount(mounts[i].type, mounts[i].dir, mounts[i].type, 0, NULL) < 0)
			fprintf(stderr, "memrig-init: cannot mount %s: %s\n", mounts[i].dir, strerror(errno));
}

void guest_bring_up_cpus(void)
{
	glob_t found;

	if (glob("/sys/devices/system/cpu/cpu[0-9]*/online", 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		_cleanup_free_ char *online = NULL;
		struct error err;

		if (file_read_line(NULL, found.gl_pathv[i], &online, &err) == 0 && streq(online, "0") &&
		    file_write(NULL, found.gl_pathv[i], "1", &err) < 0)
			guest_die(&err);
	}
	globfree(&found);
}

/* The initramfs has the modules the scenario needs, numbered in loading order. */
void guest_load_modules(void)
{
	glob_t found;

	if (glob("/modules/*.ko", 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		_cleanup_close_ int fd = open(found.gl_pathv[i], O_RDONLY | O_CLOEXEC);
		struct error err;

		if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)) {
			error_set_errno(&err, -errno, found.gl_pathv[i], "cannot load the module");
			guest_die(&err);
		}
	}
	globfree(&found);
}

static int make_swap(const char *device, uint64_t bytes, struct error *err)
{
	_cleanup_close_ int fd = open(device, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return error_set_errno(err, -errno, device, "cannot open the swap device");
	return swap_area_add(fd, device, bytes, SWAP_AREA_ANY_PRIORITY, err);
}

static int set_up_zram(uint64_t bytes, struct error *err)
{
	char text[32];
	int r;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	r = file_write(NULL, "/sys/block/zram0/disksize", text, err);
	return r < 0 ? r : make_swap("/dev/zram0", bytes, err);
}

static int mount_disk(const char *device, struct error *err)
{
	if (mount(device, GUEST_DATA_DIR, "ext4", 0, "noinit_itable") < 0)
		return error_set_errno(err, -errno, device, "cannot mount the data disk");
	return 0;
}

/* A root for programs: the image read-only, with what is written in memory or on the data disk. */
static int mount_userspace(const char *device, bool data, struct error *err)
{
	static const struct {
		const char *from, *type, *dir;
		unsigned long flags;
		const char *options;
	} mounts[] = {
		{ "proc", "proc", GUEST_USER_DIR "/proc", 0, NULL },
		{ "sysfs", "sysfs", GUEST_USER_DIR "/sys", 0, NULL },
		{ "tmpfs", "tmpfs", GUEST_USER_DIR "/tmp", 0, "mode=1777" },
		{ "tmpfs", "tmpfs", GUEST_USER_DIR "/run", 0, "mode=1777" },
		{ "devtmpfs", "devtmpfs", GUEST_USER_DIR "/dev", 0, NULL },
		{ "tmpfs", "tmpfs", GUEST_USER_DIR "/dev/shm", 0, "mode=1777" },
		{ GUEST_DATA_DIR, NULL, GUEST_USER_DIR "/data", MS_BIND, NULL },
	};
	size_t n = ARRAY_SIZE(mounts) - (data ? 0 : 1);

	if (mount(device, GUEST_USER_DIR, "ext4", MS_RDONLY, NULL) < 0)
		return error_set_errno(err, -errno, device, "cannot mount the programs");
	mkdir("/dev/shm", 0755); /* devtmpfs is one, wherever it is mounted */
	for (size_t i = 0; i < n; i++)
		if (mount(mounts[i].from, mounts[i].dir, mounts[i].type, mounts[i].flags, mounts[i].options) < 0)
			return error_set_errno(err, -errno, mounts[i].dir, "cannot mount it");
	return 0;
}

/* Programs talk over 127.0.0.1. */
static void bring_up_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		fprintf(stderr, "memrig-init: the loopback interface stays down: %s\n", strerror(errno));
}

/* The NVDIMMs come in the order of QEMU's command line: swap, disk, programs. */
void guest_set_up_storage(const struct channel_header *machine)
{
	static const char *const pmem[] = { "/dev/pmem0", "/dev/pmem1", "/dev/pmem2" };
	unsigned n = machine->swap_kind == SWAP_PMEM;
	struct error err;
	int r = 0;

	if (machine->swap_kind == SWAP_PMEM)
		r = make_swap("/dev/pmem0", machine->swap_bytes, &err);
	else if (machine->swap_kind == SWAP_ZRAM)
		r = set_up_zram(machine->swap_bytes, &err);
	if (r == 0 && machine->disk_bytes > 0)
		r = mount_disk(pmem[n++], &err);
	if (r == 0 && machine->userspace) {
		bring_up_loopback();
		r = mount_userspace(pmem[n], machine->disk_bytes > 0, &err);
	}
	if (r < 0)
		guest_die(&err);
}

/* On the first CPU, which is the one that QEMU lets run first when it goes on. */
void guest_park(struct channel *channel)
{
	cpu_set_t before, first;

	if (sched_getaffinity(0, sizeof(before), &before) < 0 || ioperm(QEMU_GUEST_PARK_PORT, 1, 1) < 0)
		return;
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
	channel->header->state = CHANNEL_PARKED;
	outb(QEMU_GUEST_PARK_VALUE, QEMU_GUEST_PARK_PORT);
	sched_setaffinity(0, sizeof(before), &before);
}
