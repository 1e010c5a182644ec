/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The executor's loop with processes of the test's own in the place of
 * workloads: no group, no sampling of anything but a captured tree, and the
 * kernel's log is a pipe that keeps its records apart. The limit is an hour: a
 * test that hangs is one that fails.
 */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "common/util.h"
#include "runner/cell_run.h"

enum { TASKS_MAX = 3, HOUR_S = 3600 };

static struct scenario_group groups[TASKS_MAX];
static struct scenario_workload workloads[TASKS_MAX];
static struct task tasks[TASKS_MAX];
static struct scenario scenario;
static struct cell_description cell;
static struct cell_place place;
static struct cell_run run;
static _Atomic uint32_t phase;
static int log_fds[2];
static char out[1 << 20];
static size_t out_len;

static int collect(void *opaque, const char *data, size_t len)
{
	(void)opaque;
	ck_assert_uint_lt(out_len + len, sizeof(out));
	memcpy(out + out_len, data, len);
	out_len += len;
	out[out_len] = '\0';
	return 0;
}

static void set_up(void)
{
	static const char *const no_groups[] = { NULL };
	struct sampler_config sampled = { .root = "tests/data/trees/2node-6.1", .cgroup_dir = "/none", .groups = no_groups };

	scenario = (struct scenario){ .sample_ns = HOUR_S * NSEC_PER_SEC, .limit_ns = HOUR_S * NSEC_PER_SEC };
	cell = (struct cell_description){ .scenario = &scenario, .clock = (char *)"real" };
	place = (struct cell_place){ .phase = &phase };
	run = (struct cell_run){ .cell = &cell, .place = &place, .tasks = tasks };
	ck_assert_int_eq(stream_writer_init(&run.out, (struct stream_sink){ collect, NULL }, NULL), 0);
	run.event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ck_assert_int_eq(pipe2(log_fds, O_DIRECT | O_NONBLOCK | O_CLOEXEC), 0);
	run.kmsg.fd = log_fds[0];
	ck_assert_int_eq(sampler_open(&sampled, &run.sampler, NULL), 0);
	alarm(60);
}

static void tear_down(void)
{
	for (size_t i = 0; i < run.n_tasks; i++) {
		task_free(&tasks[i]);
		free(groups[i].name);
		free(workloads[i].name);
	}
	sampler_close(run.sampler);
	kmsg_close(&run.kmsg);
	close(log_fds[1]);
	stream_writer_release(&run.out);
	close(run.event_fd);
}

/* What a process does once it was started. */
typedef void body(struct workload_env *env);

static void reach(struct workload_env *env, enum workload_state upto)
{
	for (enum workload_state state = WORKLOAD_STARTED; state <= upto; state++)
		workload_reached(env, state);
}

static void complete(struct workload_env *env)
{
	reach(env, WORKLOAD_DONE);
	workload_hold(env);
	_exit(0);
}

static void die_in_the_fill(struct workload_env *env)
{
	reach(env, WORKLOAD_STARTED);
	raise(SIGKILL);
}

static void fail_in_the_fill(struct workload_env *env)
{
	reach(env, WORKLOAD_STARTED);
	_exit(1);
}

static void work_for_ever(struct workload_env *env)
{
	reach(env, WORKLOAD_FILLED);
	for (;;)
		pause();
}

