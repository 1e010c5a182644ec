/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Change points in a series of nights. */
#include <math.h>

#include "common/rng.h"
#include "results/trend.h"
#include "streams.h"

#define SERIES 2000

static double normal(struct rng *rng)
{
	return sqrt(-2 * log(1 - rng_unit(rng))) * cos(2 * M_PI * rng_unit(rng));
}

/* The change points of noise of sd 1 about 100, with `shift` added from night `at` on; `ties` rounds to whole
 * numbers. */
static size_t simulate(uint64_t seed, size_t n, size_t at, double shift, bool ties, struct trend_point **ret)
{
	struct rng rng = { seed };
	double values[400];

	for (size_t i = 0; i < n; i++) {
		values[i] = 100 + normal(&rng) + (i >= at ? shift : 0);
		if (ties)
			values[i] = round(values[i]);
	}
	return trend_find(values, n, &trend_defaults, ret);
}

static size_t false_alarms(size_t n, bool ties)
{
	size_t alarms = 0;

	for (uint64_t seed = 1; seed <= SERIES; seed++) {
		struct trend_point *points;

		alarms += simulate(seed, n, n, 0, ties, &points) > 0;
		free(points);
	}
	return alarms;
}

/* Golden values: scipy.stats.ttest_ind() 1.10.1. */
START_TEST(the_t_test_is_that_of_scipy)
{
	static const double a[] = { 1, 2, 3, 4, 5 }, b[] = { 2, 4, 6, 8, 10 },
			    c[] = { 10.1, 10.3, 9.9, 10.0 }, d[] = { 12.1, 12.0, 11.8, 12.4, 12.2 },
			    e[] = { 5, 5.5 }, f[] = { 5.1, 5.2 };
	double g[30], h[30];

	for (int i = 0; i < 30; i++) {
		g[i] = i;
		h[i] = i + 0.5;
	}
	ck_assert_double_eq_tol(trend_t_test(a, 5, b, 5), 0.09434977284243756, 1e-12);
	ck_assert_double_eq_tol(trend_t_test(c, 4, d, 5), 1.473839081899844e-06, 1e-15);
	ck_assert_double_eq_tol(trend_t_test(e, 2, f, 2), 0.7327387580875766, 1e-12);
	ck_assert_double_eq_tol(trend_t_test(g, 30, h, 30), 0.8266663937096193, 1e-12);
}
END_TEST

START_TEST(samples_without_variance_are_judged_by_their_number)
{
	static const double low[8] = { 4, 4, 4, 4, 4, 4, 4, 4 }, high[8] = { 9, 9, 9, 9, 9, 9, 9, 9 };

	ck_assert_double_eq(trend_t_test(low, 8, low, 8), 1);
	ck_assert_double_eq_tol(trend_t_test(low, 8, high, 8), 2.0 / 12870, 1e-9);
	ck_assert_double_eq_tol(trend_t_test(low, 2, high, 2), 2.0 / 6, 1e-9);
}
END_TEST

START_TEST(a_planted_change_is_found_where_it_is)
{
	size_t found = 0;

	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct trend_point *points = NULL;
		size_t n = simulate(seed, 40, 25, 5, false, &points);

		if (n == 1 && points[0].at == 25) {
			found++;
			ck_assert_double_eq_tol(points[0].before, 100, 1.2);
			ck_assert_double_eq_tol(points[0].after, 105, 1.5);
			ck_assert_double_le(points[0].p, 0.001);
		}
		free(points);
	}
	printf("found %zu of 200\n", found);
	ck_assert_uint_ge(found, 180);
}
END_TEST

START_TEST(a_level_that_is_left_again_makes_two_points)
{
	double values[60];
	struct trend_point *points;
	struct rng rng = { 7 };

	for (int i = 0; i < 60; i++)
		values[i] = 100 + normal(&rng) + (i >= 25 && i < 35 ? 8 : 0);
	ck_assert_uint_eq(trend_find(values, 60, &trend_defaults, &points), 2);
	ck_assert_uint_eq(points[0].at, 25);
	ck_assert_uint_eq(points[1].at, 35);
	free(points);
}
END_TEST

