/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cells are held against which, and what is said of them. */
#include <math.h>

#include "results/compare_export.h"
#include "results/compare_judged.h"
#include "tests/unit/judging.h"

#define METRIC "swap.out_bytes" /* primary, lower is better */

static struct judgements judged;
static json_t *run, *other;

static void setup(void)
{
	run = new_run_of("x-1", "virtual");
	other = NULL;
}

static void teardown(void)
{
	judgements_release(&judged);
	json_decref(run);
	json_decref(other);
}

/* The two profiles of the run, with these values by seed. */
static const struct judgement *judge(const double *base, size_t n_base, const double *values, size_t n)
{
	const struct judgement *j;

	add_cells(run, "kernel-default", METRIC, base, n_base);
	add_cells(run, "hpc", METRIC, values, n);
	judge_runs(run, NULL, NULL, &judged);
	j = judgements_find(&judged, METRIC);
	ck_assert_ptr_nonnull(j);
	return j;
}

static const double low10[] = { 100, 101, 102, 103, 104, 105, 106, 107, 108, 109 };
static const double high10[] = { 200, 203, 206, 209, 212, 215, 218, 221, 224, 227 };

START_TEST(one_seed_under_the_virtual_clock_is_exact)
{
	const struct judgement *j = judge(low10, 1, high10, 1);

	ck_assert_int_eq(j->how, JUDGE_EXACT);
	ck_assert_int_eq(j->call, JUDGE_WORSE);
	ck_assert_double_eq(j->shift, 100);
	ck_assert_double_eq(j->change, -1);
	ck_assert(isnan(j->p) && isnan(j->p_adjusted));
}
END_TEST

START_TEST(one_cell_under_a_real_clock_is_too_few)
{
	const struct judgement *j;

	json_object_set_new(run, "clock", json_string("real"));
	j = judge(low10, 1, high10, 1);
	ck_assert_int_eq(j->how, JUDGE_BLOCKS);
	ck_assert_int_eq(j->call, JUDGE_TOO_FEW);
	ck_assert_uint_eq(j->more, 3); /* 4 and 4: 2 / 70 */
	ck_assert_int_eq(judgements_worst(&judged), JUDGE_TOO_FEW);
}
END_TEST

START_TEST(seeds_pair_cells_under_the_virtual_clock)
{
	/* Between seeds far more than between profiles: nothing but pairs can show it. */
	static const double base[] = { 100, 200, 300, 400, 500, 600, 700 };
	static const double less[] = { 90, 181, 272, 363, 454, 545, 636 };
	const struct judgement *j = judge(base, 7, less, 7);

	ck_assert_int_eq(j->how, JUDGE_PAIRED);
	ck_assert_double_eq(j->p, 2.0 / 128);
	ck_assert_int_eq(j->call, JUDGE_BETTER);
	ck_assert_double_gt(j->change, 0);
	ck_assert_double_lt(j->shift, 0);
	ck_assert_double_le(j->change_low, j->change);
	ck_assert_double_ge(j->change_high, j->change);
}
END_TEST

START_TEST(cells_without_a_partner_are_left_out)
{
	const struct judgement *j = judge(low10, 10, high10, 8);

	ck_assert_int_eq(j->how, JUDGE_PAIRED);
	ck_assert_uint_eq(j->base.n, 8);
	ck_assert_uint_eq(judged.left_out, 2);
}
END_TEST

/* Seeds that nothing depends on give the same cell again: that is one observation, whatever number they have. */
START_TEST(cells_that_are_the_same_count_once)
{
	static const double base[] = { 100, 100, 100, 100, 101, 101, 101, 101 };
	static const double more[] = { 200, 200, 200, 200, 202, 202, 202, 202 };
	const struct judgement *j = judge(base, 8, more, 8);

	ck_assert_int_eq(j->how, JUDGE_PAIRED);
	ck_assert_uint_eq(j->base.n, 2);
	ck_assert_uint_eq(judged.repeated, 6);
	ck_assert_int_eq(j->call, JUDGE_TOO_FEW);
}
END_TEST