/* Waits for its start as task_spawn()'s processes do. */
static void add_task(const char *name, body *run_body, struct start start, bool hold)
{
	size_t i = run.n_tasks++;
	int start_fds[2], release_fds[2];
	char go;

	groups[i].name = xasprintf("%.*s", (int)strcspn(name, "."), name);
	workloads[i] = (struct scenario_workload){ .name = xstrdup(name), .start = start, .params.hold = hold };
	tasks[i] = (struct task){ .group = &groups[i], .workload = &workloads[i] };
	ck_assert_int_eq(task_init(&tasks[i], NULL), 0);
	ck_assert_int_eq(pipe2(start_fds, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(release_fds, O_CLOEXEC), 0);
	tasks[i].pid = fork();
	if (tasks[i].pid == 0) {
		struct workload_env env = { .params = &workloads[i].params, .name = name, .report = tasks[i].report,
					    .event_fd = run.event_fd, .release_fd = release_fds[0] };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (size_t k = 0; k < i; k++)
			close(tasks[k].release_fd);
		close(start_fds[1]);
		close(release_fds[1]);
		if (read(start_fds[0], &go, 1) == 1)
			run_body(&env);
		_exit(0);
	}
	close(start_fds[0]);
	close(release_fds[0]);
	tasks[i].start_fd = start_fds[1];
	tasks[i].release_fd = release_fds[1];
	tasks[i].pidfd = (int)syscall(SYS_pidfd_open, tasks[i].pid, 0);
	ck_assert_int_ge(tasks[i].pidfd, 0);
}

static const struct start at_once = { .kind = START_AT_ONCE };

static struct start after(const char *who, enum workload_state state)
{
	static char names[TASKS_MAX][16];

	snprintf(names[run.n_tasks], sizeof(names[0]), "%s", who);
	return (struct start){ .kind = START_AFTER, .who = names[run.n_tasks], .state = state };
}

static uint64_t loop(void)
{
	struct error err = { 0 };
	uint64_t begin = now_ns();

	ck_assert_msg(cell_loop(&run, &err) == 0, "%s: %s", err.where, err.what);
	for (size_t i = 0; i < run.n_tasks; i++)
		ck_assert(tasks[i].ended);
	return now_ns() - begin;
}

static void has(const char *part)
{
	ck_assert_msg(strstr(out, part) != NULL, "no %s in %s", part, out);
}

static void log_record(const char *text)
{
	ck_assert_int_eq(write(log_fds[1], text, strlen(text)), (ssize_t)strlen(text));
}

/* A killed worker ends its cell: nothing waits for the limit. */
START_TEST(a_kill_ends_the_cell)
{
	add_task("db.0", die_in_the_fill, at_once, _i);
	loop();
	ck_assert_str_eq(task_outcome(&tasks[0]), "crashed");
	has("\"outcome\":\"crashed\",\"signal\":9");
}
END_TEST

/* Whoever kills it, at a moment when all of the cell is asleep. */
static void *kill_when_filled(void *unused)
{
	while (tasks[0].report->state < WORKLOAD_FILLED)
		sched_yield();
	kill(tasks[0].pid, SIGKILL);
	return unused;
}

START_TEST(a_kill_from_outside_ends_the_cell)
{
	pthread_t thread;

	add_task("db.0", work_for_ever, at_once, false);
	ck_assert_int_eq(pthread_create(&thread, NULL, kill_when_filled, NULL), 0);
	loop();
	pthread_join(thread, NULL);
	ck_assert_str_eq(task_outcome(&tasks[0]), "crashed");
	has("\"state\":\"filled\"");
	has("\"signal\":9");
}
END_TEST

static const struct {
	body *first;
	enum workload_state awaited;
} deaths[] = {
	{ die_in_the_fill, WORKLOAD_FILLED }, { die_in_the_fill, WORKLOAD_DONE }, { fail_in_the_fill, WORKLOAD_FILLED },
	{ work_for_ever, WORKLOAD_DONE },
};

/* What waits for a state that its worker never reaches starts when that one is gone; holds end, too. */
START_TEST(a_death_before_a_start_hangs_nobody)
{
	pthread_t thread;
	bool killed = deaths[_i].first == work_for_ever;

	add_task("db.0", deaths[_i].first, at_once, false);
	add_task("web.0", complete, after("db", deaths[_i].awaited), false);
	add_task("log.0", complete, after("web.0", WORKLOAD_STARTED), true);
	if (killed)
		ck_assert_int_eq(pthread_create(&thread, NULL, kill_when_filled, NULL), 0);
	loop();
	if (killed)
		pthread_join(thread, NULL);
	ck_assert_str_eq(task_outcome(&tasks[0]), "crashed");
	ck_assert_str_eq(task_outcome(&tasks[1]), "completed");
	ck_assert_str_eq(task_outcome(&tasks[2]), "completed");
	ck_assert_uint_ge(tasks[1].report->started_ns, tasks[0].report->started_ns);
}
END_TEST

/* Before it was started at all: its pipe has nobody at the other end. */
START_TEST(a_death_before_its_own_start_hangs_nobody)
{
	signal(SIGPIPE, SIG_IGN); /* as the executor does */
	add_task("db.0", complete, after("web.0", WORKLOAD_FILLED), false);
	add_task("web.0", complete, after("db.0", WORKLOAD_STARTED), false);
	kill(tasks[0].pid, SIGKILL); /* or each would wait for the other for ever */
	loop();
	ck_assert_str_eq(task_outcome(&tasks[0]), "crashed");
	ck_assert_str_eq(task_outcome(&tasks[1]), "completed");
}
END_TEST

static void log_kill(const char *comm, int pid)
{
	_cleanup_free_ char *why = xasprintf("6,100,5000,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=db,"
					     "mems_allowed=0,oom_memcg=/memrig/db,task_memcg=/memrig/db,task=%s,pid=%d,uid=0\n",
					     comm, pid);
	_cleanup_free_ char *who = xasprintf("3,101,5001,-;Memory cgroup out of memory: Killed process %d (%s) total-vm:1kB, "
					     "anon-rss:1kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:1kB oom_score_adj:0\n",
					     pid, comm);

	log_record(why);
	log_record(who);
}

/* The kernel names the process it killed: the workload's own, or a child of it, which is in its group and has its name. */
START_TEST(an_oom_kill_is_the_workloads)
{
	static const struct {
		const char *comm;
		int pid;
		const char *outcome;
	} victims[] = { { "db.0", 0, "oom_killed" }, { "db.0", 999999, "oom_killed" }, { "other.0", 999999, "crashed" } };

	add_task("db.0", die_in_the_fill, at_once, false);
	log_kill(victims[_i].comm, victims[_i].pid ? victims[_i].pid : (int)tasks[0].pid);
	loop();
	ck_assert_str_eq(task_outcome(&tasks[0]), victims[_i].outcome);
	has("\"type\":\"oom\"");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cell_loop");
	SRunner *runner = srunner_create(suite);
	TCase *tc = tcase_create("deaths");
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, a_kill_ends_the_cell, 0, 2);
	tcase_add_test(tc, a_kill_from_outside_ends_the_cell);
	tcase_add_loop_test(tc, a_death_before_a_start_hangs_nobody, 0, (int)ARRAY_SIZE(deaths));
	tcase_add_test(tc, a_death_before_its_own_start_hangs_nobody);
	tcase_add_loop_test(tc, an_oom_kill_is_the_workloads, 0, 3);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
