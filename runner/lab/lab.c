/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/util.h"
#include "runner/lab/channel.h"
#include "runner/lab/image.h"

/* A guest that boots slowly on a busy machine needs a minute; one that is alive writes a sample every few seconds. */
#define STALL_LIMIT_S 180

struct lab_cell {
	char *dir;
	struct channel channel;
	int console_fd, log_fd;
	pid_t pid;
	int pidfd;
	uint32_t beats;	  /* last seen */
	double started_s, beat_s, begin_s, stall_s;
	size_t scanned; /* how much of the stream was searched for its begin record */
	bool files_removed, deadline;
};

/* The files of a guest, in the order they are removed. */
static const char *const file_names[] = { "channel", "initramfs", "swap", "disk", "console", "qemu.log" };

/* Parts of memrig that run elsewhere lie beside the program, or where they were installed. */
static const char *part_path(const char *name, char *path, size_t room)
{
	static const char *const places[] = { "build", ".", "..", "../libexec/memrig" };
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

const char *lab_init_path(void)
{
	static char path[4096];
	const char *env = getenv("MEMRIG_INIT");

	if (env)
		return access(env, X_OK) == 0 ? env : NULL;
	return part_path("memrig-init", path, sizeof(path));
}

const char *lab_preload_path(void)
{
	static char path[4096];
	const char *env = getenv("MEMRIG_PRELOAD");

	if (env)
		return access(env, R_OK) == 0 ? env : NULL;
	return part_path("memrig-preload.so", path, sizeof(path));
}

void lab_module_names(const struct machine *machine, const char **names)
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

static char *in_dir(const char *dir, const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static char *make_dir(struct error *err)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/memrig-XXXXXX", tmp && *tmp ? tmp : "/tmp");

	if (strchr(dir, ',')) {
		error_set(err, -EINVAL, dir, "QEMU takes no path with a comma");
		error_hint(err, "set TMPDIR to another directory");
		free(dir);
		return NULL;
	}
	if (mkdtemp(dir))
		return dir;
	error_set_errno(err, -errno, dir, "cannot make a temporary directory");
	error_hint(err, "set TMPDIR to a directory that can be written");
	free(dir);
	return NULL;
}

/* Backing files are sparse; a guest that finds no room when it writes would die by SIGBUS, so ask before. */
static int check_room(const char *dir, const struct machine *machine, struct error *err)
{
	uint64_t need = (machine->swap_kind == SWAP_PMEM ? machine->swap_bytes : 0) + machine->disk_bytes + CHANNEL_BYTES;
	struct statvfs fs;
	char need_text[32], free_text[32];
	int r;

	if (statvfs(dir, &fs) < 0)
		return error_set_errno(err, -errno, dir, "cannot tell the free space");
	if ((uint64_t)fs.f_bavail * fs.f_frsize >= need)
		return 0;
	r = error_set(err, -ENOSPC, dir, "the guest's swap and disk need %s, free are %s",
		      size_format(need, need_text, sizeof(need_text)),
		      size_format((uint64_t)fs.f_bavail * fs.f_frsize, free_text, sizeof(free_text)));
	error_hint(err, "set TMPDIR to a directory with more room");
	return r;
}

int lab_make_initramfs(const char *path, const struct machine *machine, const struct lab_kernel *kernel,
		       const char *busybox, struct error *err)
{
	const char *names[8], *init = lab_init_path();
	char **modules;
	int r;

	if (!init) {
		r = error_set(err, -ENOENT, "memrig-init", "the guest's init is missing");
		error_hint(err, "build it with: make");
		return r;
	}
	lab_module_names(machine, names);
	r = lab_kernel_modules(kernel, names, &modules, err);
	if (r < 0)
		return r;
	r = image_initramfs(path, init, busybox, modules, err);
	lab_modules_free(modules);
	return r;
}

/* Without it the cell would run, and repeat nearly always. */
static int check_preload(const struct lab_request *request, struct error *err)
{
	int r;

	if (request->clock != CLOCK_VIRTUAL || lab_preload_path())
		return 0;
	r = error_set(err, -ENOENT, "memrig-preload.so",
		      "what keeps the host out of QEMU's virtual clock is missing");
	error_hint(err, "build it with: make");
	return r;
}

static int make_files(const struct lab_request *request, struct lab_cell *cell, struct error *err)
{
	_cleanup_free_ char *initramfs = in_dir(cell->dir, "initramfs");
	_cleanup_free_ char *channel = in_dir(cell->dir, "channel");
	_cleanup_free_ char *swap = in_dir(cell->dir, "swap");
	_cleanup_free_ char *disk = in_dir(cell->dir, "disk");
	_cleanup_free_ char *text = json_dumps(request->cell, JSON_COMPACT);
	int r = check_preload(request, err);

	if (r == 0)
		r = check_room(cell->dir, request->machine, err);
	if (r == 0)
		r = lab_make_initramfs(initramfs, request->machine, request->kernel, NULL, err);
	if (r == 0)
		r = channel_create(channel, text, strlen(text), &cell->channel, err);
	if (r == 0 && request->machine->swap_kind == SWAP_PMEM)
		r = image_blank(swap, request->machine->swap_bytes, err);
	if (r == 0 && request->machine->disk_bytes > 0)
		r = image_ext4(disk, request->machine->disk_bytes, err);
	return r;
}

static char **make_args(const struct lab_request *request, const char *dir)
{
	_cleanup_free_ char *initramfs = in_dir(dir, "initramfs");
	_cleanup_free_ char *channel = in_dir(dir, "channel");
	_cleanup_free_ char *swap = in_dir(dir, "swap");
	_cleanup_free_ char *disk = in_dir(dir, "disk");
	_cleanup_free_ char *console = in_dir(dir, "console");
	struct qemu_guest guest = {
		.machine = request->machine,
		.clock = request->clock,
		.kernel = request->kernel->image,
		.initramfs = initramfs,
		.console = console,
		.channel = channel,
		.swap = request->machine->swap_kind == SWAP_PMEM ? swap : NULL,
		.disk = request->machine->disk_bytes > 0 ? disk : NULL,
	};

	return qemu_args(&guest);
}

char **lab_describe(const struct lab_request *request)
{
	return make_args(request, "DIR");
}

static void remove_files(struct lab_cell *cell)
{
	if (cell->files_removed)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(file_names); i++) {
		_cleanup_free_ char *path = in_dir(cell->dir, file_names[i]);

		unlink(path);
	}
	rmdir(cell->dir);
	cell->files_removed = true;
}

