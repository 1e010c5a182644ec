/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>

#include "common/util.h"
#include "runner/host/host.h"
#include "tests/unit/streams.h"

static struct error err;

static int data(const char *data_dir, uint64_t data_bytes)
{
	struct host_needs needs = { .data_dir = data_dir, .data_bytes = data_bytes };

	return host_ready_data(&needs, &err);
}

START_TEST(a_state_directory_that_cannot_be_made_is_refused)
{
	struct host_needs needs = { .state_dir = "/proc/self/status/memrig" };

	ck_assert_int_eq(host_ready(&needs, &err), -ENOTDIR);
	ck_assert_msg(strstr(err.hint, "MEMRIG_STATE"), "%s", err.hint);
}
END_TEST

START_TEST(data_files_need_a_directory_that_is_there)
{
	ck_assert_int_eq(data("/tmp/memrig-no-such-directory", 4096), -ENOENT);
	ck_assert_msg(strstr(err.hint, "--data-dir"), "%s", err.hint);
	ck_assert_int_eq(data("/tmp/memrig-no-such-directory", 0), 0);
}
END_TEST

START_TEST(a_swap_file_needs_room)
{
	struct host_needs needs = { .data_dir = "/tmp", .swap_bytes = UINT64_MAX / 2 };

	ck_assert_int_eq(host_ready_data(&needs, &err), -ENOSPC);
}
END_TEST

START_TEST(a_swap_file_needs_a_disk)
{
	struct host_needs needs = { .data_dir = "/dev/shm", .swap_bytes = 4096 };
	int r = host_ready_data(&needs, &err);

	ck_assert_msg(r == -EOPNOTSUPP || r == -EPERM, "%d: %s", r, err.what); /* the latter where swap is not for us to add */
}
END_TEST

START_TEST(data_files_need_room)
{
	ck_assert_int_eq(data("/tmp", 4096), 0);
	ck_assert_int_eq(data("/tmp", UINT64_MAX / 2), -ENOSPC);
}
END_TEST

START_TEST(the_root_directory_is_no_double_slash)
{
	_cleanup_free_ char *root = host_data_parent("/"), *none = host_data_parent("/tmp/memrig-no-such-directory");

	ck_assert_str_eq(root, "");
	ck_assert_ptr_null(none);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("host_ready");
	TCase *tcase = tcase_create("host_ready");

	tcase_add_test(tcase, a_state_directory_that_cannot_be_made_is_refused);
	tcase_add_test(tcase, data_files_need_a_directory_that_is_there);
	tcase_add_test(tcase, data_files_need_room);
	tcase_add_test(tcase, a_swap_file_needs_room);
	tcase_add_test(tcase, a_swap_file_needs_a_disk);
	tcase_add_test(tcase, the_root_directory_is_no_double_slash);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
