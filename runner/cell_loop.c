/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The measurement: from the first sample to the end of the last workload.
 * One ppoll() waits for everything that can happen; nothing in this loop
 * allocates.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/util.h"
#include "runner/cell_run.h"

#define CAUSE_WAIT_MS	100
#define STOP_TIMEOUT_NS (30 * NSEC_PER_SEC)

/* Whether a task has reached a state. One that ended on the way counts: what waits for it must not wait for ever. */
static bool has_reached(const struct task *task, enum workload_state state)
{
	return task->ended || task->report->state >= (uint32_t)state;
}

/* "db" is every workload of the group, "db.0" that one. */
static bool is_meant(const struct task *task, const char *who)
{
	return streq(task->workload->name, who) || streq(task->group->name, who);
}

static bool may_start(const struct cell_run *run, const struct task *task, uint64_t now)
{
	const struct start *start = &task->workload->start;

	if (start->kind == START_AT_TIME)
		return now - run->begin_ns >= start->at_ns;
	if (start->kind == START_AFTER)
		for (size_t i = 0; i < run->n_tasks; i++)
			if (is_meant(&run->tasks[i], start->who) && !has_reached(&run->tasks[i], start->state))
				return false;
	return true;
}

static void start_due(struct cell_run *run)
{
	uint64_t now = now_ns();

	for (size_t i = 0; i < run->n_tasks; i++)
		if (!run->tasks[i].started && !run->tasks[i].ended && may_start(run, &run->tasks[i], now))
			task_start(&run->tasks[i]);
}

/* Holds end together: when all work is done and everybody without a hold has gone. */
static void release_due(struct cell_run *run)
{
	for (size_t i = 0; i < run->n_tasks; i++) {
		const struct task *task = &run->tasks[i];

		if (!task->ended && (!task->workload->params.hold || !has_reached(task, WORKLOAD_DONE)))
			return;
	}
	for (size_t i = 0; i < run->n_tasks; i++)
		if (!run->tasks[i].released)
			task_release_hold(&run->tasks[i]);
}

/* Every state on the way is told, also when a workload went through several since the last look. */
static void record_states(struct cell_run *run, struct task *task)
{
	uint32_t state = task->report->state;

	while (task->seen < state) {
		task->seen++;
		if (task->seen == WORKLOAD_FILLED && task->report->filled_ns == 0)
			continue;
		stream_begin(&run->out, "event", now_ns());
		stream_text(&run->out, "workload", task->workload->name);
		stream_text(&run->out, "state", workload_state_names[task->seen]);
		stream_end(&run->out);
	}
}

/* The memory is the workload's: what it says of itself is not believed. */
static void record_figures(struct cell_run *run, const struct workload_report *report)
{
	for (uint32_t i = 0; i < MIN(report->n_figures, (uint32_t)ARRAY_SIZE(report->figures)); i++) {
		char key[64];

		snprintf(key, sizeof(key), "figure.%.39s", report->figures[i].name);
		stream_number(&run->out, key, report->figures[i].value);
	}
}

static void record_outcome(struct cell_run *run, const struct task *task)
{
	const struct workload_report *report = task->report;
	struct workload_counts counts = workload_sum(report);

	stream_begin(&run->out, "outcome", now_ns());
	stream_text(&run->out, "workload", task->workload->name);
	stream_text(&run->out, "outcome", task_outcome(task));
	if (WIFSIGNALED(task->status))
		stream_i64(&run->out, "signal", WTERMSIG(task->status));
	else if (WEXITSTATUS(task->status) != 0)
		stream_i64(&run->out, "exit", WEXITSTATUS(task->status));
	if (report->message[0])
		stream_text(&run->out, "message", report->message);
	stream_u64(&run->out, "touched_pages", counts.touched_pages);
	stream_u64(&run->out, "written_pages", counts.written_pages);
	stream_u64(&run->out, "filled_pages", counts.filled_pages);
	stream_u64(&run->out, "passes", report->passes);
	stream_u64(&run->out, "bad_pages", report->bad_pages);
	if (report->started_ns)
		stream_u64(&run->out, "started_ns", report->started_ns);
	if (report->filled_ns)
		stream_u64(&run->out, "filled_ns", report->filled_ns);
	if (report->done_ns)
		stream_u64(&run->out, "done_ns", report->done_ns);
	stream_u64(&run->out, "max_rss_bytes", (uint64_t)task->usage.ru_maxrss * KIB);
	record_figures(run, report);
	stream_end(&run->out);
}

/* The kernel sends the signal first and logs the kill after it: on several CPUs the process can be gone before the
 * line is there. */
static void wait_for_cause(struct cell_run *run, const struct task *task)
{
	struct pollfd pfd = { .fd = run->kmsg.fd, .events = POLLIN };

	cell_record_kills(run);
	if (!WIFSIGNALED(task->status) || WTERMSIG(task->status) != SIGKILL || task->stopped || task->oom_killed)
		return;
	poll(&pfd, 1, CAUSE_WAIT_MS);
	cell_record_kills(run);
}

static void task_ended(struct cell_run *run, struct task *task)
{
	task_reap(task);
	wait_for_cause(run, task);
	record_states(run, task);
	record_outcome(run, task);
}

