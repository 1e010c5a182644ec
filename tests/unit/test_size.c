/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>

#include "common/size.h"

static const struct size_env two_nodes = {
	.n_nodes = 2,
	.node_bytes = { 100 * MIB, 50 * MIB },
	.ram_bytes = 150 * MIB,
	.limit_bytes = 64 * MIB,
};

static uint64_t bytes_of(const char *text)
{
	struct size size;

	ck_assert_msg(size_parse(text, &size, NULL) == 0, "'%s' was refused", text);
	ck_assert_msg(size.base == SIZE_ABSOLUTE, "'%s' was read as a share", text);
	return size.bytes;
}

static uint64_t resolved(const char *text)
{
	uint64_t bytes = 0;
	struct size size;

	ck_assert_msg(size_parse(text, &size, NULL) == 0, "'%s' was refused", text);
	ck_assert_int_eq(size_resolve(&size, &two_nodes, &bytes, NULL), 0);
	return bytes;
}

static int refusal(const char *text, struct error *err)
{
	struct size size = { .bytes = 4711 };
	int r = size_parse(text, &size, err);

	ck_assert_msg(r < 0, "'%s' was accepted", text);
	ck_assert_uint_eq(size.bytes, 4711);
	return r;
}

START_TEST(bytes_have_binary_suffixes)
{
	ck_assert_uint_eq(bytes_of("0"), 0);
	ck_assert_uint_eq(bytes_of("4096"), 4096);
	ck_assert_uint_eq(bytes_of("3K"), 3 * KIB);
	ck_assert_uint_eq(bytes_of("64M"), 64 * MIB);
	ck_assert_uint_eq(bytes_of("2G"), 2 * GIB);
	ck_assert_uint_eq(bytes_of("1T"), 1024 * GIB);
}
END_TEST

START_TEST(the_largest_size_is_the_largest_signed_number)
{
	ck_assert_uint_eq(bytes_of("9223372036854775807"), INT64_MAX);
	ck_assert_int_eq(refusal("9223372036854775808", NULL), -ERANGE);
	ck_assert_int_eq(refusal("8388608T", NULL), -ERANGE);
	ck_assert_int_eq(refusal("99999999999999999999999", NULL), -ERANGE);
}
END_TEST

