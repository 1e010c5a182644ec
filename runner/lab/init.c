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
#include <jansson.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/cell.h"
#include "runner/lab/guest_setup.h"

/* Less each than what malloc() maps by itself. */
#define HEAP_BLOCK  (64 << 10)
#define HEAP_BLOCKS 8

/* What cannot be made here the cell will try to make again, and say why it cannot. */
static void make_data(const struct channel *channel)
{
	json_t *json = json_loadb(channel_in(channel), channel->header->in_len, 0, NULL);
	struct error err;

	if (json && cell_prepare_data(json, GUEST_DATA_DIR, channel->header->userspace ? GUEST_USER_DIR : "", &err) < 0)
		fprintf(stderr, "memrig-init: %s: %s\n", err.where, err.what);
	json_decref(json);
	sync();
	file_write(NULL, "/proc/sys/vm/drop_caches", "3", NULL);
}

/* What a document takes of the heap depends on the length of its names, and so would the moment of each first touch of a page:
 * the pages are there before. The last block stays, so that what is below it does not go back; no mallopt(), which workloads
 * would inherit. */
static void warm_heap(void)
{
	char *blocks[HEAP_BLOCKS];
	static char *last;

	for (int i = 0; i < HEAP_BLOCKS; i++) {
		blocks[i] = xcalloc(1, HEAP_BLOCK);
		memset(blocks[i], 1, HEAP_BLOCK);
	}
	last = xcalloc(1, 64);
	__asm__ volatile("" : : "r"(blocks), "r"(last) : "memory");
	for (int i = 0; i < HEAP_BLOCKS; i++)
		free(blocks[i]);
}

/* Started again with /proc there, because libnuma looks around before main(). */
static void run_cell(void)
{
	struct channel channel;
	struct stream_sink sink;
	struct cell_description cell;
	struct cell_place place = {
		.cgroup_mount = "/sys/fs/cgroup", .cgroup_name = "memrig", .data_dir = "", .user_dir = "", .whole_machine = true
	};
	struct error err = { 0 };
	json_t *json;
	json_error_t parse;

	warm_heap();
	if (channel_attach(&channel, &err) < 0)
		guest_die(&err);
	channel.header->state = CHANNEL_READY;
	guest_set_up_storage(channel.header);
	if (channel.header->park) {
		make_data(&channel);
		guest_park(&channel);
	}
	json = json_loadb(channel_in(&channel), channel.header->in_len, 0, &parse);
	if (!json) {
		error_set(&err, -EINVAL, "cell description", "%s", parse.text);
		guest_die(&err);
	}
	if (cell_description_parse(json, &cell, &err) < 0)
		guest_die(&err);
	if (cell.scenario->machine.disk_bytes > 0)
		place.data_dir = GUEST_DATA_DIR;
	if (channel.header->userspace)
		place.user_dir = GUEST_USER_DIR;
	sink = channel_sink(&channel);
	place.phase = &channel.header->phase;
	channel.header->state = CHANNEL_RUNNING;
	if (cell_execute(&cell, &place, sink, &err) < 0)
		guest_die(&err);
	channel.header->state = CHANNEL_ENDED;
	guest_leave();
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
	guest_leave();
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
	guest_mount_all();
	guest_load_modules();
	guest_bring_up_cpus();
	if (access("/bin/sh", X_OK) == 0)
		run_shell();
	execle("/init", "/init", "cell", (char *)NULL, no_env);
	error_set_errno(&err, -errno, "/init", "cannot start again");
	guest_die(&err);
}
