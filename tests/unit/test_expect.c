/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/expect.h"
#include "tests/unit/streams.h"

#define ANY_NODE .node = -1

enum state { MET, UNMET, OTHER };

/* One expectation against one stream. */
static const struct {
	const char *stream;
	struct expectation expect;
	enum state state;
	const char *text;
} cases[] = {
	{ "cpuset.jsonl",
	  { .kind = EXPECT_VERDICT, .name = (char *)"swap_with_free_memory", ANY_NODE },
	  MET,
	  "verdict swap_with_free_memory" },
	{ "cpuset.jsonl",
	  { .kind = EXPECT_VERDICT,
	    .name = (char *)"swap_with_free_memory",
	    .cause = (char *)"cpuset",
	    .node = 0 },
	  MET,
	  "verdict swap_with_free_memory on node 0, cause cpuset" },
	{ "cpuset.jsonl",
	  { .kind = EXPECT_VERDICT,
	    .name = (char *)"swap_with_free_memory",
	    .cause = (char *)"mempolicy",
	    .node = 0 },
	  UNMET,
	  "verdict swap_with_free_memory on node 0, cause mempolicy" },
	{ "cpuset.jsonl",
	  { .kind = EXPECT_VERDICT, .name = (char *)"swap_with_free_memory", .node = 1 },
	  UNMET,
	  "verdict swap_with_free_memory on node 1" },
	{ "cpuset.jsonl",
	  { .kind = EXPECT_NO_VERDICT, .name = (char *)"swap_with_free_memory", ANY_NODE },
	  UNMET,
	  "no verdict swap_with_free_memory" },
	{ "no_swap.jsonl",
	  { .kind = EXPECT_NO_VERDICT, .name = (char *)"swap_with_free_memory", ANY_NODE },
	  MET,
	  "no verdict swap_with_free_memory" },
	{ "cpuset.jsonl",
	  { .kind = EXPECT_METRIC, .name = (char *)"swap.out_bytes", .has_min = true, .min = 41943040 },
	  MET,
	  "swap.out_bytes at least 40.0 MiB" },
	{ "cpuset.jsonl",
	  { .kind = EXPECT_METRIC, .name = (char *)"swap.out_bytes", .has_min = true, .min = 41943041 },
	  UNMET,
	  "swap.out_bytes at least 40.0 MiB" },
	{ "cpuset.jsonl",
	  { .kind = EXPECT_METRIC,
	    .name = (char *)"alloc.stalls",
	    .has_min = true,
	    .min = 1,
	    .has_max = true,
	    .max = 20 },
	  UNMET,
	  "alloc.stalls at least 1 events and at most 20 events" },
	{ "cpuset.jsonl",
	  { .kind = EXPECT_METRIC, .name = (char *)"swap.out_zero_bytes", .has_max = true, .max = 0 },
	  UNMET,
	  "swap.out_zero_bytes at most 0" }, /* absent is not 0 */
	{ "oom_memcg.jsonl",
	  { .kind = EXPECT_OUTCOME,
	    .name = (char *)"oom_killed",
	    .workload = (char *)"db.0",
	    .constraint = (char *)"memcg" },
	  MET,
	  "db.0 ends oom_killed, constraint memcg" },
	{ "oom_memcg.jsonl",
	  { .kind = EXPECT_OUTCOME, .name = (char *)"oom_killed", .constraint = (char *)"cpuset" },
	  UNMET,
	  "outcome oom_killed, constraint cpuset" },
	{ "oom_memcg.jsonl",
	  { .kind = EXPECT_OUTCOME, .name = (char *)"completed" },
	  UNMET,
	  "outcome completed" },
	{ "oom_memcg.jsonl",
	  { .kind = EXPECT_OUTCOME, .name = (char *)"completed", .workload = (char *)"nobody.0" },
	  UNMET,
	  "nobody.0 ends completed" },
	{ "cpuset.jsonl",
	  { .kind = EXPECT_OUTCOME, .gate = GATE_CLASSIC_LRU, .name = (char *)"completed" },
	  MET,
	  "outcome completed" },
	{ "cpuset.jsonl",
	  { .kind = EXPECT_OUTCOME, .gate = GATE_MGLRU, .name = (char *)"completed" },
	  OTHER,
	  "outcome completed" },
	{ "mglru.jsonl",
	  { .kind = EXPECT_OUTCOME, .gate = GATE_MGLRU, .name = (char *)"completed" },
	  MET,
	  "outcome completed" },
	{ "mglru.jsonl",
	  { .kind = EXPECT_OUTCOME, .gate = GATE_CLASSIC_LRU, .name = (char *)"completed" },
	  OTHER,
	  "outcome completed" },
	{ "mglru.jsonl",
	  { .kind = EXPECT_OUTCOME, .gate = GATE_TIERS, .name = (char *)"completed" },
	  OTHER,
	  "outcome completed" },
	{ "tiers.jsonl",
	  { .kind = EXPECT_OUTCOME, .gate = GATE_TIERS, .name = (char *)"completed" },
	  MET,
	  "outcome completed" },
	{ "tiers.jsonl",
	  { .kind = EXPECT_OUTCOME, .gate = GATE_ONE_TIER, .name = (char *)"completed" },
	  OTHER,
	  "outcome completed" },
	{ "mglru.jsonl",
	  { .kind = EXPECT_OUTCOME, .gate = GATE_ONE_TIER, .name = (char *)"completed" },
	  MET,
	  "outcome completed" },
	/* That stream is of a 6.1. */
	{ "mglru.jsonl",
	  { .kind = EXPECT_OUTCOME, .kernels = KERNELS_BEFORE, .release = { 6, 2 }, .name = (char *)"completed" },
	  MET,
	  "outcome completed" },
	{ "mglru.jsonl",
	  { .kind = EXPECT_OUTCOME, .kernels = KERNELS_BEFORE, .release = { 6, 1 }, .name = (char *)"completed" },
	  OTHER,
	  "outcome completed" },
	{ "mglru.jsonl",
	  { .kind = EXPECT_OUTCOME, .kernels = KERNELS_FROM, .release = { 6, 1 }, .name = (char *)"completed" },
	  MET,
	  "outcome completed" },
	{ "mglru.jsonl",
	  { .kind = EXPECT_OUTCOME, .kernels = KERNELS_FROM, .release = { 7, 0 }, .name = (char *)"completed" },
	  OTHER,
	  "outcome completed" },
};

