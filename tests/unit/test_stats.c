/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The statistics against what scipy says: tests/data/stats/golden.json, made by tests/stats_golden.py. */
#include <check.h>
#include <jansson.h>
#include <math.h>

#include "common/util.h"
#include "results/stats/adjust.h"
#include "results/stats/bootstrap.h"
#include "results/stats/counts.h"
#include "results/stats/need.h"
#include "results/stats/normal.h"
#include "results/stats/order.h"
#include "results/stats/rank.h"
#include "results/stats/shift.h"
#include "results/stats/survival.h"

static json_t *golden;

struct list {
	double v[400];
	size_t n;
};

static struct list list_of(const json_t *c, const char *key)
{
	const json_t *values = json_object_get(c, key);
	struct list l = { .n = json_array_size(values) };

	ck_assert_uint_le(l.n, ARRAY_SIZE(l.v));
	for (size_t i = 0; i < l.n; i++)
		l.v[i] = json_number_value(json_array_get(values, i));
	return l;
}

static double number(const json_t *c, const char *key)
{
	const json_t *value = json_object_get(c, key);

	return value ? json_number_value(value) : NAN;
}

static size_t count(const json_t *c, const char *key)
{
	return (size_t)json_integer_value(json_object_get(c, key));
}

/* Equal to twelve digits, or both unknown. */
static void same(double is, double expected)
{
	if (isnan(expected))
		ck_assert_msg(isnan(is), "is %.17g, expected to be unknown", is);
	else
		ck_assert_double_eq_tol(is, expected, 1e-12 + 1e-10 * fabs(expected));
}

#define EACH(name, c)                                                           \
	size_t at_;                                                             \
	const json_t *c;                                                        \
	ck_assert_uint_gt(json_array_size(json_object_get(golden, name)), 0);   \
	json_array_foreach (json_object_get(golden, name), at_, c)

START_TEST(rank_sum_is_scipys)
{
	EACH("rank_sum", c)
	{
		struct list x = list_of(c, "x"), y = list_of(c, "y");
		struct stats_test t = stats_rank_sum(x.v, x.n, y.v, y.n);

		same(t.p, number(c, "p"));
		ck_assert_int_eq(t.exact, x.n + y.n <= STATS_EXACT_RANK_SUM);
		ck_assert_double_le(t.least_p, t.p + 1e-12);
	}
}
END_TEST

START_TEST(rank_sums_that_are_the_same_are_told_apart_by_the_mean)
{
	EACH("rank_sum_fine", c)
	{
		struct list x = list_of(c, "x"), y = list_of(c, "y");
		struct stats_test t = stats_rank_sum(x.v, x.n, y.v, y.n);

		same(t.fine_p, number(c, "p"));
		ck_assert_double_le(t.fine_p, t.p + 1e-12);
	}
}
END_TEST

START_TEST(signed_rank_is_scipys)
{
	EACH("signed_rank", c)
	{
		struct list d = list_of(c, "d");
		struct stats_test t = stats_signed_rank(d.v, d.n);

		same(t.p, number(c, "p"));
		ck_assert_double_le(t.least_p, t.p + 1e-12);
	}
}
END_TEST

START_TEST(shift_of_two_and_its_interval_are_what_the_test_does_not_reject)
{
	EACH("shift_of_two", c)
	{
		struct list x = list_of(c, "x"), y = list_of(c, "y");
		struct stats_shift s = stats_shift_of_two(x.v, x.n, y.v, y.n, 0.05);

		same(s.shift, number(c, "shift"));
		same(s.low, number(c, "low"));
		same(s.high, number(c, "high"));
	}
}
END_TEST

START_TEST(shift_of_pairs_and_its_interval_are_what_the_test_does_not_reject)
{
	EACH("shift_of_pairs", c)
	{
		struct list d = list_of(c, "d");
		struct stats_shift s = stats_shift_of_pairs(d.v, d.n, 0.05);

		same(s.shift, number(c, "shift"));
		same(s.low, number(c, "low"));
		same(s.high, number(c, "high"));
	}
}
END_TEST

