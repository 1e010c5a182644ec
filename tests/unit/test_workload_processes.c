/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Workloads of several processes, of kernel objects and of broken-up memory, and the latency probe. */
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/rng.h"
#include "common/util.h"
#include "workloads/buddyinfo.h"
#include "workloads/children.h"
#include "workloads/content.h"
#include "workloads/proc_value.h"
#include "workloads/workload.h"

enum { PAGES = 300, BYTES = PAGES * CONTENT_PAGE };

static struct workload_params params;
static struct workload_report *report; /* shared: some tests kill the workload */
static struct workload_env env;
static const struct workload_kind *kind;
static int release_fds[2];

static void use_kind(const char *name)
{
	kind = workload_find(name);
	ck_assert_ptr_nonnull(kind);
	workload_params_release(&params);
	workload_params_init(kind, &params);
}

static void set_up(void)
{
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(report, MAP_FAILED);
	ck_assert_int_eq(pipe(release_fds), 0);
	env = (struct workload_env){
		.params = &params,
		.size_bytes = BYTES,
		.seed = 1,
		.name = "db.0",
		.data_dir = "",
		.report = report,
		.event_fd = eventfd(0, EFD_NONBLOCK),
		.release_fd = release_fds[0],
	};
}

static void tear_down(void)
{
	workload_params_release(&params);
	munmap(report, sizeof(*report));
	close(env.event_fd);
	close(release_fds[0]);
	close(release_fds[1]);
}

static void set(const char *name, const char *text)
{
	const struct workload_option *option = workload_find_option(kind, name);
	struct error err = { 0 };

	ck_assert_msg(option != NULL, "no option %s", name);
	ck_assert_msg(workload_set_option(option, text, &params, &err) == 0, "%s", err.what);
}

static void run(void)
{
	struct error err = { 0 };

	ck_assert_msg(kind->run(&env, &err) == 0, "%s: %s", err.where, err.what);
	ck_assert_uint_eq(report->state, WORKLOAD_DONE);
	ck_assert_uint_eq(report->bad_pages, 0);
	ck_assert_uint_gt(report->started_ns, 0);
	ck_assert_uint_ge(report->filled_ns, report->started_ns);
	ck_assert_uint_ge(report->done_ns, report->filled_ns);
}

static double figure(const char *name)
{
	for (uint32_t i = 0; i < report->n_figures; i++)
		if (streq(report->figures[i].name, name))
			return report->figures[i].value;
	ck_abort_msg("no figure %s", name);
	return 0;
}

static pid_t start(void)
{
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		_exit(kind->run(&env, NULL) < 0);
	return pid;
}

static void wait_for(enum workload_state state)
{
	struct pollfd pfd = { .fd = env.event_fd, .events = POLLIN };
	uint64_t count;

	while (report->state < (uint32_t)state) {
		poll(&pfd, 1, -1);
		ck_assert_int_eq(read(env.event_fd, &count, sizeof(count)), sizeof(count));
	}
}

static int end_of(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

/* One of the children of a process, as the kernel lists them. */
static pid_t child_of(pid_t pid)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/task/%d/children", (int)pid, (int)pid), *text = NULL;

	ck_assert_int_eq(file_read("", path, &text, NULL, NULL), 0);
	return (pid_t)strtol(text, NULL, 10);
}

/* fork_cow */

static const struct {
	const char *children, *write, *pattern;
	uint64_t copied;
} shares[] = {
	{ "1", "0.5", "sequential", 150 }, { "3", "0.25", "random", 225 }, { "2", "1", "random", 600 }, { "2", "0", "sequential", 0 },
};

/* Copies are what was written, page for page; the loop's own code and stack may fault besides. */
START_TEST(children_copy_their_share)
{
	use_kind("fork_cow");
	set("children", shares[_i].children);
	set("write", shares[_i].write);
	set("pattern", shares[_i].pattern);
	run();
	ck_assert_uint_eq(report->filled_pages, PAGES);
	ck_assert_uint_eq(report->touched_pages, 2 * PAGES);
	ck_assert_uint_eq(report->written_pages, PAGES);
	ck_assert_double_ge(figure("cow_faults"), (double)shares[_i].copied);
	ck_assert_double_le(figure("cow_faults"), (double)shares[_i].copied + 24);
	ck_assert_double_eq(figure("cow_bytes"), (double)shares[_i].copied * CONTENT_PAGE);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left */
}
END_TEST

static const char *const parents[] = { "fork_cow", "churn" };

static void start_parent(const char *name, pid_t *ret_pid)
{
	use_kind(name);
	set("work", "1000s");
	set(streq(name, "churn") ? "processes" : "children", "3");
	*ret_pid = start();
	wait_for(WORKLOAD_FILLED);
}

