/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "common/util.h"
#include "tuners/journal.h"

enum { EXIT_BACK = 0, EXIT_NOT_BACK = 1 };

/* Without allocation: the guardian uses it, too. */
static bool set_score(int fd, int score)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", score);

	return pwrite(fd, text, (size_t)len, 0) == len;
}

int guardian_protect_self(bool *ret_locked)
{
	static const int scores[] = { -1000, -900, -500, 0 };
	_cleanup_close_ int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	*ret_locked = mlockall(MCL_CURRENT | MCL_FUTURE) == 0;
	for (size_t i = 0; fd >= 0 && i < ARRAY_SIZE(scores); i++)
		if (set_score(fd, scores[i]))
			return scores[i];
	return 0;
}

/* Everything but the pipe's end and the lock is closed: the guardian must keep nothing of its parent's open. */
static void close_others(int fd, int lock_fd)
{
	int low = MIN(fd, lock_fd >= 0 ? lock_fd : fd), high = MAX(fd, lock_fd);

	for (int i = 0; i < high; i++)
		if (i != low)
			close(i);
	/* Before 5.9, or where a container forbids it: as many as there commonly are. */
	if (syscall(SYS_close_range, high + 1, ~0U, 0) < 0)
		for (int i = high + 1; i < 4096; i++)
			close(i);
}

static void wait_for_end(int fd)
{
	char c;
	ssize_t n;

	do
		n = read(fd, &c, 1);
	while (n > 0 || (n < 0 && errno == EINTR));
}

/* What it cannot finish stays in the journal for `memrig restore`. */
static void undo_everything(struct undo_list *list, const char *state_dir)
{
	struct undo_options options = { .deadline_ms = 60000 };

	if (undo_all(list, &options) > 0)
		return;
	if (*state_dir)
		journal_finish(state_dir, list);
	else
		undo_list_finish(list);
}

/* The pipe ends in the midst of the runner's exit: it is a process of its group for a moment more. */
static void leave_home(const struct undo_list *list, pid_t runner)
{
	const struct timespec pause = { 0, 5 * (long)NSEC_PER_MSEC };

	for (unsigned tries = 0; tries < 400; tries++) {
		if (getppid() != runner) {
			undo_leave_home(list);
			if (access(list->home, F_OK) < 0)
				return;
		}
		nanosleep(&pause, NULL);
	}
}

static _Noreturn void guard(struct undo_list *list, const char *state_dir, int fd, int lock_fd, pid_t runner)
{
	bool locked;

	setsid();
	prctl(PR_SET_NAME, "memrig-guardian");
	close_others(fd, lock_fd);
	guardian_protect_self(&locked);
	wait_for_end(fd);
	if (!__atomic_load_n(&list->finished, __ATOMIC_ACQUIRE))
		undo_everything(list, state_dir);
	if (*list->home && !list->released)
		leave_home(list, runner);
	_exit(list->finished ? EXIT_BACK : EXIT_NOT_BACK);
}

int guardian_start(struct undo_list *list, const char *state_dir, int lock_fd, struct guardian *ret, struct error *err)
{
	char path[UNDO_PATH] = "";
	sigset_t all, before;
	pid_t pid, runner = getpid();
	int fds[2];

	if (state_dir)
		snprintf(path, sizeof(path), "%s", state_dir);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_set_errno(err, -errno, "pipe", "cannot make the guardian's pipe");
	/* It never has a moment in which a signal could end it. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = fork();
	if (pid == 0) {
		close(fds[1]);
		guard(list, path, fds[0], lock_fd, runner);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(fds[0]);
	if (pid < 0) {
		close(fds[1]);
		return error_set_errno(err, -errno, "fork", "cannot start the guardian");
	}
	*ret = (struct guardian){ list, pid, (int)syscall(SYS_pidfd_open, pid, 0), fds[1] };
	if (ret->pidfd < 0) {
		/* Its death would go unnoticed. Nothing was changed yet: it goes at once. */
		error_set_errno(err, -errno, "pidfd_open", "cannot watch the guardian");
		guardian_let_go(ret);
		guardian_wait(ret);
		return -EMFILE;
	}
	return 0;
}

void guardian_let_go(struct guardian *guardian)
{
	guardian->list->released = 1;
	if (guardian->alive_fd >= 0)
		close(guardian->alive_fd);
	guardian->alive_fd = -1;
}

int guardian_wait(struct guardian *guardian)
{
	int status;
	pid_t pid;

	do
		pid = waitpid(guardian->pid, &status, 0);
	while (pid < 0 && errno == EINTR);
	if (guardian->pidfd >= 0)
		close(guardian->pidfd);
	guardian->pidfd = -1;
	if (pid < 0 || !WIFEXITED(status))
		return -ECHILD;
	return WEXITSTATUS(status) == EXIT_BACK ? 0 : -EIO;
}
