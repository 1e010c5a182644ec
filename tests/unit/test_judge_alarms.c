/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often the judge cries wolf, and how often it misses one: simulated
 * comparisons with a fixed seed. A limit that is exceeded is a fault of the
 * judge, not of chance: the numbers are the same on every machine.
 */
#include <math.h>

#include "common/rng.h"
#include "tests/unit/judging.h"

#define COMPARISONS 2000
#define MEAN	    100.0
#define SD	    10.0

static const char *const primary[] = { "swap.out_bytes",    "swap.in_bytes",	 "reclaim.stolen_pages",
				       "refault.anon_pages", "refault.file_pages", "alloc.stalls" };
static const char *const rest[] = { "reclaim.scanned_pages",  "fault.major",	   "psi.memory_some_us",
				    "psi.memory_full_us",     "compaction.stalls", "reclaim.kswapd_stolen_pages",
				    "reclaim.direct_stolen_pages" };

struct design {
	const char *clock; /* virtual: paired, a seed has much to do with the value */
	size_t n, n_primary, n_rest;
	double shift; /* of the other column, in sd, in every metric */
	bool rounded; /* to tens: ties */
};

struct found {
	double primary, rest; /* share of the comparisons with a call of better or worse in any of these */
	double too_few;
};

/* Box and Muller's. */
static double normal(struct rng *rng)
{
	return sqrt(-2 * log(1 - rng_unit(rng))) * cos(2 * M_PI * rng_unit(rng));
}

/* Metrics of a cell go together, as they do in life; so do those of a seed. */
static void fill(json_t *cell, const struct design *d, const char *const *names, size_t n, double of_cell, double shift,
		 struct rng *rng)
{
	for (size_t i = 0; i < n; i++) {
		double value = MEAN + SD * (shift + sqrt(0.5) * of_cell + sqrt(0.5) * normal(rng));

		set_metric(cell, names[i], d->rounded ? 10 * round(value / 10) : value);
	}
}

static json_t *simulate(const struct design *d, struct rng *rng)
{
	json_t *run = new_run_of("simulated", d->clock);

	for (size_t i = 0; i < d->n; i++)
		for (int side = 0; side < 2; side++) {
			json_t *cell = add_cell(run, side ? "other" : "kernel-default", (int)i + 1, "completed");
			double of_cell = normal(rng), shift = side ? d->shift : 0;

			fill(cell, d, primary, d->n_primary, of_cell, shift, rng);
			fill(cell, d, rest, d->n_rest, of_cell, shift, rng);
		}
	return run;
}

static bool is_alarm(const struct judgement *j)
{
	return j->call == JUDGE_BETTER || j->call == JUDGE_WORSE || j->call == JUDGE_DIFFERENT;
}

static struct found judge_many(const struct design *d)
{
	struct judge_options options = { .threshold = JUDGE_THRESHOLD, .quick = true };
	size_t in_primary = 0, in_rest = 0, too_few = 0;
	struct rng rng = { 7 };
	struct found f;

	for (size_t i = 0; i < COMPARISONS; i++) {
		json_t *run = simulate(d, &rng);
		bool any_primary = false, any_rest = false;
		struct judgements j;

		judge_runs(run, NULL, &options, &j);
		ck_assert_int_eq(j.how, streq(d->clock, "virtual") ? JUDGE_PAIRED : JUDGE_BLOCKS);
		ck_assert_uint_eq(j.n, d->n_primary + d->n_rest);
		for (size_t k = 0; k < j.n; k++)
			*(k < j.n_primary ? &any_primary : &any_rest) |= is_alarm(&j.list[k]);
		in_primary += any_primary;
		in_rest += any_rest;
		too_few += judgements_worst(&j) == JUDGE_TOO_FEW;
		judgements_release(&j);
		json_decref(run);
	}
	f = (struct found){ (double)in_primary / COMPARISONS, (double)in_rest / COMPARISONS,
			    (double)too_few / COMPARISONS };
	printf("%s, n %zu, %zu primary and %zu other metrics, shift %.1f sd%s: %.2f %% and %.2f %% called, %.0f %% too few\n",
	       d->clock, d->n, d->n_primary, d->n_rest, d->shift, d->rounded ? ", ties" : "", 100 * f.primary,
	       100 * f.rest, 100 * f.too_few);
	return f;
}

static const size_t sizes[] = { 3, 5, 10 };

/* All primary metrics are one family: at most 5 % of the comparisons of equals may raise any alarm. */
START_TEST(equals_raise_at_most_5_percent_of_alarms)
{
	static const char *const clocks[] = { "virtual", "real" };
	struct design d = { clocks[_i / 6], sizes[_i % 3], _i % 6 < 3 ? ARRAY_SIZE(primary) : 1,
			    _i % 6 < 3 ? ARRAY_SIZE(rest) : 0, 0, false };
	struct found f = judge_many(&d);

	ck_assert_double_le(f.primary, JUDGE_ALPHA);
	ck_assert_double_le(f.rest, JUDGE_ALPHA);
}
END_TEST

START_TEST(equals_with_ties_raise_no_more)
{
	struct design d = { _i < 1 ? "virtual" : "real", 10, 1, 0, 0, true };

	ck_assert_double_le(judge_many(&d).primary, JUDGE_ALPHA);
}
END_TEST

START_TEST(one_sd_is_found_with_30)
{
	struct design d = { "real", 30, 1, 0, 1, false };

	ck_assert_double_ge(judge_many(&d).primary, 0.95);
}
END_TEST

START_TEST(two_sd_are_found_with_7)
{
	struct design d = { "real", 7, 1, 0, 2, false };

	ck_assert_double_ge(judge_many(&d).primary, 0.90);
}
END_TEST

/* What cannot be shown is said to be so, and never called. */
START_TEST(three_are_too_few)
{
	struct design d = { _i < 1 ? "virtual" : "real", 3, 1, 0, 3, false };
	struct found f = judge_many(&d);

	ck_assert_double_eq(f.primary, 0);
	ck_assert_double_eq(f.too_few, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("judge_alarms");
	TCase *tc = tcase_create("simulated");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, equals_raise_at_most_5_percent_of_alarms, 0, 12);
	tcase_add_loop_test(tc, equals_with_ties_raise_no_more, 0, 2);
	tcase_add_test(tc, one_sd_is_found_with_30);
	tcase_add_test(tc, two_sd_are_found_with_7);
	tcase_add_loop_test(tc, three_are_too_few, 0, 2);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
