/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LD_PRELOAD=fault.so FAULT_CALL=write FAULT_AT=7 FAULT_ERRNO=5 PROGRAM: the program's 7th write fails with EIO, and a line
 * on stderr says so. With FAULT_SIGNAL=2 nothing fails: the program, the first of its processes, gets SIGINT there.
 * With FAULT_POWER=SEED the power goes there: all its processes die, and of the file journal.new, or journal after it was renamed, some or
 * all of what was written and not synced is lost, and the renaming too when the directory was not synced.
 * With FAULT_RESET=1 the kernel resets the machine before the call, and what is on no disk is lost.
 * FAULT_COUNT=FILE: how many calls of each kind there were, "KIND N" a line. Calls are counted over the
 * program and all that it forks, not what it executes. What the C library calls inside itself is not seen, but for
 * fopen() and opendir(), which count as open.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum kind { OPEN, WRITE, FSYNC, RENAME, MKDIR, FORK, MMAP, READ, KINDS };
static const char *const names[KINDS] = { "open", "write", "fsync", "rename", "mkdir", "fork", "mmap", "read" };

static atomic_ulong *counts; /* shared by all processes; NULL before the constructor: nothing fails */
static int failing = -1, with, signal_number, power;
static bool reset;
static pid_t program;

/* What the power cut needs, shared by all processes. */
enum { PROCESSES = 64 };
static struct shared {
	atomic_ulong counts[32];
	atomic_int n_processes;
	pid_t processes[PROCESSES];
	char from[256], to[256]; /* the journal and what it was renamed to */
	off_t synced;
	atomic_int renamed; /* and the directory not yet synced */
} *shared;
static int journal_fd = -1;

static unsigned long at;
static char count_path[256];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void)
{
	const char *call = getenv("FAULT_CALL"), *number = getenv("FAULT_AT"), *code = getenv("FAULT_ERRNO"),
		   *file = getenv("FAULT_COUNT");

	snprintf(count_path, sizeof(count_path), "%s", file ? file : "");
	for (int i = 0; call && i < KINDS; i++)
		if (strcmp(call, names[i]) == 0)
			failing = i;
	at = number ? strtoul(number, NULL, 10) : 0;
	with = code ? atoi(code) : EIO;
	signal_number = getenv("FAULT_SIGNAL") ? atoi(getenv("FAULT_SIGNAL")) : 0;
	reset = getenv("FAULT_RESET") != NULL;
	program = getpid();
	power = getenv("FAULT_POWER") ? atoi(getenv("FAULT_POWER")) : 0;
	unsetenv("LD_PRELOAD");
	/* By number: mmap() is one of those that count. */
	shared = (struct shared *)syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	counts = shared->counts;
}

