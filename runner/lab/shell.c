/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest with busybox for /bin/sh, which init starts instead of a cell. */
#include <errno.h>
#include <sys/wait.h>

#include "common/util.h"
#include "runner/lab/lab.h"

static const char *find_shell(void)
{
	static const char *const places[] = { "/bin/busybox", "/usr/bin/busybox" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

/* In the foreground, with the terminal as the console. */
static int boot(const struct qemu_guest *guest, struct error *err)
{
	char **args = qemu_args(guest);
	pid_t pid;
	int fd, status = 0, r = qemu_start(args, NULL, "/dev/stderr", &pid, &fd, err);

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
	const char *shell = find_shell(), *tmp = getenv("TMPDIR");
	_cleanup_free_ char *path = xasprintf("%s/memrig-shell-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	struct qemu_guest guest = { .machine = &without,
				    .clock = lab_real_clock(kernel, true),
				    .kernel = kernel->image,
				    .initramfs = path };
	int fd, r;

	if (!shell) {
		r = error_set(err, -ENOENT, "busybox", "the guest's shell is missing");
		error_hint(err, "install it with: apt-get install busybox-static");
		return r;
	}
	without.swap_kind = SWAP_NONE;
	without.disk_bytes = 0;
	fd = mkstemp(path);
	if (fd < 0)
		return error_set_errno(err, -errno, path, "cannot make a temporary file");
	close(fd);
	r = lab_make_initramfs(path, &without, kernel, shell, err);
	if (r == 0)
		r = boot(&guest, err);
	unlink(path);
	return r;
}