START_TEST(seeds_that_change_nothing_leave_it_exact)
{
	static const double base[] = { 100, 100, 100 }, more[] = { 150, 150, 150 };
	const struct judgement *j = judge(base, 3, more, 3);

	ck_assert_int_eq(j->how, JUDGE_EXACT);
	ck_assert_int_eq(j->call, JUDGE_WORSE);
}
END_TEST

/* Under a real clock equal values are equal by chance. */
START_TEST(real_cells_that_are_the_same_all_count)
{
	static const double base[] = { 100, 100, 100, 100, 100 }, more[] = { 200, 200, 200, 200, 200 };
	const struct judgement *j;

	json_object_set_new(run, "clock", json_string("real"));
	j = judge(base, 5, more, 5);
	ck_assert_uint_eq(j->base.n, 5);
	ck_assert_uint_eq(judged.repeated, 0);
	ck_assert_int_eq(j->call, JUDGE_WORSE);
}
END_TEST

START_TEST(different_seeds_are_not_paired)
{
	other = new_run_of("x-2", "virtual");
	add_cells(run, "a", METRIC, low10, 10);
	for (int i = 0; i < 10; i++)
		set_metric(add_cell(other, "a", 100 + i, "completed"), METRIC, high10[i]);
	judge_runs(run, other, NULL, &judged);
	ck_assert_int_eq(judged.how, JUDGE_UNPAIRED);
	ck_assert_int_eq(judgements_find(&judged, METRIC)->call, JUDGE_WORSE);
	ck_assert_double_eq(judgements_find(&judged, METRIC)->a12, 1);
}
END_TEST

START_TEST(the_same_is_equal)
{
	const struct judgement *j = judge(low10, 10, low10, 10);

	ck_assert_int_eq(j->call, JUDGE_EQUAL);
	ck_assert_int_eq(judgements_worst(&judged), JUDGE_EQUAL);
}
END_TEST

START_TEST(what_is_significant_and_small_does_not_count)
{
	double a_little_more[10];
	const struct judgement *j;

	for (size_t i = 0; i < 10; i++)
		a_little_more[i] = low10[i] + 0.1 * (double)(i + 1);
	j = judge(low10, 10, a_little_more, 10);
	ck_assert_double_lt(j->p_adjusted, 0.05);
	ck_assert_int_eq(j->call, JUDGE_SMALL);
}
END_TEST

START_TEST(a_metric_of_one_side_is_absent)
{
	const struct judgement *j;

	add_cells(run, "kernel-default", METRIC, low10, 2);
	add_cells(run, "hpc", "swap.in_bytes", low10, 2);
	judge_runs(run, NULL, NULL, &judged);
	j = judgements_find(&judged, METRIC);
	ck_assert_int_eq(j->call, JUDGE_ABSENT);
	ck_assert_uint_eq(j->other.n, 0);
}
END_TEST

START_TEST(more_primary_metrics_ask_for_more)
{
	static const char *const names[] = { METRIC, "swap.in_bytes", "alloc.stalls", "refault.file_pages" };

	json_object_set_new(run, "clock", json_string("real"));
	for (int i = 0; i < 4; i++)
		for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
			json_t *base, *more;

			base = k == 0 ? add_cell(run, "kernel-default", i, "completed")
				      : json_array_get(json_object_get(run, "cells"), 2 * (size_t)i);
			more = k == 0 ? add_cell(run, "hpc", i, "completed")
				      : json_array_get(json_object_get(run, "cells"), 2 * (size_t)i + 1);
			set_metric(base, names[k], low10[i]);
			set_metric(more, names[k], high10[i]);
		}
	judge_runs(run, NULL, NULL, &judged);
	ck_assert_uint_eq(judged.n_primary, 4);
	for (size_t k = 0; k < 4; k++) {
		ck_assert_double_eq_tol(judged.list[k].p, 2.0 / 70, 1e-12);
		ck_assert_double_eq_tol(judged.list[k].p_adjusted, 4 * 2.0 / 70, 1e-12);
		ck_assert_int_eq(judged.list[k].call, JUDGE_TOO_FEW);
		ck_assert_uint_eq(judged.list[k].more, 1);
	}
}
END_TEST

