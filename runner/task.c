/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/task.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <fcntl.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/cgroup_entry.h"
#include "runner/topology.h"

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The read ends stay open here until the process has been made; they are kept beside the write ends. */
struct pipes {
	int start[2], release[2];
};

static uint64_t page_round(uint64_t bytes)
{
	return (bytes + 4095) & ~4095ULL;
}

int task_init(struct task *task, struct error *err)
{
	struct workload_report *report;

	task->start_fd = task->release_fd = task->pidfd = -1;
	report = mmap(NULL, page_round(sizeof(*report)), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (report == MAP_FAILED)
		return error_set_errno(err, -errno, task->workload->name, "cannot map the report");
	memset(report, 0, sizeof(*report)); /* touched here: charged to the executor, not to the group */
	task->report = report;
	return 0;
}

static struct workload_env make_env(const struct task *task, const struct task_place *place)
{
	return (struct workload_env){
		.params = &task->workload->params,
		.size_bytes = task->size_bytes,
		.seed = task->seed,
		.name = task->workload->name,
		.data_dir = place->data_dir,
		.user_dir = place->user_dir,
		.nodes = task->workload->policy.nodes,
		.report = task->report,
		.event_fd = place->event_fd,
		.release_fd = -1,
	};
}

/* What went wrong must reach the executor although the process is gone. */
static void report_failure(struct workload_report *report, int r, const struct error *err)
{
	report->error = r;
	if (err->where[0])
		snprintf(report->message, sizeof(report->message), "%.80s: %.100s", err->where, err->what);
	else
		snprintf(report->message, sizeof(report->message), "%.180s", err->what);
}

/* The guardian waits for the executor's end, not for that of its children. On a host the place's own score comes first. */
static void leave_guard(const struct task_place *place, const struct scenario_workload *workload)
{
	int adj = place->oom_score_adj ? place->oom_score_adj : workload ? workload->oom_score_adj : 0;
	char score[16];

	if (place->guard_fd >= 0)
		close(place->guard_fd);
	snprintf(score, sizeof(score), "%d", adj);
	if (adj)
		file_write("", "/proc/self/oom_score_adj", score, NULL);
}

/* In the child, after a failure, its end. */
static pid_t fork_into(const struct task *task, const struct cgroup_entry *entry, int *ret_pidfd, struct error *err)
{
	pid_t pid = cgroup_entry_fork(entry, ret_pidfd);
	struct error failure = { 0 };
	int r;

	if (pid < 0)
		return error_set_errno(err, pid, task->workload->name, "cannot start a process in group %s", task->group->name);
	if (pid > 0)
		return pid;
	r = cgroup_entry_settle(entry, &failure);
	if (r < 0) {
		report_failure(task->report, r, &failure);
		_exit(1);
	}
	return 0;
}

/* Outside any group, so that what it reads is charged to nobody; on a machine that others use in the task's, where the guardian
 * finds it and what it starts. */
static pid_t fork_prepare(const struct task *task, const struct task_place *place, struct error *err)
{
	_cleanup_close_ int pidfd = -1;
	struct cgroup_entry entry;
	pid_t pid;
	int r;

	if (place->guard_fd < 0) {
		pid = fork();
		return pid < 0 ? error_set_errno(err, -errno, task->workload->name, "cannot start a process") : pid;
	}
	r = cgroup_entry_open(place->cgroups, task->group->name, &entry, err);
	if (r < 0)
		return r;
	pid = fork_into(task, &entry, &pidfd, err);
	cgroup_entry_close(&entry);
	return pid;
}

int task_prepare(struct task *task, const struct task_place *place, struct error *err)
{
	int status;
	pid_t pid, parent = getpid();

	if (!task->workload->kind->prepare)
		return 0;
	pid = fork_prepare(task, place, err);
	if (pid < 0)
		return pid;
	if (pid == 0) {
		struct workload_env env = make_env(task, place);
		struct error failure = { 0 };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		leave_guard(place, NULL);
		int r = task->workload->kind->prepare(&env, &failure);

		if (r < 0)
			report_failure(task->report, r, &failure);
		_exit(r < 0);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_set_errno(err, -errno, task->workload->name, "cannot wait for a process");
	task->prepared = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (task->prepared)
		return 0;
	return error_set(err, task->report->error ? task->report->error : -EIO, task->workload->name,
			 "cannot prepare: %s", task->report->message[0] ? task->report->message : "killed");
}

int task_undo(struct task *task, const struct task_place *place, struct error *err)
{
	struct workload_env env = make_env(task, place);

	if (!task->prepared || !task->workload->kind->undo)
		return 0;
	task->prepared = false;
	return task->workload->kind->undo(&env, err);
}

/* The body of the process: waits for its start, then is nothing but the workload. */
static void task_main(const struct task *task, const struct task_place *place, const struct pipes *pipes)
{
	struct workload_env env = make_env(task, place);
	struct error err = { 0 };
	char go;
	int r;

	env.release_fd = pipes->release[0];
	prctl(PR_SET_NAME, task->workload->name);
	r = topology_set_policy(&task->workload->policy, &err);
	if (r == 0 && read(pipes->start[0], &go, 1) != 1)
		_exit(0);
	if (r == 0)
		r = task->workload->kind->run(&env, &err);
	if (r < 0)
		report_failure(task->report, r, &err);
	_exit(r < 0);
}

/* A child keeps none of the executor's ends, or nobody's pipe would ever report its end. */
static void close_others(struct task *all, size_t n, const struct pipes *pipes)
{
	for (size_t i = 0; i < n; i++) {
		close_fd(&all[i].start_fd);
		close_fd(&all[i].release_fd);
		close_fd(&all[i].pidfd);
	}
	close(pipes->start[1]);
	close(pipes->release[1]);
}

static int make_pipes(struct pipes *pipes)
{
	if (pipe2(pipes->start, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(pipes->release, O_CLOEXEC) < 0) {
		int r = -errno;

		close(pipes->start[0]);
		close(pipes->start[1]);
		return r;
	}
	return 0;
}

int task_spawn(struct task *task, struct task *all, size_t n, const struct task_place *place, struct error *err)
{
	struct cgroup_entry entry;
	struct pipes pipes;
	pid_t parent = getpid();
	int r = cgroup_entry_open(place->cgroups, task->group->name, &entry, err);

	if (r < 0)
		return r;
	r = make_pipes(&pipes);
	if (r < 0) {
		cgroup_entry_close(&entry);
		return error_set_errno(err, r, task->workload->name, "cannot make a pipe");
	}
	task->pid = fork_into(task, &entry, &task->pidfd, err);
	cgroup_entry_close(&entry);
	if (task->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		close_others(all, n, &pipes);
		leave_guard(place, task->workload);
		task_main(task, place, &pipes);
	}
	close(pipes.start[0]);
	close(pipes.release[0]);
	task->start_fd = pipes.start[1];
	task->release_fd = pipes.release[1];
	return task->pid < 0 ? task->pid : 0;
}

void task_start(struct task *task)
{
	if (write(task->start_fd, "", 1) != 1)
		return; /* it is dead; its end is seen through the pidfd */
	close_fd(&task->start_fd);
	task->started = true;
}

void task_release_hold(struct task *task)
{
	close_fd(&task->release_fd);
	task->released = true;
}

void task_reap(struct task *task)
{
	while (wait4(task->pid, &task->status, 0, &task->usage) < 0)
		if (errno != EINTR)
			break;
	task->ended = true;
	close_fd(&task->pidfd);
}

void task_free(struct task *task)
{
	if (task->pid > 0 && !task->ended) {
		kill(task->pid, SIGKILL);
		task_reap(task);
	}
	close_fd(&task->start_fd);
	close_fd(&task->release_fd);
	close_fd(&task->pidfd);
	if (task->report)
		munmap(task->report, page_round(sizeof(*task->report)));
	task->report = NULL;
}

const char *task_outcome(const struct task *task)
{
	if (task->stopped)
		return "timed_out";
	if (task->oom_killed)
		return "oom_killed";
	if (WIFEXITED(task->status) && WEXITSTATUS(task->status) == 0 && task->report->state == WORKLOAD_DONE)
		return "completed";
	return "crashed";
}
