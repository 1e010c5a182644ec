/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/children.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t child_fork(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1); /* it died before the line above */
	signal(SIGCHLD, SIG_DFL);
	return 0;
}

void child_share_fate(int status)
{
	if (WIFSIGNALED(status))
		raise(WTERMSIG(status));
}

static void die(int signal)
{
	(void)signal;
	raise(SIGKILL);
}

void children_bind(void)
{
	signal(SIGCHLD, die);
}

void children_unbind(void)
{
	signal(SIGCHLD, SIG_DFL);
}
