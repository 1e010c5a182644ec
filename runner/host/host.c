/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/host/host.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/util.h"
#include "runner/apply.h"
#include "runner/cell.h"
#include "tuners/guardian.h"
#include "tuners/journal.h"

/* What a stream may take: a sample is a few KiB. */
#define STREAM_LEAST   (2 * MIB)
#define STREAM_MOST    (64 * MIB)
#define SAMPLE_BYTES   (8 * KIB)
/* Beyond the cell's own limit: then the executor hangs. */
#define GRACE_NS (60 * NSEC_PER_SEC)

/* What a cell has written, in memory that was touched before it began and that outlives the executor. */
struct tape {
	size_t room;
	_Atomic size_t len;
	_Atomic uint32_t phase;
	char text[];
};

/* A run, and the cell it is at. */
struct host_run {
	const struct host_options *options;
	struct undo_list *list;
	struct guardian guardian;
	struct host_group group;
	uint64_t floor_bytes;
	int signal_fd, lock_fd;
	const struct plan_cell *cell;
	struct tape *tape;
	char *cell_group, *data_dir, *swap_path, *what; /* the group relative to the mount */
	pid_t pid;			    /* of the executor */
	int pidfd;
	uint64_t started_ns;
	bool deadline, guardian_died;
};

/* ---- the executor ---- */

static int write_tape(void *opaque, const char *data, size_t len)
{
	struct tape *tape = opaque;
	size_t at = tape->len;

	if (len > tape->room - at)
		return -ENOSPC;
	memcpy(tape->text + at, data, len);
	tape->len = at + len;
	return 0;
}

/* In the child. It dies with the runner, and the guardian sees either of them go. */
static _Noreturn void execute(struct host_run *run, pid_t runner)
{
	struct cell_safety safety = { .list = run->list,
				      .state_dir = run->options->state_dir,
				      .what = run->what,
				      .guard_fd = run->guardian.alive_fd,
				      .swap_path = run->swap_path,
				      .swap_bytes = run->options->swap_bytes,
				      .floor_bytes = run->floor_bytes,
				      .worker_oom_score_adj = 1000 };
	struct cell_place place = { .phase = &run->tape->phase,
				    .cgroup_mount = HOST_CGROUP_MOUNT,
				    .cgroup_name = run->cell_group,
				    .data_dir = run->data_dir,
				    .user_dir = "",
				    .safety = &safety };
	struct cell_description cell;
	struct error err = { 0 };
	sigset_t none;
	int r;

	close(run->lock_fd); /* the guardian has it, and nobody who may outlive it */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "memrig-cell");
	if (getppid() != runner)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid(); /* a Ctrl-C at the terminal is the runner's to answer */
	r = cell_description_parse(json_incref(run->cell->description), &cell, &err);
	if (r == 0)
		r = cell_execute(&cell, &place, (struct stream_sink){ write_tape, run->tape }, &err);
	_exit(r < 0);
}

/* ---- one cell ---- */

static struct tape *new_tape(const struct scenario *scenario)
{
	uint64_t bytes = STREAM_LEAST + scenario->limit_ns / scenario->sample_ns * SAMPLE_BYTES;
	size_t size = (size_t)MIN(bytes, STREAM_MOST);
	struct tape *tape = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (tape == MAP_FAILED)
		return NULL;
	tape->room = size - sizeof(*tape);
	return tape;
}

static void name_missing(const struct undo_list *list, char *text, size_t room)
{
	size_t at = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < undo_count(list) && at < room; i++)
		if (list->list[i].state != UNDO_BACK)
			at += (size_t)snprintf(text + at, room - at, "%s%s", at ? ", " : "", undo_name(&list->list[i]));
}

