/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>

#include "common/json.h"
#include "common/util.h"
#include "runner/cli/cli.h"
#include "runner/scenario_parts.h"

/* Scenarios that are good; tests/unit/test_broken.c has those that are not. */

#define NODES    "\"machine\": { \"nodes\": [ { \"memory\": \"256M\" }, { \"memory\": \"384M\", \"cpus\": 0 } ]"
#define WORKLOAD "{ \"kind\": \"anon\", \"size\": \"32M\" }"
#define GROUPS   "\"groups\": [ { \"name\": \"db\", \"workloads\": [ " WORKLOAD " ] } ]"
#define MINIMAL  "{ \"name\": \"s\", " NODES " }, " GROUPS " }"

static struct scenario *parse(const char *text)
{
	struct scenario *scenario = NULL;
	struct diags diags = { 0 };
	json_t *json = NULL;
	_cleanup_free_ char *first = NULL;
	int r = json_text_load(text, strlen(text), "test.json", &json, &diags);

	if (r == 0)
		r = scenario_parse(json, "test.json", text, &scenario, &diags);
	first = diags.n ? diag_format(&diags.list[0]) : NULL;
	ck_assert_msg(r == 0, "%s", first);
	json_decref(json);
	return scenario;
}

static struct scenario *parse_machine(const char *machine)
{
	_cleanup_free_ char *text = xasprintf("{ \"name\": \"s\", \"machine\": %s, " GROUPS " }", machine);

	return parse(text);
}

static struct scenario *parse_group(const char *members)
{
	_cleanup_free_ char *text =
		xasprintf("{ \"name\": \"s\", " NODES ", \"disk\": { \"size\": \"256M\" } }, "
			  "\"groups\": [ { \"name\": \"db\", %s } ] }",
			  members);

	return parse(text);
}

static struct scenario *parse_workload(const char *members)
{
	_cleanup_free_ char *group = xasprintf("\"workloads\": [ " WORKLOAD ", "
					       "{ \"kind\": \"anon\", \"size\": \"32M\", %s } ]",
					       members);

	return parse_group(group);
}

static struct scenario *parse_expect(const char *expect)
{
	_cleanup_free_ char *text =
		xasprintf("{ \"name\": \"s\", " NODES " }, " GROUPS ", \"expect\": [ %s ] }", expect);

	return parse(text);
}

START_TEST(the_least_scenario_has_defaults)
{
	struct scenario *s = parse(MINIMAL);

	ck_assert_str_eq(s->name, "s");
	ck_assert_str_eq(s->description, "");
	ck_assert_uint_eq(s->sample_ns, 100 * NSEC_PER_MSEC);
	ck_assert_uint_eq(s->limit_ns, 120 * NSEC_PER_SEC);
	ck_assert_uint_eq(s->settings.n, 0);
	ck_assert_uint_eq(s->n_expects, 0);
	ck_assert_uint_eq(s->n_groups, 1);
	ck_assert_uint_eq(s->seeds, 1);
	ck_assert_ptr_null(s->cures);
	ck_assert(!scenario_has_cure(s));
	scenario_free(s);
}
END_TEST

START_TEST(a_machine_without_words_has_no_swap_no_disk_and_even_distances)
{
	struct scenario *s = parse(MINIMAL);

	ck_assert_uint_eq(s->machine.n_nodes, 2);
	ck_assert_uint_eq(s->machine.nodes[1].memory_bytes, 384 * MIB);
	ck_assert_uint_eq(s->machine.nodes[0].cpus, 1);
	ck_assert_uint_eq(s->machine.nodes[1].cpus, 0);
	ck_assert_uint_eq(s->machine.distance[0][0], 10);
	ck_assert_uint_eq(s->machine.distance[0][1], 20);
	ck_assert_int_eq(s->machine.swap_kind, SWAP_NONE);
	ck_assert_uint_eq(s->machine.swap_bytes, 0);
	ck_assert_uint_eq(s->machine.disk_bytes, 0);
	scenario_free(s);
}
END_TEST

