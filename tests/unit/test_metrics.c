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

static double real(const json_t *metrics_, const char *name)
{
	const json_t *v = json_object_get(metrics_, name);

	ck_assert_msg(json_is_real(v), "%s is absent or not real", name);
	return json_real_value(v);
}

static void assert_near(const json_t *metrics_, const char *name, double expected)
{
	ck_assert_msg(real(metrics_, name) > expected - 1e-9 && real(metrics_, name) < expected + 1e-9, "%s is %.12g, not %.12g",
		      name, real(metrics_, name), expected);
}

static void assert_absent(const json_t *metrics_, const char *name)
{
	ck_assert_msg(!json_object_get(metrics_, name), "%s is there", name);
}

/* Two nodes, one group, two seconds between the samples. */
#define RECLAIM_NAMES                                                                                                  \
	"'vmstat.pgscan_kswapd','vmstat.pgscan_direct','vmstat.pgsteal_kswapd','vmstat.pgsteal_direct',"               \
	"'vmstat.pgscan_anon','vmstat.pgscan_file','vmstat.pgsteal_anon','vmstat.pgsteal_file',"                       \
	"'vmstat.workingset_refault_anon','vmstat.workingset_refault_file','vmstat.pswpout',"                          \
	"'node0.reclaim.anon_reclaimed_pages','node1.reclaim.anon_reclaimed_pages','psi.memory.some_us',"              \
	"'vmstat.numa_local','vmstat.numa_other','node1.kswapd.cpu_ns','group.db.psi.full_us'"
#define RECLAIM_FIRST "0,0,1,0,2,0,3,0,4,0,5,0,6,0,7,0,8,0,9,0,10,0,11,0,12,0,13,0,14,0,15,0,16,0,17,0"
#define RECLAIM_LAST                                                                                                   \
	"0,400,1,100,2,300,3,50,4,350,5,350,6,150,7,300,8,30,9,240,10,100,11,1,12,2,13,500000,14,90,15,10,"            \
	"16,1000000000,17,200000"
#define RECLAIM(more_names, more_first, more_last)                                                                     \
	"{'type':'machine','t_ns':1,'page_bytes':4096,'nodes':[{'node':0},{'node':1}]}\n"                             \
	"{'type':'group','t_ns':2,'group':'db'}\n"                                                                    \
	"{'type':'columns','t_ns':3,'names':[" RECLAIM_NAMES more_names "]}\n"                                        \
	"{'type':'sample','t_ns':1000000000,'set':[" RECLAIM_FIRST more_first "]}\n"                                  \
	"{'type':'begin','t_ns':1000000000}\n"                                                                        \
	"{'type':'sample','t_ns':3000000000,'set':[" RECLAIM_LAST more_last "]}\n"

START_TEST(reclaim_by_whom_and_of_what)
{
	struct timeline *t = timeline_of_records(RECLAIM("", "", ""));
	json_t *m = metrics_compute(t);

	ck_assert_int_eq(value(m, "reclaim.memcg_scanned_pages"), 700 - 500);
	ck_assert_int_eq(value(m, "reclaim.memcg_stolen_pages"), 450 - 350);
	assert_near(m, "reclaim.memcg_efficiency_ratio", 0.5);
	assert_near(m, "reclaim.kswapd_efficiency_ratio", 0.75);
	assert_near(m, "reclaim.direct_efficiency_ratio", 0.5);
	assert_near(m, "reclaim.anon_efficiency_ratio", 150.0 / 350);
	assert_near(m, "reclaim.anon_share_ratio", 150.0 / 450);
	assert_near(m, "reclaim.velocity_pages_per_s", 250);
	assert_near(m, "reclaim.kswapd_velocity_pages_per_s", 200);
	assert_near(m, "reclaim.stolen_pages_per_s", 175);
	assert_near(m, "refault.ratio", 270.0 / 450);
	assert_near(m, "refault.anon_ratio", 0.2);
	assert_near(m, "refault.file_ratio", 0.8);
	assert_absent(m, "reclaim.proactive_stolen_pages");
	assert_absent(m, "reclaim.proactive_efficiency_ratio");
	assert_absent(m, "reclaim.node_stolen_pages");
	json_decref(m);
	timeline_free(t);
}
END_TEST

START_TEST(shares_of_the_time)
{
	struct timeline *t = timeline_of_records(RECLAIM("", "", ""));
	json_t *m = metrics_compute(t);

	assert_near(m, "psi.memory_some_ratio", 0.25);
	assert_near(m, "group.db.psi_full_ratio", 0.1);
	assert_near(m, "node1.kswapd_cpu_ratio", 0.5);
	assert_absent(m, "node0.kswapd_cpu_ratio");
	assert_absent(m, "psi.memory_full_ratio");
	assert_near(m, "numa.local_ratio", 0.9);
	json_decref(m);
	timeline_free(t);
}
END_TEST

