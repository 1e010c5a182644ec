/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any program, in the group and with the memory policy of the workload: a
 * benchmark that runs to its end, or (with hold) a server that is there until
 * everybody else has ended. Figures are picked out of what it prints.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "common/util.h"
#include "workloads/command.h"
#include "workloads/pick.h"
#include "workloads/workload.h"

#define OUTPUT_MAX (256 * KIB) /* the end of the output that is kept */
#define SAID_MAX   (4 * KIB)   /* of a program that failed: what goes to standard error */

struct exec_params {
	char *command, *setup, *ready, *user;
};

struct program {
	const struct workload_env *env;
	pid_t pid;
	int pidfd, output_fd;
	char *output; /* NUL-terminated */
	size_t len;
	regex_t ready;
	bool waits_ready;
};

/* The directory of its own on the data disk, as the program sees it. */
static char *own_dir(const struct workload_env *env)
{
	return xasprintf("%s/%s", *env->user_dir ? "/data" : env->data_dir, env->name);
}

static int start(const struct workload_env *env, const char *line, struct program *p, struct error *err)
{
	const struct exec_params *params = workload_own(env);
	_cleanup_free_ char *dir = own_dir(env);
	struct command command = { .line = line, .root = env->user_dir, .dir = dir, .user = params->user };
	int r = command_start(&command, &p->pid, &p->output_fd, err);

	if (r < 0)
		return r;
	p->env = env;
	p->output = xcalloc(1, OUTPUT_MAX + 1);
	p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	fcntl(p->output_fd, F_SETFL, O_NONBLOCK);
	return 0;
}

static void release(struct program *p)
{
	if (p->waits_ready)
		regfree(&p->ready);
	close(p->output_fd);
	close(p->pidfd);
	free(p->output);
}

