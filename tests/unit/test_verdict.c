/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "results/verdict.h"
#include "tests/unit/streams.h"

/* What fires, with which cause; and what does not. */
static const struct {
	const char *stream, *cause; /* NULL: does not fire */
	const char *attributed_by, *because;
} cases[] = {
	{ "cpuset.jsonl", "cpuset", "reclaimed anonymous pages", "because group db has cpuset.mems=0." },
	{ "mempolicy.jsonl", "mempolicy", "fall of AnonPages", "because workload db.0 is bound to node 0." },
	{ "memcg_limit.jsonl", "memcg_limit", "reclaimed anonymous pages",
	  "because group db reached its memory.max of 300.0 MiB." },
	{ "zone_reclaim.jsonl", "zone_reclaim", "least free against its watermarks",
	  "because vm.zone_reclaim_mode=7 reclaims a node before it uses the next." },
	{ "unknown.jsonl", "unknown", "reclaimed anonymous pages", "no setting explains it." },
	{ "mglru.jsonl", "cpuset", "fall of AnonPages", "cpuset.mems=0." },
	{ "both_full.jsonl", NULL, NULL, NULL },
	{ "no_swap.jsonl", NULL, NULL, NULL },
};

static uint64_t evidence(const json_t *verdict, const char *key)
{
	const json_t *value = json_object_get(json_object_get(verdict, "evidence"), key);

	ck_assert_msg(json_is_integer(value), "no %s in the evidence", key);
	return (uint64_t)json_integer_value(value);
}

START_TEST(fires_with_its_cause)
{
	struct timeline *t = timeline_of(cases[_i].stream);
	json_t *found = verdicts_judge(t), *v = json_array_get(found, 0);

	ck_assert_msg(json_array_size(found) == (cases[_i].cause ? 1 : 0), "%s", cases[_i].stream);
	if (cases[_i].cause) {
		const char *by = record_text(json_object_get(v, "evidence"), "attributed_by", "");
		const struct verdict *verdict = verdict_find("swap_with_free_memory");

		ck_assert_str_eq(record_text(v, "name", ""), verdict->name);
		ck_assert_str_eq(record_text(v, "cause", ""), cases[_i].cause);
		ck_assert_str_eq(record_text(v, "fix", ""),
				 verdict_find_cause(verdict, cases[_i].cause)->fix);
		ck_assert_str_eq(by, cases[_i].attributed_by);
		ck_assert_msg(strstr(record_text(v, "summary", ""), cases[_i].because) != NULL, "%s",
			      record_text(v, "summary", ""));
	}
	json_decref(found);
	timeline_free(t);
}
END_TEST

START_TEST(evidence_is_in_numbers)
{
	struct timeline *t = timeline_of("cpuset.jsonl");
	json_t *found = verdicts_judge(t), *v = json_array_get(found, 0);

	ck_assert_uint_eq(evidence(v, "node"), 0);
	ck_assert_uint_eq(evidence(v, "other_node"), 1);
	ck_assert_uint_eq(evidence(v, "swapped_bytes"), 10240 * 4096);
	ck_assert_uint_eq(evidence(v, "other_free_min_bytes"), 400 * MIB);
	ck_assert_uint_eq(evidence(v, "other_high_watermark_bytes"), 1200 * 4096);
	ck_assert_uint_eq(evidence(v, "first_ns"), 200000010);
	ck_assert_uint_eq(evidence(v, "duration_ns"), 400000000);
	ck_assert_uint_eq(evidence(v, "group_swapped_bytes"), 10240 * 4096);
	ck_assert_str_eq(record_text(json_object_get(v, "evidence"), "group", ""), "db");
	ck_assert_str_eq(record_text(json_object_get(v, "evidence"), "workload", ""), "db.0");
	ck_assert_str_eq(
		record_text(v, "summary", ""),
		"40.0 MiB were swapped out of node 0 while node 1 had 400.0 MiB free, because group db has "
		"cpuset.mems=0.");
	json_decref(found);
	timeline_free(t);
}
END_TEST