/* We are the reaper of what they leave behind. */
START_TEST(children_die_with_their_parent)
{
	pid_t pid;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	start_parent(parents[_i], &pid);
	kill(pid, SIGKILL);
	ck_assert_int_eq(WTERMSIG(end_of(pid)), SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		; /* would hang at a child that lives */
	ck_assert_int_eq(errno, ECHILD);
	ck_assert_uint_eq(report->state, WORKLOAD_FILLED);
}
END_TEST

START_TEST(a_child_dies_with_the_process_that_made_it)
{
	int made[2], status;
	pid_t pid;
	char byte;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	ck_assert_int_eq(pipe(made), 0);
	pid = fork();
	if (pid == 0) {
		if (child_fork() == 0)
			ck_assert_int_eq(write(made[1], "", 1), 1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(made[0], &byte, 1), 1);
	kill(pid, SIGKILL);
	end_of(pid);
	ck_assert_int_gt(waitpid(-1, &status, 0), 0);
	ck_assert(WIFSIGNALED(status));
	close(made[0]);
	close(made[1]);
}
END_TEST

START_TEST(a_killed_child_ends_the_workload)
{
	pid_t pid, child;
	int status;

	start_parent(parents[_i], &pid);
	/* Those of churn come and go: whichever is met. */
	while (waitpid(pid, &status, WNOHANG) == 0)
		if ((child = child_of(pid)) > 0)
			kill(child, SIGKILL);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGKILL);
	ck_assert_uint_eq(report->state, WORKLOAD_FILLED);
}
END_TEST

/* churn */

START_TEST(processes_run_in_turn)
{
	use_kind("churn");
	set("processes", "3");
	set("work", "4 passes");
	run();
	ck_assert_double_eq(figure("processes"), 15);
	ck_assert_double_gt(figure("processes_per_s"), 0);
	ck_assert_uint_eq(report->filled_pages, 3 * PAGES);
	ck_assert_uint_eq(report->touched_pages, 15 * PAGES);
	ck_assert_uint_eq(report->passes, 4);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(a_process_without_room_is_an_error)
{
	struct error err = { 0 };

	use_kind("churn");
	set("processes", "1");
	env.size_bytes = 1ULL << 60;
	ck_assert_int_eq(kind->run(&env, &err), -ENOMEM);
	ck_assert_str_ne(err.what, "");
}
END_TEST

/* fragment */

static const char buddy[] = "Node 0, zone      DMA      1      0      1      0      0      0      0      0      1      1      2 \n"
			    "Node 0, zone    DMA32      3      2      1      0      0      0      0      0      0      0    100 \n"
			    "Node 1, zone   Normal      5      0      0      0      0      0      0      0      0      3      0 \n";

START_TEST(buddyinfo_is_summed_by_node_and_order)
{
	struct buddyinfo one = buddyinfo_sum(buddy, 2, 9), zero = buddyinfo_sum(buddy, 1, 10), all = buddyinfo_sum(buddy, 3, 0);

	ck_assert_uint_eq(one.free_pages, 5 + 3 * 512);
	ck_assert_uint_eq(one.high_pages, 3 * 512);
	ck_assert_uint_eq(zero.free_pages, 1 + 4 + 256 + 512 + 2048 + 3 + 4 + 4 + 102400);
	ck_assert_uint_eq(zero.high_pages, 2048 + 102400);
	ck_assert_uint_eq(all.high_pages, all.free_pages);
	ck_assert_uint_eq(all.free_pages, zero.free_pages + one.free_pages);
	ck_assert_uint_eq(buddyinfo_sum("", 3, 0).free_pages, 0);
}
END_TEST

/* While it holds, its memory is the share that stays; the rest has gone. */
START_TEST(a_share_of_the_pages_stays)
{
	static const char *const keeps[] = { "0.5", "0.25", "1", "0.001" };
	static const uint64_t kept[] = { 150, 75, 300, 1 };
	_cleanup_free_ char *smaps = NULL;
	uint64_t before, held;
	pid_t pid;

	use_kind("fragment");
	set("keep", keeps[_i]);
	set("hold", "true");
	ck_assert_int_eq(proc_value("/proc/self/smaps_rollup", "Anonymous", &before, NULL), 0);
	pid = start();
	wait_for(WORKLOAD_DONE);
	smaps = xasprintf("/proc/%d/smaps_rollup", (int)pid);
	ck_assert_int_eq(proc_value(smaps, "Anonymous", &held, NULL), 0);
	close(release_fds[1]);
	kill(pid, SIGKILL); /* it has the other end of the pipe, too */
	end_of(pid);
	ck_assert_uint_ge(held, before + (kept[_i] - 1) * CONTENT_PAGE);
	ck_assert_uint_le(held, before + (kept[_i] + 40) * CONTENT_PAGE);
	ck_assert_uint_eq(report->touched_pages, 2 * PAGES);
	ck_assert_uint_eq(report->filled_pages, PAGES);
	ck_assert_uint_eq(report->bad_pages, 0);
	ck_assert_double_gt(figure("free_before_pages"), 0);
	ck_assert_double_ge(figure("free_after_pages"), figure("high_order_free_after_pages"));
}
END_TEST

/* latency */

START_TEST(the_probe_keeps_its_schedule)
{
	use_kind("latency");
	set("block", "8K");
	set("every", "500us");
	set("work", "9 passes");
	env.size_bytes = 32768;
	run();
	ck_assert_double_eq(figure("allocations"), 40);
	ck_assert_uint_eq(report->touched_pages, 80);
	ck_assert_uint_eq(report->filled_pages, 8);
	ck_assert_uint_eq(report->passes, 9);
	ck_assert_uint_ge(report->done_ns - report->started_ns, 39 * 500000);
	ck_assert_double_le(figure("late_p50_ns"), figure("late_p99_ns"));
	ck_assert_double_le(figure("slow_p99_ns"), figure("slow_max_ns") * 1.01);
	ck_assert_double_gt(figure("slow_p50_ns"), 0);
}
END_TEST

/* A stop of the whole process stands for a stall: all that was due in it is late, the first by all of it, the last hardly. */
START_TEST(a_stall_is_met_by_all_that_were_due)
{
	uint64_t from, to;
	int status;
	pid_t pid;

	use_kind("latency");
	set("block", "4K");
	set("every", "100us");
	set("work", "300ms");
	env.size_bytes = CONTENT_PAGE;
	/* On a busy machine the stop may come late, or after the end: then it is another's turn. */
	for (;;) {
		pid = start();
		wait_for(WORKLOAD_FILLED);
		kill(pid, SIGSTOP);
		ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
		from = now_ns();
		if (WIFSTOPPED(status) && from - report->filled_ns < 50 * NSEC_PER_MSEC)
			break;
		if (WIFSTOPPED(status)) {
			kill(pid, SIGKILL);
			end_of(pid);
		}
		memset(report, 0, sizeof(*report));
	}
	while ((to = now_ns()) < from + 280 * NSEC_PER_MSEC)
		;
	kill(pid, SIGCONT);
	ck_assert_int_eq(end_of(pid), 0);
	ck_assert_double_ge(figure("late_max_ns"), (double)(to - from) - 1e5);
	/* Most of the 3000 were due in it. */
	ck_assert_double_ge(figure("late_p50_ns"), 5e6);
	ck_assert_double_ge(figure("allocations"), 3000);
}
END_TEST

START_TEST(a_block_larger_than_the_size_is_one_block)
{
	use_kind("latency");
	set("block", "64K");
	set("every", "10us");
	set("work", "3 passes");
	env.size_bytes = CONTENT_PAGE;
	run();
	ck_assert_double_eq(figure("allocations"), 4);
	ck_assert_uint_eq(report->touched_pages, 64);
}
END_TEST

/* slab: how much it is needs a machine of its own, see tests/lab/workloads_kernel.sh. */

START_TEST(objects_are_made_and_met_again)
{
	static const double least[] = { 96, 436, 2176 };

	use_kind("slab");
	set("type", workload_find_option(kind, "type")->choices[_i]);
	set("pattern", "random");
	set("work", "2 passes");
	run();
	ck_assert_uint_eq(report->touched_pages, 3 * PAGES);
	ck_assert_uint_eq(report->filled_pages, PAGES);
	/* Within the bounds of what an object can cost. */
	ck_assert_double_gt(figure("slab_objects"), 0);
	ck_assert_double_le(figure("slab_objects"), BYTES / least[_i] + 2);
}
END_TEST

START_TEST(a_value_is_found_by_its_whole_key)
{
	uint64_t all, available;
	struct error err = { 0 };

	ck_assert_int_eq(proc_value("/proc/meminfo", "MemTotal", &all, NULL), 0);
	ck_assert_int_eq(proc_value("/proc/meminfo", "MemAvailable", &available, NULL), 0);
	ck_assert_uint_gt(available, 0);
	ck_assert_uint_ge(all, available);
	ck_assert_int_eq(proc_value("/proc/meminfo", "Mem", &all, &err), -ENODATA);
	ck_assert_str_eq(err.where, "/proc/meminfo");
	ck_assert_int_eq(proc_value("/proc/no-such-file", "Mem", &all, NULL), -ENOENT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("workload_processes");
	SRunner *runner = srunner_create(suite);
	TCase *tc = tcase_create("kinds");
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, children_copy_their_share, 0, (int)ARRAY_SIZE(shares));
	tcase_add_loop_test(tc, children_die_with_their_parent, 0, 2);
	tcase_add_test(tc, a_child_dies_with_the_process_that_made_it);
	tcase_add_loop_test(tc, a_killed_child_ends_the_workload, 0, 2);
	tcase_add_test(tc, processes_run_in_turn);
	tcase_add_test(tc, a_process_without_room_is_an_error);
	tcase_add_test(tc, buddyinfo_is_summed_by_node_and_order);
	tcase_add_loop_test(tc, a_share_of_the_pages_stays, 0, 4);
	tcase_add_test(tc, the_probe_keeps_its_schedule);
	tcase_add_test(tc, a_stall_is_met_by_all_that_were_due);
	tcase_add_test(tc, a_block_larger_than_the_size_is_one_block);
	tcase_add_loop_test(tc, objects_are_made_and_met_again, 0, 3);
	tcase_add_test(tc, a_value_is_found_by_its_whole_key);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