START_TEST(a_rate_should_be_high_and_a_time_low)
{
	static const struct {
		const char *figure;
		enum judge_call call;
	} figures[] = { { "workload.client.0.set_per_s", JUDGE_BETTER },
			{ "workload.client.0.tps", JUDGE_BETTER },
			{ "workload.client.0.latency_ms", JUDGE_WORSE },
			{ "workload.client.0.elapsed_s", JUDGE_WORSE },
			{ "workload.client.0.answers", JUDGE_DIFFERENT } };
	json_t *base = add_cell(run, "kernel-default", 1, "completed"), *more = add_cell(run, "hpc", 1, "completed");

	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		set_metric(base, figures[i].figure, 10);
		set_metric(more, figures[i].figure, 20);
	}
	judge_runs(run, NULL, NULL, &judged);
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++)
		ck_assert_int_eq(judgements_find(&judged, figures[i].figure)->call, figures[i].call);
}
END_TEST

/* ---- outcomes ---- */

static void add_ends(const char *profile, size_t completed, size_t killed, double killed_ns)
{
	for (size_t i = 0; i < completed + killed; i++) {
		bool ends = i < completed;
		json_t *cell = add_cell(run, profile, (int)i + 1, ends ? "completed" : "oom_killed");

		set_metric(cell, METRIC, ends ? 100 + (double)i : 1);
		set_metric(cell, "time.real_ns", 1000);
		if (!ends)
			set_metric(cell, "oom.first_ns", killed_ns + (double)i);
	}
}

START_TEST(killed_cells_are_in_no_median)
{
	json_object_set_new(run, "clock", json_string("real"));
	add_ends("kernel-default", 5, 0, 0);
	add_ends("hpc", 3, 4, 500);
	judge_runs(run, NULL, NULL, &judged);
	ck_assert_double_eq(judgements_find(&judged, METRIC)->other.median, 101);
	ck_assert_double_eq(judgements_find(&judged, METRIC)->other.min, 100);
	ck_assert_uint_eq(judged.outcomes.other.oom_killed.n, 4);
	ck_assert_uint_eq(judged.outcomes.base.completed.n, 5);
}
END_TEST

START_TEST(more_kills_are_worse)
{
	json_object_set_new(run, "clock", json_string("real"));
	add_ends("kernel-default", 8, 0, 0);
	add_ends("hpc", 0, 8, 500);
	judge_runs(run, NULL, NULL, &judged);
	ck_assert_double_eq_tol(judged.outcomes.p, 2.0 / 12870, 1e-12);
	ck_assert_int_eq(judged.outcomes.call, JUDGE_WORSE);
	ck_assert(!judged.comparable);
	ck_assert_uint_eq(judged.n, 0);
	ck_assert_int_eq(judgements_worst(&judged), JUDGE_WORSE);
}
END_TEST

START_TEST(later_kills_are_better)
{
	json_object_set_new(run, "clock", json_string("real"));
	add_ends("kernel-default", 0, 8, 100);
	add_ends("hpc", 0, 8, 800);
	judge_runs(run, NULL, NULL, &judged);
	ck_assert(isnan(judged.outcomes.p));
	ck_assert_double_eq_tol(judged.outcomes.oom_p, 2.0 / 12870, 1e-12);
	ck_assert_int_eq(judged.outcomes.call, JUDGE_BETTER);
}
END_TEST

START_TEST(one_kill_of_three_proves_nothing)
{
	json_object_set_new(run, "clock", json_string("real"));
	add_ends("kernel-default", 3, 0, 0);
	add_ends("hpc", 2, 1, 500);
	judge_runs(run, NULL, NULL, &judged);
	ck_assert_int_eq(judged.outcomes.call, JUDGE_TOO_FEW);
	ck_assert_uint_ge(judged.outcomes.more, 1);
}
END_TEST

START_TEST(invalid_cells_are_counted_and_not_used)
{
	add_cells(run, "kernel-default", METRIC, low10, 3);
	add_cells(run, "hpc", METRIC, high10, 3);
	json_object_set_new(json_array_get(json_object_get(run, "cells"), 4), "valid", json_false());
	judge_runs(run, NULL, NULL, &judged);
	ck_assert_uint_eq(judged.outcomes.other.invalid.n, 1);
	ck_assert_uint_eq(judged.outcomes.other.completed.of, 2);
	ck_assert_uint_eq(judgements_find(&judged, METRIC)->other.n, 2);
}
END_TEST

