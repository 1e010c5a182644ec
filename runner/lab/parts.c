/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "common/size.h"
#include "common/util.h"
#include "runner/lab/channel.h"
#include "runner/lab/image.h"
#include "runner/lab/scratch.h"

/* Parts of memrig that run elsewhere lie beside the program, or where they were installed. */
static const char *find(const char *name, char *path, size_t room)
{
	static const char *const places[] = { "build", ".", "..", "scripts", "../scripts", "../../scripts", "../libexec/memrig" };
	char dir[2048];
	ssize_t n = readlink("/proc/self/exe", dir, sizeof(dir) - 1);

	if (n <= 0)
		return NULL;
	dir[n] = '\0';
	*strrchr(dir, '/') = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, room, "%s/%s/%s", dir, places[i], name);
		if (access(path, R_OK) == 0)
			return path;
	}
	return NULL;
}

const char *part_init(void)
{
	static char path[4096];
	const char *env = getenv("MEMRIG_INIT");

	if (env)
		return access(env, X_OK) == 0 ? env : NULL;
	return find("memrig-init", path, sizeof(path));
}

const char *part_preload(void)
{
	static char path[4096];
	const char *env = getenv("MEMRIG_PRELOAD");

	if (env)
		return access(env, R_OK) == 0 ? env : NULL;
	return find("memrig-preload.so", path, sizeof(path));
}

static void exec_script(const char **args, const char *log)
{
	int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);

	dup2(fd, 1);
	dup2(fd, 2);
	execv(args[0], (char **)args);
	_exit(127);
}

int part_run_script(const char *name, const char **args, const char *log)
{
	char path[4096];
	int status = -1;
	pid_t pid;

	args[0] = find(name, path, sizeof(path));
	if (!args[0])
		return -ENOENT;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		exec_script(args, log);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static int check(const char *found, const char *name, const char *missing, struct error *err)
{
	int r;

	if (found)
		return 0;
	r = error_set(err, -ENOENT, name, "%s is missing", missing);
	error_hint(err, "build it with: make");
	return r;
}

int part_check_init(struct error *err)
{
	return check(part_init(), "memrig-init", "the guest's init", err);
}

int part_check_preload(struct error *err)
{
	return check(part_preload(), "memrig-preload.so", "what keeps the host out of QEMU's virtual clock", err);
}

void part_module_names(const struct machine *machine, const char **names)
{
	if (machine->swap_kind == SWAP_PMEM || machine->disk_bytes > 0) {
		*names++ = "nfit";
		*names++ = "nd_pmem";
	}
	if (machine->disk_bytes > 0)
		*names++ = "?ext4";
	if (machine->swap_kind == SWAP_ZRAM) {
		*names++ = "?lzo_rle"; /* zram's default compressor, asked for by name at run time */
		*names++ = "?lz4";
		*names++ = "zram";
	}
	*names = NULL;
}

int part_initramfs(const struct machine *machine, const struct lab_kernel *kernel, const char *busybox,
		   struct error *err)
{
	const char *names[8];
	char **modules;
	int fd, r = part_check_init(err);

	if (r < 0)
		return r;
	part_module_names(machine, names);
	r = lab_kernel_modules(kernel, names, &modules, err);
	if (r < 0)
		return r;
	fd = scratch_open(NULL, err);
	r = fd < 0 ? fd : image_initramfs(fd, part_init(), busybox, modules, err);
	lab_modules_free(modules);
	if (r < 0 && fd >= 0)
		close(fd);
	return r < 0 ? r : fd;
}

int part_swap(const struct machine *machine, const char *dir, int *ret_fd, struct error *err)
{
	int fd = -1;

	if (machine->swap_kind == SWAP_PMEM && (fd = scratch_blank(dir, machine->swap_bytes, err)) < 0)
		return fd;
	*ret_fd = fd;
	return 0;
}

int part_disk(const struct machine *machine, const char *dir, int *ret_fd, struct error *err)
{
	int fd = -1, r;

	if (machine->disk_bytes > 0) {
		fd = scratch_blank(dir, machine->disk_bytes, err);
		r = fd < 0 ? fd : image_ext4(fd, err);
		if (r < 0) {
			if (fd >= 0)
				close(fd);
			return r;
		}
	}
	*ret_fd = fd;
	return 0;
}

int part_check_room(const struct machine *machine, struct error *err)
{
	uint64_t need = (machine->swap_kind == SWAP_PMEM ? machine->swap_bytes : 0) + machine->disk_bytes + CHANNEL_BYTES;
	uint64_t room;
	char need_text[32], room_text[32];
	int r = scratch_room(NULL, &room, err);

	if (r < 0 || room >= need)
		return r;
	r = error_set(err, -ENOSPC, "TMPDIR", "the guest's swap and disk need %s, free are %s",
		      size_format(need, need_text, sizeof(need_text)), size_format(room, room_text, sizeof(room_text)));
	error_hint(err, "set TMPDIR to a directory with more room");
	return r;
}
