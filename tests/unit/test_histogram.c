/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "common/rng.h"
#include "common/util.h"
#include "common/histogram.h"

static struct histogram histogram;

static void set_up(void)
{
	memset(&histogram, 0, sizeof(histogram));
}

START_TEST(small_values_are_exact)
{
	for (uint64_t value = 0; value < 128; value++) {
		set_up();
		histogram_add(&histogram, value);
		ck_assert_uint_eq(histogram_quantile(&histogram, 0.5), value);
	}
}
END_TEST

/* Every power of two, its neighbours and what is between: within 1 %, in a bucket that is not before the last one. */
START_TEST(any_value_is_kept_to_one_percent)
{
	struct rng rng = { 1 };
	unsigned before = 0;

	for (unsigned bit = 7; bit < 64; bit++) {
		uint64_t low = 1ULL << bit, values[] = { low - 1, low, low + 1, low + rng_below(&rng, low), low + (low - 1) };

		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			double value = (double)values[i], found;
			unsigned bucket = histogram_bucket(values[i]);

			set_up();
			histogram_add(&histogram, values[i]);
			histogram_add(&histogram, UINT64_MAX); /* the highest would hide the error */
			found = (double)histogram_quantile(&histogram, 0.5);
			ck_assert_double_le(found, 1.01 * value);
			ck_assert_double_ge(found, 0.99 * value);
			ck_assert_uint_lt(bucket, HISTOGRAM_BUCKETS);
			if (i < 2)
				ck_assert_uint_ge(bucket, before);
			before = bucket;
		}
	}
	ck_assert_uint_eq(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
}
END_TEST

/* Coarse ones too: a bucket begins where the one before it ends. */
START_TEST(a_bucket_has_the_values_from_its_lowest_on)
{
	for (unsigned bits = 2; bits <= 6; bits++) {
		for (unsigned i = 1; i < (unsigned)BUCKETS(bits); i++) {
			uint64_t low = buckets_low(bits, i);

			ck_assert_uint_eq(buckets_index(bits, low), i);
			ck_assert_uint_eq(buckets_index(bits, low - 1), i - 1);
		}
		ck_assert_uint_eq(buckets_index(bits, UINT64_MAX), BUCKETS(bits) - 1);
	}
}
END_TEST

START_TEST(quantiles_are_those_of_the_values)
{
	ck_assert_uint_eq(histogram_quantile(&histogram, 0.99), 0);
	for (uint64_t value = 1; value <= 100; value++)
		histogram_add(&histogram, value);
	ck_assert_uint_eq(histogram_count(&histogram), 100);
	ck_assert_uint_eq(histogram_quantile(&histogram, 0), 1);
	ck_assert_uint_eq(histogram_quantile(&histogram, 0.5), 50);
	ck_assert_uint_eq(histogram_quantile(&histogram, 0.99), 99);
	ck_assert_uint_eq(histogram_quantile(&histogram, 1), 100);
	histogram_add(&histogram, 1000003);
	ck_assert_uint_eq(histogram.max, 1000003);
	ck_assert_uint_le(histogram_quantile(&histogram, 1), 1000003);
}
END_TEST

START_TEST(merging_is_as_if_one_had_seen_all)
{
	static struct histogram halves[2], all;
	struct rng rng = { 7 };

	for (int i = 0; i < 10000; i++) {
		uint64_t value = rng_next(&rng) >> rng_below(&rng, 64);

		histogram_add(&halves[i % 2], value);
		histogram_add(&all, value);
	}
	histogram_merge(&halves[0], &halves[1]);
	ck_assert_mem_eq(&halves[0], &all, sizeof(all));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("histogram");
	TCase *tc = tcase_create("histogram");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, set_up, NULL);
	tcase_add_test(tc, small_values_are_exact);
	tcase_add_test(tc, any_value_is_kept_to_one_percent);
	tcase_add_test(tc, a_bucket_has_the_values_from_its_lowest_on);
	tcase_add_test(tc, quantiles_are_those_of_the_values);
	tcase_add_test(tc, merging_is_as_if_one_had_seen_all);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