__attribute__((destructor)) static void end(void)
{
	char text[640];
	size_t len = 0;
	long fd;

	if (!*count_path)
		return;
	for (int i = 0; i < KINDS; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s %lu\n", names[i], atomic_load(&counts[i]));
	fd = syscall(SYS_openat, AT_FDCWD, count_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	syscall(SYS_write, fd, text, len);
	syscall(SYS_close, fd);
}

/* Any part of what was not synced may have reached the disk: how much the seed says. */
static void cut_power(void)
{
	bool back = atomic_load(&shared->renamed) && power % 2;
	struct stat st;

	for (int i = atomic_load(&shared->n_processes); i-- > 0;)
		kill(shared->processes[i], SIGKILL);
	if (program != getpid())
		kill(program, SIGKILL);
	if (back)
		syscall(SYS_rename, shared->to, shared->from);
	if (stat(*shared->to && !back ? shared->to : shared->from, &st) == 0 && st.st_size > shared->synced)
		syscall(SYS_truncate, *shared->to && !back ? shared->to : shared->from,
			shared->synced + (st.st_size - shared->synced) * (power % 5) / 4);
	kill(getpid(), SIGKILL);
}

/* Writes nothing back. Returns only where it is not allowed. */
static void reset_machine(void)
{
	long fd = syscall(SYS_openat, AT_FDCWD, "/proc/sysrq-trigger", O_WRONLY, 0);

	syscall(SYS_write, fd, "b", 1);
	syscall(SYS_close, fd);
}

/* Counts the call; true: it shall fail, and errno says how. */
static bool fails(enum kind kind, const char *what)
{
	char text[640];
	int len;

	if (!counts || atomic_fetch_add(&counts[kind], 1) + 1 != at || failing != (int)kind)
		return false;
	if (reset) {
		reset_machine();
		return false;
	}
	if (power) {
		len = snprintf(text, sizeof(text), "fault: the power goes at %s %lu (%.300s)\n", names[kind], at, what);
		syscall(SYS_write, 2, text, (size_t)len);
		cut_power();
	}
	if (signal_number) {
		len = snprintf(text, sizeof(text), "fault: %s %lu (%.300s) meets signal %d\n", names[kind], at, what, signal_number);
		syscall(SYS_write, 2, text, (size_t)len);
		kill(program, signal_number);
		return false;
	}
	len = snprintf(text, sizeof(text), "fault: %s %lu (%.300s) fails with errno %d\n", names[kind], at, what, with);
	syscall(SYS_write, 2, text, (size_t)len);
	errno = with;
	return true;
}

#define MODE_OF(flags, mode)                                    \
	do {                                                    \
		va_list args;                                   \
		va_start(args, flags);                          \
		mode = ((flags) & (O_CREAT | O_TMPFILE)) ? va_arg(args, mode_t) : 0; \
		va_end(args);                                   \
	} while (0)

static int watch_journal(int fd, const char *path)
{
	size_t len = strlen(path);

	if (fd < 0 || len < 12 || strcmp(path + len - 12, "/journal.new") != 0)
		return fd;
	snprintf(shared->from, sizeof(shared->from), "%s", path);
	shared->to[0] = '\0';
	shared->synced = 0;
	journal_fd = fd;
	return fd;
}

static int note_sync(int fd, int r)
{
	struct stat st;

	if (r != 0 || !shared || fstat(fd, &st) < 0)
		return r;
	if (fd == journal_fd)
		shared->synced = st.st_size;
	else if (S_ISDIR(st.st_mode))
		atomic_store(&shared->renamed, 0);
	return r;
}

static int note_rename(const char *from, const char *to, int r)
{
	if (r == 0 && shared && strcmp(from, shared->from) == 0) {
		snprintf(shared->to, sizeof(shared->to), "%s", to);
		atomic_store(&shared->renamed, 1);
	}
	return r;
}

static pid_t note_process(pid_t pid)
{
	if (pid > 0 && shared && atomic_load(&shared->n_processes) < PROCESSES)
		shared->processes[atomic_fetch_add(&shared->n_processes, 1)] = pid;
	return pid;
}

int open(const char *path, int flags, ...)
{
	mode_t mode;

	MODE_OF(flags, mode);
	return fails(OPEN, path) ? -1 : watch_journal(REAL(open)(path, flags, mode), path);
}

int open64(const char *path, int flags, ...)
{
	mode_t mode;

	MODE_OF(flags, mode);
	return fails(OPEN, path) ? -1 : watch_journal(REAL(open64)(path, flags, mode), path);
}

int openat(int dir, const char *path, int flags, ...)
{
	mode_t mode;

	MODE_OF(flags, mode);
	return fails(OPEN, path) ? -1 : REAL(openat)(dir, path, flags, mode);
}

int openat64(int dir, const char *path, int flags, ...)
{
	mode_t mode;

	MODE_OF(flags, mode);
	return fails(OPEN, path) ? -1 : REAL(openat64)(dir, path, flags, mode);
}

FILE *fopen(const char *path, const char *mode) { return fails(OPEN, path) ? NULL : REAL(fopen)(path, mode); }
FILE *fopen64(const char *path, const char *mode) { return fails(OPEN, path) ? NULL : REAL(fopen64)(path, mode); }
DIR *opendir(const char *path) { return fails(OPEN, path) ? NULL : REAL(opendir)(path); }

ssize_t write(int fd, const void *data, size_t n) { return fails(WRITE, "") ? -1 : REAL(write)(fd, data, n); }
ssize_t pwrite(int fd, const void *data, size_t n, off_t where)
{
	return fails(WRITE, "pwrite") ? -1 : REAL(pwrite)(fd, data, n, where);
}
ssize_t pwrite64(int fd, const void *data, size_t n, off64_t where)
{
	return fails(WRITE, "pwrite64") ? -1 : REAL(pwrite64)(fd, data, n, where);
}

ssize_t read(int fd, void *data, size_t n) { return fails(READ, "") ? -1 : REAL(read)(fd, data, n); }

int fsync(int fd) { return fails(FSYNC, "fsync") ? -1 : note_sync(fd, REAL(fsync)(fd)); }
int fdatasync(int fd) { return fails(FSYNC, "fdatasync") ? -1 : note_sync(fd, REAL(fdatasync)(fd)); }
int rename(const char *from, const char *to) { return fails(RENAME, to) ? -1 : note_rename(from, to, REAL(rename)(from, to)); }
int renameat(int a, const char *from, int b, const char *to)
{
	return fails(RENAME, to) ? -1 : REAL(renameat)(a, from, b, to);
}
int mkdir(const char *path, mode_t mode) { return fails(MKDIR, path) ? -1 : REAL(mkdir)(path, mode); }
int mkdirat(int dir, const char *path, mode_t mode) { return fails(MKDIR, path) ? -1 : REAL(mkdirat)(dir, path, mode); }
pid_t fork(void) { return fails(FORK, "") ? -1 : note_process(REAL(fork)()); }

void *mmap(void *where, size_t len, int prot, int flags, int fd, off_t offset)
{
	return fails(MMAP, "") ? MAP_FAILED : REAL(mmap)(where, len, prot, flags, fd, offset);
}
void *mmap64(void *where, size_t len, int prot, int flags, int fd, off64_t offset)
{
	return fails(MMAP, "") ? MAP_FAILED : REAL(mmap64)(where, len, prot, flags, fd, offset);
}
