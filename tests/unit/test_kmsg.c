/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/kmsg.h"

#define DATA     "tests/data/kmsg"
#define MAX_OOMS 16

/* Every kill in a text of one record a line. */
static size_t parse_all(const char *text, struct oom_report *ret)
{
	_cleanup_free_ char *copy = xstrdup(text);
	struct oom_report oom = { 0 };
	size_t n = 0;

	for (char *line = copy, *next; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (kmsg_parse_line(line, &oom)) {
			ck_assert_uint_lt(n, MAX_OOMS);
			ret[n++] = oom;
		}
	}
	return n;
}

static size_t parse_file(const char *path, struct oom_report *ret)
{
	_cleanup_free_ char *text = NULL;

	ck_assert_int_eq(file_read("", path, &text, NULL, NULL), 0);
	return parse_all(text, ret);
}

static void assert_oom(const struct oom_report *oom, const char *constraint, const char *task_memcg,
		       const char *oom_memcg, const char *comm, int pid, uint64_t anon_rss_kb, uint64_t us)
{
	ck_assert_str_eq(oom->constraint, constraint);
	ck_assert_str_eq(oom->task_memcg, task_memcg);
	ck_assert_str_eq(oom->oom_memcg, oom_memcg);
	ck_assert_str_eq(oom->comm, comm);
	ck_assert_int_eq(oom->pid, pid);
	ck_assert_uint_eq(oom->anon_rss_bytes, anon_rss_kb * KIB);
	ck_assert_uint_eq(oom->timestamp_us, us);
}

START_TEST(the_log_of_6_1)
{
	struct oom_report ooms[MAX_OOMS];

	ck_assert_uint_eq(parse_file(DATA "/6.1", ooms), 2);
	assert_oom(&ooms[0], "memcg", "/memrig/victim", "/memrig/victim", "dd", 131, 8068, 4367254);
	assert_oom(&ooms[1], "cpuset", "/memrig/backup", "", "dd", 133, 238276, 5142290);
	ck_assert(!ooms[0].group_kill && !ooms[1].group_kill);
}
END_TEST

START_TEST(the_log_of_6_12)
{
	struct oom_report ooms[MAX_OOMS];

	ck_assert_uint_eq(parse_file(DATA "/6.12", ooms), 2);
	assert_oom(&ooms[0], "memcg", "/memrig/victim", "/memrig/victim", "dd", 188, 8192, 5046446);
	assert_oom(&ooms[1], "cpuset", "/memrig/backup", "", "dd", 190, 196608, 5771525);
}
END_TEST

/* The kernel tells the first victim's kill twice; it counts once. */
START_TEST(a_group_is_killed_together)
{
	struct oom_report ooms[MAX_OOMS];

	ck_assert_uint_eq(parse_file(DATA "/6.1-group", ooms), 4);
	assert_oom(&ooms[0], "memcg", "/memrig/grp", "/memrig/grp", "dd", 662, 30468, 15881155);
	assert_oom(&ooms[1], "memcg", "/memrig/grp", "/memrig/grp", "sleep", 661, 4, 15881155);
	assert_oom(&ooms[2], "memcg", "/memrig/grp", "/memrig/grp", "sleep", 664, 4, 15881155);
	ck_assert(!ooms[0].group_kill);
	ck_assert(ooms[1].group_kill);
	ck_assert(ooms[2].group_kill);
	ck_assert(!ooms[3].group_kill);
	ck_assert_int_eq(ooms[2].first_pid, 662);
	ck_assert_uint_eq(parse_file(DATA "/6.12-group", ooms), 4);
}
END_TEST

START_TEST(a_memory_policy)
{
	struct oom_report ooms[MAX_OOMS];
	size_t n =
		parse_all("6,1,1000,-;oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=0,2-3,cpuset=/,"
			  "mems_allowed=0-3,global_oom,task_memcg=/,task=mw,pid=132,uid=0\n"
			  "3,2,1001,-,caller=T1;Out of memory: Killed process 132 (mw) total-vm:616596kB, "
			  "anon-rss:491864kB, file-rss:4kB, shmem-rss:216kB, UID:0 pgtables:1008kB\n",
			  ooms);

	ck_assert_uint_eq(n, 1);
	assert_oom(&ooms[0], "mempolicy", "/", "", "mw", 132, 491864, 1000);
}
END_TEST

