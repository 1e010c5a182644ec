/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "results/verdict/rows.h"
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
	{ "local_preference.jsonl", "local_preference", "reclaimed anonymous pages", "because kswapd refilled node 0" },
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
	json_t *found = judge_one(&verdict_swap_with_free_memory, t), *v = json_array_get(found, 0);

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
	json_t *found = judge_one(&verdict_swap_with_free_memory, t), *v = json_array_get(found, 0);

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
	found = judge_one(&verdict_swap_with_free_memory, t);
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

static json_t *judge_records(const char *records)
{
	struct timeline *t = timeline_of_records(records);
	json_t *found = judge_one(&verdict_swap_with_free_memory, t);

	timeline_free(t);
	return found;
}

/* 40 MiB leave node 0 while node 1 has 400 MiB free. More columns from index 3 on; they begin with what
 * `first` sets, else with 0. */
static json_t *judge_swap(const char *records, const char *names, const char *first, const char *second)
{
	_cleanup_free_ char *text = xasprintf(
		"%s{'type':'begin','t_ns':10}\n"
		"{'type':'columns','t_ns':10,'names':['vmstat.pswpout','node0.meminfo.MemFree_bytes',"
		"'node1.meminfo.MemFree_bytes'%s]}\n"
		"{'type':'sample','t_ns':20,'set':[0,0,1,5242880,2,419430400%s]}\n"
		"{'type':'sample','t_ns':30,'set':[0,10240%s]}\n",
		records, names, first, second);

	return judge_records(text);
}

#define GROUP(name)        "{'type':'group','t_ns':1,'group':'" name "','cpuset_mems_effective':'0-1'}\n"
#define CPUSET(name, mems) "{'type':'group','t_ns':1,'group':'" name "','cpuset_mems_effective':'" mems "'}\n"
#define BOUND(name, group, nodes, size)                                                                      \
	"{'type':'workload','t_ns':1,'workload':'" name "','group':'" group "','size_bytes':" size           \
	",'policy':'bind','nodes':'" nodes "'}\n"
#define FREE(name, group, size)                                                                              \
	"{'type':'workload','t_ns':1,'workload':'" name "','group':'" group "','size_bytes':" size           \
	",'policy':'default'}\n"
#define MODE(mode)     "{'type':'tune','t_ns':1,'key':'vm.zone_reclaim_mode','effective':'" mode "'}\n"
#define MGLRU          "{'type':'machine','t_ns':1,'lru_gen':'0x0007'}\n"
#define SWAPPED(group) ",'group." group ".memory.swap.current_bytes'"
#define COUNTED(group) ",'group." group ".stat.pswpout'"
#define MAXED(group)   ",'group." group ".events.max'"
#define STOLEN         ",'vmstat.pgsteal_kswapd','vmstat.pgsteal_direct'"
#define SCANNED        ",'vmstat.pgscan_direct'"
#define FAILED         ",'vmstat.zone_reclaim_failed'"
#define SUCCESS        ",'vmstat.zone_reclaim_success'"