static void free_cell(struct lab_cell *cell)
{
	if (cell->dir)
		remove_files(cell);
	channel_unmap(&cell->channel);
	if (cell->pidfd >= 0)
		close(cell->pidfd);
	if (cell->console_fd >= 0)
		close(cell->console_fd);
	if (cell->log_fd >= 0)
		close(cell->log_fd);
	free(cell->dir);
	free(cell);
}

/* Opened here first, so that they can be read when their names are gone. */
static int open_output(const char *dir, const char *name, struct error *err)
{
	_cleanup_free_ char *path = in_dir(dir, name);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? error_set_errno(err, -errno, path, "cannot create") : fd;
}

static int start_guest(const struct lab_request *request, struct lab_cell *cell, struct error *err)
{
	_cleanup_free_ char *log = in_dir(cell->dir, "qemu.log");
	char **args = make_args(request, cell->dir);
	const char *preload = request->clock == CLOCK_VIRTUAL ? lab_preload_path() : NULL;
	int r = qemu_start(args, preload, log, &cell->pid, &cell->pidfd, err);

	qemu_args_free(args);
	return r;
}

int lab_start(const struct lab_request *request, struct lab_cell **ret, struct error *err)
{
	struct lab_cell *cell;
	int r = qemu_check(err);

	if (r < 0)
		return r;
	cell = xcalloc(1, sizeof(*cell));
	cell->pidfd = cell->console_fd = cell->log_fd = -1;
	cell->started_s = cell->beat_s = now_s();
	cell->stall_s = request->stall_s ? request->stall_s : STALL_LIMIT_S;
	cell->dir = make_dir(err);
	r = cell->dir ? make_files(request, cell, err) : -EIO;
	if (r == 0)
		r = cell->console_fd = open_output(cell->dir, "console", err);
	if (r >= 0)
		r = cell->log_fd = open_output(cell->dir, "qemu.log", err);
	if (r >= 0)
		r = start_guest(request, cell, err);
	if (r < 0)
		free_cell(cell);
	else
		*ret = cell;
	return r;
}

