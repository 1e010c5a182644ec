/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/cgroup_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "common/file.h"
#include "common/size.h"
#include "common/util.h"
#include "runner/topology.h"

int cgroup_own(char **ret, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	const char *line;
	int r = file_read(NULL, "/proc/self/cgroup", &text, NULL, err);

	if (r < 0)
		return r;
	line = strncmp(text, "0::/", 4) == 0 ? text : strstr(text, "\n0::/");
	if (!line)
		return error_set(err, -EOPNOTSUPP, "/proc/self/cgroup", "there is no cgroup v2 here");
	line = strstr(line, "0::/") + 4;
	*ret = xasprintf("%.*s", (int)strcspn(line, "\n"), line);
	return 0;
}

/* A machine with more than 64 CPUs is taken as one whose cpuset.cpus is not known. */
static uint64_t effective(const struct cgroup_tree *tree, const char *group, const char *file)
{
	_cleanup_free_ char *text = NULL;
	uint64_t mask;

	return cgroup_get(tree, group, file, &text, NULL) < 0 || idlist_parse(text, &mask) < 0 ? UINT64_MAX : mask;
}

int cgroup_entry_open(const struct cgroup_tree *tree, const char *group, struct cgroup_entry *ret, struct error *err)
{
	_cleanup_free_ char *own = NULL, *procs = NULL;
	int fd = cgroup_open(tree, group, err);

	if (fd < 0)
		return fd;
	*ret = (struct cgroup_entry){
		.group_fd = fd,
		.own_fd = -1,
		.nodes = effective(tree, group, "cpuset.mems.effective"),
		.cpus = effective(tree, group, "cpuset.cpus.effective"),
	};
	if (cgroup_own(&own, NULL) == 0) {
		procs = xasprintf("%s/%s%scgroup.procs", tree->mount, own, *own ? "/" : "");
		ret->own_fd = open(procs, O_WRONLY | O_CLOEXEC);
	}
	return 0;
}

pid_t cgroup_entry_fork(const struct cgroup_entry *entry, int *ret_pidfd)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)ret_pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)entry->group_fd,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	return pid < 0 ? -errno : pid;
}

/* What the process may use, and its group may not; what is not known is not beyond. */
static bool is_beyond(const struct cgroup_entry *entry)
{
	uint64_t nodes = 0, cpus = 0;
	cpu_set_t set;

	topology_allowed(&nodes);
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		memcpy(&cpus, &set, sizeof(cpus));
	return nodes & ~entry->nodes || cpus & ~entry->cpus;
}

static int go_and_come_back(const struct cgroup_entry *entry)
{
	_cleanup_close_ int procs = openat(entry->group_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	return procs >= 0 && write(entry->own_fd, "0", 1) == 1 && write(procs, "0", 1) == 1 ? 0 : -errno;
}

int cgroup_entry_settle(const struct cgroup_entry *entry, struct error *err)
{
	int r;

	if (!is_beyond(entry))
		return 0;
	r = go_and_come_back(entry);
	if (r < 0)
		return error_set_errno(err, r, "cgroup.procs", "cannot leave the group and come back, as this kernel needs for its cpuset");
	return is_beyond(entry) ? error_set(err, -EXDEV, "cpuset", "the group's cpuset does not hold for a process that is born in it") : 0;
}

void cgroup_entry_close(struct cgroup_entry *entry)
{
	close(entry->group_fd);
	if (entry->own_fd >= 0)
		close(entry->own_fd);
}
