/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/host/host.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "common/util.h"
#include "runner/apply.h"
#include "runner/cell.h"
#include "tuners/guardian.h"

#define STREAM_BYTES (64 * MIB)
/* Beyond the cell's own limit: then the executor hangs. */
#define GRACE_NS (60 * NSEC_PER_SEC)

/* What a cell has written, in memory that was touched before it began and that outlives the executor. */
struct tape {
	_Atomic size_t len;
	_Atomic uint32_t phase;
	char text[];
};

struct host_cell {
	const struct plan_cell *cell;
	const struct host_options *options;
	struct undo_list *list;
	struct tape *tape;
	struct guardian guardian;
	char *group, *data_dir, *what; /* group relative to the mount */
	uint64_t floor_bytes;
	pid_t pid;
	int pidfd;
	uint64_t started_ns;
	bool deadline;
};

/* ---- the executor ---- */

static int write_tape(void *opaque, const char *data, size_t len)
{
	struct tape *tape = opaque;
	size_t at = tape->len;

	if (len > STREAM_BYTES - sizeof(*tape) - at)
		return -ENOSPC;
	memcpy(tape->text + at, data, len);
	tape->len = at + len;
	return 0;
}

/* In the child. It dies with the runner, and the guardian sees either of them go. */
static _Noreturn void execute(struct host_cell *hc, pid_t runner)
{
	struct cell_safety safety = { .list = hc->list,
				      .state_dir = hc->options->state_dir,
				      .what = hc->what,
				      .guard_fd = hc->guardian.alive_fd,
				      .floor_bytes = hc->floor_bytes,
				      .worker_oom_score_adj = 1000 };
	struct cell_place place = { .phase = &hc->tape->phase,
				    .cgroup_mount = HOST_CGROUP_MOUNT,
				    .cgroup_name = hc->group,
				    .data_dir = hc->data_dir,
				    .user_dir = "",
				    .safety = &safety };
	struct cell_description cell;
	struct error err = { 0 };
	sigset_t none;
	int r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "memrig-cell");
	if (getppid() != runner)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid(); /* a Ctrl-C at the terminal is the runner's to answer */
	r = cell_description_parse(json_incref(hc->cell->description), &cell, &err);
	if (r == 0)
		r = cell_execute(&cell, &place, (struct stream_sink){ write_tape, hc->tape }, &err);
	_exit(r < 0);
}

/* ---- one cell ---- */

