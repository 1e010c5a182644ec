/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <unistd.h>

#include "common/util.h"
#include "workloads/command.h"
#include "workloads/pick.h"

static const struct {
	const char *line;
	int r;
	const char *words[4];
} lines[] = {
	{ "true", 0, { "true" } },
	{ "  a  b ", 0, { "a", "b" } },
	{ "sh -c 'a \"b\" c'", 0, { "sh", "-c", "a \"b\" c" } },
	{ "x \"a b\"c ''", 0, { "x", "a bc", "" } },
	{ "a'b'c", 0, { "abc" } },
	{ "", -EINVAL, { NULL } },
	{ "   ", -EINVAL, { NULL } },
	{ "a 'b", -EINVAL, { NULL } },
};

START_TEST(a_line_is_split_into_words)
{
	char **words = NULL;
	size_t n = 0;

	ck_assert_int_eq(command_split(lines[_i].line, &words), lines[_i].r);
	for (; words && words[n]; n++) {
		ck_assert_ptr_nonnull(lines[_i].words[n]);
		ck_assert_str_eq(words[n], lines[_i].words[n]);
	}
	ck_assert_ptr_null(lines[_i].words[n]);
	command_free(words);
}
END_TEST

static int run(const char *line, char *output, size_t room, struct error *err)
{
	struct command command = { .line = line, .root = "", .dir = "/" };
	size_t len = 0;
	ssize_t n;
	pid_t pid;
	int fd, r = command_start(&command, &pid, &fd, err);

	ck_assert_int_eq(r, 0);
	while ((n = read(fd, output + len, room - len - 1)) > 0)
		len += (size_t)n;
	output[len] = '\0';
	close(fd);
	return command_wait(pid, "x", err);
}

START_TEST(output_and_errors_are_read)
{
	char output[256];
	struct error err;

	ck_assert_int_eq(run("sh -c 'echo one; echo two >&2; pwd; echo $HOME'", output, sizeof(output), &err), 0);
	ck_assert_str_eq(output, "one\ntwo\n/\n/\n");
}
END_TEST

START_TEST(a_failure_says_how_it_ended)
{
	char output[256];
	struct error err;

	ck_assert_int_eq(run("sh -c 'exit 3'", output, sizeof(output), &err), -EIO);
	ck_assert_ptr_nonnull(strstr(err.what, "status 3"));
	ck_assert_int_eq(run("sh -c 'kill -9 $$'", output, sizeof(output), &err), -EIO);
	ck_assert_ptr_nonnull(strstr(err.what, "signal 9"));
	ck_assert_int_eq(run("/nonexistent/program", output, sizeof(output), &err), -EIO);
	ck_assert_ptr_nonnull(strstr(err.what, "status 127"));
	ck_assert_str_eq(output, "cannot run /nonexistent/program: No such file or directory\n");
}
END_TEST

START_TEST(an_unknown_user_is_an_error)
{
	struct command command = { .line = "true", .root = "", .dir = "/", .user = "no-such-user" };
	struct error err;
	pid_t pid;
	int fd;

	ck_assert_int_eq(command_start(&command, &pid, &fd, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.what, "no such user"));
}
END_TEST

static const char output[] = "SET: 10319.92 requests\nnoise\n{\"a\": {\"b/c\": [1, 2.5]}, \"s\": \"7\"}\nend 12ms\n";

static const struct {
	const char *where;
	int r;
	double value;
} picks[] = {
	{ "regex:SET: ([0-9.]+) requests", 0, 10319.92 },
	{ "regex:^(end|fin) ([0-9]+)ms$", 0, 12 },
	{ "regex:GET: ([0-9.]+)", -ENOENT, 0 },
	{ "regex:(noise)", -EINVAL, 0 },
	{ "json:/a/b~1c/1", 0, 2.5 },
	{ "json:/s", 0, 7 },
	{ "json:/a", -ENOENT, 0 },
	{ "json:/x/y", -ENOENT, 0 },
};

START_TEST(numbers_are_picked)
{
	struct error err;
	double value = 0;

	ck_assert_int_eq(pick_check(picks[_i].where, &err), 0);
	ck_assert_int_eq(pick_number(picks[_i].where, output, &value, &err), picks[_i].r);
	if (picks[_i].r == 0)
		ck_assert_double_eq(value, picks[_i].value);
}
END_TEST

static const char *const bad[] = { "", "SET", "regex:", "regex:[0-9]+", "regex:([0-9]+", "json:a/b", "regex:(((((((((((1)))))))))))" };

START_TEST(what_cannot_be_asked_for_is_refused)
{
	struct error err = { 0 };

	ck_assert_int_eq(pick_check(bad[_i], &err), -EINVAL);
	ck_assert_str_ne(err.what, "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("exec");
	TCase *tests = tcase_create("exec");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, tests);
	tcase_add_loop_test(tests, a_line_is_split_into_words, 0, ARRAY_SIZE(lines));
	tcase_add_test(tests, output_and_errors_are_read);
	tcase_add_test(tests, a_failure_says_how_it_ended);
	tcase_add_test(tests, an_unknown_user_is_an_error);
	tcase_add_loop_test(tests, numbers_are_picked, 0, ARRAY_SIZE(picks));
	tcase_add_loop_test(tests, what_cannot_be_asked_for_is_refused, 0, ARRAY_SIZE(bad));
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