START_TEST(a_machine_is_read_whatever_the_order_of_its_keys)
{
	struct scenario *s =
		parse_machine("{ \"distance\": [ [ 10, 31 ], [ 21, 10 ] ], \"swap\": { \"kind\": \"zram\","
			      " \"size\": \"64M\" }, \"disk\": { \"size\": 134217728 }, \"nodes\": ["
			      " { \"memory\": \"128M\", \"cpus\": 2 }, { \"memory\": 134217728 } ] }");

	ck_assert_uint_eq(s->machine.distance[0][1], 31);
	ck_assert_uint_eq(s->machine.distance[1][0], 21);
	ck_assert_int_eq(s->machine.swap_kind, SWAP_ZRAM);
	ck_assert_uint_eq(s->machine.swap_bytes, 64 * MIB);
	ck_assert_uint_eq(s->machine.disk_bytes, 128 * MIB);
	ck_assert_uint_eq(s->machine.nodes[0].cpus, 2);
	scenario_free(s);
}
END_TEST

START_TEST(swap_is_on_pmem_when_nothing_else_is_said)
{
	struct scenario *s =
		parse_machine("{ \"nodes\": [ { \"memory\": \"256M\" } ], \"swap\": { \"size\": \"1G\" } }");

	ck_assert_int_eq(s->machine.swap_kind, SWAP_PMEM);
	scenario_free(s);
}
END_TEST

START_TEST(the_largest_machine_is_accepted)
{
	struct scenario *s = parse_machine(
		"{ \"nodes\": [ { \"memory\": \"8G\", \"cpus\": 2 }, { \"memory\": \"8G\", \"cpus\": 2 },"
		"{ \"memory\": \"8G\", \"cpus\": 2 }, { \"memory\": \"8G\", \"cpus\": 2 },"
		"{ \"memory\": \"8G\", \"cpus\": 2 }, { \"memory\": \"8G\", \"cpus\": 2 },"
		"{ \"memory\": \"8G\", \"cpus\": 2 }, { \"memory\": \"8G\", \"cpus\": 2 } ] }");

	ck_assert_uint_eq(s->machine.n_nodes, MAX_NODES);
	scenario_free(s);
}
END_TEST

START_TEST(workloads_are_named_by_group_and_number)
{
	struct scenario *s = parse_group("\"workloads\": [ " WORKLOAD ", " WORKLOAD " ]");

	ck_assert_str_eq(s->groups[0].workloads[1].name, "db.1");
	ck_assert_ptr_eq(scenario_find_workload(s, "db.1"), &s->groups[0].workloads[1]);
	ck_assert_ptr_null(scenario_find_workload(s, "db.2"));
	ck_assert_ptr_null(scenario_find_workload(s, "db"));
	scenario_free(s);
}
END_TEST

START_TEST(knobs_are_read_by_their_types)
{
	struct scenario *s = parse_group(
		"\"cpuset.mems\": \"0-1\", \"memory.max\": \"50% of ram\", \"memory.high\": \"max\","
		"\"memory.swap.max\": 0, \"memory.oom.group\": true, \"workloads\": [ " WORKLOAD " ]");
	const struct scenario_group *g = &s->groups[0];

	ck_assert_uint_eq(g->n_knobs, 5);
	ck_assert_str_eq(g->knobs[0].file, "cpuset.mems");
	ck_assert_str_eq(g->knobs[0].text, "0-1");
	ck_assert_int_eq(g->knobs[1].size.base, SIZE_OF_RAM);
	ck_assert_uint_eq(g->knobs[1].size.permyriad, 5000);
	ck_assert(g->knobs[2].max);
	ck_assert(!g->knobs[3].max);
	ck_assert_uint_eq(g->knobs[3].size.bytes, 0);
	ck_assert_str_eq(g->knobs[4].text, "1");
	scenario_free(s);
}
END_TEST

