/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "common/util.h"
#include "runner/lab/channel.h"

#define QEMU "qemu-system-x86_64"

struct args {
	char **list;
	size_t n;
};

static void add(struct args *args, const char *option, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void append_arg(struct args *args, char *arg)
{
	args->list = xrealloc(args->list, (args->n + 2) * sizeof(*args->list));
	args->list[args->n++] = arg;
	args->list[args->n] = NULL;
}

/* An option and its argument; a NULL format is an option alone. */
static void add(struct args *args, const char *option, const char *format, ...)
{
	char *value;
	va_list ap;

	append_arg(args, xstrdup(option));
	if (!format)
		return;
	va_start(ap, format);
	value = xvasprintf(format, ap);
	va_end(ap);
	append_arg(args, value);
}

static void add_clock(struct args *args, enum lab_clock clock)
{
	switch (clock) {
	case CLOCK_VIRTUAL:
		/* One thread, time counted in instructions (4 ns each), idle time skipped: the guest sees
		 * nothing of the host. No hardware random numbers, no real-time clock. Without erms and fsrm the
		 * kernel clears and copies pages by words: an emulated `rep stosb` takes each byte for itself. */
		add(args, "-accel", "tcg,thread=single");
		add(args, "-icount", "shift=2,sleep=off");
		add(args, "-rtc", "base=2026-01-01,clock=vm");
		add(args, "-cpu", "max,-rdrand,-rdseed,-erms,-fsrm");
		break;
	case CLOCK_REAL_TCG:
		/* QEMU 7.2 gets cmpxchg16b wrong between threads; newer kernels crash on it. */
		add(args, "-accel", "tcg,thread=multi");
		add(args, "-cpu", "Nehalem,-cx16,-erms");
		break;
	case CLOCK_REAL_KVM:
		add(args, "-accel", "kvm");
		add(args, "-cpu", "host");
		break;
	case CLOCK_REAL_HOST:
		break; /* has no guest */
	}
}

static void add_memory(struct args *args, const struct qemu_guest *guest, unsigned node)
{
	uint64_t bytes = guest->machine->nodes[node].memory_bytes;

	if (guest->memory)
		add(args, "-object", "memory-backend-file,id=node%u,share=%s,mem-path=%s,size=%" PRIu64, node,
		    guest->incoming ? "off" : "on", guest->memory[node], bytes);
	else
		add(args, "-object", "memory-backend-ram,id=node%u,size=%" PRIu64, node, bytes);
}

static bool has_slow_node(const struct machine *m)
{
	for (unsigned i = 0; i < m->n_nodes; i++)
		if (m->nodes[i].slower)
			return true;
	return false;
}

/* The firmware's table of how fast memory is (HMAT), as seen from node 0. The emulated memory is as fast as any. */
static void add_speeds(struct args *args, const struct machine *m)
{
	enum { LATENCY_NS = 10, BANDWIDTH_MB = 100 << 10 };

	for (unsigned i = 0; i < m->n_nodes; i++) {
		unsigned times = MAX(m->nodes[i].slower, 1u);

		add(args, "-numa", "hmat-lb,initiator=0,target=%u,hierarchy=memory,data-type=access-latency,latency=%u", i,
		    LATENCY_NS * times);
		add(args, "-numa", "hmat-lb,initiator=0,target=%u,hierarchy=memory,data-type=access-bandwidth,bandwidth=%uM", i,
		    BANDWIDTH_MB / times);
	}
}

static void add_nodes(struct args *args, const struct qemu_guest *guest)
{
	const struct machine *m = guest->machine;
	unsigned cpu = 0;

	for (unsigned i = 0; i < m->n_nodes; i++) {
		add_memory(args, guest, i);
		if (m->nodes[i].cpus > 0)
			add(args, "-numa", "node,nodeid=%u,memdev=node%u,cpus=%u-%u", i, i, cpu,
			    cpu + m->nodes[i].cpus - 1);
		else
			add(args, "-numa", "node,nodeid=%u,memdev=node%u%s", i, i, has_slow_node(m) ? ",initiator=0" : "");
		cpu += m->nodes[i].cpus;
	}
	for (unsigned i = 0; i < m->n_nodes; i++)
		for (unsigned j = 0; j < m->n_nodes; j++)
			if (i != j)
				add(args, "-numa", "dist,src=%u,dst=%u,val=%u", i, j, m->distance[i][j]);
	if (has_slow_node(m))
		add_speeds(args, m);
}

/* QEMU's options are lists: a comma in a value is written twice. The caller frees it. */
static char *value_of(const char *path)
{
	char *value = xcalloc(2 * strlen(path) + 1, 1), *to = value;

	for (; *path; path++) {
		*to++ = *path;
		if (*path == ',')
			*to++ = ',';
	}
	return value;
}

/* NVDIMMs are memory to QEMU: no queue, no completion, so swap and disk are as repeatable as RAM. */
static void add_pmem(struct args *args, const char *id, const char *path, bool share, uint64_t bytes)
{
	_cleanup_free_ char *value = value_of(path);

	add(args, "-object", "memory-backend-file,id=%s,share=%s,mem-path=%s,size=%" PRIu64, id, share ? "on" : "off", value,
	    bytes);
	add(args, "-device", "nvdimm,id=nv%s,memdev=%s", id, id);
}

static void add_kernel(struct args *args, const struct qemu_guest *guest)
{
	/* The second CPU is brought up by init: 6.1 spins for minutes when it does so itself under the virtual clock. */
	const char *virtual = "norandmaps nokaslr random.trust_cpu=off random.trust_bootloader=off tsc=reliable maxcpus=1 ";

	add(args, "-kernel", "%s", guest->kernel);
	if (guest->initramfs)
		add(args, "-initrd", "%s", guest->initramfs);
	add(args, "-append", "%sconsole=ttyS0 quiet loglevel=4 panic=-1 psi=1 cgroup_no_v1=all mitigations=off",
	    guest->clock == CLOCK_VIRTUAL ? virtual : "");
}

/* The channel to the host and the way out; where the guest is stopped for a snapshot, and how it is told to go on. */
static void add_devices(struct args *args, const struct qemu_guest *guest)
{
	if (guest->channel) {
		add(args, "-object", "memory-backend-file,id=channel,share=%s,mem-path=%s,size=%llu",
		    guest->incoming ? "off" : "on", guest->channel, (unsigned long long)CHANNEL_BYTES);
		add(args, "-device", "ivshmem-plain,memdev=channel,master=on");
	}
	if (guest->console)
		add(args, "-chardev", "file,id=console,path=%s", guest->console);
	else
		add(args, "-chardev", "stdio,id=console,signal=off");
	add(args, "-serial", "chardev:console");
	add(args, "-device", "isa-debug-exit,iobase=0x%x,iosize=1", QEMU_GUEST_EXIT_PORT);
	if (guest->qmp) {
		add(args, "-device", "pvpanic,ioport=0x%x", QEMU_GUEST_PARK_PORT);
		add(args, "-action", "panic=%s", guest->incoming ? "none" : "pause");
		add(args, "-chardev", "socket,id=qmp,fd=%s", guest->qmp);
		add(args, "-mon", "chardev=qmp,mode=control");
	}
}

char **qemu_args(const struct qemu_guest *guest)
{
	const struct machine *m = guest->machine;
	struct args args = { 0 };
	uint64_t ram = 0, pmem = 0;
	unsigned cpus = 0;

	for (unsigned i = 0; i < m->n_nodes; i++) {
		ram += m->nodes[i].memory_bytes;
		cpus += m->nodes[i].cpus;
	}
	pmem = (guest->swap ? m->swap_bytes : 0) + (guest->disk ? m->disk_bytes : 0) +
	       (guest->userspace ? guest->userspace_bytes : 0);
	add(&args, QEMU, NULL);
	add(&args, "-name", "memrig,debug-threads=on"); /* preload/ knows the CPU thread by its name */
	add(&args, "-nodefaults", NULL);
	add(&args, "-nic", "none");
	add(&args, "-no-user-config", NULL);
	add(&args, "-no-reboot", NULL);
	add(&args, "-display", "none");
	add(&args, "-machine", "q35,hpet=off,usb=off,smbus=off,sata=off,vmport=off%s%s", pmem ? ",nvdimm=on" : "",
	    has_slow_node(m) ? ",hmat=on" : "");
	add_clock(&args, guest->clock);
	add(&args, "-smp", "%u", cpus);
	add(&args, "-m", "%" PRIu64 "M,slots=4,maxmem=%" PRIu64 "M", (uint64_t)(ram / MIB),
	    (uint64_t)((ram + pmem) / MIB + 1024));
	add_nodes(&args, guest);
	if (guest->swap)
		add_pmem(&args, "swap", guest->swap, true, m->swap_bytes);
	if (guest->disk)
		add_pmem(&args, "disk", guest->disk, !guest->incoming, m->disk_bytes);
	if (guest->userspace) /* only read */
		add_pmem(&args, "userspace", guest->userspace, !guest->incoming, guest->userspace_bytes);
	add_devices(&args, guest);
	if (guest->kernel)
		add_kernel(&args, guest);
	if (guest->incoming)
		add(&args, "-incoming", "defer");
	else if (guest->qmp)
		add(&args, "-S", NULL); /* no event is lost before somebody listens */
	return args.list;
}

void qemu_args_free(char **args)
{
	for (char **arg = args; arg && *arg; arg++)
		free(*arg);
	free(args);
}

/* A guest that writes to its console without end fills neither the disk nor memrig's memory: the rest is dropped. Shared
 * mappings (memory, swap, disk, channel) have a size of their own; a snapshot's state, written too, is some 300 KiB. */
static void limit_files(void)
{
	signal(SIGXFSZ, SIG_IGN); /* write() fails instead */
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ QEMU_FILE_MAX, QEMU_FILE_MAX });
}