START_TEST(names_may_hold_commas_and_brackets)
{
	struct oom_report ooms[MAX_OOMS];
	size_t n = parse_all(
		"6,1,7,-;oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=a,b,mems_allowed=0,"
		"global_oom,task_memcg=/a,b/c d,task=x,pid=1,uid=2,pid=77,uid=1000\n"
		"3,2,8,-;Out of memory: Killed process 77 (x,pid=1,uid=2) total-vm:1kB, anon-rss:2kB, "
		"file-rss:4kB\n"
		"6,3,9,-;oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,"
		"global_oom,task_memcg=/,task=) (,task=x,pid=78,uid=0\n"
		"3,4,9,-;Out of memory: Killed process 78 () (,task=x) total-vm:1kB, anon-rss:3kB\n",
		ooms);

	ck_assert_uint_eq(n, 2);
	assert_oom(&ooms[0], "none", "/a,b/c d", "", "x,pid=1,uid=2", 77, 2, 7);
	assert_oom(&ooms[1], "none", "/", "", ") (,task=x", 78, 3, 9);
}
END_TEST

#define REASON(pid)                                                                                          \
	"6,1,1,-;oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,"    \
	"task_memcg=/,task=a,pid=" #pid ",uid=0"
#define KILLED(pid)                                                                                          \
	"3,2,2,-;Out of memory: Killed process " #pid " (a) total-vm:1kB, anon-rss:2kB, file-rss:4kB"

START_TEST(only_a_reason_with_its_kill_counts)
{
	struct oom_report ooms[MAX_OOMS];

	ck_assert_uint_eq(parse_all(REASON(5) "\n" KILLED(5), ooms), 1);
	ck_assert_uint_eq(parse_all(REASON(5) "\n6,9,9,-;anything\n" KILLED(5), ooms), 1);
	ck_assert_uint_eq(parse_all(KILLED(5), ooms), 0);
	ck_assert_uint_eq(parse_all(REASON(5), ooms), 0);
	ck_assert_uint_eq(parse_all(REASON(5) "\n" KILLED(6), ooms), 0);
	ck_assert_uint_eq(parse_all(REASON(5) "\n" KILLED(5) "\n" KILLED(5), ooms), 1);
	ck_assert_uint_eq(parse_all(REASON(5) "\n" REASON(6) "\n" KILLED(6), ooms), 1);
}
END_TEST

/* The kernel reports ten kills in five seconds and only names the others. */
START_TEST(a_kill_after_others_counts_without_its_reason)
{
	struct oom_report ooms[MAX_OOMS];

	ck_assert_uint_eq(parse_all(REASON(5) "\n" KILLED(5) "\n" KILLED(6) "\n" KILLED(7), ooms), 3);
	ck_assert_str_eq(ooms[0].constraint, "none");
	ck_assert_int_eq(ooms[1].pid, 6);
	ck_assert_ptr_null(ooms[1].constraint);
	ck_assert_int_eq(ooms[2].pid, 7);
	ck_assert_uint_eq(parse_all(REASON(5) "\n" KILLED(5) "\n" KILLED(6) "\n" REASON(8) "\n" KILLED(8), ooms), 3);
	ck_assert_str_eq(ooms[2].constraint, "none");
}
END_TEST

/* Whoever may write to /dev/kmsg could make up a kill; the kernel gives such records another facility. */
START_TEST(records_of_programs_are_passed_over)
{
	struct oom_report ooms[MAX_OOMS];

	ck_assert_uint_eq(parse_all("1" REASON(5) "\n1" KILLED(5), ooms), 0);
	ck_assert_uint_eq(
		parse_all("12,1,1,-;x\n\n;\n,,;\n-1,2,3,-;x\n6,1;x\n6,1,1,-\nOut of memory\n", ooms), 0);
}
END_TEST

