/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the gate says of two runs. */
#include <errno.h>

#include "results/gate.h"
#include "streams.h"

/* A cell as `memrig run` stores it: an outcome, swapped bytes, and more members, with ' for ". */
static json_t *cell(const char *scenario, int seed, const char *kernel, const char *outcome, int swapped,
		    const char *more)
{
	_cleanup_free_ char *text =
		xasprintf("{'id':'%s.p.s%d','scenario':'%s','profile':'p','seed':%d,'kernel':'%s','clock':'"
			  "virtual','outcome':'%s',"
			  "'valid':true,'stream_sha256':'%d%s','verdicts':[],'workloads':[],'metrics':{'swap."
			  "out_bytes':%d}%s}",
			  scenario, seed, scenario, seed, kernel, outcome, swapped, outcome, swapped, more);
	json_t *json;

	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	json = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(json);
	return json;
}

static json_t *run_of(const char *id, const char *clock, json_t *cells)
{
	return json_pack("{s:s, s:s, s:s, s:{s:s}, s:o}", "schema", "memrig.run/1", "run", id, "clock", clock,
			 "provenance", "host_cpu", "A", "cells", cells);
}

/* One scenario, one seed, on the virtual clock. */
static json_t *plain(const char *outcome, int swapped, const char *more)
{
	return run_of("x", "virtual", json_pack("[o]", cell("s", 1, "6.1.0-1", outcome, swapped, more)));
}

/* Takes both over. */
static json_t *gate_of(json_t *run, json_t *baseline)
{
	json_t *gate = NULL;

	ck_assert_int_eq(gate_make(run, baseline, NULL, &gate, NULL), 0);
	json_decref(run);
	json_decref(baseline);
	return gate;
}

static void expect(json_t *run, json_t *baseline, const char *result, const char *kind)
{
	json_t *gate = gate_of(run, baseline);
	json_t *group = json_array_get(json_object_get(gate, "groups"), 0);
	json_t *finding = json_array_get(json_object_get(group, "findings"), 0);

	ck_assert_str_eq(record_text(gate, "result", ""), result);
	ck_assert_str_eq(record_text(group, "result", ""), result);
	ck_assert_str_eq(record_text(finding, "kind", ""), kind);
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(gate, "counts"), result)), 1);
	json_decref(gate);
}

START_TEST(equal_cells_are_no_change)
{
	expect(plain("completed", 100, ""), plain("completed", 100, ""), "no_change", "");
}
END_TEST

START_TEST(a_primary_metric_says_worse_or_better)
{
	expect(plain("completed", 200, ""), plain("completed", 100, ""), "regression", "metric");
	expect(plain("completed", 100, ""), plain("completed", 200, ""), "improvement", "metric");
}
END_TEST

START_TEST(a_difference_that_does_not_matter_is_still_a_change)
{
	expect(plain("completed", 1001, ""), plain("completed", 1000, ""), "change", "stream");
}
END_TEST

START_TEST(a_worse_outcome_is_a_regression_whatever_the_numbers)
{
	expect(plain("oom_killed", 0, ""), plain("completed", 100, ""), "regression", "outcome");
	expect(plain("completed", 100, ""), plain("oom_killed", 0, ""), "improvement", "outcome");
}
END_TEST

static json_t *seeds(int one, int two, int three)
{
	return run_of("x", "virtual",
		      json_pack("[o, o, o]", cell("s", 1, "6.1.0-1", "completed", one, ""),
				cell("s", 2, "6.1.0-1", "completed", two, ""),
				cell("s", 3, "6.1.0-1", "completed", three, "")));
}

START_TEST(seeds_that_agree_need_no_test_under_the_virtual_clock)
{
	expect(seeds(150, 160, 170), seeds(100, 110, 170), "regression", "metric");
	expect(seeds(100, 110, 120), seeds(150, 160, 170), "improvement", "metric");
	expect(seeds(1, 2, 3), seeds(0, 0, 0), "regression", "metric");
}
END_TEST

