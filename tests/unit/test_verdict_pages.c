/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "common/size.h"
#include "results/verdict/rows.h"
#include "tests/unit/streams.h"

/* The verdicts about file cache, large blocks and huge pages: thresholds and causes. */

#define BEGIN "{'type':'begin','t_ns':0}\n"
#define TUNE(key, value)                                                                                     \
	"{'type':'tune','t_ns':0,'key':'" key "','before':'-','asked':'" value "','target':'" value          \
	"','effective':'" value "'}\n"
#define CLASSIC "{'type':'machine','t_ns':0,'kernel':'6.1.0','lru_gen':'0x0000'}\n"
#define MGLRU   "{'type':'machine','t_ns':0,'kernel':'6.12.1','lru_gen':'0x0007'}\n"
#define DB      "{'type':'group','t_ns':0,'group':'db','knobs':{}}\n"

/* Fires (cause NULL: not) once, with that cause; returns a number of its evidence. */
static uint64_t expect(const struct verdict *verdict, const char *records, const char *cause, const char *key)
{
	struct timeline *t = timeline_of_records(records);
	json_t *found = judge_one(verdict, t), *first = json_array_get(found, 0);
	uint64_t value = record_u64(json_object_get(first, "evidence"), key, UINT64_MAX);

	ck_assert_msg(json_array_size(found) == (cause ? 1 : 0), "%zu findings, expected %s",
		      json_array_size(found), cause ? cause : "none");
	ck_assert_pstr_eq(record_text(first, "cause", NULL), cause);
	json_decref(found);
	timeline_free(t);
	return value;
}

/* Two samples a second apart, of columns from 0 on with their first values; then what changed. */
static uint64_t expect_change(const struct verdict *verdict, const char *records, const char *names,
			      const char *first, const char *then, const char *cause, const char *key)
{
	_cleanup_free_ char *text = xasprintf("%s" BEGIN "{'type':'columns','t_ns':0,'names':[%s]}\n"
					      "{'type':'sample','t_ns':0,'set':[%s]}\n"
					      "{'type':'sample','t_ns':1000000000,'set':[%s]}\n",
					      records, names, first, then);

	return expect(verdict, text, cause, key);
}

/* ---- file_cache_collapse ---- */

/* 100 MiB of RAM, a cache of 100 pages. */
static void expect_collapse(const char *records, const char *first, const char *then, const char *cause)
{
	expect_change(&verdict_file_cache_collapse, records,
		      "'meminfo.MemTotal_bytes','vmstat.workingset_refault_file','vmstat.pgsteal_file','"
		      "vmstat.pgsteal_anon',"
		      "'meminfo.AnonPages_bytes','meminfo.Active(file)_bytes','meminfo.Inactive(file)_bytes',"
		      "'meminfo.SwapFree_bytes','group.db.events.max'",
		      first, then, cause, "refaulted_pages");
}

#define HAD    "0,104857600,1,0,2,0,3,0,4,26214400,5,204800,6,204800,7,4096,8,0"
#define LESS   "0,104857600,1,0,2,0,3,0,4,26214399,5,204800,6,204800,7,4096,8,0"
#define NOSWAP "0,104857600,1,0,2,0,3,0,4,26214400,5,204800,6,204800,7,0,8,0"

START_TEST(collapse_thresholds)
{
	const char *zero = CLASSIC TUNE("vm.swappiness", "0") DB;

	expect_collapse(zero, HAD, "1,300,2,600", "swappiness");
	expect_collapse(zero, HAD, "1,300,2,601", NULL); /* less than half came back */
	expect_collapse(zero, HAD, "1,299,2,598", NULL); /* less than three times the cache */
	expect_collapse(zero, HAD, "1,300,2,540,3,60", "swappiness");
	expect_collapse(zero, HAD, "1,300,2,540,3,61", NULL); /* more than a tenth anonymous */
	expect_collapse(zero, LESS, "1,300,2,600", NULL);    /* less than a quarter of the memory anonymous */
	expect_collapse(zero, HAD, "1,300,2,600,8,1", NULL); /* a group at its limit */
}
END_TEST

START_TEST(collapse_causes)
{
	expect_collapse(CLASSIC TUNE("vm.swappiness", "10"), HAD, "1,300,2,600", "swappiness");
	expect_collapse(CLASSIC TUNE("vm.swappiness", "11"), HAD, "1,300,2,600", "unknown");
	expect_collapse(MGLRU TUNE("vm.swappiness", "11"), HAD, "1,300,2,600", "mglru");
	expect_collapse(CLASSIC TUNE("vm.swappiness", "0"), NOSWAP, "1,300,2,600", "no_swap");
}
END_TEST

/* ---- fragmentation_stall ---- */

#define COMPACTION                                                                                           \
	"'meminfo.MemTotal_bytes','vmstat.compact_stall','vmstat.compact_fail','vmstat.thp_fault_fallback'," \
	"'vmstat.thp_fault_alloc','vmstat.compact_migrate_scanned','vmstat.compact_free_scanned',"           \
	"'meminfo.Hugepagesize_bytes','node0.buddy.Normal.order9','node0.buddy.Normal.order10',"             \
	"'node0.buddy.Normal.order8'"