START_TEST(a_share_of_the_limit_takes_the_limit_from_either_knob)
{
	struct scenario *max =
		parse_group("\"memory.high\": \"90% of limit\", \"memory.max\": \"64M\","
			    "\"workloads\": [ { \"kind\": \"anon\", \"size\": \"150% of limit\" } ]");
	struct scenario *high =
		parse_group("\"memory.max\": \"max\", \"memory.high\": \"64M\","
			    "\"workloads\": [ { \"kind\": \"anon\", \"size\": \"150% of limit\" } ]");

	ck_assert_int_eq(max->groups[0].workloads[0].params.size.base, SIZE_OF_LIMIT);
	scenario_free(max);
	scenario_free(high);
}
END_TEST

START_TEST(options_reach_the_workload)
{
	struct scenario *s = parse_workload(
		"\"pattern\": \"zipf\", \"write\": 0.3, \"work\": \"3 passes\", \"hold\": true,"
		"\"rate\": 1000");
	const struct scenario_workload *w = &s->groups[0].workloads[1];

	ck_assert_str_eq(w->kind->name, "anon");
	ck_assert_uint_eq(w->params.size.bytes, 32 * MIB);
	ck_assert_int_eq(w->params.pattern, PATTERN_ZIPF);
	ck_assert_double_eq(w->params.write, 0.3);
	ck_assert_uint_eq(w->params.work.passes, 3);
	ck_assert(w->params.hold);
	ck_assert_uint_eq(w->params.rate_pages_per_s, 1000);
	scenario_free(s);
}
END_TEST

static void check_policy(const char *policy, enum policy_kind kind, uint64_t nodes)
{
	_cleanup_free_ char *member = xasprintf("\"policy\": \"%s\"", policy);
	struct scenario *s = parse_workload(member);
	const struct policy *got = &s->groups[0].workloads[1].policy;

	ck_assert_int_eq(got->kind, kind);
	ck_assert_uint_eq(got->nodes, nodes);
	scenario_free(s);
}

START_TEST(policies_have_a_word_and_nodes)
{
	check_policy("default", POLICY_DEFAULT, 0);
	check_policy("local", POLICY_LOCAL, 0);
	check_policy("bind:0-1", POLICY_BIND, 3);
	check_policy("preferred:1", POLICY_PREFERRED, 2);
	check_policy("interleave:0,1", POLICY_INTERLEAVE, 3);
}
END_TEST

static void check_start(const char *start, enum start_kind kind, const char *who, enum workload_state state,
			uint64_t at_ns)
{
	_cleanup_free_ char *member = xasprintf("\"start\": \"%s\"", start);
	struct scenario *s = parse_workload(member);
	const struct start *got = &s->groups[0].workloads[1].start;

	ck_assert_int_eq(got->kind, kind);
	ck_assert_pstr_eq(got->who, who);
	ck_assert_int_eq(got->state, state);
	ck_assert_uint_eq(got->at_ns, at_ns);
	scenario_free(s);
}

START_TEST(starts_are_at_once_at_a_time_or_after_somebody)
{
	check_start("at once", START_AT_ONCE, NULL, WORKLOAD_WAITING, 0);
	check_start("at 1.5s", START_AT_TIME, NULL, WORKLOAD_WAITING, 1500 * NSEC_PER_MSEC);
	check_start("after db.0 started", START_AFTER, "db.0", WORKLOAD_STARTED, 0);
	check_start("after db.0 filled", START_AFTER, "db.0", WORKLOAD_FILLED, 0);
	check_start("after db.0 done", START_AFTER, "db.0", WORKLOAD_DONE, 0);
}
END_TEST

START_TEST(a_start_may_name_a_group_that_comes_later)
{
	struct scenario *s = parse(
		"{ \"name\": \"s\", \"groups\": [ { \"name\": \"a\", \"workloads\": [ { \"kind\": \"anon\","
		"\"size\": \"1M\", \"start\": \"after b filled\" } ] }, { \"name\": \"b\", \"workloads\": "
		"[ " WORKLOAD ", " WORKLOAD " ] } ], " NODES " } }");

	ck_assert_str_eq(s->groups[0].workloads[0].start.who, "b");
	scenario_free(s);
}
END_TEST