/* A third of 100 pages and two thirds of them, and nothing lost by rounding. */
START_TEST(swap_out_is_shared_among_the_nodes)
{
	struct timeline *t = timeline_of_records(RECLAIM("", "", ""));
	json_t *m = metrics_compute(t);

	ck_assert_int_eq(value(m, "node0.swap_out_bytes"), 33 * 4096);
	ck_assert_int_eq(value(m, "node1.swap_out_bytes"), 67 * 4096);
	ck_assert_int_eq(value(m, "swap.out_bytes"), 100 * 4096);
	json_decref(m);
	timeline_free(t);
}
END_TEST

/* Newer kernels count reclaim for groups as direct: the difference would be 0, and say that there was none. */
START_TEST(reclaim_for_groups_is_not_told_where_it_is_counted_as_direct)
{
	struct timeline *t = timeline_of_records(RECLAIM(",'node0.vmstat.pgscan_direct'", ",18,0", ",18,5"));
	json_t *m = metrics_compute(t);

	assert_absent(m, "reclaim.memcg_scanned_pages");
	assert_absent(m, "reclaim.memcg_stolen_pages");
	assert_absent(m, "reclaim.memcg_efficiency_ratio");
	json_decref(m);
	timeline_free(t);
}
END_TEST

START_TEST(latencies_are_those_of_their_place)
{
	struct timeline *t = timeline_of_records(
		RECLAIM(",'trace.direct_reclaim.count','trace.node_reclaim.count','group.db.trace.direct_reclaim.count'",
			",18,0,19,0,20,0", ",18,3")
		"{'type':'latency','t_ns':5,'what':'direct_reclaim','count':3,'total_ns':60,'p50_ns':20,'p99_ns':30,'max_ns':31}\n"
		"{'type':'latency','t_ns':5,'what':'direct_reclaim','node':1,'count':2,'total_ns':40,'p50_ns':10,'p99_ns':22,"
		"'max_ns':23}\n");
	json_t *m = metrics_compute(t);

	ck_assert_int_eq(value(m, "latency.direct_reclaim_count"), 3);
	ck_assert_int_eq(value(m, "latency.direct_reclaim_p50_ns"), 20);
	ck_assert_int_eq(value(m, "latency.direct_reclaim_p99_ns"), 30);
	ck_assert_int_eq(value(m, "latency.direct_reclaim_max_ns"), 31);
	ck_assert_int_eq(value(m, "node1.latency.direct_reclaim_p99_ns"), 22);
	assert_absent(m, "node0.latency.direct_reclaim_count"); /* not measured: no column */
	ck_assert_int_eq(value(m, "latency.node_reclaim_count"), 0); /* measured, and none */
	ck_assert_int_eq(value(m, "latency.node_reclaim_total_ns"), 0);
	assert_absent(m, "latency.node_reclaim_p99_ns");
	ck_assert_int_eq(value(m, "group.db.latency.direct_reclaim_count"), 0);
	assert_absent(m, "latency.memcg_reclaim_count");
	json_decref(m);
	timeline_free(t);
}
END_TEST

START_TEST(free_memory_against_its_marks)
{
	struct timeline *t = timeline_of("memcg_limit.jsonl");
	json_t *m = metrics_compute(t);

	ck_assert_int_eq(value(m, "node0.min_bytes"), 800 * 4096);
	ck_assert_int_eq(value(m, "node0.low_bytes"), 1000 * 4096);
	ck_assert_int_eq(value(m, "node0.high_bytes"), 1200 * 4096);
	assert_near(m, "node0.free_over_low_ratio", 4.0 * MIB / (1000 * 4096));
	/* 1,280 pages, then 900 to the end. */
	ck_assert_int_eq(value(m, "node0.below_min_ns"), 0);
	ck_assert_int_eq(value(m, "node0.below_high_ns"), value(m, "node0.below_low_ns"));
	json_decref(m);
	timeline_free(t);
}
END_TEST

START_TEST(the_time_to_the_first_kill)
{
	struct timeline *t = timeline_of("oom_memcg.jsonl");
	json_t *m = metrics_compute(t);

	ck_assert_int_eq(value(m, "oom.first_ns"), 601000100 - 1000000);
	ck_assert_int_eq(value(m, "workload.db.0.oom_ns"), 601000100 - 1000000);
	json_decref(m);
	timeline_free(t);
	t = timeline_of("cpuset.jsonl");
	m = metrics_compute(t);
	assert_absent(m, "oom.first_ns");
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
	tcase_add_test(tcase, reclaim_by_whom_and_of_what);
	tcase_add_test(tcase, shares_of_the_time);
	tcase_add_test(tcase, swap_out_is_shared_among_the_nodes);
	tcase_add_test(tcase, reclaim_for_groups_is_not_told_where_it_is_counted_as_direct);
	tcase_add_test(tcase, latencies_are_those_of_their_place);
	tcase_add_test(tcase, free_memory_against_its_marks);
	tcase_add_test(tcase, the_time_to_the_first_kill);
	tcase_add_test(tcase, knows_patterned_names);
	tcase_add_test(tcase, what_is_computed_is_known);
	tcase_add_test(tcase, formulas_come_from_the_table);
	tcase_add_test(tcase, reference_is_the_table);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