static const struct {
	const char *records, *names, *set;
	const char *cause, *group; /* group NULL: none */
} told[] = {
	/* The limit: growth of swap is held against growth of swap, swap-out against swap-out. */
	{ GROUP("db"), SWAPPED("db") MAXED("db"), ",3,10485760,4,9", "memcg_limit", "db" },
	{ GROUP("db") GROUP("web"), SWAPPED("db") SWAPPED("web") MAXED("db"), ",3,5000000,4,5000000,5,9",
	  "memcg_limit", "db" },
	{ GROUP("db") GROUP("web"), SWAPPED("db") SWAPPED("web") COUNTED("db") COUNTED("web") MAXED("db"),
	  ",3,20971520,4,5242880,5,2000,6,8240,7,9", "unknown", "web" },
	{ GROUP("db") GROUP("x") GROUP("y"), COUNTED("db") COUNTED("x") COUNTED("y") MAXED("db"),
	  ",3,4000,4,3000,5,3240,6,9", "unknown", "db" },
	/* Zone reclaim: what the mode allows, and a sign that it ran. */
	{ MODE("4"), SCANNED, ",3,99", "zone_reclaim", NULL },
	{ MODE("3"), SCANNED, ",3,99", "unknown", NULL },
	{ MGLRU MODE("6"), SCANNED, ",3,99", "zone_reclaim", NULL },
	{ MGLRU MODE("5"), SCANNED, ",3,99", "unknown", NULL },
	{ MODE("7"), FAILED, ",3,5", "zone_reclaim", NULL },
	{ MODE("7"), FAILED SUCCESS, ",3,5,4,1", "zone_reclaim", NULL },
	{ MODE("7"), SCANNED FAILED SUCCESS, ",3,99,4,5,5,0", "unknown", NULL },
	{ MODE("7") GROUP("db"), SCANNED MAXED("db"), ",3,99,4,1", "unknown", NULL },
	/* Nothing forbids the other node: kswapd took more than the allocations did, or not. */
	{ "", STOLEN, ",3,5,4,4", "local_preference", NULL },
	{ "", STOLEN, ",3,5,4,5", "unknown", NULL },
	{ MODE("7"), STOLEN FAILED, ",3,5,4,4,5,1", "zone_reclaim", NULL },
	{ MODE("3") CPUSET("db", "0"), SCANNED ",'group.db.memory.current_bytes'", ",3,99,4,9000000",
	  "cpuset", NULL },
	/* A bound workload explains what its group did when it is the main one. */
	{ GROUP("db") BOUND("db.0", "db", "0", "900") FREE("db.1", "db", "100"), SWAPPED("db"), ",3,41943040",
	  "mempolicy", "db" },
	{ GROUP("db") BOUND("db.0", "db", "0", "100") FREE("db.1", "db", "900"), SWAPPED("db"), ",3,41943040",
	  "unknown", "db" },
	{ GROUP("db") BOUND("db.0", "db", "0", "100") BOUND("db.1", "db", "1", "900"), SWAPPED("db"),
	  ",3,41943040", "mempolicy", "db" },
	/* Whose pages went: not those of a group that cannot have any there. */
	{ GROUP("db") BOUND("db.0", "db", "1", "900") GROUP("web"), SWAPPED("db") SWAPPED("web"),
	  ",3,41943040,4,1048576", "unknown", "web" },
};

START_TEST(cause_is_told_from_the_counters)
{
	json_t *found = judge_swap(told[_i].records, told[_i].names, "", told[_i].set);
	const json_t *v = json_array_get(found, 0);

	ck_assert_uint_eq(json_array_size(found), 1);
	ck_assert_msg(streq(record_text(v, "cause", ""), told[_i].cause), "case %d: %s", _i,
		      record_text(v, "cause", ""));
	ck_assert_pstr_eq(record_text(json_object_get(v, "evidence"), "group", NULL), told[_i].group);
	json_decref(found);
}
END_TEST

/* Group a swaps more, but has no pages on node 1. */
START_TEST(each_node_has_its_own_group)
{
	json_t *found = judge_records(CPUSET("a", "0") CPUSET(
		"b",
		"1") "{'type':'begin','t_ns':10}\n"
		     "{'type':'columns','t_ns':10,'names':['vmstat.pswpout','node0.meminfo.MemFree_bytes',"
		     "'node1.meminfo.MemFree_bytes','node2.meminfo.MemFree_bytes',"
		     "'node0.reclaim.anon_reclaimed_pages','node1.reclaim.anon_reclaimed_pages'" SWAPPED(
			     "a") SWAPPED("b") MAXED("a") "]}\n"
							  "{'type':'sample','t_ns':20,'set':[0,0,1,5242880,2,"
							  "5242880,3,419430400]}\n"
							  "{'type':'sample','t_ns':30,'set':[0,76800,4,51200,"
							  "5,25600,6,209715200,7,104857600,8,9]}\n");
	const json_t *first = json_array_get(found, 0), *second = json_array_get(found, 1);

	ck_assert_uint_eq(json_array_size(found), 2);
	ck_assert_str_eq(record_text(first, "cause", ""), "memcg_limit");
	ck_assert_str_eq(record_text(json_object_get(first, "evidence"), "group", ""), "a");
	ck_assert_uint_eq(evidence(second, "node"), 1);
	ck_assert_str_eq(record_text(second, "cause", ""), "cpuset");
	ck_assert_str_eq(record_text(json_object_get(second, "evidence"), "group", ""), "b");
	ck_assert_uint_eq(evidence(second, "group_swapped_bytes"), 100 * MIB);
	json_decref(found);
}
END_TEST

