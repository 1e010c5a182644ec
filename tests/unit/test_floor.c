/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "common/file.h"
#include "runner/floor.h"
#include "tests/unit/streams.h"

/* A machine of two files; its time is the test's. */
static char root[] = "/tmp/memrig-floor-XXXXXX";
static struct floor floor_;

static void put(const char *path, const char *text)
{
	ck_assert_int_eq(file_write(root, path, text, NULL), 0);
}

static void make(const char *path)
{
	_cleanup_free_ char *full = xasprintf("%s%s", root, path), *dir = xstrdup(full);

	*strrchr(dir, '/') = '\0';
	ck_assert_int_eq(file_make_dirs(dir, NULL), 0);
	ck_assert_int_eq(file_write_atomic(full, "", 0, NULL), 0);
}

static void set_available(unsigned mib)
{
	_cleanup_free_ char *text = xasprintf("MemTotal:       1000000 kB\nMemAvailable: %10u kB\n", mib * 1024);

	put("/proc/meminfo", text);
}

static void set_full(unsigned ms)
{
	_cleanup_free_ char *text = xasprintf("some avg10=0.00 avg60=0.00 avg300=0.00 total=%012llu\n"
					      "full avg10=0.00 avg60=0.00 avg300=0.00 total=%012llu\n", 999000000000ULL, ms * 1000ULL);

	put("/proc/pressure/memory", text);
}

static void set_up(void)
{
	snprintf(root, sizeof(root), "/tmp/memrig-floor-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	make("/proc/meminfo");
	make("/proc/pressure/memory");
	set_available(500);
	set_full(1000);
	floor_open(root, 100 * MIB, &floor_);
}

static void tear_down(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", root);

	floor_close(&floor_);
	ck_assert_int_eq(system(command), 0);
}

static enum floor_state look(unsigned ms)
{
	return floor_look(&floor_, 5 * NSEC_PER_SEC + ms * NSEC_PER_MSEC);
}

START_TEST(memory_below_the_floor_is_said_once_and_ends_the_cell_after_two_seconds)
{
	ck_assert_int_eq(look(0), FLOOR_FINE);
	set_available(99);
	ck_assert_int_eq(look(199), FLOOR_FINE); /* not looked at yet */
	ck_assert_int_eq(look(200), FLOOR_SHORT);
	ck_assert_int_eq(look(1200), FLOOR_FINE);
	ck_assert_int_eq(look(2199), FLOOR_FINE);
	ck_assert_int_eq(look(2399), FLOOR_STARVED);
	ck_assert(floor_.next_ns == UINT64_MAX);
}
END_TEST

START_TEST(memory_that_comes_back_starts_the_time_again)
{
	set_available(99);
	ck_assert_int_eq(look(0), FLOOR_SHORT);
	set_available(100);
	ck_assert_int_eq(look(1000), FLOOR_FINE);
	set_available(99);
	ck_assert_int_eq(look(1500), FLOOR_SHORT);
	ck_assert_int_eq(look(2500), FLOOR_FINE);
}
END_TEST

/* Returns in which second it ended, 0: never; each second has so much of full pressure. */
static unsigned seconds_to_end(unsigned ms_a_second, unsigned gap)
{
	unsigned full = 1000;

	look(0);
	for (unsigned s = 1; s <= 30; s++) {
		full += s == gap ? 0 : ms_a_second;
		set_full(full);
		if (look(s * 1000) == FLOOR_STALLED)
			return s;
	}
	return 0;
}

START_TEST(full_pressure_in_half_of_the_time_ends_the_cell_after_ten_seconds)
{
	ck_assert_uint_eq(seconds_to_end(500, 0), 10);
}
END_TEST

START_TEST(less_than_half_is_let_go_on)
{
	ck_assert_uint_eq(seconds_to_end(499, 0), 0);
}
END_TEST

START_TEST(a_second_without_starts_the_ten_again)
{
	ck_assert_uint_eq(seconds_to_end(900, 8), 18);
}
END_TEST

START_TEST(a_kernel_without_pressure_has_the_other_floor)
{
	struct floor other;
	_cleanup_free_ char *pressure = xasprintf("%s/proc/pressure/memory", root);

	ck_assert_int_eq(unlink(pressure), 0);
	floor_open(root, 100 * MIB, &other);
	set_available(99);
	ck_assert_int_eq(floor_look(&other, NSEC_PER_SEC), FLOOR_SHORT);
	ck_assert_int_eq(floor_look(&other, 3 * NSEC_PER_SEC), FLOOR_STARVED);
	floor_close(&other);
}
END_TEST

START_TEST(none_is_never_due)
{
	struct floor none = FLOOR_NONE;

	ck_assert_int_eq(floor_look(&none, 1000 * NSEC_PER_SEC), FLOOR_FINE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("floor");
	TCase *tcase = tcase_create("floor");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60); /* fsync is slow on a busy disk */
	tcase_add_test(tcase, memory_below_the_floor_is_said_once_and_ends_the_cell_after_two_seconds);
	tcase_add_test(tcase, memory_that_comes_back_starts_the_time_again);
	tcase_add_test(tcase, full_pressure_in_half_of_the_time_ends_the_cell_after_ten_seconds);
	tcase_add_test(tcase, less_than_half_is_let_go_on);
	tcase_add_test(tcase, a_second_without_starts_the_ten_again);
	tcase_add_test(tcase, a_kernel_without_pressure_has_the_other_floor);
	tcase_add_test(tcase, none_is_never_due);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