/* Three seeds; the one that swapped also has a share of it, as cells without reclaim have none. */
static json_t *one_has_more(void)
{
	json_t *run = seeds(0, 100, 0), *one = json_array_get(json_object_get(run, "cells"), 1);

	json_object_set_new(json_object_get(one, "metrics"), "reclaim.anon_share_ratio", json_real(0.5));
	return run;
}

START_TEST(what_one_seed_of_several_has_is_equal_to_itself)
{
	expect(one_has_more(), one_has_more(), "no_change", "");
}
END_TEST

START_TEST(seeds_that_disagree_are_a_change)
{
	expect(seeds(150, 160, 90), seeds(100, 110, 120), "change", "stream");
	expect(seeds(1001, 1001, 1001), seeds(1000, 1000, 1000), "change", "stream");
}
END_TEST

#define VERDICT(cause)                                                                                       \
	",'verdicts':[{'name':'thrashing','node':0,'cause':'" cause "','summary':'S.','evidence':{}}]"

START_TEST(a_new_verdict_is_a_regression_and_one_that_is_gone_an_improvement)
{
	expect(plain("completed", 1, VERDICT("a")), plain("completed", 1, ""), "regression", "verdict");
	expect(plain("completed", 1, ""), plain("completed", 1, VERDICT("a")), "improvement", "verdict");
	expect(plain("completed", 1, VERDICT("b")), plain("completed", 1, VERDICT("a")), "change", "verdict");
	expect(plain("completed", 1, VERDICT("a")), plain("completed", 1, VERDICT("a")), "no_change", "");
}
END_TEST

#define EXPECTED(met) ",'expectations':[{'text':'outcome completed','met':" met "}]"

START_TEST(an_expectation_that_is_no_longer_met_is_a_regression)
{
	expect(plain("completed", 1, EXPECTED("false")), plain("completed", 1, EXPECTED("true")),
	       "regression", "expectation");
	expect(plain("completed", 1, EXPECTED("true")), plain("completed", 1, EXPECTED("false")),
	       "improvement", "expectation");
}
END_TEST

START_TEST(a_cell_that_is_not_valid_any_more_is_a_regression)
{
	json_t *run = plain("completed", 1, "");
	json_t *bad = json_array_get(json_object_get(run, "cells"), 0);

	json_object_set_new(bad, "valid", json_false());
	json_object_set_new(bad, "invalid_reasons", json_pack("[s]", "a setting did not hold"));
	expect(run, plain("completed", 1, ""), "regression", "validity");
}
END_TEST

START_TEST(a_seed_that_is_missing_is_found)
{
	json_t *baseline = run_of("b", "virtual",
				  json_pack("[o, o]", cell("s", 1, "6.1.0-1", "completed", 1, ""),
					    cell("s", 2, "6.1.0-1", "completed", 1, "")));

	expect(plain("completed", 1, ""), baseline, "regression", "missing");
}
END_TEST

/* The findings of the first group that are of the kind. */
static size_t count_kind(json_t *run, json_t *baseline, const char *kind)
{
	json_t *gate = gate_of(run, baseline), *finding;
	size_t n = 0, i;

	json_array_foreach (json_object_get(json_array_get(json_object_get(gate, "groups"), 0), "findings"), i, finding)
		n += streq(record_text(finding, "kind", ""), kind);
	json_decref(gate);
	return n;
}

START_TEST(one_seed_of_several_is_held_against_the_same_seed)
{
	ck_assert_uint_eq(count_kind(plain("completed", 100, ""), seeds(100, 1, 9), "metric"), 0);
	ck_assert_uint_eq(count_kind(plain("completed", 101, ""), seeds(100, 1, 9), "metric"), 1);
	expect(seeds(100, 1, 9), plain("completed", 100, ""), "no_change", "");
	expect(seeds(150, 1, 9), plain("completed", 100, ""), "regression", "metric");
}
END_TEST

START_TEST(seeds_with_none_in_common_have_no_numbers_to_compare)
{
	json_t *run = plain("completed", 900, "");

	json_object_set_new(json_array_get(json_object_get(run, "cells"), 0), "seed", json_integer(7));
	ck_assert_uint_eq(count_kind(run, plain("completed", 100, ""), "metric"), 0);
}
END_TEST