START_TEST(one_expectation)
{
	struct expectation expect = cases[_i].expect;
	struct scenario scenario = { .expects = &expect, .n_expects = 1 };
	struct summary *s = summary_of(cases[_i].stream);
	json_t *all = expect_evaluate(&scenario, s), *e = json_array_get(all, 0),
	       *met = json_object_get(e, "met");

	ck_assert_str_eq(record_text(e, "text", ""), cases[_i].text);
	if (cases[_i].state == OTHER) {
		ck_assert_ptr_null(met);
		ck_assert(json_is_false(json_object_get(e, "applies")));
		ck_assert_str_ne(record_text(e, "reason", ""), "");
	} else {
		ck_assert(json_is_boolean(met));
		ck_assert_int_eq(json_is_true(met), cases[_i].state == MET);
		/* Something to compare with, or why there is nothing. */
		ck_assert(json_object_get(e, "actual") || json_object_get(e, "reason"));
	}
	ck_assert_uint_eq(expect_unmet(all), cases[_i].state == UNMET);
	json_decref(all);
	summary_free(s);
}
END_TEST

START_TEST(none_is_an_empty_list)
{
	struct scenario scenario = { .n_expects = 0 };
	struct summary *s = summary_of("cpuset.jsonl");
	json_t *all = expect_evaluate(&scenario, s);

	ck_assert_uint_eq(json_array_size(all), 0);
	ck_assert_uint_eq(expect_unmet(all), 0);
	ck_assert_uint_eq(expect_unmet(NULL), 0);
	json_decref(all);
	summary_free(s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("expect");
	TCase *tcase = tcase_create("expect");

	tcase_add_loop_test(tcase, one_expectation, 0, ARRAY_SIZE(cases));
	tcase_add_test(tcase, none_is_an_empty_list);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
