/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/metrics.h"
#include "tests/unit/streams.h"

static json_int_t value(const json_t *metrics_, const char *name)
{
	const json_t *v = json_object_get(metrics_, name);

	ck_assert_msg(json_is_integer(v), "%s is absent or no integer", name);
	return json_integer_value(v);
}

START_TEST(counts_growth_in_its_unit)
{
	struct timeline *t = timeline_of("oom_memcg.jsonl");
	json_t *m = metrics_compute(t);

	ck_assert_int_eq(value(m, "swap.out_bytes"), 10240 * 4096);
	ck_assert_int_eq(value(m, "swap.in_bytes"), 2560 * 4096);
	ck_assert_int_eq(value(m, "reclaim.stolen_pages"),
			 10240); /* kswapd 3/4 + direct 1/4, never anon + file on top */
	ck_assert_int_eq(value(m, "reclaim.scanned_pages"), 25600);
	ck_assert_int_eq(value(m, "reclaim.kswapd_stolen_pages"), 7680);
	ck_assert_int_eq(value(m, "reclaim.direct_stolen_pages"), 2560);
	ck_assert_int_eq(value(m, "reclaim.anon_stolen_pages"), 10240);
	ck_assert_int_eq(value(m, "alloc.stalls"), 20 + 10); /* dma32 and normal */
	ck_assert_int_eq(value(m, "oom.kills"), 1);
	ck_assert_int_eq(value(m, "psi.memory_some_us"), 10240);
	ck_assert_int_eq(value(m, "time.virtual_ns"), 600000500);
	ck_assert_double_eq_tol(json_real_value(json_object_get(m, "reclaim.efficiency_ratio")), 0.4, 1e-9);
	ck_assert_double_eq_tol(json_real_value(json_object_get(m, "reclaim.direct_share_ratio")), 0.25,
				1e-9);
	json_decref(m);
	timeline_free(t);
}
END_TEST

START_TEST(one_per_node_group_and_workload)
{
	struct timeline *t = timeline_of("memcg_limit.jsonl");
	json_t *m = metrics_compute(t);

	ck_assert_int_eq(value(m, "node0.free_min_bytes"), 4 * MIB);
	ck_assert_int_eq(value(m, "node1.free_min_bytes"), 400 * MIB);
	ck_assert_int_eq(value(m, "node0.reclaimed_anon_pages"), 10240);
	ck_assert_int_eq(value(m, "node0.reclaimed_file_pages"), 60);
	/* Below its 1,000 pages at the last four samples. */
	ck_assert_int_eq(value(m, "node0.below_low_ns"), 400000000);
	ck_assert_int_eq(value(m, "node1.below_low_ns"), 0);
	ck_assert_int_eq(value(m, "group.db.peak_bytes"), 391 * MIB);
	ck_assert_int_eq(value(m, "group.db.swap_peak_bytes"), 10240 * 4096);
	ck_assert_int_eq(value(m, "group.db.events_max"), 18);
	ck_assert_int_eq(value(m, "group.db.events_oom"), 0);
	ck_assert_int_eq(value(m, "workload.db.0.duration_ns"), 601000000 - 1000500);
	ck_assert_int_eq(value(m, "workload.db.0.fill_ns"), 150000000 - 1000500);
	json_decref(m);
	timeline_free(t);
}
END_TEST

/* Not there is not 0: the kernel of these streams has no swpout_zero, and a killed workload no duration. */
START_TEST(absent_counters_are_absent_metrics)
{
	static const char *const absent[] = { "swap.out_zero_bytes",   "refault.file_pages",
					      "zone_reclaim.success",  "workload.db.0.duration_ns",
					      "workload.db.0.fill_ns", "time.real_ns" };
	struct timeline *t = timeline_of("oom_memcg.jsonl");
	json_t *m = metrics_compute(t);

	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		ck_assert_msg(!json_object_get(m, absent[i]), "%s is there", absent[i]);
	ck_assert_int_eq(value(m, "zone_reclaim.failed"), 0); /* this one is, and stood still */
	json_decref(m);
	timeline_free(t);
}
END_TEST

