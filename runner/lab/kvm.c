/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether KVM works here. The device node proves nothing: guests have been seen
 * to abort or to hang with it, so one is booted, once, and the answer kept in
 * the cache until the machine boots again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/lab/lab.h"

#define PROBE_MS 20000

static char *answer_path(void)
{
	_cleanup_free_ char *cache = lab_cache_dir();

	return xasprintf("%s/kvm", cache);
}

/* "BOOT-ID yes" */
static int remembered(const char *boot_id, bool *ret)
{
	_cleanup_free_ char *path = answer_path();
	_cleanup_free_ char *text = NULL;
	int r = file_read_line(NULL, path, &text, NULL);

	if (r < 0)
		return r;
	if (strncmp(text, boot_id, strlen(boot_id)) != 0)
		return -ESTALE;
	*ret = strstr(text, " yes") != NULL;
	return 0;
}

static void remember(const char *boot_id, bool works)
{
	_cleanup_free_ char *cache = lab_cache_dir();
	_cleanup_free_ char *path = answer_path();
	_cleanup_free_ char *text = xasprintf("%s %s\n", boot_id, works ? "yes" : "no");

	if (file_make_dirs(cache, NULL) == 0)
		file_write_atomic(path, text, strlen(text), NULL);
}

/* A kernel without a root panics and, with -no-reboot, ends QEMU: it has booted. */
static bool boot(const struct lab_kernel *kernel)
{
	struct machine machine = { .n_nodes = 1, .nodes = { { .memory_bytes = 256 * MIB, .cpus = 1 } } };
	struct qemu_guest guest = {
		.machine = &machine, .clock = CLOCK_REAL_KVM, .kernel = kernel->image, .console = "/dev/null"
	};
	char **args = qemu_args(&guest);
	_cleanup_close_ int log = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct qemu_run run = { .log_fd = log, .channel_fd = -1 };
	struct pollfd pfd = { .events = POLLIN };
	int status = -1, r;
	pid_t pid;

	r = qemu_start(args, &run, &pid, &pfd.fd, NULL);
	qemu_args_free(args);
	if (r < 0)
		return false;
	r = poll(&pfd, 1, PROBE_MS);
	if (r <= 0)
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(pfd.fd);
	return r > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

enum lab_clock lab_real_clock(const struct lab_kernel *kernel, bool probe)
{
	_cleanup_free_ char *boot_id = NULL;
	bool works = false;

	if (qemu_check(NULL) < 0 || access("/dev/kvm", R_OK | W_OK) < 0 ||
	    file_read_line(NULL, "/proc/sys/kernel/random/boot_id", &boot_id, NULL) < 0)
		return CLOCK_REAL_TCG;
	if (remembered(boot_id, &works) < 0 && probe) {
		works = boot(kernel);
		remember(boot_id, works);
	}
	return works ? CLOCK_REAL_KVM : CLOCK_REAL_TCG;
}
