/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PID 1 of the lab's guest: makes a machine out of a bare kernel (file systems,
 * CPUs, modules, swap, data disk), parks to be saved, takes the cell
 * description from the channel, runs it and leaves through QEMU's exit port. It
 * never returns; whatever goes wrong is said on the console, and the host sees
 * a stream without an end.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <jansson.h>
#include <sched.h>
#include <stdint.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/cell.h"
#include "runner/lab/channel.h"
#include "runner/lab/qemu.h"
#include "runner/scenario.h"

#define DATA_DIR "/data"

static void leave(void) __attribute__((noreturn));
static void die(const struct error *err) __attribute__((noreturn));

static void leave(void)
{
	if (ioperm(QEMU_GUEST_EXIT_PORT, 1, 1) == 0)
		outb(QEMU_GUEST_EXIT_VALUE, QEMU_GUEST_EXIT_PORT);
	reboot(RB_POWER_OFF); /* not under QEMU, or the port is missing */
	for (;;)
		pause();
}

static void die(const struct error *err)
{
	fprintf(stderr, "memrig-init: %s: %s\n", err->where, err->what);
	leave();
}

static void mount_all(void)
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

/* Under the virtual clock the kernel was told maxcpus=1. */
static void bring_up_cpus(void)
{
	glob_t found;

	if (glob("/sys/devices/system/cpu/cpu[0-9]*/online", 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		_cleanup_free_ char *online = NULL;
		struct error err;

		if (file_read_line(NULL, found.gl_pathv[i], &online, &err) == 0 && streq(online, "0") &&
		    file_write(NULL, found.gl_pathv[i], "1", &err) < 0)
			die(&err);
	}
	globfree(&found);
}

/* The initramfs has the modules the scenario needs, numbered in loading order. */
static void load_modules(void)
{
	glob_t found;

	if (glob("/modules/*.ko", 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		_cleanup_close_ int fd = open(found.gl_pathv[i], O_RDONLY | O_CLOEXEC);
		struct error err;

		if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)) {
			error_set_errno(&err, -errno, found.gl_pathv[i], "cannot load the module");
			die(&err);
		}
	}
	globfree(&found);
}

/* The header mkswap writes (include/linux/swap.h, union swap_header). */
static int make_swap(const char *device, uint64_t bytes, struct error *err)
{
	static char page[4096] __attribute__((aligned(4096)));
	uint32_t info[3] = { 1, (uint32_t)(bytes / sizeof(page)) - 1, 0 }; /* version, last_page, nr_badpages */
	_cleanup_close_ int fd = open(device, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return error_set_errno(err, -errno, device, "cannot open the swap device");
	memset(page, 0, sizeof(page));
	memcpy(page + 1024, info, sizeof(info));
	memcpy(page + sizeof(page) - 10, "SWAPSPACE2", 10);
	if (pwrite(fd, page, sizeof(page), 0) != (ssize_t)sizeof(page) || fsync(fd) < 0)
		return error_set_errno(err, -errno, device, "cannot write the swap header");
	close(TAKE_FD(fd));
	if (swapon(device, 0) < 0)
		return error_set_errno(err, -errno, device, "cannot add the swap");
	return 0;
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
	if (mount(device, DATA_DIR, "ext4", 0, "noinit_itable") < 0)
		return error_set_errno(err, -errno, device, "cannot mount the data disk");
	return 0;
}

/* The NVDIMMs come in the order of QEMU's command line: swap, then disk. */
static int set_up_storage(const struct channel_header *machine, struct error *err)
{
	const char *disk = machine->swap_kind == SWAP_PMEM ? "/dev/pmem1" : "/dev/pmem0";
	int r = 0;

	if (machine->swap_kind == SWAP_PMEM)
		r = make_swap("/dev/pmem0", machine->swap_bytes, err);
	else if (machine->swap_kind == SWAP_ZRAM)
		r = set_up_zram(machine->swap_bytes, err);
	if (r == 0 && machine->disk_bytes > 0)
		r = mount_disk(disk, err);
	return r;
}

/* What cannot be made here the cell will try to make again, and say why it cannot. */
static void make_data(const struct channel *channel)
{
	json_t *json = json_loadb(channel_in(channel), channel->header->in_len, 0, NULL);
	struct error err;

	if (json && cell_prepare_data(json, DATA_DIR, &err) < 0)
		fprintf(stderr, "memrig-init: %s: %s\n", err.where, err.what);
	json_decref(json);
	sync();
	file_write(NULL, "/proc/sys/vm/drop_caches", "3", NULL);
}

/* Stops here, and goes on here: in this guest, or in one of the clones made of it. On the first CPU, which is the one
 * that QEMU lets run first when it goes on. */
static void park(struct channel *channel)
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

/* Started again with /proc there, because libnuma looks around before main(). */
static void run_cell(void)
{
	struct channel channel;
	struct stream_sink sink;
	struct cell_description cell;
	struct cell_place place = {
		.cgroup_mount = "/sys/fs/cgroup", .cgroup_name = "memrig", .data_dir = "", .whole_machine = true
	};
	struct error err = { 0 };
	json_t *json;
	json_error_t parse;

	if (channel_attach(&channel, &err) < 0)
		die(&err);
	channel.header->state = CHANNEL_READY;
	if (set_up_storage(channel.header, &err) < 0)
		die(&err);
	if (channel.header->park) {
		make_data(&channel);
		park(&channel);
	}
	json = json_loadb(channel_in(&channel), channel.header->in_len, 0, &parse);
	if (!json) {
		error_set(&err, -EINVAL, "cell description", "%s", parse.text);
		die(&err);
	}
	if (cell_description_parse(json, &cell, &err) < 0)
		die(&err);
	if (cell.scenario->machine.disk_bytes > 0)
		place.data_dir = DATA_DIR;
	sink = channel_sink(&channel);
	place.phase = &channel.header->phase;
	channel.header->state = CHANNEL_RUNNING;
	if (cell_execute(&cell, &place, sink, &err) < 0)
		die(&err);
	channel.header->state = CHANNEL_ENDED;
	leave();
}

static const char *const shell_env[] = { "PATH=/bin", "HOME=/", "TERM=linux", "PS1=memrig-lab# ", NULL };

/* A child, so that its end is not the end of PID 1; with the console as its own terminal for Ctrl-C and jobs. */
static void run_shell(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int fd;

		setsid();
		fd = open("/dev/ttyS0", O_RDWR);
		ioctl(fd, TIOCSCTTY, 1);
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		execle("/bin/sh", "sh", (char *)NULL, shell_env);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	leave();
}

int main(int argc, char **argv)
{
	static const char *const no_env[] = { NULL };
	struct error err;

	json_object_seed(1); /* else jansson takes a random one */
	if (argc == 2 && streq(argv[1], "cell"))
		run_cell();
	if (getpid() != 1) {
		fprintf(stderr, "memrig-init is the init of memrig's lab guest; use memrig run\n");
		return 2;
	}
	mount_all();
	load_modules(); /* before the CPUs: alone there is nobody to wait for at every patched instruction */
	bring_up_cpus();
	if (access("/bin/sh", X_OK) == 0)
		run_shell();
	execle("/init", "/init", "cell", (char *)NULL, no_env);
	error_set_errno(&err, -errno, "/init", "cannot start again");
	die(&err);
}