START_TEST(a12_is_u_over_all_pairs)
{
	EACH("a12", c)
	{
		struct list x = list_of(c, "x"), y = list_of(c, "y");

		same(stats_a12(x.v, x.n, y.v, y.n), number(c, "a12"));
	}
}
END_TEST

START_TEST(fisher_is_scipys)
{
	EACH("fisher", c)
	same(stats_fisher(count(c, "a"), count(c, "n"), count(c, "b"), count(c, "m")), number(c, "p"));
}
END_TEST

START_TEST(wilson_is_scipys)
{
	EACH("wilson", c)
	{
		double low, high;

		stats_wilson(count(c, "k"), count(c, "n"), 0.05, &low, &high);
		same(low, number(c, "low"));
		same(high, number(c, "high"));
	}
}
END_TEST

static size_t lives_of(const json_t *c, const char *key, struct stats_life *lives)
{
	size_t i;
	const json_t *life;

	json_array_foreach (json_object_get(c, key), i, life)
		lives[i] = (struct stats_life){ json_number_value(json_array_get(life, 0)),
						json_is_true(json_array_get(life, 1)) };
	return i;
}

START_TEST(log_rank_is_that_of_all_ways_to_deal_out)
{
	EACH("log_rank", c)
	{
		struct stats_life x[100], y[100];
		size_t n_x = lives_of(c, "x", x), n_y = lives_of(c, "y", y);
		int later;

		same(stats_log_rank(x, n_x, y, n_y, &later), number(c, "p"));
		same(stats_log_rank_z(x, n_x, y, n_y), number(c, "z"));
		ck_assert_int_eq(later, number(c, "z") > 0 ? 1 : -1);
	}
}
END_TEST

/* Freireich et al., Blood 21 (1963): weeks of remission with 6-MP and with placebo; chi-square 16.8 in textbooks. */
START_TEST(log_rank_of_the_textbooks)
{
	static const struct stats_life drug[] = {
		{ 6, true },   { 6, true },   { 6, true },   { 6, false },  { 7, true },   { 9, false },  { 10, true },
		{ 10, false }, { 11, false }, { 13, true },  { 16, true },  { 17, false }, { 19, false }, { 20, false },
		{ 22, true },  { 23, true },  { 25, false }, { 32, false }, { 32, false }, { 34, false }, { 35, false },
	};
	static const double weeks[] = { 1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23 };
	struct stats_life placebo[ARRAY_SIZE(weeks)];
	double z;

	for (size_t i = 0; i < ARRAY_SIZE(weeks); i++)
		placebo[i] = (struct stats_life){ weeks[i], true };
	z = stats_log_rank_z(drug, ARRAY_SIZE(drug), placebo, ARRAY_SIZE(placebo));
	ck_assert_double_eq_tol(z * z, 16.79, 0.005);
	ck_assert_double_lt(z, 0);
}
END_TEST

START_TEST(adjusted_p_values_follow_the_definitions)
{
	EACH("adjusted", c)
	{
		struct list p = list_of(c, "p"), q = p, holm = list_of(c, "holm"), bh = list_of(c, "bh");

		stats_holm(p.v, p.n);
		stats_benjamini_hochberg(q.v, q.n);
		for (size_t i = 0; i < p.n; i++) {
			same(p.v[i], holm.v[i]);
			same(q.v[i], bh.v[i]);
		}
	}
}
END_TEST

START_TEST(interval_of_the_median_is_the_binomials)
{
	EACH("median_interval", c)
	{
		struct list values = list_of(c, "values");
		double low = NAN, high = NAN;

		ck_assert_int_eq(stats_median_interval(values.v, values.n, 0.05, &low, &high), values.n >= 6);
		same(low, number(c, "low"));
		same(high, number(c, "high"));
	}
}
END_TEST