START_TEST(a_change_in_a_long_series_is_found_in_its_window)
{
	struct trend_point *points;

	ck_assert_uint_eq(simulate(3, 400, 333, 4, false, &points), 1);
	ck_assert_uint_eq(points[0].at, 333);
	free(points);
}
END_TEST

START_TEST(noise_seldom_alarms)
{
	size_t fifty = false_alarms(50, false), ten = false_alarms(10, false), ties = false_alarms(50, true),
	       year = false_alarms(365, false);

	printf("false alarms of %d series: %zu at 50 nights, %zu with ties, %zu at 10, %zu at 365\n", SERIES,
	       fifty, ties, ten, year);
	ck_assert_uint_le(fifty, SERIES * 3 / 100);
	ck_assert_uint_le(ties, SERIES * 3 / 100);
	ck_assert_uint_le(ten, SERIES / 100);
	ck_assert_uint_le(year, SERIES / 10);
}
END_TEST

START_TEST(a_constant_series_has_none)
{
	double values[50];
	struct trend_point *points;

	for (int i = 0; i < 50; i++)
		values[i] = 0;
	ck_assert_uint_eq(trend_find(values, 50, &trend_defaults, &points), 0);
	/* One odd night is no level. */
	values[30] = 12;
	ck_assert_uint_eq(trend_find(values, 50, &trend_defaults, &points), 0);
	for (int i = 30; i < 50; i++)
		values[i] = 12;
	ck_assert_uint_eq(trend_find(values, 50, &trend_defaults, &points), 1);
	ck_assert_uint_eq(points[0].at, 30);
	ck_assert_double_eq(points[0].after, 12);
	free(points);
}
END_TEST

START_TEST(few_nights_have_no_level)
{
	static const double values[] = { 1, 1, 9, 9, 9 };
	struct trend_point *points;

	for (size_t n = 0; n <= 5; n++) {
		ck_assert_uint_eq(trend_find(values, n, &trend_defaults, &points), 0);
		ck_assert_ptr_null(points);
	}
}
END_TEST

START_TEST(exact_values_change_at_every_step)
{
	static const double values[] = { 5, 5, 6, 6, 5 };
	struct trend_options exact = { .exact = true };
	struct trend_point *points;

	ck_assert_uint_eq(trend_find(values, 5, &exact, &points), 2);
	ck_assert_uint_eq(points[0].at, 2);
	ck_assert_double_eq(points[0].before, 5);
	ck_assert_double_eq(points[0].after, 6);
	ck_assert_double_eq(points[0].p, 0);
	ck_assert_uint_eq(points[1].at, 4);
	free(points);
	ck_assert_uint_eq(trend_find(values, 1, &exact, &points), 0);
}
END_TEST

START_TEST(a_change_below_the_magnitude_is_none)
{
	double values[40];
	struct trend_options options = trend_defaults;
	struct trend_point *points;

	for (int i = 0; i < 40; i++)
		values[i] = i < 20 ? 100 + i % 2 : 104 + i % 2;
	ck_assert_uint_eq(trend_find(values, 40, &options, &points), 1);
	free(points);
	options.min_magnitude = 0.05;
	ck_assert_uint_eq(trend_find(values, 40, &options, &points), 0);
	options.exact = true;
	ck_assert_uint_eq(trend_find(values, 40, &options, &points), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trend");
	TCase *tc = tcase_create("trend");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, the_t_test_is_that_of_scipy);
	tcase_add_test(tc, samples_without_variance_are_judged_by_their_number);
	tcase_add_test(tc, a_planted_change_is_found_where_it_is);
	tcase_add_test(tc, a_level_that_is_left_again_makes_two_points);
	tcase_add_test(tc, a_change_in_a_long_series_is_found_in_its_window);
	tcase_add_test(tc, noise_seldom_alarms);
	tcase_add_test(tc, a_constant_series_has_none);
	tcase_add_test(tc, few_nights_have_no_level);
	tcase_add_test(tc, exact_values_change_at_every_step);
	tcase_add_test(tc, a_change_below_the_magnitude_is_none);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
