/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/util.h"

static char dir[32];
static char *path;

static void make_dir(void)
{
	strcpy(dir, "/tmp/memrig-file-XXXXXX"); /* without forks (make valgrind) the last test's name is there */
	ck_assert_ptr_nonnull(mkdtemp(dir));
	path = xasprintf("%s/it", dir);
}

static void remove_dir(void)
{
	unlink(path);
	free(path);
	ck_assert_int_eq(rmdir(dir), 0);
}

START_TEST(a_file_is_replaced_whole)
{
	_cleanup_free_ char *text = NULL;

	ck_assert_int_eq(file_write_atomic(path, "a longer text", 13, NULL), 0);
	ck_assert_int_eq(file_write_atomic(path, "short", 5, NULL), 0);
	ck_assert_int_eq(file_read(NULL, path, &text, NULL, NULL), 0);
	ck_assert_str_eq(text, "short");
}
END_TEST

START_TEST(a_pipe_is_written_to_and_stays_a_pipe)
{
	char text[8] = "";
	struct stat there;
	int fd;

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(file_write_output(path, "text", 4, NULL), 0);
	ck_assert_int_eq(stat(path, &there), 0);
	ck_assert(S_ISFIFO(there.st_mode));
	ck_assert_int_eq(read(fd, text, sizeof(text) - 1), 4);
	ck_assert_str_eq(text, "text");
	close(fd);
}
END_TEST

START_TEST(a_refusal_names_the_file_that_was_asked_for)
{
	_cleanup_free_ char *inside = xasprintf("%s/none/it", dir);
	struct error err = { 0 };

	ck_assert_int_eq(file_write_output(inside, "text", 4, &err), -ENOENT);
	ck_assert_str_eq(err.where, inside);
	ck_assert_int_eq(file_write_output(dir, "text", 4, &err), -EISDIR);
	ck_assert_str_eq(err.where, dir);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("file");
	TCase *tcase = tcase_create("file");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, make_dir, remove_dir);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_file_is_replaced_whole);
	tcase_add_test(tcase, a_pipe_is_written_to_and_stays_a_pipe);
	tcase_add_test(tcase, a_refusal_names_the_file_that_was_asked_for);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
