/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "common/size.h"
#include "results/verdict/ineffective.h"
#include "results/verdict/rows.h"
#include "tests/unit/streams.h"

/* The verdicts about nodes, node reclaim, direct reclaim, livelock and settings: thresholds and causes. */

#define BEGIN "{'type':'begin','t_ns':0}\n"
#define TUNE(key, value)                                                                                     \
	"{'type':'tune','t_ns':0,'key':'" key "','before':'-','asked':'" value "','target':'" value          \
	"','effective':'" value "'}\n"
#define CLASSIC "{'type':'machine','t_ns':0,'kernel':'6.1.0','lru_gen':'0x0000'}\n"
#define MGLRU	"{'type':'machine','t_ns':0,'kernel':'6.12.1','lru_gen':'0x0007'}\n"
#define CPUSET(name, mems) "{'type':'group','t_ns':0,'group':'" name "','cpuset_mems_effective':'" mems "'}\n"

/* Fires (cause NULL: not) once, with that cause; returns a number of its evidence. */
static uint64_t expect(const struct verdict *verdict, const char *records, const char *cause, const char *key)
{
	struct timeline *t = timeline_of_records(records);
	json_t *found = judge_one(verdict, t), *first = json_array_get(found, 0);
	uint64_t value = record_u64(json_object_get(first, "evidence"), key, UINT64_MAX);

	ck_assert_uint_eq(json_array_size(found), cause ? 1 : 0);
	ck_assert_pstr_eq(record_text(first, "cause", NULL), cause);
	json_decref(found);
	timeline_free(t);
	return value;
}

/* ---- oom_with_free_memory ---- */

/* Node 1 of 256 MiB has so much free at the sample before the kill, and all of it after; no watermarks. */
static uint64_t expect_oom(const char *records, const char *oom, uint64_t free_bytes, uint64_t swap_free, const char *cause)
{
	_cleanup_free_ char *text = xasprintf(
		"%s" BEGIN "{'type':'columns','t_ns':0,'names':['node0.meminfo.MemFree_bytes','node1.meminfo.MemFree_bytes',"
		"'node1.meminfo.MemTotal_bytes','meminfo.SwapFree_bytes','meminfo.SwapTotal_bytes']}\n"
		"{'type':'sample','t_ns':10,'set':[0,4096,1,%" PRIu64 ",2,268435456,3,%" PRIu64 ",4,1600000]}\n"
		"{'type':'oom','t_ns':15,'victim':'x'%s}\n{'type':'sample','t_ns':20,'set':[0,268435456,1,268435456]}\n",
		records, free_bytes, swap_free, oom);

	return expect(&verdict_oom_with_free_memory, text, cause, "free_bytes");
}

#define DB	",'group':'db','workload':'db.0'"
#define BOUND	"{'type':'workload','t_ns':0,'workload':'db.0','group':'db','policy':'bind','nodes':'0'}\n"

START_TEST(oom_needs_a_sixteenth_of_the_node_free)
{
	const char *kept = CPUSET("db", "0"), *kill = ",'constraint':'cpuset'" DB;

	ck_assert_uint_eq(expect_oom(kept, kill, 16 * MIB, 0, "cpuset"), 16 * MIB);
	expect_oom(kept, kill, 16 * MIB - 1, 0, NULL);
}
END_TEST

/* What the victim's own nodes have free is not held against a cpuset; it is against a limit. */
START_TEST(oom_counts_what_was_out_of_reach)
{
	expect_oom(CPUSET("db", "1"), ",'constraint':'cpuset'" DB, 64 * MIB, 0, NULL);
	expect_oom(CPUSET("db", "1"), ",'constraint':'memcg'" DB, 64 * MIB, 0, "memcg_limit");
	expect_oom(CPUSET("db", "0-1") BOUND, ",'constraint':'mempolicy'" DB, 64 * MIB, 0, "mempolicy");
	expect_oom(CPUSET("db", "0-1"), ",'constraint':'none'" DB, 64 * MIB, 0, "unknown");
}
END_TEST

