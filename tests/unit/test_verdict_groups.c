/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/verdict/rows.h"
#include "tests/unit/streams.h"

/* The verdicts about groups, swap and writers: thresholds and causes. */

#define BEGIN "{'type':'begin','t_ns':0}\n"
#define GROUP(knobs) "{'type':'group','t_ns':0,'group':'db','knobs':{" knobs "}}\n"

/* Fires once with that cause; NULL: not at all. */
static void expect(const struct verdict *verdict, const char *cause, const char *records)
{
	struct timeline *t = timeline_of_records(records);
	json_t *found = judge_one(verdict, t);

	ck_assert_msg(json_array_size(found) == (cause ? 1 : 0), "%zu times for %s", json_array_size(found), records);
	ck_assert_pstr_eq(record_text(json_array_get(found, 0), "cause", NULL), cause);
	json_decref(found);
	timeline_free(t);
}

/* ---- memcg_throttled: a cell of 1 ms, and the second half of it above memory.high ---- */

#define THROTTLED(knobs, swap, events, waited_us, scanned)                                                    \
	GROUP(knobs)                                                                                           \
	BEGIN "{'type':'columns','t_ns':0,'names':['group.db.events.high','group.db.psi.full_us',"             \
	      "'vmstat.pgscan_kswapd','meminfo.SwapTotal_bytes']}\n"                                            \
	      "{'type':'sample','t_ns':0,'set':[0,0,1,0,2,0,3," swap "]}\n"                                     \
	      "{'type':'sample','t_ns':500000,'set':[]}\n"                                                     \
	      "{'type':'sample','t_ns':1000000,'set':[0," events ",1," waited_us ",2," scanned "]}\n"

START_TEST(memcg_throttled_thresholds_and_causes)
{
	const struct verdict *v = &verdict_memcg_throttled;

	expect(v, "memory_high", THROTTLED("'memory.high':'1000'", "4096", "1", "100", "0"));
	expect(v, NULL, THROTTLED("'memory.high':'1000'", "4096", "1", "99", "0"));
	expect(v, NULL, THROTTLED("'memory.high':'1000'", "4096", "0", "100", "0"));
	/* kswapd ran: the machine was short. */
	expect(v, NULL, THROTTLED("'memory.high':'1000'", "4096", "1", "100", "1"));
	expect(v, "no_swap", THROTTLED("'memory.swap.max':'0'", "4096", "1", "100", "0"));
	expect(v, "no_swap", THROTTLED("", "0", "1", "100", "0"));
}
END_TEST

/* ---- swap_exhausted ---- */

#define SWAP(left, stalls, kills)                                                                              \
	BEGIN "{'type':'columns','t_ns':0,'names':['meminfo.SwapTotal_bytes','meminfo.SwapFree_bytes',"        \
	      "'vmstat.allocstall_normal','vmstat.oom_kill']}\n"                                                \
	      "{'type':'sample','t_ns':0,'set':[0,6400,1,6400,2,0,3,0]}\n"                                     \
	      "{'type':'sample','t_ns':10,'set':[1," left "]}\n"                                               \
	      "{'type':'sample','t_ns':20,'set':[1,6400,2," stalls ",3," kills "]}\n"
/* Free again at the samples before and after the kill. */
#define SWAP_AT_KILL(left, ns)                                                                                 \
	SWAP("6400", "0", "1") "{'type':'oom','t_ns':" ns ",'swap_free_bytes':" left ",'swap_total_bytes':6400}\n"
#define GROUP_SWAP(limit, used, max, oom)                                                                      \
	GROUP("'memory.swap.max':'" limit "'")                                                                 \
	BEGIN "{'type':'columns','t_ns':0,'names':['group.db.memory.swap.current_bytes','group.db.events.max'," \
	      "'group.db.events.oom_kill']}\n"                                                                  \
	      "{'type':'sample','t_ns':0,'set':[0,0,1,0,2,0]}\n"                                               \
	      "{'type':'sample','t_ns':10,'set':[0," used "]}\n" oom                                           \
	      "{'type':'sample','t_ns':20,'set':[0,0,1," max ",2," max "]}\n"
#define KILL(used) "{'type':'oom','t_ns':15,'group':'db','memcg_swap_usage_bytes':" used "}\n"