/* Takes what there is; false at the end of the output. */
static bool read_output(struct program *p)
{
	char chunk[4096];
	ssize_t n;

	while ((n = read(p->output_fd, chunk, sizeof(chunk))) > 0) {
		size_t drop = p->len + (size_t)n > OUTPUT_MAX ? p->len + (size_t)n - OUTPUT_MAX : 0;

		memmove(p->output, p->output + drop, p->len - drop);
		memcpy(p->output + p->len - drop, chunk, (size_t)n);
		p->len += (size_t)n - drop;
		p->output[p->len] = '\0';
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static bool is_ready(struct program *p)
{
	return !p->waits_ready || regexec(&p->ready, p->output, 0, NULL, 0) == 0;
}

/* Waits until the program has ended or, with `until_ready`, is ready; or until the hold is over. */
enum event { ENDED, READY, RELEASED };
static enum event wait_event(struct program *p, bool until_ready, int release_fd)
{
	struct pollfd fds[] = { { .fd = p->pidfd, .events = POLLIN },
				{ .fd = p->output_fd, .events = POLLIN },
				{ .fd = release_fd, .events = POLLIN } };

	for (;;) {
		if (!read_output(p))
			fds[1].fd = -1;
		if (until_ready && is_ready(p))
			return READY;
		if (fds[0].revents) {
			read_output(p);
			return ENDED;
		}
		if (fds[2].revents)
			return RELEASED;
		poll(fds, ARRAY_SIZE(fds), -1);
	}
}

/* How it ended, and the last it said. */
static int end(struct program *p, struct error *err)
{
	int r = command_wait(p->pid, p->env->name, err);
	char *line;

	if (r == 0 || !err)
		return r;
	/* In the lab this is the console, which is kept. */
	fprintf(stderr, "%s\n%s\n", err->what, p->output + (p->len > SAID_MAX ? p->len - SAID_MAX : 0));
	while (p->len > 0 && strchr("\n\r ", p->output[p->len - 1]))
		p->output[--p->len] = '\0';
	line = strrchr(p->output, '\n');
	line = line ? line + 1 : p->output;
	if (*line)
		snprintf(err->what + strlen(err->what), sizeof(err->what) - strlen(err->what), ": %.100s", line);
	return r;
}

static int set_figures(const struct program *p, struct error *err)
{
	const char *text = p->env->params->figures;
	json_t *figures = json_loads(text ? text : "{}", 0, NULL), *where;
	const char *name;
	int r = 0;

	json_object_foreach (figures, name, where) {
		double value;

		if (r < 0)
			break;
		r = pick_number(json_string_value(where), p->output, &value, err);
		if (r == 0)
			workload_set_figure(p->env, name, value);
	}
	json_decref(figures);
	return r;
}

/* A server: it is done when it is ready, and ends when it is no longer needed. */
static int serve(struct program *p, struct error *err)
{
	workload_reached(p->env, WORKLOAD_DONE);
	if (wait_event(p, false, p->env->release_fd) == ENDED) {
		int r = end(p, err);

		return r < 0 ? r : error_set(err, -EIO, p->env->name, "the server ended before it was released");
	}
	kill(p->pid, SIGTERM);
	wait_event(p, false, -1);
	command_wait(p->pid, p->env->name, NULL); /* by the signal, or as it likes */
	return set_figures(p, err);
}

static int run_to_end(struct program *p, struct error *err)
{
	int r;

	wait_event(p, false, -1);
	r = end(p, err);
	if (r == 0)
		r = set_figures(p, err);
	if (r == 0)
		workload_reached(p->env, WORKLOAD_DONE);
	return r;
}

static int run(const struct workload_env *env, struct error *err)
{
	const struct exec_params *params = workload_own(env);
	struct program p;
	int r;

	workload_reached(env, WORKLOAD_STARTED);
	r = start(env, params->command, &p, err);
	if (r < 0)
		return r;
	p.waits_ready = params->ready && regcomp(&p.ready, params->ready, REG_EXTENDED | REG_NOSUB | REG_NEWLINE) == 0;
	p.len = 0;
	if (wait_event(&p, true, -1) == ENDED) {
		r = end(&p, err);
		if (r == 0)
			r = error_set(err, -EIO, env->name, "the program ended before it was ready");
	} else {
		workload_reached(env, WORKLOAD_FILLED);
		r = env->params->hold ? serve(&p, err) : run_to_end(&p, err);
	}
	release(&p);
	return r;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

/* What must be there before the cell's clock starts: its directory, and what its setup makes in it. Once. */
static int prepare(const struct workload_env *env, struct error *err)
{
	const struct exec_params *params = workload_own(env);
	_cleanup_free_ char *dir = xasprintf("%s/%s", env->data_dir, env->name);
	_cleanup_free_ char *done = xasprintf("%s/.setup", dir);
	_cleanup_close_ int fd = -1;
	struct program p = { 0 };
	int r;

	if (access(done, F_OK) == 0)
		return 0;
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS); /* what a setup that failed has left */
	if (mkdir(dir, 0777) < 0)
		return error_set_errno(err, -errno, dir, "cannot make the program's directory");
	chmod(dir, 0777); /* for whichever user it runs as */
	if (!params->setup)
		return 0;
	r = start(env, params->setup, &p, err);
	if (r < 0)
		return r;
	wait_event(&p, false, -1);
	r = end(&p, err);
	release(&p);
	if (r == 0)
		fd = open(done, O_WRONLY | O_CREAT | O_CLOEXEC, 0600); /* NOLINT(clang-analyzer-deadcode.DeadStores): closed by its attribute */
	return r;
}

/* What a program writes nobody knows; at least the mistake of no disk is found. */
static uint64_t disk_bytes(const struct workload_env *env)
{
	(void)env;
	return 0;
}

#define OWN(member) .offset = WORKLOAD_OWN(struct exec_params, member)

static const struct workload_option options[] = {
	{ "command", OPTION_TEXT, OWN(command),
	  .doc = "the program and its arguments, in quotes where they have blanks; no shell, unless it is called" },
	{ "packages", OPTION_TEXT, offsetof(struct workload_params, packages), .fallback = "",
	  .doc = "Debian packages that the guest must have, with blanks between" },
	{ "pack", OPTION_TEXT, offsetof(struct workload_params, pack), .fallback = "",
	  .doc = "programs of this machine that the guest must have, whole paths with blanks between; their libraries come too" },
	{ "user", OPTION_FILENAME, OWN(user), .fallback = "", .doc = "who it runs as; default: root" },
	{ "setup", OPTION_TEXT, OWN(setup), .fallback = "",
	  .doc = "a command that is run before, once, to make what it needs in its directory" },
	{ "ready", OPTION_TEXT, OWN(ready), .fallback = "",
	  .doc = "regular expression: the program is ready (\"filled\") when its output matches; default: at once" },
	{ "figures", OPTION_MAP, offsetof(struct workload_params, figures), .fallback = "",
	  .doc = "numbers in its output: {\"rps\": \"regex:SET: ([0-9.]+) requests\", \"p99_ns\": \"json:/latency/p99\"}" },
	{ .name = NULL },
};

static const char *const without[] = { "size",		  "pattern", "zipf_skew", "hot_share", "hot_access",
				       "compressibility", "work",    "rate",	  NULL };

const struct workload_kind workload_exec = {
	.name = "exec",
	.summary = "any program, a benchmark or a server, with figures out of what it prints",
	.needs_disk = true,
	.options = options,
	.without = without,
	.disk_bytes = disk_bytes,
	.prepare = prepare,
	.run = run,
};