/* Without the kernel's report: the group's events, the policy, the cpuset. */
START_TEST(oom_without_a_constraint)
{
	expect_oom(CPUSET("db", "0-1") "{'type':'group_end','t_ns':0,'group':'db','events':{'oom':1}}\n", DB, 64 * MIB, 0,
		   "memcg_limit");
	expect_oom(CPUSET("db", "0-1") BOUND, DB, 64 * MIB, 0, "mempolicy");
	expect_oom(CPUSET("db", "0"), DB, 64 * MIB, 0, "cpuset");
	expect_oom(CPUSET("db", "0-1"), DB, 64 * MIB, 0, "unknown");
}
END_TEST

/* More than a sixteenth of the swap, on the LRU that never swaps at 0. */
START_TEST(oom_by_swappiness)
{
	const char *zero = MGLRU CPUSET("db", "0") TUNE("vm.swappiness", "0"), *kill = ",'constraint':'cpuset'" DB;

	expect_oom(zero, kill, 64 * MIB, 100001, "swappiness");
	expect_oom(zero, kill, 64 * MIB, 100000, "cpuset");
	expect_oom(MGLRU CPUSET("db", "0") TUNE("vm.swappiness", "1"), kill, 64 * MIB, 100001, "cpuset");
	expect_oom(CLASSIC CPUSET("db", "0") TUNE("vm.swappiness", "0"), kill, 64 * MIB, 100001, "cpuset");
}
END_TEST

/* ---- node_imbalance ---- */

/* Nodes of 256 MiB; node 0 is short. kswapd and direct reclaim take so many pages, file and anon of them. */
static void expect_imbalance(const char *records, uint64_t spare, const char *pages, const char *more, const char *cause)
{
	_cleanup_free_ char *text = xasprintf(
		"%s" BEGIN "{'type':'columns','t_ns':0,'names':['node0.meminfo.MemFree_bytes','node1.meminfo.MemFree_bytes',"
		"'node0.meminfo.MemTotal_bytes','node1.meminfo.MemTotal_bytes','vmstat.pgsteal_kswapd','vmstat.pgsteal_direct',"
		"'vmstat.pgsteal_file','vmstat.pgsteal_anon','vmstat.zone_reclaim_failed','group.db.stat.pgfault',"
		"'group.db.events.max']}\n"
		"{'type':'sample','t_ns':10,'set':[0,4096,1,%" PRIu64 ",2,268435456,3,268435456,4,0,5,0,6,0,7,0,8,0,9,0,10,0]}\n"
		"{'type':'sample','t_ns':20,'set':[%s%s]}\n",
		records, spare, pages, more);

	expect(&verdict_node_imbalance, text, cause, "dropped_bytes");
}

#define FILE_4096 "4,1000,5,3096,6,4096"
#define FILE_4095 "4,1000,5,3095,6,4095"

START_TEST(imbalance_thresholds)
{
	expect_imbalance("", 16 * MIB, FILE_4096, "", "unknown");
	expect_imbalance("", 16 * MIB, FILE_4095, "", NULL);
	expect_imbalance("", 16 * MIB - 1, FILE_4096, "", NULL);
	/* Half of it was anonymous: swap_with_free_memory's. */
	expect_imbalance("", 16 * MIB, "4,1000,5,3096,6,2048,7,2048", "", NULL);
	/* A group at its limit. */
	expect_imbalance(CPUSET("db", "0-1"), 16 * MIB, FILE_4096, ",10,1", NULL);
}
END_TEST