/* 51200 pages of RAM; huge pages of 400. */
#define WHOLE "0,209715200,1,0,2,0,3,0,4,0,5,0,6,0,7,1638400,8,0,9,0,10,99"

START_TEST(fragmentation_thresholds_and_causes)
{
	const struct verdict *v = &verdict_fragmentation_stall;

	expect_change(v, "", COMPACTION, WHOLE, "1,12,2,3,3,2", "thp", "");
	expect_change(v, "", COMPACTION, WHOLE, "1,12,2,2,3,2", NULL, ""); /* most succeeded */
	expect_change(v, "", COMPACTION, WHOLE, "1,12,2,3,3,1", NULL,
		      "");                                            /* one huge page: less than a 64th */
	expect_change(v, "", COMPACTION, WHOLE, "2,5,3,9", NULL, ""); /* kcompactd alone */
	expect_change(v, "", COMPACTION, WHOLE, "1,1,2,1,5,51199,6,1", "high_order", ""); /* all pages once */
	expect_change(v, "", COMPACTION, WHOLE, "1,1,2,1,5,51199,6,0", NULL, "");
}
END_TEST

START_TEST(fragmentation_counts_large_blocks)
{
	const struct verdict *v = &verdict_fragmentation_stall;

	ck_assert_uint_eq(
		expect_change(v, "", COMPACTION, WHOLE, "1,10,2,5,3,2", "thp", "free_huge_blocks_min"), 0);
	ck_assert_uint_eq(expect_change(v, "", COMPACTION, WHOLE, "1,10,2,5,3,2,8,3,9,2", "thp",
					"free_huge_blocks_min"),
			  7);
}
END_TEST

/* ---- huge_page_waste ---- */

#define POOL                                                                                                 \
	"'meminfo.MemTotal_bytes','meminfo.HugePages_Total','meminfo.HugePages_Free','meminfo.HugePages_"    \
	"Rsvd',"                                                                                             \
	"'meminfo.Hugepagesize_bytes','vmstat.pgsteal_kswapd','vmstat.pgsteal_direct','group.db.events.max'"
/* 64 MiB of RAM with a pool of 4 huge pages: two are a sixteenth. */
#define IDLE_POOL "0,67108864,1,4,2,3,3,1,4,2097152,5,0,6,0,7,0"

START_TEST(pool_thresholds)
{
	const struct verdict *v = &verdict_huge_page_waste;

	ck_assert_uint_eq(expect_change(v, DB, POOL, IDLE_POOL, "5,200,6,56", "hugetlb_pool", "idle_bytes"),
			  4 * MIB);
	expect_change(v, DB, POOL, IDLE_POOL, "5,200,6,55", NULL, "");     /* less than a 64th reclaimed */
	expect_change(v, DB, POOL, IDLE_POOL, "3,2,5,200,6,56", NULL, ""); /* promised to somebody */
	expect_change(v, DB, POOL, IDLE_POOL, "2,2,5,200,6,56", NULL, ""); /* used at the end */
	expect_change(v, DB, POOL, IDLE_POOL, "5,200,6,56,7,1", NULL, ""); /* a group at its limit */
}
END_TEST

#define TASK                                                                                                 \
	"'meminfo.MemTotal_bytes','meminfo.AnonHugePages_bytes','task.db.0.RssAnon_bytes','task.db.0."       \
	"filled_pages'"
#define WORKLOAD                                                                                             \
	"{'type':'workload','t_ns':0,'workload':'db.0','group':'db','kind':'anon','size_bytes':8388608}\n"

START_TEST(thp_thresholds)
{
	const struct verdict *v = &verdict_huge_page_waste;
	const char *none = "0,67108864,1,0,2,0,3,0";

	ck_assert_uint_eq(
		expect_change(v, DB WORKLOAD, TASK, none, "1,4194304,2,8388608,3,1024", "thp", "idle_bytes"),
		4 * MIB);
	expect_change(v, DB WORKLOAD, TASK, none, "1,4194304,2,8388608,3,1025", NULL,
		      ""); /* it reached more than half */
	expect_change(v, DB WORKLOAD, TASK, none, "1,4194303,2,8388608,3,1024", NULL,
		      ""); /* not in huge pages */
	expect_change(v, DB WORKLOAD, TASK, none, "1,4194304,2,4198399,3,1", NULL,
		      ""); /* less than a sixteenth */
	expect_change(v, DB WORKLOAD, TASK, none, "1,8388608,2,8388608,3,0", NULL,
		      ""); /* its progress is not known */
}
END_TEST

/* A stream without any of the columns. */
START_TEST(nothing_without_columns)
{
	for (const struct verdict *const *v = verdicts; *v; v++)
		expect_change(*v, CLASSIC DB WORKLOAD, "'x'", "0,0", "0,1", NULL, "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("verdict_pages");
	TCase *tcase = tcase_create("verdict_pages");

	tcase_add_test(tcase, collapse_thresholds);
	tcase_add_test(tcase, collapse_causes);
	tcase_add_test(tcase, fragmentation_thresholds_and_causes);
	tcase_add_test(tcase, fragmentation_counts_large_blocks);
	tcase_add_test(tcase, pool_thresholds);
	tcase_add_test(tcase, thp_thresholds);
	tcase_add_test(tcase, nothing_without_columns);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