START_TEST(anything_behind_or_before_a_size_is_refused)
{
	static const char *const bad[] = { "",    " 64M", "64M ",  "64MB", "64MiB",     "64m",
					   "10Q", "-1",   "+1",    "0x10", "1.5G",      "1e3",
					   "M",   "64 M", "64M\n", "max",  "64M of ram" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(refusal(bad[i], NULL), -EINVAL);
}
END_TEST

START_TEST(a_refusal_says_what_is_accepted)
{
	struct error err = { 0 };

	refusal("10Q", &err);
	ck_assert_str_eq(err.what, "not a size: '10Q'");
	ck_assert_str_eq(err.hint,
			 "write bytes with K, M, G or T as \"64M\", or a share as \"120% of node 0\", "
			 "\"50% of ram\", \"80% of limit\"");
}
END_TEST

START_TEST(shares_are_resolved_against_what_they_name)
{
	ck_assert_uint_eq(resolved("120% of node 0"), 120 * MIB);
	ck_assert_uint_eq(resolved("50% of node 1"), 25 * MIB);
	ck_assert_uint_eq(resolved("50% of ram"), 75 * MIB);
	ck_assert_uint_eq(resolved("25% of limit"), 16 * MIB);
	ck_assert_uint_eq(resolved("12.5% of limit"), 8 * MIB);
}
END_TEST

START_TEST(resolved_sizes_are_whole_pages_rounded_down)
{
	ck_assert_uint_eq(resolved("8191"), 4096);
	ck_assert_uint_eq(resolved("0.01% of node 0") % 4096, 0);
}
END_TEST

START_TEST(shares_are_above_zero_and_at_most_ten_thousand_percent)
{
	struct error err = { 0 };

	ck_assert_int_eq(refusal("0% of ram", &err), -ERANGE);
	ck_assert_str_eq(err.what, "'0% of ram': a share is above 0% and at most 10000%");
	ck_assert_int_eq(refusal("0.00% of ram", NULL), -ERANGE);
	ck_assert_int_eq(refusal("10001% of ram", NULL), -ERANGE);
	ck_assert_int_eq(refusal("99999999999999999999% of ram", NULL), -ERANGE);
	ck_assert_uint_eq(resolved("10000% of ram"), 15000 * MIB);
}
END_TEST

START_TEST(shares_of_nothing_known_are_refused)
{
	static const char *const bad[] = {
		"50%",           "50% of",         "50% of RAM",     "50%of ram",
		"50 % of ram",   "-5% of ram",     "% of ram",       "50% of node",
		"50% of node x", "50% of node 0 ", "50% of node -1", "1.234% of ram",
		"1.% of ram",    "50%% of ram"
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(refusal(bad[i], NULL), -EINVAL);
	ck_assert_int_eq(refusal("50% of node 8", NULL), -ERANGE);
}
END_TEST

START_TEST(a_share_of_a_node_that_is_not_there_does_not_resolve)
{
	const struct size size = { .base = SIZE_OF_NODE, .node = 2, .permyriad = 100 };
	struct error err = { 0 };
	uint64_t bytes = 4711;

	ck_assert_int_eq(size_resolve(&size, &two_nodes, &bytes, &err), -EINVAL);
	ck_assert_str_eq(err.what, "there is no node 2, the machine has 2");
	ck_assert_uint_eq(bytes, 4711);
}
END_TEST

START_TEST(a_share_of_no_limit_does_not_resolve)
{
	const struct size size = { .base = SIZE_OF_LIMIT, .permyriad = 100 };
	const struct size_env env = { .n_nodes = 1 };
	uint64_t bytes = 4711;

	ck_assert_int_eq(size_resolve(&size, &env, &bytes, NULL), -EINVAL);
	ck_assert_uint_eq(bytes, 4711);
}
END_TEST

START_TEST(shares_of_huge_machines_do_not_overflow)
{
	const struct size size = { .base = SIZE_OF_RAM, .permyriad = 9999 };
	const struct size_env env = { .ram_bytes = 1ULL << 60 };
	uint64_t bytes = 0;

	ck_assert_int_eq(size_resolve(&size, &env, &bytes, NULL), 0);
	ck_assert_uint_eq(bytes, (uint64_t)((1ULL << 60) / 10000.0L * 9999) & ~4095ULL);
}
END_TEST

static uint64_t ns_of(const char *text)
{
	uint64_t ns = 0;

	ck_assert_msg(duration_parse(text, &ns, NULL) == 0, "'%s' was refused", text);
	return ns;
}

START_TEST(durations_have_units_and_fractions)
{
	ck_assert_uint_eq(ns_of("250us"), 250000);
	ck_assert_uint_eq(ns_of("100ms"), 100 * NSEC_PER_MSEC);
	ck_assert_uint_eq(ns_of("1.5s"), 1500 * NSEC_PER_MSEC);
	ck_assert_uint_eq(ns_of("3min"), 180 * NSEC_PER_SEC);
	ck_assert_uint_eq(ns_of("1h"), 3600 * NSEC_PER_SEC);
	ck_assert_uint_eq(ns_of("0s"), 0);
}
END_TEST

START_TEST(durations_without_a_unit_or_with_another_are_refused)
{
	static const char *const bad[] = { "",   "100", "s",   "-1s", "1 s",    "1s ",
					   "1m", "1d",  "1.s", ".5s", "1.5.5s", "1.1234567s" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint64_t ns = 4711;

		ck_assert_msg(duration_parse(bad[i], &ns, NULL) == -EINVAL, "'%s' was accepted", bad[i]);
		ck_assert_uint_eq(ns, 4711);
	}
}
END_TEST

START_TEST(durations_too_long_are_refused)
{
	uint64_t ns = 4711;

	ck_assert_int_eq(duration_parse("99999999999h", &ns, NULL), -ERANGE);
	ck_assert_int_eq(duration_parse("99999999999999999999s", &ns, NULL), -ERANGE);
	ck_assert_uint_eq(ns, 4711);
}
END_TEST

static void check_list(const char *text, uint64_t mask, const char *again)
{
	uint64_t got = 0;
	char buf[256];

	ck_assert_msg(idlist_parse(text, &got) == 0, "'%s' was refused", text);
	ck_assert_uint_eq(got, mask);
	ck_assert_str_eq(idlist_format(got, buf, sizeof(buf)), again);
}

START_TEST(lists_of_numbers_go_there_and_back)
{
	check_list("0", 1, "0");
	check_list("0-1,3", 0xb, "0-1,3");
	check_list("3,0,1", 0xb, "0-1,3");
	check_list("0-63", UINT64_MAX, "0-63");
	check_list("63", 1ULL << 63, "63");
	check_list("1-1", 2, "1");
}
END_TEST

START_TEST(lists_of_anything_else_are_refused)
{
	static const char *const bad[] = { "",     ",", "0,",  ",0",  "0--1", "1-0", "64",
					   "0-64", "a", "0 1", "0\n", "-1",   "0-" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint64_t mask = 4711;

		ck_assert_msg(idlist_parse(bad[i], &mask) == -EINVAL, "'%s' was accepted", bad[i]);
		ck_assert_uint_eq(mask, 4711);
	}
}
END_TEST

START_TEST(a_list_is_cut_to_the_room_it_has)
{
	char buf[4];

	ck_assert_str_eq(idlist_format(0x5555, buf, sizeof(buf)), "0,2");
	ck_assert_str_eq(idlist_format(0, buf, sizeof(buf)), "");
}
END_TEST

START_TEST(sizes_for_people_have_one_decimal)
{
	char buf[16];

	ck_assert_str_eq(size_format(0, buf, sizeof(buf)), "0");
	ck_assert_str_eq(size_format(512, buf, sizeof(buf)), "512 B");
	ck_assert_str_eq(size_format(1024, buf, sizeof(buf)), "1.0 KiB");
	ck_assert_str_eq(size_format(338165760, buf, sizeof(buf)), "322.5 MiB");
	ck_assert_str_eq(size_format(GIB - 1, buf, sizeof(buf)), "1.0 GiB");
	ck_assert_str_eq(size_format(UINT64_MAX, buf, sizeof(buf)), "16.0 EiB");
}
END_TEST

START_TEST(durations_for_people_have_a_fitting_unit)
{
	char buf[16];

	ck_assert_str_eq(duration_format(0, buf, sizeof(buf)), "0 s");
	ck_assert_str_eq(duration_format(450 * NSEC_PER_MSEC, buf, sizeof(buf)), "450 ms");
	ck_assert_str_eq(duration_format(12300 * NSEC_PER_MSEC, buf, sizeof(buf)), "12.3 s");
	ck_assert_str_eq(duration_format(180 * NSEC_PER_SEC, buf, sizeof(buf)), "3.0 min");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("size");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, bytes_have_binary_suffixes);
	tcase_add_test(tcase, the_largest_size_is_the_largest_signed_number);
	tcase_add_test(tcase, anything_behind_or_before_a_size_is_refused);
	tcase_add_test(tcase, a_refusal_says_what_is_accepted);
	tcase_add_test(tcase, shares_are_resolved_against_what_they_name);
	tcase_add_test(tcase, resolved_sizes_are_whole_pages_rounded_down);
	tcase_add_test(tcase, shares_are_above_zero_and_at_most_ten_thousand_percent);
	tcase_add_test(tcase, shares_of_nothing_known_are_refused);
	tcase_add_test(tcase, a_share_of_a_node_that_is_not_there_does_not_resolve);
	tcase_add_test(tcase, a_share_of_no_limit_does_not_resolve);
	tcase_add_test(tcase, shares_of_huge_machines_do_not_overflow);
	tcase_add_test(tcase, durations_have_units_and_fractions);
	tcase_add_test(tcase, durations_without_a_unit_or_with_another_are_refused);
	tcase_add_test(tcase, durations_too_long_are_refused);
	tcase_add_test(tcase, lists_of_numbers_go_there_and_back);
	tcase_add_test(tcase, lists_of_anything_else_are_refused);
	tcase_add_test(tcase, a_list_is_cut_to_the_room_it_has);
	tcase_add_test(tcase, sizes_for_people_have_one_decimal);
	tcase_add_test(tcase, durations_for_people_have_a_fitting_unit);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