START_TEST(imbalance_causes)
{
	expect_imbalance(CPUSET("db", "0"), 16 * MIB, FILE_4096, ",9,5", "cpuset");
	expect_imbalance(CPUSET("db", "0"), 16 * MIB, FILE_4096, "", "unknown"); /* it did nothing */
	expect_imbalance(CPUSET("db", "0-1") BOUND, 16 * MIB, FILE_4096, ",9,5", "mempolicy");
	expect_imbalance(CLASSIC TUNE("vm.zone_reclaim_mode", "1"), 16 * MIB, FILE_4096, ",8,1", "zone_reclaim");
	expect_imbalance(MGLRU TUNE("vm.zone_reclaim_mode", "1"), 16 * MIB, FILE_4096, ",8,1", "unknown");
	expect_imbalance(MGLRU TUNE("vm.zone_reclaim_mode", "6"), 16 * MIB, FILE_4096, ",8,1", "zone_reclaim");
	expect_imbalance("", 16 * MIB, "4,4096,5,0,6,4096", "", "local_preference");
}
END_TEST

/* ---- zone_reclaim_stall ---- */

static void expect_failed(const char *records, unsigned failed, unsigned allocated, const char *cause)
{
	/* 64 x 100 pages of RAM. */
	_cleanup_free_ char *text = xasprintf(
		"%s" BEGIN "{'type':'columns','t_ns':0,'names':['meminfo.MemTotal_bytes','vmstat.zone_reclaim_failed',"
		"'vmstat.pgalloc_normal']}\n{'type':'sample','t_ns':10,'set':[0,26214400,1,0,2,0]}\n"
		"{'type':'sample','t_ns':20,'set':[1,%u,2,%u]}\n",
		records, failed, allocated);

	expect(&verdict_zone_reclaim_stall, text, cause, "zone_reclaim_failed");
}

START_TEST(zone_reclaim_stall_thresholds_and_causes)
{
	const char *one = CLASSIC TUNE("vm.zone_reclaim_mode", "1");

	expect_failed(one, 100, 1000, "nothing_to_take");
	expect_failed(one, 99, 900, NULL);	/* a 64th of the pages */
	expect_failed(one, 100, 1001, NULL);	/* a tenth of the allocations */
	expect_failed(CLASSIC TUNE("vm.zone_reclaim_mode", "4"), 100, 1000, "unmap_without_write");
	expect_failed(MGLRU TUNE("vm.zone_reclaim_mode", "4"), 100, 1000, "mglru");
	expect_failed(MGLRU TUNE("vm.zone_reclaim_mode", "7"), 100, 1000, "nothing_to_take");
}
END_TEST

/* One failure, in one of ten intervals of 100 ms (or of eleven), with so much waiting. */
static void expect_slow(unsigned waited_us, uint64_t end_ns, const char *cause)
{
	_cleanup_free_ char *text = xasprintf(
		CLASSIC TUNE("vm.zone_reclaim_mode", "4") BEGIN
		"{'type':'columns','t_ns':0,'names':['meminfo.MemTotal_bytes','vmstat.zone_reclaim_failed','psi.memory.some_us']}\n"
		"{'type':'sample','t_ns':0,'set':[0,26214400,1,0,2,0]}\n"
		"{'type':'sample','t_ns':100000000,'set':[1,1,2,%u]}\n{'type':'sample','t_ns':%" PRIu64 ",'set':[]}\n",
		waited_us, end_ns);

	expect(&verdict_zone_reclaim_stall, text, cause, "zone_reclaim_failed");
}

START_TEST(zone_reclaim_stall_by_waiting)
{
	expect_slow(50000, 1000000000, "unmap_without_write");
	expect_slow(49999, 1000000000, NULL);
	expect_slow(50000, 1000000001, NULL);
}
END_TEST

/* ---- direct_reclaim_stall ---- */

static void expect_direct(const char *zone, unsigned stalls, unsigned direct, unsigned kswapd, const char *cause)
{
	_cleanup_free_ char *text = xasprintf(
		"%s" BEGIN "{'type':'columns','t_ns':0,'names':['meminfo.MemTotal_bytes','vmstat.allocstall_normal',"
		"'vmstat.pgsteal_direct','vmstat.pgsteal_kswapd']}\n"
		"{'type':'sample','t_ns':10,'set':[0,26214400,1,0,2,0,3,0]}\n"
		"{'type':'sample','t_ns':20,'set':[1,%u,2,%u,3,%u]}\n",
		zone, stalls, direct, kswapd);

	expect(&verdict_direct_reclaim_stall, text, cause, "direct_reclaimed_pages");
}