START_TEST(an_exact_kill_needs_no_p)
{
	add_ends("kernel-default", 1, 0, 0);
	add_ends("hpc", 0, 1, 500);
	judge_runs(run, NULL, NULL, &judged);
	ck_assert_int_eq(judged.how, JUDGE_EXACT);
	ck_assert(isnan(judged.outcomes.p) && isnan(judged.outcomes.oom_p));
	ck_assert_int_eq(judged.outcomes.call, JUDGE_WORSE);
}
END_TEST

/* ---- said ---- */

START_TEST(words_have_the_gain_and_p_and_n)
{
	const struct judgement *j = judge(high10, 10, low10, 10);
	_cleanup_free_ char *gain = judged_gain(j), *p = judged_p(j), *call = judged_call(j),
			    *side = judged_side(j, &j->base, false);

	ck_assert_str_eq(gain, "+51.1%");
	ck_assert_str_eq(p, "p=0.002 n=10");
	ck_assert_str_eq(call, "better");
	ck_assert_ptr_nonnull(strstr(side, " +- "));
}
END_TEST

START_TEST(runs_that_differ_in_memrig_are_warned_about)
{
	struct compare_options options = { .judge = { .threshold = JUDGE_THRESHOLD } };
	json_t *document = NULL;

	other = new_run_of("x-2", "virtual");
	json_object_set_new(run, "provenance", json_pack("{s:s, s:s}", "memrig", "one", "host_cpu", "fast"));
	json_object_set_new(other, "provenance", json_pack("{s:s, s:s}", "memrig", "two", "host_cpu", "slow"));
	add_cells(run, "a", METRIC, low10, 1);
	add_cells(other, "a", METRIC, low10, 1);
	ck_assert_int_eq(compare_to_json(run, other, &options, &document), 0);
	/* The processor changes nothing under the virtual clock. */
	ck_assert_uint_eq(json_array_size(json_object_get(document, "warnings")), 1);
	ck_assert_uint_eq(json_array_size(json_object_get(document, "comparisons")), 1);
	json_decref(document);
}
END_TEST

START_TEST(kernels_are_columns_when_asked_for)
{
	struct compare_groups groups;

	for (int i = 0; i < 2; i++)
		for (int k = 0; k < 2; k++)
			json_object_set_new(add_cell(run, i ? "b" : "a", 1, "completed"), "kernel",
					    json_string(k ? "6.12" : "6.1"));
	groups = compare_groups_by(run, NULL, COMPARE_KERNELS);
	ck_assert_uint_eq(groups.n, 2);
	ck_assert_str_eq(groups.list[1].profile, "b");
	ck_assert_uint_eq(groups.list[1].n_columns, 2);
	ck_assert_str_eq(groups.list[1].columns[1].kernel, "6.12");
	compare_groups_release(&groups);
}
END_TEST

START_TEST(the_kernel_that_was_asked_for_first_is_the_baseline)
{
	struct compare_groups groups;

	for (int k = 0; k < 3; k++)
		json_object_set_new(add_cell(run, "kernel-default", 1, "completed"), "kernel",
				    json_string(k == 0 ? "6.1" : k == 1 ? "6.12" : "6.18"));
	ck_assert_int_eq(compare_by_what_differs(run, NULL), COMPARE_KERNELS);
	groups = compare_groups_by(run, NULL, COMPARE_KERNELS);
	ck_assert_str_eq(groups.list[0].columns[0].kernel, "6.1");
	compare_groups_release(&groups);
	json_object_set_new(add_cell(run, "b", 1, "completed"), "kernel", json_string("6.1"));
	ck_assert_int_eq(compare_by_what_differs(run, NULL), COMPARE_PROFILES);
	ck_assert_int_eq(compare_by_what_differs(run, run), COMPARE_PROFILES);
}
END_TEST

