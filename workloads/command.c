/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/command.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/file.h"
#include "common/util.h"

/* Copies one word without its quotes; returns where it ends, NULL when a quote is open. */
static const char *take_word(const char *at, char *into)
{
	char quote = '\0';

	for (; *at && (quote || *at != ' '); at++) {
		if (!quote && (*at == '\'' || *at == '"'))
			quote = *at;
		else if (*at == quote)
			quote = '\0';
		else
			*into++ = *at;
	}
	*into = '\0';
	return quote ? NULL : at;
}

int command_split(const char *line, char ***ret)
{
	char **words = xcalloc(strlen(line) / 2 + 2, sizeof(*words));
	const char *at = line;
	size_t n = 0;

	while (at && *(at += strspn(at, " "))) {
		words[n] = xcalloc(1, strlen(at) + 1);
		at = take_word(at, words[n++]);
	}
	if (!at || n == 0) {
		command_free(words);
		return -EINVAL;
	}
	*ret = words;
	return 0;
}

void command_free(char **words)
{
	for (char **word = words; word && *word; word++)
		free(*word);
	free(words);
}

struct account {
	uid_t uid;
	gid_t gid;
};

/* Not getpwnam(): a static program has no name service, and the root is another. */
static int find_user(const char *root, const char *user, struct account *ret, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = file_read(root, "/etc/passwd", &text, NULL, err);
	char *save = NULL;

	if (r < 0)
		return r;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		size_t length = strlen(user);
		unsigned uid, gid;

		if (strncmp(line, user, length) == 0 && line[length] == ':' &&
		    sscanf(line + length, ":%*[^:]:%u:%u:", &uid, &gid) == 2) {
			*ret = (struct account){ uid, gid };
			return 0;
		}
	}
	return error_set(err, -ENOENT, user, "there is no such user");
}

static int enter(const struct command *c, const struct account *account)
{
	if (*c->root && (chroot(c->root) < 0 || chdir("/") < 0))
		return -errno;
	if (chdir(c->dir) < 0)
		return -errno;
	if (c->user && (setgroups(0, NULL) < 0 || setgid(account->gid) < 0 || setuid(account->uid) < 0))
		return -errno;
	return 0;
}

/* The same few variables everywhere, so that the environment moves nothing on the stack. */
static void exec_program(const struct command *c, const struct account *account, char **words, int output)
{
	_cleanup_free_ char *home = xasprintf("HOME=%s", c->dir);
	char *env[] = { (char *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", (char *)"LANG=C", home, NULL };
	int null_fd = open("/dev/null", O_RDONLY), r;

	dup2(null_fd, 0);
	dup2(output, 1);
	dup2(output, 2);
	signal(SIGPIPE, SIG_DFL);
	r = enter(c, account);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* here, because another user would clear it */
	if (r == 0)
		execvpe(words[0], words, env);
	dprintf(2, "cannot run %s: %s\n", words[0], strerror(r < 0 ? -r : errno));
	_exit(127);
}

int command_start(const struct command *c, pid_t *ret_pid, int *ret_fd, struct error *err)
{
	struct account account = { 0 };
	char **words;
	int fds[2], r = command_split(c->line, &words);

	if (r < 0)
		return error_set(err, r, c->line, "this is not a command");
	r = c->user ? find_user(c->root, c->user, &account, err) : 0;
	if (r == 0 && pipe2(fds, O_CLOEXEC) < 0)
		r = error_set_errno(err, -errno, words[0], "cannot make a pipe");
	if (r == 0) {
		*ret_pid = fork();
		if (*ret_pid == 0)
			exec_program(c, &account, words, fds[1]);
		close(fds[1]);
		*ret_fd = fds[0];
		if (*ret_pid < 0)
			r = error_set_errno(err, -errno, words[0], "cannot start a process");
		if (r < 0)
			close(fds[0]);
	}
	command_free(words);
	return r;
}

int command_wait(pid_t pid, const char *name, struct error *err)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_set_errno(err, -errno, name, "cannot wait for the program");
	if (WIFSIGNALED(status))
		return error_set(err, -EIO, name, "the program was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return error_set(err, -EIO, name, "the program ended with status %d", WEXITSTATUS(status));
	return 0;
}