#define GAP(low) "{'type':'zone','t_ns':0,'node':0,'zone':'Normal','min_pages':100,'low_pages':" low ",'high_pages':400}\n"

START_TEST(direct_reclaim_stall_thresholds_and_causes)
{
	expect_direct(GAP("163"), 1, 100, 300, "watermark_gap"); /* 63 of 6400 pages */
	expect_direct(GAP("164"), 1, 100, 300, "burst");
	expect_direct("", 1, 100, 300, "burst");
	expect_direct(GAP("163"), 1, 100, 301, NULL); /* less than a quarter */
	expect_direct(GAP("163"), 1, 99, 100, NULL);  /* less than a 64th of the pages */
	expect_direct(GAP("163"), 0, 100, 300, NULL); /* a node's own reclaim */
	expect_direct(GAP("163"), 1, 100, 0, NULL);   /* kswapd did not run */
}
END_TEST

/* ---- livelock ---- */

/* A cell of 400 ms, 25600 pages of RAM; the workload of 1000 pages makes the last progress in its first `moves` intervals, then
 * `creeps` accesses in all. */
static void expect_livelock(const char *records, unsigned moves, unsigned creeps, const char *last, const char *outcome,
			    const char *cause)
{
	_cleanup_free_ char *text = xasprintf(
		"%s{'type':'group','t_ns':0,'group':'db','knobs':{'memory.high':'67108864'}}\n"
		"{'type':'workload','t_ns':0,'workload':'db.0','group':'db','size_bytes':4096000}\n" BEGIN
		"{'type':'columns','t_ns':0,'names':['meminfo.MemTotal_bytes','task.db.0.touched_pages','psi.memory.some_us',"
		"'vmstat.pgscan_direct','vmstat.zone_reclaim_failed','group.db.events.high','group.db.events.max']}\n"
		"{'type':'sample','t_ns':0,'set':[0,104857600,1,0,2,0,3,0,4,0,5,0,6,0]}\n"
		"{'type':'event','t_ns':1,'workload':'db.0','state':'started'}\n"
		"{'type':'sample','t_ns':100000000,'set':[1,%u]}\n{'type':'sample','t_ns':200000000,'set':[1,%u]}\n"
		"{'type':'sample','t_ns':300000000,'set':[1,%u]}\n"
		"{'type':'sample','t_ns':400000000,'set':[1,%u%s]}\n"
		"{'type':'outcome','t_ns':400000001,'workload':'db.0','outcome':'%s'}\n",
		records, 100, moves > 1 ? 200 : 100, moves > 2 ? 300 : moves > 1 ? 200 : 100,
		(moves > 2 ? 300 : moves > 1 ? 200 : 100) + creeps, last, outcome);

	expect(&verdict_livelock, text, cause, "progress_pages");
}

#define HALF_A_SPAN ",2,50000" /* of 100 ms */

START_TEST(livelock_thresholds)
{
	expect_livelock("", 3, 9, HALF_A_SPAN, "timed_out", "reclaim");
	expect_livelock("", 3, 10, HALF_A_SPAN, "timed_out", NULL); /* a hundredth of its pages */
	expect_livelock("", 3, 9, ",2,49999", "timed_out", NULL);
	expect_livelock("", 3, 9, ",3,26", "timed_out", "reclaim"); /* a hundredth of the RAM a second, for 0.1 s */
	expect_livelock("", 3, 9, ",3,25", "timed_out", NULL);
	expect_livelock("", 3, 9, HALF_A_SPAN, "completed", NULL);
	/* It held its memory. */
	expect_livelock("{'type':'event','t_ns':1,'workload':'db.0','state':'done'}\n", 3, 9, HALF_A_SPAN, "timed_out", NULL);
}
END_TEST