START_TEST(bootstrap_of_a_median_follows_its_exact_distribution)
{
	EACH("bootstrap_median", c)
	{
		struct list values = list_of(c, "values"), at_most = list_of(c, "at_most");
		double low, high;

		/* At every value the share of resamples at or below it, as the quantile that is returned tells it:
		 * within 4.5 standard deviations of 10,000 draws. */
		for (size_t k = 0; k + 1 < values.n; k++) {
			double p = at_most.v[k], off = 4.5 * sqrt(p * (1 - p) / STATS_RESAMPLES);

			if (p - off < 1e-3 || p + off > 0.5)
				continue;
			ck_assert(stats_bootstrap_median(values.v, values.n, 2 * (p - off), 1, &low, &high));
			ck_assert_double_le(low, values.v[k]);
			ck_assert(stats_bootstrap_median(values.v, values.n, 2 * (p + off), 1, &low, &high));
			ck_assert_double_gt(low, values.v[k]);
		}
	}
}
END_TEST

START_TEST(bootstrap_of_a_ratio_is_near_scipys)
{
	EACH("bootstrap_ratio", c)
	{
		struct list x = list_of(c, "x"), y = list_of(c, "y");
		double low, high, low_again, high_again, width = number(c, "high") - number(c, "low");
		bool paired = json_is_true(json_object_get(c, "paired"));

		ck_assert(stats_bootstrap_ratio(x.v, x.n, y.v, y.n, paired, 0.05, 1, &low, &high));
		ck_assert_double_eq_tol(low, number(c, "low"), 0.05 * width);
		ck_assert_double_eq_tol(high, number(c, "high"), 0.05 * width);
		ck_assert(stats_bootstrap_ratio(x.v, x.n, y.v, y.n, paired, 0.05, 1, &low_again, &high_again));
		ck_assert_double_eq(low, low_again);
		ck_assert_double_eq(high, high_again);
	}
}
END_TEST

START_TEST(bootstrap_says_when_it_cannot)
{
	static const double few[] = { 1, 2, 3, 4, 5 }, zeros[] = { 0, 0, 0, 0, 0, 0, 1 };
	double low = 42, high = 42;

	ck_assert(!stats_bootstrap_median(few, 5, 0.05, 1, &low, &high));
	ck_assert(!stats_bootstrap_ratio(zeros, 7, zeros, 7, false, 0.05, 1, &low, &high));
	ck_assert_double_eq(low, 42);
	ck_assert_double_eq(high, 42);
}
END_TEST

START_TEST(normal_quantiles_are_scipys)
{
	EACH("normal", c)
	same(stats_normal_quantile_above(number(c, "p")), number(c, "z"));
}
END_TEST

START_TEST(quantiles_are_numpys)
{
	EACH("quantile", c)
	{
		struct list values = list_of(c, "values");

		same(stats_quantile(values.v, values.n, number(c, "q")), number(c, "is"));
	}
}
END_TEST

START_TEST(what_so_few_can_show_is_what_the_tests_give_at_complete_separation)
{
	double low[8], high[8], up[8];

	for (size_t i = 0; i < 8; i++) {
		low[i] = (double)i;
		high[i] = 100 + (double)i;
		up[i] = 1 + (double)i;
	}
	for (size_t n = 1; n <= 8; n++) {
		same(stats_rank_sum(low, n, high, n).p, stats_least_rank_sum(n, n));
		same(stats_rank_sum(low, 2, high, n).p, stats_least_rank_sum(2, n));
		same(stats_signed_rank(up, n).p, stats_least_signed_rank(n));
	}
}
END_TEST

