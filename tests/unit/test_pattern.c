/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <math.h>

#include "common/util.h"
#include "workloads/pattern.h"

static struct workload_params params(enum pattern_kind kind)
{
	return (struct workload_params){
		.pattern = kind, .zipf_skew = 0.99, .hot_share = 0.1, .hot_access = 0.9
	};
}

static uint64_t sequence_hash(enum pattern_kind kind, uint64_t n, uint64_t seed)
{
	struct workload_params p = params(kind);
	struct pattern pattern;
	uint64_t hash = 0;

	pattern_init(&pattern, &p, n, seed);
	for (int i = 0; i < 5000; i++)
		hash = (hash ^ pattern_next(&pattern)) * 0x100000001b3ULL;
	return hash;
}

START_TEST(the_seed_alone_decides)
{
	for (int kind = PATTERN_SEQUENTIAL; kind <= PATTERN_HOT_COLD; kind++) {
		uint64_t hash = sequence_hash(kind, 10007, 1);

		ck_assert_uint_eq(hash, sequence_hash(kind, 10007, 1));
		if (kind == PATTERN_SEQUENTIAL)
			ck_assert_uint_eq(hash, sequence_hash(kind, 10007, 2));
		else
			ck_assert_uint_ne(hash, sequence_hash(kind, 10007, 2));
	}
}
END_TEST

START_TEST(every_index_is_below_n)
{
	static const uint64_t sizes[] = { 1, 2, 3, 4, 5, 7, 8, 9, 1000, 1ULL << 20, (1ULL << 33) + 1 };

	for (int kind = PATTERN_SEQUENTIAL; kind <= PATTERN_HOT_COLD; kind++)
		for (size_t s = 0; s < ARRAY_SIZE(sizes); s++) {
			struct workload_params p = params(kind);
			struct pattern pattern;

			pattern_init(&pattern, &p, sizes[s], s);
			for (int i = 0; i < 2000; i++)
				ck_assert_uint_lt(pattern_next(&pattern), sizes[s]);
		}
}
END_TEST

START_TEST(sequential_goes_round_in_order)
{
	struct workload_params p = params(PATTERN_SEQUENTIAL);
	struct pattern pattern;

	pattern_init(&pattern, &p, 37, 5);
	for (uint64_t i = 0; i < 3 * 37; i++)
		ck_assert_uint_eq(pattern_next(&pattern), i % 37);
}
END_TEST

START_TEST(the_scatter_is_a_permutation)
{
	for (uint64_t n = 1; n < 300; n++) {
		struct workload_params p = params(PATTERN_ZIPF);
		struct pattern pattern;
		bool seen[300] = { false };

		pattern_init(&pattern, &p, n, n * 7);
		for (uint64_t rank = 0; rank < n; rank++) {
			uint64_t i = pattern_scatter(&pattern, rank);

			ck_assert_uint_lt(i, n);
			ck_assert(!seen[i]);
			seen[i] = true;
		}
	}
}
END_TEST

/* Scattered at random, 1000 of 100000 pages make about 10 pairs (n * share^2); in one run they would make
 * 999. */
START_TEST(hot_pages_are_not_neighbours)
{
	enum { N = 100000, HOT = 1000 };
	_cleanup_free_ bool *hot = xcalloc(N + 1, sizeof(*hot));
	struct workload_params p = params(PATTERN_ZIPF);
	struct pattern pattern;
	unsigned pairs = 0;

	pattern_init(&pattern, &p, N, 3);
	for (uint64_t rank = 0; rank < HOT; rank++)
		hot[pattern_scatter(&pattern, rank)] = true;
	for (size_t i = 0; i < N; i++)
		pairs += hot[i] && hot[i + 1];
	ck_assert_uint_lt(pairs, 30);
}
END_TEST

/* Pearson's statistic of counts against weights; for many degrees of freedom it is about df, with variance 2
 * df. */