START_TEST(livelock_causes)
{
	const char *four = CLASSIC TUNE("vm.zone_reclaim_mode", "4");

	expect_livelock("", 3, 0, HALF_A_SPAN ",5,1", "timed_out", "memory_high");
	expect_livelock("", 3, 0, HALF_A_SPAN ",6,1", "timed_out", "memory_max");
	expect_livelock(four, 3, 0, HALF_A_SPAN ",4,1", "timed_out", "zone_reclaim");
	expect_livelock(four, 3, 0, HALF_A_SPAN, "timed_out", "reclaim");
	expect_livelock(MGLRU TUNE("vm.zone_reclaim_mode", "4"), 3, 0, HALF_A_SPAN ",4,1", "timed_out", "reclaim");
}
END_TEST

/* ---- setting_without_effect ---- */

#define MACHINE(kernel, lru, nodes, swap)                                                                    \
	"{'type':'machine','t_ns':0,'kernel':'" kernel "','lru_gen':'" lru "','nodes':" nodes ",'swap':" swap "}\n"
#define TIERS(n) "{'type':'machine','t_ns':0,'kernel':'6.12.1','lru_gen':'0x0007','memory_tiers':" n "}\n"
#define TWO  "[{},{}]"
#define NONE "[]"
#define SOME "[{}]"

static const struct {
	const char *records, *cause;
} settings[] = {
	{ MACHINE("6.12.1", "0x0007", TWO, SOME) TUNE("vm.zone_reclaim_mode", "5"), "mglru" },
	{ MACHINE("6.12.1", "0x0007", TWO, SOME) TUNE("vm.zone_reclaim_mode", "6"), NULL },
	{ MACHINE("6.12.1", "0x0007", TWO, SOME) TUNE("vm.zone_reclaim_mode", "0"), NULL },
	{ MACHINE("6.12.1", "0x0000", TWO, SOME) TUNE("vm.zone_reclaim_mode", "1"), NULL },
	{ MACHINE("6.1.0", "0x0007", TWO, SOME) TUNE("vm.zone_reclaim_mode", "1"), NULL },
	{ MACHINE("6.1.0", "0x0000", "[{}]", SOME) TUNE("vm.zone_reclaim_mode", "1"), "one_node" },
	{ MACHINE("6.1.0", "0x0000", TWO, NONE) TUNE("vm.swappiness", "10"), "no_swap" },
	{ MACHINE("6.1.0", "0x0000", TWO, NONE) TUNE("vm.swappiness", "60"), NULL },
	{ MACHINE("6.1.0", "0x0000", TWO, SOME) TUNE("vm.swappiness", "10"), NULL },
	{ TIERS("1") TUNE("kernel/mm/numa/demotion_enabled", "true"), "one_tier" },
	{ TIERS("1") TUNE("kernel/mm/numa/demotion_enabled", "false"), NULL },
	{ TIERS("2") TUNE("kernel/mm/numa/demotion_enabled", "true"), NULL },
	{ MACHINE("6.1.0", "0x0000", TWO, SOME) TUNE("kernel/mm/numa/demotion_enabled", "true"), NULL },
	{ "{'type':'tune','t_ns':0,'key':'vm.swappiness','before':'10','asked':'10','target':'10','effective':'10'}\n"
	  MACHINE("6.1.0", "0x0000", TWO, NONE), NULL },
	{ "{'type':'tune','t_ns':0,'key':'vm.min_free_kbytes','target':'8192','effective':'49220'}\n", "raised" },
	{ "{'type':'tune','t_ns':0,'key':'vm.min_free_kbytes','target':'8192','effective':'8191'}\n", "clamped" },
	{ TUNE("vm.min_free_kbytes", "8192") "{'type':'undo','t_ns':0,'key':'vm.min_free_kbytes','drift':'49220'}\n", "raised" },
	{ TUNE("kernel/mm/transparent_hugepage/enabled", "never"), NULL },
	{ "{'type':'tune','t_ns':0,'key':'kernel/mm/lru_gen/enabled','target':'y','effective':'0x0007'}\n", NULL },
};