START_TEST(a_cut_stream_uses_its_samples)
{
	struct timeline *t = timeline_of("cut.jsonl");
	json_t *m = metrics_compute(t);

	ck_assert_int_eq(value(m, "group.db.peak_bytes"), 381 * MIB); /* no group_end: memory.current */
	ck_assert_int_gt(value(m, "swap.out_bytes"), 0);
	json_decref(m);
	timeline_free(t);
}
END_TEST

START_TEST(ratio_without_a_whole_is_absent)
{
	struct timeline *t = timeline_of("no_swap.jsonl");
	json_t *m = metrics_compute(t);

	ck_assert_ptr_null(json_object_get(m, "reclaim.efficiency_ratio"));
	ck_assert_int_eq(value(m, "swap.out_bytes"), 0);
	json_decref(m);
	timeline_free(t);
}
END_TEST

START_TEST(knows_patterned_names)
{
	static const char *const known[] = {
		"swap.out_bytes",      "node0.free_min_bytes",           "node12.below_low_ns",
		"group.db.peak_bytes", "group.my-app_2.events_oom_kill", "workload.db.0.duration_ns"
	};
	static const char *const unknown[] = { "",
					       "swap.out",
					       "swap.out_bytes ",
					       "node.free_min_bytes",
					       "nodeX.free_min_bytes",
					       "node0.free_min",
					       "node<N>.free_min_bytes",
					       "group..peak_bytes",
					       "group.db.events_nonsense",
					       "workload.db.duration_ns",
					       "workload.db.x.duration_ns",
					       "workload.db.0.duration" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		ck_assert_msg(metric_known(known[i]), "%s is not known", known[i]);
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
		ck_assert_msg(!metric_known(unknown[i]), "'%s' is known", unknown[i]);
	ck_assert_str_eq(metric_find("node3.free_min_bytes")->name, "node<N>.free_min_bytes");
}
END_TEST

START_TEST(what_is_computed_is_known)
{
	struct timeline *t = timeline_of("cpuset.jsonl");
	json_t *m = metrics_compute(t), *v;
	const char *name;

	ck_assert_uint_gt(json_object_size(m), 20);
	json_object_foreach (m, name, v)
		ck_assert_msg(metric_known(name), "%s", name);
	json_decref(m);
	timeline_free(t);
}
END_TEST

START_TEST(formulas_come_from_the_table)
{
	_cleanup_free_ char *plain = metric_formula(metric_find("swap.out_bytes"));
	_cleanup_free_ char *sum = metric_formula(metric_find("reclaim.stolen_pages"));

	ck_assert_str_eq(plain, "growth of vmstat.pswpout, x page size");
	ck_assert_str_eq(
		sum,
		"growth of vmstat.pgsteal_kswapd + vmstat.pgsteal_direct + [vmstat.pgsteal_khugepaged] + "
		"[vmstat.pgsteal_proactive]");
}
END_TEST

/* When this fails: the table of docs/metrics.md is not metrics_markdown() any more. */
START_TEST(reference_is_the_table)
{
	_cleanup_free_ char *doc = NULL, *table = metrics_markdown();

	ck_assert_int_eq(file_read(NULL, "docs/metrics.md", &doc, NULL, NULL), 0);
	if (!strstr(doc, table)) {
		file_write_atomic("build/tests/metrics-table.md", table, strlen(table), NULL);
		ck_abort_msg("docs/metrics.md has another table than build/tests/metrics-table.md");
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("metrics");
	TCase *tcase = tcase_create("metrics");

	tcase_add_test(tcase, counts_growth_in_its_unit);
	tcase_add_test(tcase, one_per_node_group_and_workload);
	tcase_add_test(tcase, absent_counters_are_absent_metrics);
	tcase_add_test(tcase, a_cut_stream_uses_its_samples);
	tcase_add_test(tcase, ratio_without_a_whole_is_absent);
	tcase_add_test(tcase, knows_patterned_names);
	tcase_add_test(tcase, what_is_computed_is_known);
	tcase_add_test(tcase, formulas_come_from_the_table);
	tcase_add_test(tcase, reference_is_the_table);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