static void exec_qemu(char *const *args, const struct qemu_run *run, pid_t parent, bool terminal)
{
	int null_fd = open("/dev/null", O_RDWR);
	char path[32];
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	if (!terminal) {
		setpgid(0, 0); /* Ctrl-C is memrig's to handle */
		dup2(null_fd, 0);
		dup2(null_fd, 1);
		limit_files();
	}
	if (run->log_fd >= 0)
		dup2(run->log_fd, 2);
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	for (size_t i = 0; i < run->n_fds; i++)
		if (run->fds[i] >= 0)
			fcntl(run->fds[i], F_SETFD, 0);
	unsetenv("LD_PRELOAD");
	unsetenv("MEMRIG_CHANNEL");
	if (run->preload) { /* by number: the variable splits paths at blanks and colons */
		int fd = open(run->preload, O_RDONLY);

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		setenv("LD_PRELOAD", path, 1);
	}
	if (run->channel_fd >= 0) {
		snprintf(path, sizeof(path), "%d", run->channel_fd);
		setenv("MEMRIG_CHANNEL", path, 1);
	}
	execvp(args[0], args);
	dprintf(2, "cannot start %s: %s\n", args[0], strerror(errno));
	_exit(127);
}

static bool uses_terminal(char *const *args)
{
	for (; *args; args++)
		if (strncmp(*args, "stdio,", 6) == 0)
			return true;
	return false;
}