START_TEST(settings_without_effect)
{
	_cleanup_free_ char *text = xasprintf("%s" BEGIN, settings[_i].records);

	expect(&verdict_setting_without_effect, text, settings[_i].cause, "");
}
END_TEST

/* Before a run not all is known. */
START_TEST(rules_say_what_they_depend_on)
{
	struct ineffective_machine m = { .mglru = KNOWN_NOT, .swap = KNOWN_NOT, .numa = KNOWN_NOT, .release = 6012 };
	bool sure = true;

	ck_assert_ptr_nonnull(ineffective_find(&m, "vm.zone_reclaim_mode", "1", &sure));
	ck_assert(!sure);
	m.mglru = KNOWN_YES;
	ck_assert_str_eq(ineffective_find(&m, "vm.zone_reclaim_mode", "1", &sure)->cause, "mglru");
	ck_assert(sure);
	m.release = ineffective_release("5.10.0-32-cloud-amd64");
	ck_assert_int_eq(m.release, 5010);
	ck_assert_str_eq(ineffective_find(&m, "kernel/mm/lru_gen/enabled", "y", &sure)->cause, "absent");
	ck_assert_ptr_null(ineffective_find(&m, "vm.compaction_proactiveness", "0", &sure));
	ck_assert_int_eq(ineffective_release("bzImage"), 0);
}
END_TEST

/* 400 MiB are free after the kill, which a sample has seen before the log told it; none before. */
START_TEST(what_a_victim_had_is_not_held_against_its_own_kill)
{
	struct timeline *t = timeline_of_records(
		"{'type':'begin','t_ns':10}\n"
		"{'type':'columns','t_ns':10,'names':['vmstat.oom_kill','node0.meminfo.MemFree_bytes',"
		"'node1.meminfo.MemFree_bytes','node0.meminfo.MemTotal_bytes','node1.meminfo.MemTotal_bytes']}\n"
		"{'type':'sample','t_ns':20,'set':[0,0,1,1048576,2,1048576,3,536870912,4,536870912]}\n"
		"{'type':'sample','t_ns':30,'set':[0,1,1,419430400,2,419430400]}\n"
		"{'type':'oom','t_ns':31,'constraint':'none','victim':'db.0'}\n"
		"{'type':'sample','t_ns':40,'set':[]}\n");
	json_t *found = judge_one(&verdict_oom_with_free_memory, t);

	ck_assert_uint_eq(json_array_size(found), 0);
	json_decref(found);
	timeline_free(t);
}
END_TEST

/* ---- memory_outside_cpuset: a group that may use node 0, mostly; 64 MiB in all at the last of three samples ---- */

/* What lies on node 1 at the second and third sample, and on node 0 at the third; the mask at the second. */
static void expect_outside(const char *mask, uint64_t early, uint64_t outside, uint64_t inside, uint64_t demoted_pages, const char *cause)
{
	_cleanup_free_ char *text = xasprintf(
		"{'type':'machine','t_ns':0,'page_bytes':4096}\n" CPUSET("db", "0") BEGIN
		"{'type':'columns','t_ns':0,'names':['group.db.cpuset.mems_effective_mask','group.db.numa.anon.N0_bytes',"
		"'group.db.numa.anon.N1_bytes','group.db.numa.file.N0_bytes','group.db.numa.file.N1_bytes','vmstat.pgdemote_kswapd']}\n"
		"{'type':'sample','t_ns':0,'set':[0,1,1,0,2,0,3,0,4,0,5,0]}\n"
		"{'type':'sample','t_ns':10,'set':[0,%s,2,%" PRIu64 "]}\n"
		"{'type':'sample','t_ns':20,'set':[0,1,1,%" PRIu64 ",2,%" PRIu64 ",4,%" PRIu64 ",5,%" PRIu64 "]}\n",
		mask, early, inside, outside - outside / 2, outside / 2, demoted_pages);

	if (cause)
		ck_assert_uint_eq(expect(&verdict_memory_outside_cpuset, text, cause, "outside_bytes"), outside);
	else
		expect(&verdict_memory_outside_cpuset, text, cause, "outside_bytes");
}