START_TEST(two_that_wait_for_the_same_are_no_circle)
{
	struct scenario *s =
		parse_group("\"workloads\": [ " WORKLOAD ","
			    "{ \"kind\": \"anon\", \"size\": \"1M\", \"start\": \"after db.0 filled\" },"
			    "{ \"kind\": \"anon\", \"size\": \"1M\", \"start\": \"after db.0 filled\" },"
			    "{ \"kind\": \"anon\", \"size\": \"1M\", \"start\": \"after db.2 done\" } ]");

	scenario_free(s);
}
END_TEST

START_TEST(workloads_that_share_a_file_need_its_room_once)
{
	struct scenario *s =
		parse_group("\"workloads\": ["
			    "{ \"kind\": \"file_read\", \"size\": \"200M\", \"file\": \"data\" },"
			    "{ \"kind\": \"file_read\", \"size\": \"100M\", \"file\": \"data\" },"
			    "{ \"kind\": \"file_read\", \"size\": \"200M\", \"file\": \"data\" } ]");

	scenario_free(s);
}
END_TEST

START_TEST(a_share_beyond_all_memory_is_a_wish_to_run_out)
{
	struct scenario *s =
		parse_group("\"workloads\": [ { \"kind\": \"anon\", \"size\": \"120% of ram\" } ]");

	scenario_free(s);
}
END_TEST

static bool knows_swap(const char *name)
{
	return streq(name, "swap.out_bytes");
}

static int parse_primary(const char *list, struct diags *diags)
{
	_cleanup_free_ char *text = xasprintf("{ \"name\": \"s\", " NODES " }, " GROUPS ", \"primary\": %s }", list);
	json_t *json = json_loads(text, 0, NULL);
	struct scenario *s = NULL;
	int r;

	ck_assert_ptr_nonnull(json);
	scenario_knows_metric = knows_swap;
	r = scenario_parse(json, "x", text, &s, diags);
	scenario_knows_metric = NULL;
	if (r == 0)
		scenario_free(s);
	json_decref(json);
	return r;
}

START_TEST(primary_metrics_are_known_ones)
{
	struct diags diags = { 0 };

	ck_assert_int_eq(parse_primary("[ \"swap.out_bytes\" ]", &diags), 0);
	ck_assert_int_eq(parse_primary("[ \"swap.out_bytse\" ]", &diags), -EINVAL);
	ck_assert_int_eq(parse_primary("[]", &diags), -EINVAL);
	ck_assert_int_eq(parse_primary("[ 3 ]", &diags), -EINVAL);
	diags_release(&diags);
}
END_TEST

START_TEST(an_expected_verdict_may_name_node_and_cause)
{
	struct scenario *s = parse_expect(
		"{ \"verdict\": \"v\", \"node\": 1, \"cause\": \"c\", \"when\": \"classic_lru\" },"
		"{ \"verdict\": \"v\" }, { \"no_verdict\": \"v\", \"when\": \"mglru\" }");

	ck_assert_uint_eq(s->n_expects, 3);
	ck_assert_int_eq(s->expects[0].kind, EXPECT_VERDICT);
	ck_assert_int_eq(s->expects[0].node, 1);
	ck_assert_str_eq(s->expects[0].cause, "c");
	ck_assert_int_eq(s->expects[0].gate, GATE_CLASSIC_LRU);
	ck_assert_int_eq(s->expects[1].node, -1);
	ck_assert_ptr_null(s->expects[1].cause);
	ck_assert_int_eq(s->expects[2].kind, EXPECT_NO_VERDICT);
	ck_assert_int_eq(s->expects[2].gate, GATE_MGLRU);
	scenario_free(s);
}
END_TEST

START_TEST(an_expectation_may_be_of_some_releases)
{
	struct scenario *s = parse_expect("{ \"outcome\": \"completed\" },"
					  "{ \"outcome\": \"completed\", \"kernel\": \"< 6.16\" },"
					  "{ \"outcome\": \"completed\", \"kernel\": \">= 7.0\" }");

	ck_assert_int_eq(s->expects[0].kernels, KERNELS_ALL);
	ck_assert_int_eq(s->expects[1].kernels, KERNELS_BEFORE);
	ck_assert_uint_eq(s->expects[1].release.major, 6);
	ck_assert_uint_eq(s->expects[1].release.minor, 16);
	ck_assert_int_eq(s->expects[2].kernels, KERNELS_FROM);
	ck_assert_uint_eq(s->expects[2].release.major, 7);
	scenario_free(s);
}
END_TEST