#define OF_SETTING(key)                                                                                      \
	"{'name':'setting_without_effect','cause':'c','summary':'S.','evidence':{'key':'" key "'}}"

START_TEST(settings_without_effect_are_told_apart)
{
	expect(plain("completed", 1, ",'verdicts':[" OF_SETTING("a") "," OF_SETTING("b") "]"),
	       plain("completed", 1, ",'verdicts':[" OF_SETTING("a") "]"), "regression", "verdict");
}
END_TEST

START_TEST(scenarios_of_one_run_alone_are_missing_or_new)
{
	json_t *run = run_of("r", "virtual",
			     json_pack("[o, o]", cell("s", 1, "6.1.0-1", "completed", 1, ""),
				       cell("new", 1, "6.1.0-1", "completed", 1, "")));
	json_t *baseline = run_of("b", "virtual",
				  json_pack("[o, o]", cell("s", 1, "6.1.0-1", "completed", 1, ""),
					    cell("old", 1, "6.1.0-1", "completed", 1, "")));
	json_t *gate = gate_of(run, baseline), *groups = json_object_get(gate, "groups");

	ck_assert_uint_eq(json_array_size(groups), 3);
	ck_assert_str_eq(record_text(json_array_get(groups, 0), "result", ""), "no_change");
	ck_assert_str_eq(record_text(json_array_get(groups, 1), "result", ""), "new");
	ck_assert_str_eq(record_text(json_array_get(groups, 2), "scenario", ""), "old");
	ck_assert_str_eq(record_text(json_array_get(groups, 2), "result", ""), "regression");
	ck_assert_str_eq(record_text(gate, "result", ""), "regression");
	json_decref(gate);
}
END_TEST

START_TEST(another_release_of_the_kernel_is_the_same_kernel)
{
	json_t *run = run_of("r", "virtual",
			     json_pack("[o, o]", cell("s", 1, "6.1.0-2", "completed", 1, ""),
				       cell("s", 1, "6.12.1", "completed", 5, "")));
	json_t *baseline = run_of("b", "virtual",
				  json_pack("[o, o]", cell("s", 1, "6.12.0", "completed", 5, ""),
					    cell("s", 1, "6.1.0-1", "completed", 1, "")));
	json_t *gate = gate_of(run, baseline), *groups = json_object_get(gate, "groups");
	json_t *changed = json_object_get(json_array_get(groups, 0), "changed");

	ck_assert_str_eq(record_text(gate, "result", ""), "no_change");
	ck_assert_uint_eq(json_array_size(groups), 2);
	ck_assert_str_eq(record_text(json_array_get(groups, 0), "baseline_kernel", ""), "6.1.0-1");
	ck_assert_str_eq(record_text(json_array_get(changed, 0), "what", ""), "kernel");
	json_decref(gate);
}
END_TEST

static json_t *real(const char *cpu, size_t n, int swapped)
{
	json_t *cells = json_array(), *run;

	for (size_t i = 0; i < n; i++) {
		json_t *one = cell("s", (int)i, "6.1.0-1", "completed", swapped + (int)(i * 7 % 5), "");

		json_object_set_new(one, "clock", json_string("real"));
		json_array_append_new(cells, one);
	}
	run = run_of("r", "real", cells);
	json_object_set_new(json_object_get(run, "provenance"), "host_cpu", json_string(cpu));
	return run;
}

START_TEST(few_cells_on_a_real_clock_are_not_enough)
{
	expect(real("A", 2, 2000), real("A", 2, 1000), "not_enough", "cells");
}
END_TEST

START_TEST(enough_cells_on_a_real_clock_can_tell)
{
	expect(real("A", 12, 2000), real("A", 12, 1000), "regression", "metric");
	expect(real("A", 12, 1000), real("A", 12, 1000), "no_change", "");
}
END_TEST

