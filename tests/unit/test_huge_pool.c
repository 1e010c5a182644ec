/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>

#include "common/file.h"
#include "common/util.h"
#include "workloads/huge_pool.h"

/* A tree with two nodes; a plain file takes any number. */
static char root[64];

static char *pool_path(unsigned node)
{
	return xasprintf("/sys/devices/system/node/node%u/hugepages/hugepages-2048kB/nr_hugepages", node);
}

static void put(const char *path, const char *text)
{
	_cleanup_free_ char *full = xasprintf("%s%s", root, path), *dir = xstrdup(full);

	*strrchr(dir, '/') = '\0';
	ck_assert_int_eq(file_make_dirs(dir, NULL), 0);
	ck_assert_int_eq(file_write_atomic(full, text, strlen(text), NULL), 0);
}

static void put_pool(unsigned node, const char *text)
{
	_cleanup_free_ char *path = pool_path(node);

	put(path, text);
}

static long pool(unsigned node)
{
	_cleanup_free_ char *path = pool_path(node), *text = NULL;

	ck_assert_int_eq(file_read_line(root, path, &text, NULL), 0);
	return strtol(text, NULL, 10);
}

static void set_up(void)
{
	snprintf(root, sizeof(root), "/tmp/memrig-huge-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	put("/sys/devices/system/node/has_memory", "0-1\n");
	put_pool(0, "3\n");
	put_pool(1, "0\n");
}

static void tear_down(void)
{
	_cleanup_free_ char *command = xasprintf("rm -rf '%s'", root);

	ck_assert_int_eq(system(command), 0);
}

START_TEST(one_node_grows_alone)
{
	ck_assert_int_eq(huge_pool_grow(root, 1 << 1, 8, NULL), 0);
	ck_assert_int_eq(pool(0), 3);
	ck_assert_int_eq(pool(1), 8);
	ck_assert_int_eq(huge_pool_shrink(root, 1 << 1, 8, NULL), 0);
	ck_assert_int_eq(pool(1), 0);
}
END_TEST

START_TEST(without_a_policy_it_is_all_nodes)
{
	ck_assert_int_eq(huge_pool_grow(root, 0, 9, NULL), 0);
	ck_assert_int_eq(pool(0) - 3 + pool(1), 9);
	ck_assert_int_le(labs(pool(0) - 3 - pool(1)), 1);
	ck_assert_int_eq(huge_pool_shrink(root, 0, 9, NULL), 0);
	ck_assert_int_eq(pool(0), 3);
	ck_assert_int_eq(pool(1), 0);
}
END_TEST

/* The second node cannot: what the first one gave is given back. */
START_TEST(all_or_nothing)
{
	_cleanup_free_ char *path = pool_path(1), *full = xasprintf("%s%s", root, path);
	struct error err = { 0 };

	ck_assert_int_eq(unlink(full), 0);
	ck_assert_int_eq(huge_pool_grow(root, 3, 8, &err), -ENOENT);
	ck_assert_str_ne(err.what, "");
	ck_assert_int_eq(pool(0), 3);
}
END_TEST

/* Somebody else may have made the pool smaller meanwhile. */
START_TEST(a_pool_does_not_shrink_below_nothing)
{
	ck_assert_int_eq(huge_pool_shrink(root, 1, 5, NULL), 0);
	ck_assert_int_eq(pool(0), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("huge_pool");
	TCase *tc = tcase_create("huge_pool");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, one_node_grows_alone);
	tcase_add_test(tc, without_a_policy_it_is_all_nodes);
	tcase_add_test(tc, all_or_nothing);
	tcase_add_test(tc, a_pool_does_not_shrink_below_nothing);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