/* After the executor, which has undone everything itself unless something killed it. */
static int settle(struct host_run *run, struct error *err)
{
	struct undo_options options = { .deadline_ms = 30000 };
	char missing[200];
	int r;

	if (run->list->finished)
		return 0;
	if (undo_all(run->list, &options) == 0) {
		r = journal_finish(run->options->state_dir, run->list);
		if (r == 0)
			return 0;
		error_set_errno(err, r, run->options->state_dir, "everything was put back, and the journal cannot be removed");
		error_hint(err, "`memrig restore` removes it, when its directory can be written again");
		return -EIO;
	}
	name_missing(run->list, missing, sizeof(missing));
	error_set(err, -EIO, run->cell->id, "not put back: %s", missing);
	error_hint(err, "`memrig restore` says more; nothing else was left changed");
	return -EIO;
}

static int start(struct host_run *run, struct error *err)
{
	pid_t runner = getpid();

	run->tape = new_tape(run->cell->scenario);
	if (!run->tape)
		return error_set(err, -ENOMEM, "", "no memory for what the cell records");
	run->started_ns = now_ns();
	run->pid = fork();
	if (run->pid == 0)
		execute(run, runner);
	if (run->pid < 0)
		return error_set_errno(err, -errno, "fork", "cannot start the executor");
	run->pidfd = (int)syscall(SYS_pidfd_open, run->pid, 0);
	if (run->pidfd >= 0)
		return 0;
	error_set_errno(err, -errno, "pidfd_open", "cannot watch the executor");
	kill(run->pid, SIGKILL);
	while (waitpid(run->pid, NULL, 0) < 0 && errno == EINTR)
		;
	settle(run, NULL);
	return -EMFILE;
}

/* Until the executor has ended. Returns 0, or the number of a signal that came. */
static int watch(struct host_run *run)
{
	uint64_t limit = run->started_ns + run->cell->scenario->limit_ns + GRACE_NS;
	int got = 0;

	for (;;) {
		struct pollfd fds[] = { { run->pidfd, POLLIN, 0 },
					{ run->guardian_died ? -1 : run->guardian.pidfd, POLLIN, 0 },
					{ got ? -1 : run->signal_fd, POLLIN, 0 } };
		struct signalfd_siginfo info;

		poll(fds, ARRAY_SIZE(fds), 100);
		if (fds[0].revents)
			break;
		if (fds[2].revents && read(run->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
			got = (int)info.ssi_signo;
		run->deadline |= now_ns() > limit;
		run->guardian_died |= fds[1].revents != 0;
		/* Without its guardian a cell must not go on. */
		if (got || run->deadline || run->guardian_died)
			kill(run->pid, SIGKILL);
	}
	while (waitpid(run->pid, NULL, 0) < 0 && errno == EINTR)
		;
	return got;
}

static int collect(struct host_run *run, struct error *err)
{
	struct lab_result result = { .stream_len = run->tape->len,
				     .console = xstrdup(""),
				     .deadline = run->deadline,
				     .wall_s = 1e-9 * (double)(now_ns() - run->started_ns) };

	result.stream = xcalloc(result.stream_len + 1, 1);
	memcpy(result.stream, run->tape->text, result.stream_len);
	json_text_disarm(result.stream, result.stream_len);
	return run->options->done(run->options->opaque, run->cell, &result, err);
}

bool host_needs_disk(const struct scenario *scenario)
{
	for (size_t g = 0; g < scenario->n_groups; g++)
		for (size_t w = 0; w < scenario->groups[g].n_workloads; w++)
			if (scenario->groups[g].workloads[w].kind->needs_disk)
				return true;
	return false;
}

/* A path that nobody has guessed. */
static char *new_path(const struct host_run *run, const char *kind)
{
	_cleanup_free_ char *dir = host_data_parent(run->options->data_dir);
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), 0) < 0)
		random = now_ns();
	return xasprintf("%s/memrig-%s%ld-%016" PRIx64, dir ? dir : "", kind, (long)getpid(), random);
}