START_TEST(an_expected_metric_has_bounds_in_numbers_or_sizes)
{
	struct scenario *s = parse_expect(
		"{ \"metric\": \"m_bytes\", \"at_least\": \"64M\" }, { \"metric\": \"m\", \"at_most\": 0.5 }");

	ck_assert(s->expects[0].has_min && !s->expects[0].has_max);
	ck_assert_double_eq(s->expects[0].min, 64.0 * MIB);
	ck_assert(!s->expects[1].has_min && s->expects[1].has_max);
	ck_assert_double_eq(s->expects[1].max, 0.5);
	scenario_free(s);
}
END_TEST

START_TEST(an_expected_outcome_may_name_workload_and_constraint)
{
	struct scenario *s = parse_expect(
		"{ \"outcome\": \"oom_killed\", \"workload\": \"db.0\", \"constraint\": \"memcg\" },"
		"{ \"outcome\": \"panicked\" }");

	ck_assert_str_eq(s->expects[0].name, "oom_killed");
	ck_assert_str_eq(s->expects[0].workload, "db.0");
	ck_assert_str_eq(s->expects[0].constraint, "memcg");
	ck_assert_ptr_null(s->expects[1].workload);
	scenario_free(s);
}
END_TEST

START_TEST(names_are_not_checked_where_nobody_knows_them)
{
	struct scenario *s = parse_expect(
		"{ \"verdict\": \"whatever\", \"cause\": \"any\" }, { \"metric\": \"x\", \"at_most\": 1 }");

	ck_assert_ptr_null(scenario_knows_metric);
	scenario_free(s);
}
END_TEST

START_TEST(the_document_is_kept_as_it_was)
{
	struct scenario *s = parse(MINIMAL);
	json_t *json = json_loads(MINIMAL, 0, NULL);

	ck_assert(json_equal(s->json, json));
	json_decref(json);
	scenario_free(s);
}
END_TEST

START_TEST(a_document_without_its_text_is_checked_without_places)
{
	struct scenario *s = NULL;
	struct diags diags = { 0 };
	json_t *json = json_loads("{ \"nam\": \"s\" }", 0, NULL);

	ck_assert_int_eq(scenario_parse(json, "cell", NULL, &s, &diags), -EINVAL);
	ck_assert_ptr_null(s);
	ck_assert_uint_ge(diags.n, 1);
	ck_assert_uint_eq(diags.list[0].line, 0);
	ck_assert_str_eq(diags.list[0].message, "unknown key 'nam'");
	diags_release(&diags);
	json_decref(json);
}
END_TEST

static struct scenario *parse_cured(const char *set)
{
	_cleanup_free_ char *text = xasprintf(
		"{ \"name\": \"s\", \"machine\": { \"nodes\": [ { \"memory\": \"256M\", \"cpus\": 1 } ] },"
		" \"groups\": [ { \"name\": \"db\", \"cpuset.mems\": \"0\", \"workloads\": ["
		" { \"kind\": \"anon\", \"size\": \"16M\" } ] } ],"
		" \"cured\": { \"set\": { %s }, \"expect\": [ { \"outcome\": \"completed\" } ] } }",
		set);
	struct diags diags = { 0 };
	struct scenario *s = NULL;
	json_t *json = json_loads(text, 0, NULL);

	ck_assert_ptr_nonnull(json);
	ck_assert_int_eq(scenario_parse_cured(json, "test", text, &s, &diags), diags.n ? -EINVAL : 0);
	diags_release(&diags);
	json_decref(json);
	return s;
}