START_TEST(memory_outside_cpuset_thresholds)
{
	/* 4 MiB, of anonymous memory and files together, and a sixteenth. */
	expect_outside("1", 0, 4 * MIB, 60 * MIB, 0, "unknown");
	expect_outside("1", 0, 4 * MIB - 1, 0, 0, NULL);
	expect_outside("1", 0, 4 * MIB, 61 * MIB, 0, NULL);
	/* While the node is allowed, or the file could not be read, it is none of the verdict's business. */
	expect_outside("3", 8 * MIB, 0, 56 * MIB, 0, NULL);
	expect_outside("0", 8 * MIB, 0, 56 * MIB, 0, NULL);
}
END_TEST

START_TEST(memory_outside_cpuset_causes)
{
	expect_outside("1", 0, 8 * MIB, 56 * MIB, 1024, "demotion"); /* half of it */
	expect_outside("1", 0, 8 * MIB, 56 * MIB, 1023, "unknown");
	expect_outside("3", 4 * MIB, 8 * MIB, 56 * MIB, 0, "cpuset_changed");
	expect_outside("3", 4 * MIB - 1, 8 * MIB, 56 * MIB, 0, "unknown");
	expect_outside("3", 4 * MIB, 8 * MIB, 56 * MIB, 1024, "demotion");
}
END_TEST

/* An older stream has neither the mask nor the nodes of groups. */
START_TEST(memory_outside_cpuset_needs_its_columns)
{
	expect(&verdict_memory_outside_cpuset,
	       CPUSET("db", "0") BEGIN "{'type':'columns','t_ns':0,'names':['group.db.numa.anon.N1_bytes']}\n"
	       "{'type':'sample','t_ns':0,'set':[0,8388608]}\n{'type':'sample','t_ns':10,'set':[]}\n", NULL, "outside_bytes");
	expect(&verdict_memory_outside_cpuset,
	       CPUSET("db", "0") BEGIN "{'type':'columns','t_ns':0,'names':['group.db.cpuset.mems_effective_mask']}\n"
	       "{'type':'sample','t_ns':0,'set':[0,1]}\n{'type':'sample','t_ns':10,'set':[]}\n", NULL, "outside_bytes");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("verdict_nodes");
	TCase *tcase = tcase_create("verdict_nodes");

	tcase_add_test(tcase, oom_needs_a_sixteenth_of_the_node_free);
	tcase_add_test(tcase, oom_counts_what_was_out_of_reach);
	tcase_add_test(tcase, oom_without_a_constraint);
	tcase_add_test(tcase, oom_by_swappiness);
	tcase_add_test(tcase, imbalance_thresholds);
	tcase_add_test(tcase, imbalance_causes);
	tcase_add_test(tcase, memory_outside_cpuset_thresholds);
	tcase_add_test(tcase, memory_outside_cpuset_causes);
	tcase_add_test(tcase, memory_outside_cpuset_needs_its_columns);
	tcase_add_test(tcase, zone_reclaim_stall_thresholds_and_causes);
	tcase_add_test(tcase, zone_reclaim_stall_by_waiting);
	tcase_add_test(tcase, direct_reclaim_stall_thresholds_and_causes);
	tcase_add_test(tcase, livelock_thresholds);
	tcase_add_test(tcase, livelock_causes);
	tcase_add_loop_test(tcase, settings_without_effect, 0, ARRAY_SIZE(settings));
	tcase_add_test(tcase, rules_say_what_they_depend_on);
	tcase_add_test(tcase, what_a_victim_had_is_not_held_against_its_own_kill);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