/* At the cell's limit; a task the kernel has just killed keeps its own cause. */
static void stop_all(struct cell_run *run)
{
	cell_record_kills(run);
	for (size_t i = 0; i < run->n_tasks; i++) {
		struct task *task = &run->tasks[i];

		if (task->ended)
			continue;
		task->stopped = !task->oom_killed;
		kill(task->pid, SIGKILL); /* not reaped yet, so the number is still its own */
	}
}

static bool all_ended(const struct cell_run *run)
{
	for (size_t i = 0; i < run->n_tasks; i++)
		if (!run->tasks[i].ended)
			return false;
	return true;
}

/* The next moment something is due by the clock: a sample, the limit, a timed start. */
static uint64_t next_due(const struct cell_run *run, uint64_t sample, uint64_t limit)
{
	uint64_t due = MIN(MIN(sample, limit), cell_safety_due(run));

	for (size_t i = 0; i < run->n_tasks; i++) {
		const struct task *task = &run->tasks[i];

		if (!task->started && !task->ended && task->workload->start.kind == START_AT_TIME)
			due = MIN(due, run->begin_ns + task->workload->start.at_ns);
	}
	return due;
}

static void wait_until(struct cell_run *run, struct pollfd *fds, uint64_t due)
{
	uint64_t now = now_ns(), left = due > now ? due - now : 0;
	struct timespec timeout = { (time_t)(left / NSEC_PER_SEC), (long)(left % NSEC_PER_SEC) };

	for (size_t i = 0; i < run->n_tasks; i++)
		fds[i] = (struct pollfd){ .fd = run->tasks[i].pidfd, .events = POLLIN };
	fds[run->n_tasks] = (struct pollfd){ .fd = run->event_fd, .events = POLLIN };
	fds[run->n_tasks + 1] = (struct pollfd){ .fd = trace_fd(run->trace), .events = POLLIN };
	if (ppoll(fds, run->n_tasks + 2, &timeout, NULL) < 0)
		for (size_t i = 0; i < run->n_tasks + 2; i++)
			fds[i].revents = 0;
}

static void handle(struct cell_run *run, const struct pollfd *fds)
{
	uint64_t count;

	if (fds[run->n_tasks].revents)
		while (read(run->event_fd, &count, sizeof(count)) == (ssize_t)sizeof(count))
			;
	if (fds[run->n_tasks + 1].revents)
		trace_drain(run->trace, now_ns());
	for (size_t i = 0; i < run->n_tasks; i++) {
		struct task *task = &run->tasks[i];

		if (task->ended)
			continue;
		if (fds[i].revents)
			task_ended(run, task);
		else
			record_states(run, task);
	}
}

/* Folds the per-CPU parts of the counters, so that the first and the last sample are exact. */
static int exact_sample(struct cell_run *run)
{
	file_write("", "/proc/sys/vm/stat_refresh", "1", NULL);
	return sampler_take(run->sampler, now_ns(), &run->out);
}

/* `due` is when the sample should have been taken; those due since then are missed. */
static int take_sample(struct cell_run *run, uint64_t due, uint64_t now)
{
	uint64_t late = now - due;
	int r;

	cell_enter(run, CELL_SAMPLES);
	cell_record_kills(run);
	sampler_tell_late(run->sampler, late, late / run->cell->scenario->sample_ns);
	r = sampler_take(run->sampler, now, &run->out);
	cell_enter(run, CELL_WORKS);
	return r;
}

static int record_begin(struct cell_run *run)
{
	int r = sampler_write_columns(run->sampler, &run->out);

	cell_wait_for_grid(run);
	if (r == 0)
		r = exact_sample(run);
	cell_wait_for_grid(run);
	run->begin_ns = now_ns();
	stream_begin(&run->out, "begin", run->begin_ns);
	return stream_end(&run->out) < 0 ? run->out.error : r;
}

int cell_loop(struct cell_run *run, struct error *err)
{
	const struct scenario *scenario = run->cell->scenario;
	_cleanup_free_ struct pollfd *fds = xcalloc(run->n_tasks + 2, sizeof(*fds));
	uint64_t sample, limit;
	bool stopped = false;
	int r = record_begin(run);

	cell_enter(run, CELL_WORKS);
	sample = run->begin_ns + scenario->sample_ns;
	limit = run->begin_ns + scenario->limit_ns;
	while (r == 0 && !all_ended(run)) {
		uint64_t now;

		start_due(run);
		release_due(run);
		wait_until(run, fds, next_due(run, sample, limit));
		handle(run, fds);
		now = now_ns();
		if (now >= sample) {
			r = take_sample(run, sample, now);
			while (sample <= now)
				sample += scenario->sample_ns;
		}
		if (cell_safety_starved(run, now) && !stopped)
			limit = MIN(limit, now);
		if (now >= limit && !stopped) {
			stop_all(run);
			stopped = true;
			limit = now + STOP_TIMEOUT_NS;
		} else if (now >= limit) {
			return error_set(err, -ETIMEDOUT, "workloads", "processes are left %llu s after they were killed",
					 STOP_TIMEOUT_NS / NSEC_PER_SEC);
		}
	}
	cell_enter(run, CELL_TEARS_DOWN);
	if (r == 0)
		r = exact_sample(run);
	cell_record_kills(run);
	if (r < 0)
		return error_set_errno(err, r, "stream", "cannot write the stream");
	if (run->kmsg.overruns > 0)
		return error_set(err, -EOVERFLOW, "/dev/kmsg", "the kernel logged faster than it was read: kills may be missing");
	return 0;
}