START_TEST(missing_values_are_counted)
{
	/* 4 and 4 can give 2 / 70, 6 pairs 2 / 64. */
	ck_assert_uint_eq(stats_need_rank_sum(3, 3, 0.05), 1);
	ck_assert_uint_eq(stats_need_rank_sum(4, 4, 0.05), 0);
	ck_assert_uint_eq(stats_need_rank_sum(4, 4, 0.05 / 8), 2);
	ck_assert_uint_eq(stats_need_signed_rank(3, 0.05), 3);
	ck_assert_uint_eq(stats_need_signed_rank(6, 0.05), 0);
	/* Of one side there are plenty: 2 / 21 of 1, 2 / 231 of 2. */
	ck_assert_uint_eq(stats_need_rank_sum(1, 20, 0.05), 1);
	ck_assert_uint_eq(stats_need_rank_sum(20, 1, 0.05), 1);
}
END_TEST

/* Noether's paper: (1.645 + 1.282)^2 / ... one-sided; here (1.960 + 0.842)^2 = 7.849, by 6 * 0.2^2 and 3 * 0.2^2. */
START_TEST(size_for_an_effect_is_noethers)
{
	ck_assert_uint_eq(stats_need_for_a12(0.7, 0.05, 0.8), 33);
	ck_assert_uint_eq(stats_need_for_a12(0.3, 0.05, 0.8), 33);
	ck_assert_uint_eq(stats_need_for_pairs(0.7, 0.05, 0.8), 66);
	ck_assert_uint_eq(stats_need_for_a12(0.5, 0.05, 0.8), 0);
}
END_TEST

START_TEST(values_that_are_all_the_same_prove_nothing)
{
	static const double same_values[] = { 7, 7, 7, 7, 7, 7 }, zeros[6];

	ck_assert_double_eq(stats_rank_sum(same_values, 6, same_values, 6).p, 1);
	ck_assert_double_eq(stats_rank_sum(same_values, 6, same_values, 6).least_p, 1);
	ck_assert_double_eq(stats_signed_rank(zeros, 6).p, 1);
	ck_assert(isnan(stats_rank_sum(same_values, 0, same_values, 6).p));
	ck_assert(isnan(stats_signed_rank(zeros, 0).p));
}
END_TEST

int main(void)
{
	json_error_t error;
	Suite *suite = suite_create("stats");
	TCase *tc = tcase_create("golden");
	SRunner *runner = srunner_create(suite);
	int failed;

	golden = json_load_file("tests/data/stats/golden.json", 0, &error);
	if (!golden) {
		fprintf(stderr, "golden.json: %s\n", error.text);
		return 1;
	}
	tcase_add_test(tc, rank_sum_is_scipys);
	tcase_add_test(tc, rank_sums_that_are_the_same_are_told_apart_by_the_mean);
	tcase_add_test(tc, signed_rank_is_scipys);
	tcase_add_test(tc, shift_of_two_and_its_interval_are_what_the_test_does_not_reject);
	tcase_add_test(tc, shift_of_pairs_and_its_interval_are_what_the_test_does_not_reject);
	tcase_add_test(tc, a12_is_u_over_all_pairs);
	tcase_add_test(tc, fisher_is_scipys);
	tcase_add_test(tc, wilson_is_scipys);
	tcase_add_test(tc, log_rank_is_that_of_all_ways_to_deal_out);
	tcase_add_test(tc, log_rank_of_the_textbooks);
	tcase_add_test(tc, adjusted_p_values_follow_the_definitions);
	tcase_add_test(tc, interval_of_the_median_is_the_binomials);
	tcase_add_test(tc, bootstrap_of_a_median_follows_its_exact_distribution);
	tcase_add_test(tc, bootstrap_of_a_ratio_is_near_scipys);
	tcase_add_test(tc, bootstrap_says_when_it_cannot);
	tcase_add_test(tc, normal_quantiles_are_scipys);
	tcase_add_test(tc, quantiles_are_numpys);
	tcase_add_test(tc, what_so_few_can_show_is_what_the_tests_give_at_complete_separation);
	tcase_add_test(tc, missing_values_are_counted);
	tcase_add_test(tc, size_for_an_effect_is_noethers);
	tcase_add_test(tc, values_that_are_all_the_same_prove_nothing);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	json_decref(golden);
	return failed > 0;
}