START_TEST(swap_exhausted_thresholds_and_causes)
{
	const struct verdict *v = &verdict_swap_exhausted;

	expect(v, "device", SWAP("100", "1", "0"));
	expect(v, "device", SWAP("100", "0", "1"));
	expect(v, NULL, SWAP("101", "1", "1"));
	expect(v, NULL, SWAP("0", "0", "0"));
	expect(v, "device", SWAP_AT_KILL("100", "15"));
	expect(v, NULL, SWAP_AT_KILL("101", "15"));
	expect(v, NULL, SWAP_AT_KILL("0", "21"));
	expect(v, "swap_max", GROUP_SWAP("6400", "6300", "1", ""));
	expect(v, NULL, GROUP_SWAP("6400", "6299", "1", ""));
	expect(v, NULL, GROUP_SWAP("6400", "6400", "0", ""));
	expect(v, "swap_max", GROUP_SWAP("6400", "0", "1", KILL("6300")));
	expect(v, NULL, GROUP_SWAP("6400", "0", "1", KILL("6299")));
	expect(v, NULL, GROUP_SWAP("0", "0", "1", KILL("0")));
}
END_TEST

/* ---- thrashing: 100 pages of memory, 1 ms ---- */

#define THRASH(anon, file, reclaimed, waited_us, max)                                                          \
	GROUP("")                                                                                              \
	BEGIN "{'type':'columns','t_ns':0,'names':['vmstat.workingset_refault_anon',"                          \
	      "'vmstat.workingset_refault_file','vmstat.pgsteal_anon','psi.memory.some_us',"                   \
	      "'meminfo.MemTotal_bytes','group.db.events.max']}\n"                                             \
	      "{'type':'sample','t_ns':0,'set':[0,0,1,0,2,0,3,0,4,409600,5,0]}\n"                              \
	      "{'type':'sample','t_ns':1000000,'set':[0," anon ",1," file ",2," reclaimed ",3," waited_us      \
	      ",5," max "]}\n"

START_TEST(thrashing_thresholds_and_causes)
{
	const struct verdict *v = &verdict_thrashing;

	expect(v, "working_set", THRASH("20", "5", "50", "100", "0"));
	expect(v, "memcg_limit", THRASH("20", "5", "50", "100", "1"));
	expect(v, NULL, THRASH("20", "5", "51", "100", "0"));
	expect(v, NULL, THRASH("20", "4", "48", "100", "0"));
	expect(v, NULL, THRASH("20", "5", "50", "99", "0"));
}
END_TEST

/* ---- dirty_throttled: 1 ms, 1000 pages of memory ---- */

#define DIRTY(more, dirty, limit, value)                                                                       \
	BEGIN "{'type':'columns','t_ns':0,'names':['vmstat.nr_dirty','vmstat.nr_dirty_threshold',"             \
	      "'vmstat.nr_dirty_background_threshold','meminfo.MemTotal_bytes','" more "']}\n"                  \
	      "{'type':'sample','t_ns':0,'set':[0,0,1," limit ",2,50,3,4096000,4,0]}\n"                        \
	      "{'type':'sample','t_ns':1000000,'set':[0," dirty ",4," value "]}\n"

START_TEST(dirty_throttled_thresholds_and_causes)
{
	const struct verdict *v = &verdict_dirty_throttled;

	expect(v, "slow_device", DIRTY("trace.dirty_wait.total_ns", "0", "100", "100000"));
	expect(v, "small_limit", DIRTY("trace.dirty_wait.total_ns", "0", "99", "100000"));
	expect(v, NULL, DIRTY("trace.dirty_wait.total_ns", "99", "100", "99999"));
	expect(v, "slow_device", DIRTY("psi.io.some_us", "76", "100", "100"));
	expect(v, NULL, DIRTY("psi.io.some_us", "75", "100", "100"));
	expect(v, NULL, DIRTY("psi.io.some_us", "76", "100", "99"));
}
END_TEST

/* A device so fast that no sample sees a dirty page: what was dirtied in the interval, of a limit of 99 pages. */
START_TEST(dirty_throttled_by_what_was_dirtied)
{
	const struct verdict *v = &verdict_dirty_throttled;
#define DIRTIED(pages) DIRTY("psi.io.some_us','vmstat.nr_dirtied", "0", "99", "100,5," pages)

	expect(v, "small_limit", DIRTIED("99"));
	expect(v, NULL, DIRTIED("98"));
}
END_TEST

static void expect_summary(const char *part, const char *records)
{
	struct timeline *t = timeline_of_records(records);
	json_t *found = judge_one(&verdict_dirty_throttled, t);
	const char *summary = record_text(json_array_get(found, 0), "summary", "");

	ck_assert_msg(strstr(summary, part), "'%s' does not say '%s'", summary, part);
	json_decref(found);
	timeline_free(t);
}