int lab_pidfd(const struct lab_cell *cell)
{
	return cell->pidfd;
}

/* The guest's memory may be in any state: what it says is not believed. */
static size_t stream_len(const struct lab_cell *cell)
{
	return MIN(cell->channel.header->out_len, CHANNEL_BYTES - CHANNEL_OUT);
}

/* Whether the cell's clock has started. */
static bool has_begun(struct lab_cell *cell)
{
	static const char record[] = "{\"type\":\"begin\"";
	size_t len = stream_len(cell);
	const char *out = channel_out(&cell->channel);

	if (len < cell->scanned)
		return false;
	if (memmem(out + cell->scanned, len - cell->scanned, record, strlen(record)))
		return true;
	cell->scanned = len > sizeof(record) ? len - sizeof(record) : 0;
	return false;
}

void lab_watch(struct lab_cell *cell)
{
	uint32_t beats = cell->channel.header->beats + cell->channel.header->state;
	double now = now_s();

	if (cell->begin_s == 0 && has_begun(cell))
		cell->begin_s = now - cell->started_s;
	if (cell->channel.header->state >= CHANNEL_RUNNING)
		remove_files(cell); /* QEMU and we have them open; nothing is left behind now, whatever dies */
	if (beats != cell->beats) {
		cell->beats = beats;
		cell->beat_s = now;
	} else if (now - cell->beat_s > cell->stall_s && !cell->deadline) {
		cell->deadline = true;
		kill(cell->pid, SIGKILL);
	}
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

/* The guest's console; what QEMU itself had to say comes after it. */
static char *read_console(const struct lab_cell *cell)
{
	char *console = read_fd(cell->console_fd), *both;
	_cleanup_free_ char *log = read_fd(cell->log_fd);

	if (!*log)
		return console;
	both = xasprintf("%s\nQEMU: %s", console, log);
	free(console);
	return both;
}

static void reap(struct lab_cell *cell, int *status)
{
	while (waitpid(cell->pid, status, 0) < 0)
		if (errno != EINTR)
			return;
}

/* QEMU that ended before the guest came up has said why. */
static int check_start(const struct lab_cell *cell, int status, struct error *err)
{
	_cleanup_free_ char *log = NULL;
	char *newline;

	if (cell->channel.header->state != CHANNEL_EMPTY || cell->deadline)
		return 0;
	if (WIFSIGNALED(status))
		return error_set(err, -EIO, "QEMU", "ended by signal %d before the guest was up", WTERMSIG(status));
	if (WEXITSTATUS(status) == QEMU_GUEST_EXIT)
		return 0;
	log = read_fd(cell->log_fd);
	if (!*log)
		return 0;
	newline = strchr(log, '\n');
	if (newline)
		*newline = '\0';
	return error_set(err, -EIO, "QEMU", "%s", log);
}

int lab_finish(struct lab_cell *cell, struct lab_result *ret, struct error *err)
{
	struct lab_result result = { .deadline = cell->deadline };
	int status = 0, r;

	lab_watch(cell);
	reap(cell, &status);
	r = check_start(cell, status, err);
	if (r == 0) {
		result.stream_len = stream_len(cell);
		result.stream = xcalloc(1, result.stream_len + 1);
		memcpy(result.stream, channel_out(&cell->channel), result.stream_len);
		result.console = read_console(cell);
		result.wall_s = now_s() - cell->started_s;
		result.begin_s = cell->begin_s;
		*ret = result;
	}
	free_cell(cell);
	return r;
}

void lab_kill(struct lab_cell *cell)
{
	int status;

	if (!cell)
		return;
	kill(cell->pid, SIGKILL);
	reap(cell, &status);
	free_cell(cell);
}

void lab_result_release(struct lab_result *result)
{
	free(result->stream);
	free(result->console);
	*result = (struct lab_result){ 0 };
}
