/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/guest.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/lab/parts.h"
#include "runner/lab/scratch.h"

/* Everything QEMU opens, by number. */
enum { FD_INITRAMFS, FD_SWAP, FD_DISK, FD_CHANNEL, FD_CONSOLE, FD_QMP, FD_STATE, FD_MEMORY, N_FDS = FD_MEMORY + MAX_NODES };

/* What stands on the command line: a path of an inherited descriptor, or a word for it. */
struct names {
	char text[N_FDS][SCRATCH_PATH_ROOM];
	const char *memory[MAX_NODES];
};

static const char *name_or_null(const struct names *names, int which)
{
	return names->text[which][0] ? names->text[which] : NULL;
}

/* 0 for one that is not there, as in a dry run. */
static uint64_t file_bytes(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static char **make_args(const struct guest_spec *spec, struct names *names)
{
	bool clone = spec->initramfs_fd < 0;
	struct qemu_guest guest = {
		.machine = spec->machine,
		.clock = spec->clock,
		.kernel = clone ? NULL : spec->kernel->image,
		.initramfs = name_or_null(names, FD_INITRAMFS),
		.console = name_or_null(names, FD_CONSOLE),
		.channel = name_or_null(names, FD_CHANNEL),
		.swap = name_or_null(names, FD_SWAP),
		.disk = name_or_null(names, FD_DISK),
		.memory = names->text[FD_MEMORY][0] ? names->memory : NULL,
		.incoming = clone,
		.qmp = name_or_null(names, FD_QMP),
		.userspace = spec->userspace,
		.userspace_bytes = spec->userspace ? file_bytes(spec->userspace) : 0,
	};

	for (unsigned i = 0; i < spec->machine->n_nodes; i++)
		names->memory[i] = names->text[FD_MEMORY + i];
	return qemu_args(&guest);
}

static struct names fd_names(const int *fds)
{
	struct names names = { 0 };

	for (int i = 0; i < N_FDS; i++)
		if (fds[i] >= 0)
			scratch_path(fds[i], names.text[i]);
	if (fds[FD_QMP] >= 0)
		snprintf(names.text[FD_QMP], SCRATCH_PATH_ROOM, "%d", fds[FD_QMP]);
	return names;
}

char **guest_describe(const struct guest_spec *spec)
{
	static const char *const words[FD_MEMORY] = { "INITRAMFS", "SWAP", "DISK", "CHANNEL", "CONSOLE", "QMP", "STATE" };
	const struct machine *machine = spec->machine;
	struct names names = { 0 };

	for (int i = 0; i < FD_MEMORY; i++)
		snprintf(names.text[i], SCRATCH_PATH_ROOM, "%s", words[i]);
	for (unsigned i = 0; i < machine->n_nodes; i++)
		snprintf(names.text[FD_MEMORY + i], SCRATCH_PATH_ROOM, "NODE%u", i);
	if (machine->swap_kind != SWAP_PMEM)
		names.text[FD_SWAP][0] = '\0';
	if (machine->disk_bytes == 0)
		names.text[FD_DISK][0] = '\0';
	if (spec->clock != CLOCK_VIRTUAL)
		names.text[FD_QMP][0] = names.text[FD_MEMORY][0] = '\0';
	if (spec->initramfs_fd < 0)
		names.text[FD_INITRAMFS][0] = '\0';
	return make_args(spec, &names);
}

static int start(const struct guest_spec *spec, struct guest *guest, const int *fds, struct error *err)
{
	struct names names = fd_names(fds);
	struct qemu_run run = { .preload = spec->clock == CLOCK_VIRTUAL ? part_preload() : NULL,
				.log_fd = guest->log_fd,
				.channel_fd = spec->initramfs_fd < 0 ? fds[FD_CHANNEL] : -1,
				.fds = fds,
				.n_fds = N_FDS };
	char **args = make_args(spec, &names);
	int r = qemu_start(args, &run, &guest->pid, &guest->pidfd, err);

	qemu_args_free(args);
	return r;
}

int guest_start(const struct guest_spec *spec, struct guest *ret, struct error *err)
{
	struct guest guest = { .pidfd = -1, .console_fd = -1, .log_fd = -1, .qmp = { .fd = -1 } };
	int fds[N_FDS], r;

	for (int i = 0; i < N_FDS; i++)
		fds[i] = -1;
	fds[FD_INITRAMFS] = spec->initramfs_fd;
	fds[FD_SWAP] = spec->swap_fd;
	fds[FD_DISK] = spec->disk_fd;
	fds[FD_STATE] = spec->state_fd;
	for (unsigned i = 0; spec->memory_fds && i < spec->machine->n_nodes; i++)
		fds[FD_MEMORY + i] = spec->memory_fds[i];
	r = fds[FD_CHANNEL] = scratch_open(NULL, err);
	if (r >= 0)
		r = channel_create(fds[FD_CHANNEL], spec->machine, spec->userspace != NULL, spec->in, spec->park,
				   &guest.channel, err);
	if (r >= 0)
		r = fds[FD_CONSOLE] = guest.console_fd = scratch_open(NULL, err);
	if (r >= 0)
		r = guest.log_fd = scratch_open(NULL, err);
	if (r >= 0 && spec->clock == CLOCK_VIRTUAL)
		r = qmp_pair(&guest.qmp, &fds[FD_QMP], err);
	if (r >= 0)
		r = start(spec, &guest, fds, err);
	if (fds[FD_CHANNEL] >= 0)
		close(fds[FD_CHANNEL]); /* it is mapped */
	if (fds[FD_QMP] >= 0)
		close(fds[FD_QMP]);
	if (r < 0)
		guest_release(&guest);
	else
		*ret = guest;
	return r < 0 ? r : 0;
}

int guest_check_preload(const struct guest *guest, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/maps", (int)guest->pid);
	_cleanup_free_ char *real = realpath(part_preload(), NULL);
	_cleanup_free_ char *maps = NULL;
	int r = file_read(NULL, path, &maps, NULL, err);

	if (r < 0 || (real && strstr(maps, real)))
		return r;
	r = error_set(err, -ENOEXEC, part_preload(), "QEMU did not load it");
	error_hint(err, "is it on a file system mounted noexec?");
	return r;
}

int guest_reap(struct guest *guest)
{
	int status = 0;

	while (guest->pid > 0 && waitpid(guest->pid, &status, 0) < 0 && errno == EINTR)
		;
	guest->pid = 0;
	return status;
}

void guest_release(struct guest *guest)
{
	if (guest->pid > 0) {
		kill(guest->pid, SIGKILL);
		guest_reap(guest);
	}
	channel_unmap(&guest->channel);
	qmp_close(&guest->qmp);
	if (guest->pidfd >= 0)
		close(guest->pidfd);
	if (guest->console_fd >= 0)
		close(guest->console_fd);
	if (guest->log_fd >= 0)
		close(guest->log_fd);
	*guest = (struct guest){ .pidfd = -1, .console_fd = -1, .log_fd = -1, .qmp = { .fd = -1 } };
}

static char *read_fd(int fd)
{
	struct stat st;
	char *text;
	ssize_t n = 0;

	if (fstat(fd, &st) < 0)
		return xstrdup("");
	text = xcalloc(1, (size_t)st.st_size + 1);
	n = pread(fd, text, (size_t)st.st_size, 0);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

char *guest_serial(const struct guest *guest)
{
	return read_fd(guest->console_fd);
}

char *guest_log(const struct guest *guest)
{
	return read_fd(guest->log_fd);
}

char *guest_console(const struct guest *guest)
{
	char *console = read_fd(guest->console_fd), *both;
	_cleanup_free_ char *log = guest_log(guest);

	if (!*log)
		return console;
	both = xasprintf("%s\nQEMU: %s", console, log);
	free(console);
	return both;
}