/* Six writers that pause for 0.4 ms of the millisecond, each. */
START_TEST(dirty_throttled_says_the_share_of_each_writer)
{
#define WRITERS(threads, ns) DIRTY("trace.dirty_wait.total_ns','trace.dirty_wait.threads", "0", "99", ns ",5," threads)

	expect_summary("6 writers were paused, each for 40 % of the cell's time on average", WRITERS("6", "2400000"));
	expect_summary("Writers were paused for 40 %", WRITERS("1", "400000"));
	/* A stream from before threads were counted. */
	expect_summary("Writers were paused for 240 %", DIRTY("trace.dirty_wait.total_ns", "0", "99", "2400000"));
}
END_TEST

/* ---- premature_swap: a node of 1600 pages; the second interval swaps ---- */

#define CACHED(swappiness, file, swapped, refaulted, max)                                                      \
	"{'type':'machine','t_ns':0,'settings':{'vm.swappiness':'" swappiness "'},'nodes':[{'node':0}]}\n"     \
	GROUP("")                                                                                              \
	BEGIN "{'type':'columns','t_ns':0,'names':['vmstat.pswpout','meminfo.MemTotal_bytes',"                 \
	      "'node0.meminfo.MemTotal_bytes','node0.meminfo.Inactive(file)_bytes','node0.meminfo.Dirty_bytes'," \
	      "'vmstat.workingset_refault_file','group.db.events.max']}\n"                                      \
	      "{'type':'sample','t_ns':0,'set':[0,0,1,6553600,2,6553600,3," file ",4,4096,5,0,6,0]}\n"         \
	      "{'type':'sample','t_ns':10,'set':[0," swapped ",5," refaulted ",6," max "]}\n"

START_TEST(premature_swap_thresholds_and_causes)
{
	const struct verdict *v = &verdict_premature_swap;

	/* 413696 bytes: a sixteenth and the dirty page. */
	expect(v, "swappiness", CACHED("61", "413696", "28", "7", "0"));
	expect(v, "streaming", CACHED("60", "413696", "28", "7", "0"));
	expect(v, NULL, CACHED("61", "413695", "28", "7", "0"));
	expect(v, NULL, CACHED("61", "413696", "28", "8", "0"));
	expect(v, NULL, CACHED("61", "413696", "24", "0", "0"));
	expect(v, "swappiness", CACHED("61", "413696", "25", "0", "0"));
	expect(v, NULL, CACHED("61", "413696", "28", "7", "1"));
}
END_TEST

/* ---- swap_for_reserve: a node of 1600 pages; the second interval swaps ---- */

#define RESERVED(min, high, free, swapped, max)                                                                 \
	"{'type':'machine','t_ns':0,'settings':{},'nodes':[{'node':0}]}\n" GROUP("")                            \
	"{'type':'zone','t_ns':0,'node':0,'zone':'Normal','min_pages':" min ",'low_pages':" min ",'high_pages':" high "}\n" \
	BEGIN "{'type':'columns','t_ns':0,'names':['vmstat.pswpout','node0.meminfo.MemTotal_bytes',"            \
	      "'node0.meminfo.MemFree_bytes','group.db.events.max']}\n"                                         \
	      "{'type':'sample','t_ns':0,'set':[0,0,1,6553600,2,6553600,3,0]}\n"                                \
	      "{'type':'sample','t_ns':10,'set':[2," free "]}\n"                                                \
	      "{'type':'sample','t_ns':20,'set':[0," swapped ",3," max "]}\n"

START_TEST(swap_for_reserve_thresholds_and_causes)
{
	const struct verdict *v = &verdict_swap_for_reserve;

	/* A sixteenth is kept, a 32nd is free, a 64th is swapped. */
	expect(v, "min_free_kbytes", RESERVED("100", "150", "204800", "25", "0"));
	expect(v, NULL, RESERVED("99", "150", "204800", "25", "0"));
	expect(v, NULL, RESERVED("100", "150", "204799", "25", "0"));
	expect(v, NULL, RESERVED("100", "150", "204800", "24", "0"));
	expect(v, NULL, RESERVED("100", "150", "204800", "25", "1"));
	expect(v, "watermark_scale_factor", RESERVED("99", "199", "204800", "25", "0"));
	expect(v, NULL, RESERVED("99", "198", "204800", "25", "0"));
	/* What is free above the high watermarks is not kept by them. */
	expect(v, NULL, RESERVED("5", "49", "3276800", "25", "0"));
}
END_TEST