int qemu_start(char *const *args, const struct qemu_run *run, pid_t *ret_pid, int *ret_pidfd, struct error *err)
{
	pid_t parent = getpid(), pid = fork();
	int fd;

	if (pid < 0)
		return error_set_errno(err, -errno, QEMU, "cannot start a process");
	if (pid == 0)
		exec_qemu(args, run, parent, uses_terminal(args));
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0) {
		int r = error_set_errno(err, -errno, QEMU, "cannot watch the process");

		kill(pid, SIGKILL);
		return r;
	}
	*ret_pid = pid;
	*ret_pidfd = fd;
	return 0;
}

int qemu_find(char **ret, struct error *err)
{
	const char *path = getenv("PATH");
	_cleanup_free_ char *copy = xstrdup(path ? path : "/usr/bin:/bin");
	char *save = NULL;
	int r;

	for (char *dir = strtok_r(copy, ":", &save); dir; dir = strtok_r(NULL, ":", &save)) {
		_cleanup_free_ char *program = xasprintf("%s/" QEMU, dir);

		if (access(program, X_OK) == 0) {
			*ret = TAKE_PTR(program);
			return 0;
		}
	}
	r = error_set(err, -ENOENT, QEMU, "the lab needs QEMU, which is not installed");
	error_hint(err, "install it with: apt-get install qemu-system-x86");
	return r;
}

int qemu_check(struct error *err)
{
	_cleanup_free_ char *path = NULL;

	return qemu_find(&path, err);
}
