/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>

#include "common/release.h"
#include "common/util.h"

static const struct {
	const char *text;
	bool ok;
	unsigned major, minor;
	const char *end;
} texts[] = {
	{ "6.16.12+deb13-cloud-amd64", true, 6, 16, ".12+deb13-cloud-amd64" },
	{ "5.10.0-32-cloud-amd64", true, 5, 10, ".0-32-cloud-amd64" },
	{ "7.0", true, 7, 0, "" },
	{ "7.3-rc7", true, 7, 3, "-rc7" },
	{ "", false, 0, 0, NULL },
	{ "6", false, 0, 0, NULL },
	{ "6.", false, 0, 0, NULL },
	{ ".1", false, 0, 0, NULL },
	{ "v6.1", false, 0, 0, NULL },
	{ "6.-1", false, 0, 0, NULL },
	{ "6. 1", false, 0, 0, NULL },
	{ "4294967297.1", false, 0, 0, NULL },
	{ "6.1234", false, 0, 0, NULL },
};

START_TEST(two_numbers_begin_a_release)
{
	struct release release = { 99, 99 };
	const char *end = NULL;

	ck_assert_int_eq(release_parse(texts[_i].text, &release, &end), texts[_i].ok);
	ck_assert_uint_eq(release.major, texts[_i].ok ? texts[_i].major : 99);
	ck_assert_uint_eq(release.minor, texts[_i].ok ? texts[_i].minor : 99);
	ck_assert_pstr_eq(end, texts[_i].end);
}
END_TEST

static const struct {
	struct release a, b;
	int order;
} pairs[] = {
	{ { 6, 1 }, { 6, 1 }, 0 }, { { 6, 9 }, { 6, 12 }, -1 }, { { 7, 0 }, { 6, 19 }, 1 }, { { 5, 10 }, { 6, 1 }, -1 },
};

START_TEST(numbers_are_compared_not_letters)
{
	int order = release_compare(pairs[_i].a, pairs[_i].b), back = release_compare(pairs[_i].b, pairs[_i].a);

	ck_assert_int_eq((order > 0) - (order < 0), pairs[_i].order);
	ck_assert_int_eq((back > 0) - (back < 0), -pairs[_i].order);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("release");
	TCase *tcase = tcase_create("release");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, two_numbers_begin_a_release, 0, ARRAY_SIZE(texts));
	tcase_add_loop_test(tcase, numbers_are_compared_not_letters, 0, ARRAY_SIZE(pairs));
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