START_TEST(text_cut_anywhere_does_no_harm)
{
	static const char *const lines[] = { REASON(5), KILLED(5) };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		for (size_t len = 0; len <= strlen(lines[i]); len++) {
			_cleanup_free_ char *cut = xasprintf("%.*s", (int)len, lines[i]);
			struct oom_report oom = { 0 };

			kmsg_parse_line(REASON(5), &oom);
			kmsg_parse_line(cut, &oom);
		}
	}
}
END_TEST

START_TEST(long_names_are_cut)
{
	char name[600];
	_cleanup_free_ char *reason = NULL;
	struct oom_report oom = { 0 };

	memset(name, 'g', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	reason = xasprintf(
		"6,1,1,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"
		"oom_memcg=/%s,task_memcg=/%s,task=a,pid=5,uid=0",
		name, name);
	kmsg_parse_line(reason, &oom);
	ck_assert_int_eq(kmsg_parse_line(KILLED(5), &oom), 1);
	ck_assert_uint_eq(strlen(oom.oom_memcg), sizeof(oom.oom_memcg) - 1);
	ck_assert_uint_eq(strlen(oom.task_memcg), sizeof(oom.task_memcg) - 1);
}
END_TEST

/* A socket of records stands for /dev/kmsg: one record a read. */
START_TEST(the_reader_takes_what_there_is_and_does_not_block)
{
	static const char *const records[] = { REASON(5) "\n SUBSYSTEM=x\n", KILLED(5) "\n", REASON(6) "\n",
					       KILLED(6) "\n" };
	static struct kmsg kmsg;
	struct oom_report oom;
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
	kmsg.fd = fds[0];
	ck_assert_int_eq(kmsg_next(&kmsg, &oom), 0);
	ck_assert_int_eq(write(fds[1], records[0], strlen(records[0])), (ssize_t)strlen(records[0]));
	ck_assert_int_eq(kmsg_next(&kmsg, &oom), 0);
	for (size_t i = 1; i < ARRAY_SIZE(records); i++)
		ck_assert_int_eq(write(fds[1], records[i], strlen(records[i])), (ssize_t)strlen(records[i]));
	ck_assert_int_eq(kmsg_next(&kmsg, &oom), 1);
	ck_assert_int_eq(oom.pid, 5);
	ck_assert_int_eq(kmsg_next(&kmsg, &oom), 1);
	ck_assert_int_eq(oom.pid, 6);
	ck_assert_int_eq(kmsg_next(&kmsg, &oom), 0);
	close(fds[1]);
	kmsg_close(&kmsg);
	ck_assert_int_eq(kmsg.fd, -1);
}
END_TEST

START_TEST(opening_reports_what_is_wrong)
{
	static struct kmsg kmsg;
	struct error err;

	ck_assert_int_eq(kmsg_open("/nonexistent/kmsg", &kmsg, &err), -ENOENT);
	ck_assert_str_eq(err.where, "/nonexistent/kmsg");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("kmsg");
	TCase *tests = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, the_log_of_6_1);
	tcase_add_test(tests, the_log_of_6_12);
	tcase_add_test(tests, a_group_is_killed_together);
	tcase_add_test(tests, a_memory_policy);
	tcase_add_test(tests, names_may_hold_commas_and_brackets);
	tcase_add_test(tests, only_a_reason_with_its_kill_counts);
	tcase_add_test(tests, a_kill_after_others_counts_without_its_reason);
	tcase_add_test(tests, records_of_programs_are_passed_over);
	tcase_add_test(tests, text_cut_anywhere_does_no_harm);
	tcase_add_test(tests, long_names_are_cut);
	tcase_add_test(tests, the_reader_takes_what_there_is_and_does_not_block);
	tcase_add_test(tests, opening_reports_what_is_wrong);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