/* A two-node stream of two intervals, with what node 1 has free and what was swapped as parameters. */
static json_t *judge(uint64_t free_before, uint64_t free_after, uint64_t swapped_pages)
{
	_cleanup_free_ char *text = xasprintf(
		"{\"type\":\"stream\",\"schema\":\"memrig.stream/1\"}\n"
		"{\"type\":\"zone\",\"t_ns\":1,\"node\":1,\"zone\":\"Normal\",\"high_pages\":1024}\n"
		"{\"type\":\"begin\",\"t_ns\":10}\n"
		"{\"type\":\"columns\",\"t_ns\":10,\"names\":[\"vmstat.pswpout\",\"node0.meminfo.MemFree_"
		"bytes\","
		"\"node1.meminfo.MemFree_bytes\"]}\n"
		"{\"type\":\"sample\",\"t_ns\":20,\"set\":[0,0,1,4096,2,%" PRIu64 "]}\n"
		"{\"type\":\"sample\",\"t_ns\":30,\"set\":[0,%" PRIu64 ",2,%" PRIu64 "]}\n",
		free_before, swapped_pages, free_after);
	struct timeline *t;
	json_t *found;

	ck_assert_int_eq(timeline_parse(text, strlen(text), &t, NULL), 0);
	found = verdicts_judge(t);
	timeline_free(t);
	return found;
}

START_TEST(thresholds_are_exact)
{
	const uint64_t enough = 1024 * 4096 + 16 * MIB;
	const struct {
		uint64_t before, after, pages;
		size_t fires;
	} at[] = {
		{ enough, enough, 256, 1 },     /* 1 MiB, just enough free */
		{ enough, enough, 255, 0 },     /* a page less than 1 MiB */
		{ enough - 1, enough, 256, 0 }, /* not enough at the start */
		{ enough, enough - 1, 256, 0 }, /* not enough at the end */
	};

	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		json_t *found = judge(at[i].before, at[i].after, at[i].pages);

		ck_assert_msg(json_array_size(found) == at[i].fires, "case %zu", i);
		json_decref(found);
	}
}
END_TEST

START_TEST(knows_its_names)
{
	ck_assert(verdict_known("swap_with_free_memory"));
	ck_assert(!verdict_known("swap_with_free_memor"));
	ck_assert_ptr_nonnull(verdict_find_cause(verdict_find("swap_with_free_memory"), "cpuset"));
	ck_assert_ptr_null(verdict_find_cause(verdict_find("swap_with_free_memory"), "weather"));
}
END_TEST

/* docs/verdicts.md names every verdict and cause. */
START_TEST(reference_is_complete)
{
	_cleanup_free_ char *doc = NULL;

	ck_assert_int_eq(file_read(NULL, "docs/verdicts.md", &doc, NULL, NULL), 0);
	for (const struct verdict *v = verdicts; v->name; v++) {
		_cleanup_free_ char *head = xasprintf("## %s\n", v->name);

		ck_assert_msg(strstr(doc, head) != NULL, "docs/verdicts.md lacks %s", v->name);
		for (const struct verdict_cause *c = v->causes; c->name; c++) {
			_cleanup_free_ char *row = xasprintf("| `%s` | %s | %s |\n", c->name, c->doc, c->fix);

			ck_assert_msg(strstr(doc, row) != NULL, "docs/verdicts.md lacks the row %s", row);
		}
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("verdict");
	TCase *tcase = tcase_create("verdict");

	tcase_add_loop_test(tcase, fires_with_its_cause, 0, ARRAY_SIZE(cases));
	tcase_add_test(tcase, evidence_is_in_numbers);
	tcase_add_test(tcase, thresholds_are_exact);
	tcase_add_test(tcase, knows_its_names);
	tcase_add_test(tcase, reference_is_complete);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
