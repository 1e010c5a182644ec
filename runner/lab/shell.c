/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest with busybox for /bin/sh, which init starts instead of a cell. */
#include <errno.h>
#include <sys/wait.h>

#include "common/util.h"
#include "runner/lab/lab.h"
#include "runner/lab/parts.h"
#include "runner/lab/scratch.h"

static const char *find_shell(void)
{
	static const char *const places[] = { "/bin/busybox", "/usr/bin/busybox" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

/* In the foreground, with the terminal as the console. */
static int boot(const struct qemu_guest *guest, const int initramfs_fd, struct error *err)
{
	struct qemu_run run = { .log_fd = -1, .channel_fd = -1, .fds = &initramfs_fd, .n_fds = 1 };
	char **args = qemu_args(guest);
	pid_t pid;
	int fd, status = 0, r = qemu_start(args, &run, &pid, &fd, err);

	qemu_args_free(args);
	if (r < 0)
		return r;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	close(fd);
	if (WIFEXITED(status) && (WEXITSTATUS(status) == QEMU_GUEST_EXIT || WEXITSTATUS(status) == 0))
		return 0;
	return error_set(err, -EIO, "QEMU", "ended with an error, see above");
}

int lab_shell(const struct machine *machine, const struct lab_kernel *kernel, struct error *err)
{
	struct machine without = *machine;
	const char *shell = find_shell();
	char path[SCRATCH_PATH_ROOM];
	struct qemu_guest guest = { .machine = &without,
				    .clock = lab_real_clock(kernel, true),
				    .kernel = kernel->image,
				    .initramfs = path };
	_cleanup_close_ int fd = -1;
	int r;

	if (!shell) {
		r = error_set(err, -ENOENT, "busybox", "the guest's shell is missing");
		error_hint(err, "install it with: apt-get install busybox-static");
		return r;
	}
	without.swap_kind = SWAP_NONE;
	without.disk_bytes = 0;
	fd = part_initramfs(&without, kernel, shell, err);
	if (fd < 0)
		return fd;
	scratch_path(fd, path);
	return boot(&guest, fd, err);
}