/* A group on both nodes: no more of its swap is said to be of the node than left the node. */
START_TEST(share_of_the_group_is_at_most_that_of_the_node)
{
	json_t *found = judge_swap(GROUP("db"), SWAPPED("db"), "", ",3,83886080");

	ck_assert_uint_eq(evidence(json_array_get(found, 0), "swapped_bytes"), 40 * MIB);
	ck_assert_uint_eq(evidence(json_array_get(found, 0), "group_swapped_bytes"), 40 * MIB);
	json_decref(found);
}
END_TEST

/* 10240 pages went to the device and 20480 to zswap; 5120 of the device's came from zswap. */
START_TEST(what_goes_to_zswap_counts_once)
{
	json_t *found = judge_swap(GROUP("db"), ",'vmstat.zswpout','vmstat.zswpwb'", "", ",3,20480,4,5120"),
	       *v = json_array_get(found, 0);

	ck_assert_uint_eq(evidence(v, "swapped_bytes"), 100 * MIB);
	ck_assert_uint_eq(evidence(v, "zswap_bytes"), 80 * MIB);
	json_decref(found);
}
END_TEST

START_TEST(without_zswap_nothing_is_said_of_it)
{
	json_t *found = judge_swap(GROUP("db"), ",'vmstat.zswpout'", "", "");

	ck_assert_ptr_null(json_object_get(json_object_get(json_array_get(found, 0), "evidence"), "zswap_bytes"));
	json_decref(found);
}
END_TEST

#define ZONE(zone, high, more)                                                                               \
	"{'type':'zone','t_ns':1,'node':1,'zone':'" zone "','high_pages':" high more "}\n"
#define FREE_PAGES(zone) ",'node1." zone ".free_pages'"

/* MemFree of node 1 is 400 MiB in all of these. */
static const struct {
	const char *records, *names, *first, *second;
	size_t fires;
} spares[] = {
	{ ZONE("DMA32", "1000", ""), FREE_PAGES("DMA32"), ",3,5096", "", 1 },
	{ ZONE("DMA32", "1000", ""), FREE_PAGES("DMA32"), ",3,5095", ",3,9999", 0 },
	{ ZONE("DMA32", "1000", ""), FREE_PAGES("DMA32"), ",3,9999", ",3,5095", 0 },
	{ ZONE("DMA32", "1000", ",'protection_pages':4096"), FREE_PAGES("DMA32"), ",3,9191", "", 0 },
	{ ZONE("DMA32", "1000", ",'protection_pages':4096"), FREE_PAGES("DMA32"), ",3,9192", "", 1 },
	/* What one zone lacks is not taken from the other. */
	{ ZONE("DMA32", "1000", ",'protection_pages':90000") ZONE("Normal", "1000", ""),
	  FREE_PAGES("DMA32") FREE_PAGES("Normal"), ",3,80000,4,5096", "", 1 },
	{ ZONE("DMA32", "1000", ",'protection_pages':90000") ZONE("Normal", "1000", ""),
	  FREE_PAGES("DMA32") FREE_PAGES("Normal"), ",3,80000,4,5095", "", 0 },
	/* Not all zones sampled: MemFree. */
	{ ZONE("DMA32", "1000", ",'protection_pages':90000") ZONE("Normal", "1000", ""), FREE_PAGES("DMA32"),
	  ",3,80000", "", 1 },
};

START_TEST(reserved_memory_is_not_spare)
{
	json_t *found = judge_swap(spares[_i].records, spares[_i].names, spares[_i].first, spares[_i].second);

	ck_assert_msg(json_array_size(found) == spares[_i].fires, "case %d", _i);
	json_decref(found);
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
	for (const struct verdict *const *at = verdicts; *at; at++) {
		const struct verdict *v = *at;
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
	tcase_add_loop_test(tcase, cause_is_told_from_the_counters, 0, ARRAY_SIZE(told));
	tcase_add_test(tcase, each_node_has_its_own_group);
	tcase_add_test(tcase, share_of_the_group_is_at_most_that_of_the_node);
	tcase_add_test(tcase, what_goes_to_zswap_counts_once);
	tcase_add_test(tcase, without_zswap_nothing_is_said_of_it);
	tcase_add_loop_test(tcase, reserved_memory_is_not_spare, 0, ARRAY_SIZE(spares));
	tcase_add_test(tcase, knows_its_names);
	tcase_add_test(tcase, reference_is_complete);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