#define WORKLOAD(name) "{'type':'workload','t_ns':0,'workload':'" name "'}\n"
#define DONE(name, ns) "{'type':'event','t_ns':" ns ",'workload':'" name "','state':'done'}\n"

/* The interval that swaps begins at 10. */
START_TEST(swap_after_the_work_is_no_finding)
{
	const struct verdict *v = &verdict_swap_for_reserve;

	expect(v, NULL, WORKLOAD("db.0") RESERVED("100", "150", "204800", "25", "0") DONE("db.0", "10"));
	expect(v, "min_free_kbytes", WORKLOAD("db.0") RESERVED("100", "150", "204800", "25", "0") DONE("db.0", "11"));
	expect(v, "min_free_kbytes",
	       WORKLOAD("db.0") WORKLOAD("db.1") RESERVED("100", "150", "204800", "25", "0") DONE("db.0", "10"));
	expect(v, NULL,
	       WORKLOAD("db.0") WORKLOAD("db.1") RESERVED("100", "150", "204800", "25", "0") DONE("db.1", "9") DONE("db.0", "10"));
}
END_TEST

START_TEST(swap_for_reserve_says_how_much_is_kept)
{
	struct timeline *t = timeline_of_records(RESERVED("200", "250", "819200", "64", "0"));
	json_t *found = judge_one(&verdict_swap_for_reserve, t);

	ck_assert_str_eq(record_text(json_array_get(found, 0), "summary", ""),
			 "256.0 KiB were swapped out while at least 800.0 KiB stayed free, because vm.min_free_kbytes keeps 800.0 KiB, "
			 "12 % of the memory, for emergencies.");
	json_decref(found);
	timeline_free(t);
}
END_TEST

/* ---- disturbed: ten samples, 100 ns apart, the last with what is said ---- */

#define SAMPLE(t) "{'type':'sample','t_ns':" #t ",'set':[]}\n"
#define LATE(late, missed)                                                                              \
	"{'type':'columns','t_ns':0,'names':['sampler.late_ns','sampler.missed']}\n" BEGIN                     \
	"{'type':'sample','t_ns':0,'set':[0,0,1,0]}\n" SAMPLE(100) SAMPLE(200) SAMPLE(300) SAMPLE(400)         \
	SAMPLE(500) SAMPLE(600) SAMPLE(700) SAMPLE(800)                                                        \
	"{'type':'sample','t_ns':900,'set':[0," late ",1," missed "]}\n"

static void expect_disturbed(const char *cause, const char *clock, const char *records)
{
	_cleanup_free_ char *text = xasprintf("{\"type\":\"stream\",\"schema\":\"memrig.stream/1\",\"cell\":{\"clock\":\"%s\"}}\n%s",
					      clock, records);
	struct timeline *t = NULL;
	json_t *found;

	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	ck_assert_int_eq(timeline_parse(text, strlen(text), &t, NULL), 0);
	found = judge_one(&verdict_disturbed, t);
	ck_assert_uint_eq(json_array_size(found), cause ? 1 : 0);
	ck_assert_pstr_eq(record_text(json_array_get(found, 0), "cause", NULL), cause);
	json_decref(found);
	timeline_free(t);
}

START_TEST(disturbed_thresholds)
{
	expect_disturbed("late_samples", "real", LATE("50", "0"));
	expect_disturbed(NULL, "real", LATE("49", "0"));
	expect_disturbed("late_samples", "real", LATE("0", "2"));
	expect_disturbed(NULL, "real", LATE("0", "1"));
	expect_disturbed(NULL, "virtual", LATE("1000", "10"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("verdict_groups");
	TCase *tcase = tcase_create("verdict_groups");

	tcase_add_test(tcase, memcg_throttled_thresholds_and_causes);
	tcase_add_test(tcase, swap_exhausted_thresholds_and_causes);
	tcase_add_test(tcase, thrashing_thresholds_and_causes);
	tcase_add_test(tcase, dirty_throttled_thresholds_and_causes);
	tcase_add_test(tcase, dirty_throttled_by_what_was_dirtied);
	tcase_add_test(tcase, dirty_throttled_says_the_share_of_each_writer);
	tcase_add_test(tcase, premature_swap_thresholds_and_causes);
	tcase_add_test(tcase, swap_for_reserve_thresholds_and_causes);
	tcase_add_test(tcase, swap_after_the_work_is_no_finding);
	tcase_add_test(tcase, swap_for_reserve_says_how_much_is_kept);
	tcase_add_test(tcase, disturbed_thresholds);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