START_TEST(a_cure_changes_what_stands_at_its_paths)
{
	struct scenario *s = parse_cured("\"groups[0].memory.max\": \"32M\", \"groups[0].cpuset.mems\": null, "
					 "\"groups[0].workloads[0].size\": \"8M\"");

	ck_assert_ptr_nonnull(s);
	ck_assert_str_eq(s->name, "s-cured");
	ck_assert_str_eq(s->cures, "s");
	ck_assert_uint_eq(json_object_size(s->cured_by), 3);
	ck_assert(!scenario_has_cure(s));
	ck_assert_uint_eq(s->groups[0].n_knobs, 1);
	ck_assert_str_eq(s->groups[0].knobs[0].text, "32M");
	ck_assert_uint_eq(s->n_expects, 1);
	scenario_free(s);
}
END_TEST

START_TEST(a_cure_that_leads_nowhere_is_a_mistake)
{
	static const char *const sets[] = { "\"groups[1].memory.max\": \"32M\"", "\"groups[0].memry.max\": \"32M\"",
					    "\"groups[0].workloads\": 3", "\"groups[0\": 3", "\"\": 3",
					    "\"groups[0].memory.max\": null" };

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		ck_assert_msg(!parse_cured(sets[i]), "%s", sets[i]);
}
END_TEST

START_TEST(every_shipped_scenario_is_good_described_and_named_as_its_file)
{
	char **names = cli_names("scenario");

	ck_assert_ptr_nonnull(names[0]);
	for (char **name = names; *name; name++) {
		_cleanup_free_ char *path = NULL, *first = NULL;
		struct diags diags = { 0 };
		struct scenario *s = NULL;

		ck_assert_int_eq(cli_find("scenario", *name, &path, NULL), 0);
		scenario_load(path, &s, &diags);
		first = diags.n ? diag_format(&diags.list[0]) : NULL;
		ck_assert_msg(s, "%s", first);
		ck_assert_str_eq(s->name, *name);
		ck_assert_msg(*s->description, "%s has no description", *name);
		ck_assert_msg(json_object_get(s->json, "source"), "%s has no source", *name);
		scenario_free(s);
	}
	cli_names_free(names);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("scenario");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, the_least_scenario_has_defaults);
	tcase_add_test(tcase, a_machine_without_words_has_no_swap_no_disk_and_even_distances);
	tcase_add_test(tcase, a_machine_is_read_whatever_the_order_of_its_keys);
	tcase_add_test(tcase, swap_is_on_pmem_when_nothing_else_is_said);
	tcase_add_test(tcase, the_largest_machine_is_accepted);
	tcase_add_test(tcase, workloads_are_named_by_group_and_number);
	tcase_add_test(tcase, knobs_are_read_by_their_types);
	tcase_add_test(tcase, a_share_of_the_limit_takes_the_limit_from_either_knob);
	tcase_add_test(tcase, options_reach_the_workload);
	tcase_add_test(tcase, policies_have_a_word_and_nodes);
	tcase_add_test(tcase, starts_are_at_once_at_a_time_or_after_somebody);
	tcase_add_test(tcase, a_start_may_name_a_group_that_comes_later);
	tcase_add_test(tcase, two_that_wait_for_the_same_are_no_circle);
	tcase_add_test(tcase, workloads_that_share_a_file_need_its_room_once);
	tcase_add_test(tcase, a_share_beyond_all_memory_is_a_wish_to_run_out);
	tcase_add_test(tcase, primary_metrics_are_known_ones);
	tcase_add_test(tcase, an_expected_verdict_may_name_node_and_cause);
	tcase_add_test(tcase, an_expectation_may_be_of_some_releases);
	tcase_add_test(tcase, an_expected_metric_has_bounds_in_numbers_or_sizes);
	tcase_add_test(tcase, an_expected_outcome_may_name_workload_and_constraint);
	tcase_add_test(tcase, names_are_not_checked_where_nobody_knows_them);
	tcase_add_test(tcase, the_document_is_kept_as_it_was);
	tcase_add_test(tcase, a_document_without_its_text_is_checked_without_places);
	tcase_add_test(tcase, a_cure_changes_what_stands_at_its_paths);
	tcase_add_test(tcase, a_cure_that_leads_nowhere_is_a_mistake);
	tcase_add_test(tcase, every_shipped_scenario_is_good_described_and_named_as_its_file);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