static void name_things(struct host_run *run)
{
	const char *own = run->group.own;

	run->cell_group = xasprintf("%s%smemrig-%ld", own, *own ? "/" : "", (long)getpid());
	run->data_dir = host_needs_disk(run->cell->scenario) ? new_path(run, "") : xstrdup("");
	run->swap_path = run->options->swap_bytes ? new_path(run, "swap-") : xstrdup("");
	run->what = xasprintf(APPLY_CELL "%s", run->cell->id);
}

static void release_cell(struct host_run *run)
{
	if (run->tape)
		munmap(run->tape, run->tape->room + sizeof(*run->tape));
	if (run->pidfd >= 0)
		close(run->pidfd);
	run->tape = NULL;
	run->pidfd = -1;
	free(TAKE_PTR(run->cell_group));
	free(TAKE_PTR(run->data_dir));
	free(TAKE_PTR(run->swap_path));
	free(TAKE_PTR(run->what));
}

/* Returns 0, a negative errno, or the number of a signal. */
static int run_cell(struct host_run *run, const struct plan_cell *cell, struct error *err)
{
	int r, got = 0;

	run->cell = cell;
	run->deadline = false;
	name_things(run);
	r = start(run, err);
	if (r == 0) {
		got = watch(run);
		r = settle(run, err);
	}
	if (r == 0 && run->guardian_died)
		r = error_set(err, -ECHILD, "guardian", "somebody killed it: the cell was ended, and everything put back");
	if (r == 0 && !got)
		r = collect(run, err);
	release_cell(run);
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

static int run_cells(struct host_run *run, const struct plan *plan, struct error *err)
{
	_cleanup_free_ const struct plan_cell **order = plan_order(plan);
	size_t finished = 0;
	int r = 0;

	for (size_t i = 0; i < plan->n_cells && r == 0; i++) {
		if (run->options->progress)
			run->options->progress(run->options->opaque, finished, 1, (double)i / (double)plan->n_cells);
		if (!order[i]->ended)
			r = run_cell(run, order[i], err);
		finished += r == 0;
	}
	return r;
}

static void tell_home(const struct host_run *run)
{
	char text[UNDO_PATH + 80];

	snprintf(text, sizeof(text), "the group %s stays: remove it with rmdir when nothing is in it", run->list->home);
	if (run->options->note)
		run->options->note(text);
}

/* With the lock: a guardian first, then everything else. */
static int run_guarded(struct host_run *run, const struct plan *plan, struct error *err)
{
	sigset_t signals;
	int r = guardian_start(run->list, run->options->state_dir, run->lock_fd, &run->guardian, err);

	if (r < 0)
		return r;
	pool_end_signals(&signals);
	run->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (run->signal_fd < 0)
		r = error_set_errno(err, -errno, "signalfd", "cannot wait for signals");
	if (r == 0)
		r = host_group_enter(&run->group, run->guardian.pid, run->list, err);
	if (r == 0)
		r = run_cells(run, plan, err);
	if (!host_group_leave(&run->group, run->guardian.pid, run->list))
		tell_home(run);
	guardian_let_go(&run->guardian);
	guardian_wait(&run->guardian);
	return r;
}

int host_run(const struct plan *plan, const struct host_options *options, struct error *err)
{
	uint64_t keep = options->keep_bytes ? options->keep_bytes : host_keep_bytes(changes_ram_bytes(""));
	struct host_run run = { .options = options, .floor_bytes = keep / 2, .signal_fd = -1, .pidfd = -1 };
	_cleanup_close_ int lock = -1;
	int r = journal_lock(options->state_dir, &lock, err);

	if (r == 0)
		r = restore_first(options, err);
	if (r == 0)
		r = host_group_find(&run.group, err);
	if (r < 0)
		return r;
	run.lock_fd = lock;
	run.list = undo_list_new();
	r = run.list ? run_guarded(&run, plan, err) : error_set(err, -ENOMEM, "", "no memory for the undo list");
	host_group_release(&run.group);
	undo_list_free(run.list);
	if (run.signal_fd >= 0)
		close(run.signal_fd);
	return r;
}