/* Returns the message; takes both over. */
static const char *refusal(json_t *run, json_t *baseline)
{
	static struct error err;
	json_t *gate = NULL;

	err = (struct error){ 0 };
	ck_assert_int_eq(gate_make(run, baseline, NULL, &gate, &err), -EINVAL);
	ck_assert_ptr_null(gate);
	ck_assert_str_ne(err.hint, "");
	json_decref(run);
	json_decref(baseline);
	return err.what;
}

START_TEST(runs_that_cannot_be_compared_are_refused)
{
	ck_assert_ptr_nonnull(strstr(refusal(real("A", 2, 1), real("B", 2, 1)), "another machine"));
	ck_assert_ptr_nonnull(strstr(refusal(plain("completed", 1, ""), real("A", 2, 1)), "clock"));
	ck_assert_ptr_nonnull(strstr(refusal(run_of("r", "virtual", json_array()), plain("completed", 1, "")),
				     "no scenario"));
}
END_TEST

START_TEST(a_real_machine_may_differ_where_the_clock_is_virtual)
{
	json_t *run = plain("completed", 1, "");

	json_object_set_new(json_object_get(run, "provenance"), "host_cpu", json_string("B"));
	expect(run, plain("completed", 1, ""), "no_change", "");
}
END_TEST

START_TEST(repetitions_of_a_cell_are_left_out)
{
	json_t *run = run_of("r", "virtual",
			     json_pack("[o, o]", cell("s", 1, "6.1.0-1", "completed", 1, ""),
				       cell("s", 1, "6.1.0-1", "completed", 99, ",'repeat':1")));

	expect(run, plain("completed", 1, ""), "no_change", "");
}
END_TEST

START_TEST(a_cure_is_held_against_the_same_cure)
{
	json_t *runs[2];
	json_t *gate;

	for (int i = 0; i < 2; i++)
		runs[i] = run_of("r", "virtual",
				 json_pack("[o, o]", cell("s", 1, "6.1.0-1", "completed", 5, ""),
					   cell("s-cured", 1, "6.1.0-1", "completed", i, ",'cures':'s'")));
	gate = gate_of(runs[1], runs[0]);
	ck_assert_uint_eq(json_array_size(json_object_get(gate, "groups")), 2);
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(gate, "counts"), "no_change")), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(gate, "counts"), "regression")), 1);
	json_decref(gate);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("gate");
	TCase *tc = tcase_create("gate");

	tcase_add_test(tc, a_cure_is_held_against_the_same_cure);
	tcase_add_test(tc, equal_cells_are_no_change);
	tcase_add_test(tc, a_primary_metric_says_worse_or_better);
	tcase_add_test(tc, a_difference_that_does_not_matter_is_still_a_change);
	tcase_add_test(tc, a_worse_outcome_is_a_regression_whatever_the_numbers);
	tcase_add_test(tc, seeds_that_agree_need_no_test_under_the_virtual_clock);
	tcase_add_test(tc, what_one_seed_of_several_has_is_equal_to_itself);
	tcase_add_test(tc, seeds_that_disagree_are_a_change);
	tcase_add_test(tc, a_new_verdict_is_a_regression_and_one_that_is_gone_an_improvement);
	tcase_add_test(tc, an_expectation_that_is_no_longer_met_is_a_regression);
	tcase_add_test(tc, a_cell_that_is_not_valid_any_more_is_a_regression);
	tcase_add_test(tc, a_seed_that_is_missing_is_found);
	tcase_add_test(tc, one_seed_of_several_is_held_against_the_same_seed);
	tcase_add_test(tc, seeds_with_none_in_common_have_no_numbers_to_compare);
	tcase_add_test(tc, settings_without_effect_are_told_apart);
	tcase_add_test(tc, scenarios_of_one_run_alone_are_missing_or_new);
	tcase_add_test(tc, another_release_of_the_kernel_is_the_same_kernel);
	tcase_add_test(tc, few_cells_on_a_real_clock_are_not_enough);
	tcase_add_test(tc, enough_cells_on_a_real_clock_can_tell);
	tcase_add_test(tc, runs_that_cannot_be_compared_are_refused);
	tcase_add_test(tc, a_real_machine_may_differ_where_the_clock_is_virtual);
	tcase_add_test(tc, repetitions_of_a_cell_are_left_out);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