static double chi_square(const unsigned *counts, const double *weights, size_t n, double draws)
{
	double sum = 0, statistic = 0;

	for (size_t i = 0; i < n; i++)
		sum += weights[i];
	for (size_t i = 0; i < n; i++) {
		double expected = draws * weights[i] / sum;

		statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
	}
	return statistic;
}

enum { CELLS = 200, DRAWS = 400000 };

static void count_ranks(struct pattern *pattern, unsigned *counts)
{
	uint64_t rank_of[CELLS];

	for (uint64_t rank = 0; rank < CELLS; rank++)
		rank_of[pattern_scatter(pattern, rank)] = rank;
	for (int i = 0; i < DRAWS; i++)
		counts[rank_of[pattern_next(pattern)]]++;
}

/* Five standard deviations of the statistic: a right sampler fails one seed in some hundred thousand, and the
 * seed is fixed. */
static void check_fit(struct pattern *pattern, const double *weights)
{
	unsigned counts[CELLS] = { 0 };
	double df = CELLS - 1;

	count_ranks(pattern, counts);
	ck_assert_double_lt(chi_square(counts, weights, CELLS, DRAWS), df + 5 * sqrt(2 * df));
}

START_TEST(zipf_has_the_frequencies_of_the_law)
{
	static const double skews[] = { 0.01, 0.5, 0.99, 1, 1.00000001, 1.2, 2 };
	struct workload_params p = params(PATTERN_ZIPF);
	struct pattern pattern;
	double weights[CELLS];

	p.zipf_skew = skews[_i];
	for (int k = 0; k < CELLS; k++)
		weights[k] = pow(k + 1, -p.zipf_skew);
	pattern_init(&pattern, &p, CELLS, 11);
	check_fit(&pattern, weights);
}
END_TEST

START_TEST(zipf_with_the_steepest_skew)
{
	struct workload_params p = params(PATTERN_ZIPF);
	struct pattern pattern;
	unsigned counts[CELLS] = { 0 };

	p.zipf_skew = 5;
	pattern_init(&pattern, &p, CELLS, 11);
	count_ranks(&pattern, counts);
	/* 1/zeta(5) = 0.9644 of all accesses go to the first, 2^-5 of that to the second. */
	ck_assert_double_eq_tol(counts[0] / (double)DRAWS, 0.9644, 0.002);
	ck_assert_double_eq_tol(counts[1] / (double)counts[0], 0.03125, 0.002);
}
END_TEST

START_TEST(random_is_uniform)
{
	struct workload_params p = params(PATTERN_RANDOM);
	struct pattern pattern;
	double weights[CELLS];

	for (int k = 0; k < CELLS; k++)
		weights[k] = 1;
	pattern_init(&pattern, &p, CELLS, 12);
	check_fit(&pattern, weights);
}
END_TEST

START_TEST(hot_cold_has_its_shares)
{
	struct workload_params p = params(PATTERN_HOT_COLD);
	struct pattern pattern;
	double weights[CELLS];

	p.hot_share = 0.25;
	p.hot_access = 0.8;
	for (int k = 0; k < CELLS; k++)
		weights[k] = k < CELLS / 4 ? 0.8 / (CELLS / 4) : 0.2 / (CELLS - CELLS / 4);
	pattern_init(&pattern, &p, CELLS, 13);
	ck_assert_uint_eq(pattern.hot.pages, CELLS / 4);
	check_fit(&pattern, weights);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pattern");
	TCase *tc = tcase_create("pattern");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, the_seed_alone_decides);
	tcase_add_test(tc, every_index_is_below_n);
	tcase_add_test(tc, sequential_goes_round_in_order);
	tcase_add_test(tc, the_scatter_is_a_permutation);
	tcase_add_test(tc, hot_pages_are_not_neighbours);
	tcase_add_loop_test(tc, zipf_has_the_frequencies_of_the_law, 0, 7);
	tcase_add_test(tc, zipf_with_the_steepest_skew);
	tcase_add_test(tc, random_is_uniform);
	tcase_add_test(tc, hot_cold_has_its_shares);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