static struct tape *new_tape(void)
{
	void *tape = mmap(NULL, STREAM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return tape == MAP_FAILED ? NULL : tape;
}

static void release(struct host_cell *hc)
{
	undo_list_free(hc->list);
	if (hc->tape)
		munmap(hc->tape, STREAM_BYTES);
	if (hc->pidfd >= 0)
		close(hc->pidfd);
	free(hc->group);
	free(hc->data_dir);
	free(hc->what);
}

static int start(struct host_cell *hc, const struct host_group *group, struct error *err)
{
	_cleanup_free_ char *journal = xasprintf("%s/" JOURNAL_NAME, hc->options->state_dir);
	pid_t runner = getpid();
	int r;

	hc->list = undo_list_new();
	hc->tape = new_tape();
	if (!hc->list || !hc->tape)
		return error_set(err, -ENOMEM, "", "no memory for what the cell records");
	if (group->moved) {
		snprintf(hc->list->home, sizeof(hc->list->home), HOST_CGROUP_MOUNT "/%s", group->moved);
		snprintf(hc->list->above, sizeof(hc->list->above), HOST_CGROUP_MOUNT "/%s", group->own);
	}
	r = guardian_start(hc->list, journal, &hc->guardian, err);
	if (r < 0)
		return r;
	hc->started_ns = now_ns();
	hc->pid = fork();
	if (hc->pid == 0)
		execute(hc, runner);
	/* From here on the executor alone holds on to the guardian: when it goes, however, the guardian does its work. */
	guardian_let_go(&hc->guardian);
	if (hc->pid < 0) {
		r = error_set_errno(err, -errno, "fork", "cannot start the executor");
		guardian_wait(&hc->guardian);
		return r;
	}
	hc->pidfd = (int)syscall(SYS_pidfd_open, hc->pid, 0);
	return hc->pidfd < 0 ? error_set_errno(err, -errno, "pidfd_open", "cannot watch the executor") : 0;
}

/* Until the executor has ended. Returns 0, or the number of a signal that came. */
static int watch(struct host_cell *hc, int signal_fd)
{
	uint64_t limit = hc->started_ns + hc->cell->scenario->limit_ns + GRACE_NS;
	int got = 0;

	for (;;) {
		struct pollfd fds[] = { { hc->pidfd, POLLIN, 0 },
					{ hc->guardian.pidfd, POLLIN, 0 },
					{ got ? -1 : signal_fd, POLLIN, 0 } };
		struct signalfd_siginfo info;

		poll(fds, ARRAY_SIZE(fds), 100);
		if (fds[0].revents)
			break;
		if (fds[2].revents && read(signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
			got = (int)info.ssi_signo;
		hc->deadline |= now_ns() > limit;
		/* Without its guardian a cell must not go on. */
		if (got || hc->deadline || fds[1].revents)
			kill(hc->pid, SIGKILL);
	}
	while (waitpid(hc->pid, NULL, 0) < 0 && errno == EINTR)
		;
	return got;
}

static void name_missing(const struct undo_list *list, char *text, size_t room)
{
	size_t at = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < undo_count(list) && at < room; i++)
		if (list->list[i].state != UNDO_BACK)
			at += (size_t)snprintf(text + at, room - at, "%s%s", at ? ", " : "",
					       list->list[i].kind == UNDO_VALUE ? list->list[i].tunable->key
										: list->list[i].path);
}

/* After the executor: everything is back, or the error names what is not. */
static int settle(struct host_cell *hc, struct error *err)
{
	_cleanup_free_ char *journal = xasprintf("%s/" JOURNAL_NAME, hc->options->state_dir);
	struct undo_options options = { 0 };
	int r = guardian_wait(&hc->guardian);
	char missing[200];

	if (r == 0 || hc->list->finished)
		return 0;
	if (undo_all(hc->list, &options) == 0) {
		unlink(journal);
		return 0;
	}
	name_missing(hc->list, missing, sizeof(missing));
	error_set(err, -EIO, hc->cell->id, "not put back: %s", missing);
	error_hint(err, "`memrig restore` says more; nothing else was left changed");
	return -EIO;
}

static int collect(struct host_cell *hc, struct error *err)
{
	struct lab_result result = { .stream_len = hc->tape->len,
				     .console = xstrdup(""),
				     .deadline = hc->deadline,
				     .wall_s = 1e-9 * (double)(now_ns() - hc->started_ns) };

	result.stream = xcalloc(result.stream_len + 1, 1);
	memcpy(result.stream, hc->tape->text, result.stream_len);
	return hc->options->done(hc->options->opaque, hc->cell, &result, err);
}

static bool needs_disk(const struct scenario *scenario)
{
	for (size_t g = 0; g < scenario->n_groups; g++)
		for (size_t w = 0; w < scenario->groups[g].n_workloads; w++)
			if (scenario->groups[g].workloads[w].kind->needs_disk)
				return true;
	return false;
}

static int run_cell(const struct plan_cell *cell, const struct host_options *options, const struct host_group *group,
		    uint64_t floor_bytes, int signal_fd, struct error *err)
{
	const char *tmp = options->data_dir ? options->data_dir : getenv("TMPDIR");
	struct host_cell hc = { .cell = cell, .options = options, .floor_bytes = floor_bytes, .pidfd = -1 };
	int r, got = 0;

	hc.group = xasprintf("%s%smemrig-%ld", group->own, *group->own ? "/" : "", (long)getpid());
	hc.data_dir = needs_disk(cell->scenario)
			      ? xasprintf("%s/memrig-%ld", tmp && *tmp ? tmp : "/var/tmp", (long)getpid())
			      : xstrdup("");
	hc.what = xasprintf(APPLY_CELL "%s", cell->id);
	r = start(&hc, group, err);
	if (r == 0) {
		got = watch(&hc, signal_fd);
		r = settle(&hc, err);
	}
	if (r == 0 && !got)
		r = collect(&hc, err);
	release(&hc);
	return r < 0 ? r : got;
}

/* ---- the run ---- */

/* A run that died has left its journal: its machine is put back before this one begins. A profile that was applied stays. */
static int restore_first(const struct host_options *options, struct error *err)
{
	struct restored done;
	char text[256];
	int r = apply_restore_run(options->state_dir, HOST_CGROUP_MOUNT, &done, err);

	if (r <= 0)
		return r;
	snprintf(text, sizeof(text), "put back what %s had left changed", done.found.what);
	if (options->note)
		options->note(text);
	undo_list_free(done.found.list);
	return 0;
}

int host_run(const struct plan *plan, const struct host_options *options, struct error *err)
{
	_cleanup_close_ int lock = -1, signal_fd = -1;
	struct host_group group = { 0 };
	size_t finished = 0;
	sigset_t signals;
	uint64_t keep = options->keep_bytes ? options->keep_bytes : host_keep_bytes(changes_ram_bytes(""));
	int r = restore_first(options, err);

	if (r == 0)
		r = journal_lock(options->state_dir, &lock, err);
	if (r == 0)
		r = host_group_find(&group, err);
	if (r == 0)
		r = host_group_enter(&group, err);
	pool_end_signals(&signals);
	signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	for (size_t i = 0; i < plan->n_cells && r == 0; i++) {
		if (!plan->cells[i].ended) {
			if (options->progress)
				options->progress(options->opaque, finished, 1, (double)i / (double)plan->n_cells);
			r = run_cell(&plan->cells[i], options, &group, keep / 2, signal_fd, err);
		}
		finished += r == 0;
	}
	host_group_leave(&group);
	return r;
}