START_TEST(profiles_of_two_runs_are_paired_when_asked_for)
{
	struct compare_groups groups;

	other = new_run_of("x-2", "virtual");
	for (int i = 0; i < 2; i++) {
		add_cell(run, i ? "b" : "a", 1, "completed");
		add_cell(other, i ? "a" : "b", 1, "completed");
	}
	groups = compare_groups_by(run, other, COMPARE_RUNS);
	ck_assert_uint_eq(groups.n, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_uint_eq(groups.list[i].n_columns, 2);
		ck_assert_ptr_eq(groups.list[i].columns[0].run, run);
		ck_assert_ptr_eq(groups.list[i].columns[1].run, other);
		ck_assert_str_eq(groups.list[i].columns[1].profile, groups.list[i].columns[0].profile);
	}
	compare_groups_release(&groups);
}
END_TEST

START_TEST(a_scenario_may_say_what_is_primary)
{
	const char *const profiles[] = { "kernel-default", "hpc" };
	const struct judgement *declared, *marked;

	for (int i = 0; i < 2; i++) {
		json_t *cell = add_cell(run, profiles[i], 1, "completed");

		set_metric(cell, METRIC, 100 + i);
		set_metric(cell, "workload.db.0.rps", 100 - 50 * i);
		json_object_set_new(cell, "primary", json_pack("[s]", "workload.db.0.rps"));
	}
	judge_runs(run, NULL, NULL, &judged);
	declared = judgements_find(&judged, "workload.db.0.rps");
	marked = judgements_find(&judged, METRIC);
	ck_assert(declared->primary && !marked->primary);
	ck_assert_uint_eq(judged.n_primary, 1);
	ck_assert_ptr_eq(declared, &judged.list[0]);
	ck_assert_int_eq(judgements_worst(&judged), JUDGE_WORSE);
}
END_TEST

START_TEST(half_a_page_is_no_reason_for_an_exponent)
{
	_cleanup_free_ char *pages = judged_value("reclaim.stolen_pages", 175195.5),
			    *few = judged_value("alloc.stalls", 130.5);

	ck_assert_str_eq(pages, "175196");
	ck_assert_str_eq(few, "130.5");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("judge");
	TCase *tc = tcase_create("judge");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, one_seed_under_the_virtual_clock_is_exact);
	tcase_add_test(tc, one_cell_under_a_real_clock_is_too_few);
	tcase_add_test(tc, seeds_pair_cells_under_the_virtual_clock);
	tcase_add_test(tc, cells_without_a_partner_are_left_out);
	tcase_add_test(tc, cells_that_are_the_same_count_once);
	tcase_add_test(tc, seeds_that_change_nothing_leave_it_exact);
	tcase_add_test(tc, real_cells_that_are_the_same_all_count);
	tcase_add_test(tc, different_seeds_are_not_paired);
	tcase_add_test(tc, the_same_is_equal);
	tcase_add_test(tc, what_is_significant_and_small_does_not_count);
	tcase_add_test(tc, a_metric_of_one_side_is_absent);
	tcase_add_test(tc, more_primary_metrics_ask_for_more);
	tcase_add_test(tc, a_rate_should_be_high_and_a_time_low);
	tcase_add_test(tc, killed_cells_are_in_no_median);
	tcase_add_test(tc, more_kills_are_worse);
	tcase_add_test(tc, later_kills_are_better);
	tcase_add_test(tc, one_kill_of_three_proves_nothing);
	tcase_add_test(tc, invalid_cells_are_counted_and_not_used);
	tcase_add_test(tc, an_exact_kill_needs_no_p);
	tcase_add_test(tc, words_have_the_gain_and_p_and_n);
	tcase_add_test(tc, runs_that_differ_in_memrig_are_warned_about);
	tcase_add_test(tc, kernels_are_columns_when_asked_for);
	tcase_add_test(tc, the_kernel_that_was_asked_for_first_is_the_baseline);
	tcase_add_test(tc, profiles_of_two_runs_are_paired_when_asked_for);
	tcase_add_test(tc, a_scenario_may_say_what_is_primary);
	tcase_add_test(tc, half_a_page_is_no_reason_for_an_exponent);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
