/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/streams.h"

static const char *reason(const struct summary *s, size_t i)
{
	const char *text = json_string_value(json_array_get(s->reasons, i));

	return text ? text : "";
}

START_TEST(describes_a_completed_cell)
{
	struct summary *s = summary_of("cpuset.jsonl");
	const json_t *w = json_array_get(s->workloads, 0);

	ck_assert_str_eq(s->scenario, "swap-with-free-memory");
	ck_assert_str_eq(s->profile, "kernel-default");
	ck_assert_str_eq(s->kernel, "6.1.0-56-cloud-amd64");
	ck_assert_str_eq(s->clock, "virtual");
	ck_assert_str_eq(s->lru, "classic");
	ck_assert_int_eq(s->seed, 1);
	ck_assert_int_eq(s->outcome, OUTCOME_COMPLETED);
	ck_assert(s->valid);
	ck_assert_str_eq(summary_workload_outcome(s, "db.0"), "completed");
	ck_assert_ptr_null(summary_workload_outcome(s, "db.1"));
	ck_assert_uint_eq(record_u64(w, "touched_bytes", 0), 384000ULL * 4096);
	ck_assert_uint_eq(record_u64(w, "size_bytes", 0), 500 * MIB);
	ck_assert_uint_eq(json_array_size(s->nodes), 2);
	ck_assert_str_eq(record_text(json_object_get(s->settings, "vm.swappiness"), "effective", ""), "60");
	summary_free(s);
}
END_TEST

START_TEST(names_the_killed_and_stays_valid)
{
	struct summary *s = summary_of("oom_memcg.jsonl");
	const json_t *oom = json_array_get(s->oom, 0);

	ck_assert_int_eq(s->outcome, OUTCOME_OOM_KILLED);
	ck_assert_msg(s->valid, "%s", reason(s, 0));
	ck_assert_uint_eq(json_array_size(s->oom), 1);
	ck_assert_str_eq(record_text(oom, "constraint", ""), "memcg");
	ck_assert_str_eq(record_text(oom, "workload", ""), "db.0");
	ck_assert_str_eq(record_text(oom, "group", ""), "db");
	ck_assert_uint_eq(record_u64(oom, "at_ns", 0), 600000100);
	summary_free(s);
}
END_TEST

START_TEST(mglru_is_told_from_its_switch)
{
	struct summary *s = summary_of("mglru.jsonl");

	ck_assert_str_eq(s->lru, "mglru");
	summary_free(s);
}
END_TEST

START_TEST(drift_is_invalid)
{
	struct summary *s = summary_of("drift.jsonl");

	ck_assert(!s->valid);
	ck_assert_str_eq(reason(s, 0), "vm.swappiness did not hold: 60 was set, 10 was found at the end");
	summary_free(s);
}
END_TEST

START_TEST(unmade_pressure_and_bad_pages_are_invalid)
{
	struct summary *s = summary_of("unfilled.jsonl");

	ck_assert(!s->valid);
	ck_assert_str_eq(reason(s, 0), "workload db.0 found 2 pages with other content than it had written");
	ck_assert_str_eq(reason(s, 1), "workload db.0 reached 100 of its 128000 pages");
	summary_free(s);
}
END_TEST

START_TEST(a_workload_that_failed_is_invalid)
{
	struct summary *s = summary_of("failed.jsonl");

	ck_assert_int_eq(s->outcome, OUTCOME_CRASHED);
	ck_assert(!s->valid);
	ck_assert_str_eq(reason(s, 0), "workload db.0 failed: the device is too small");
	summary_free(s);
}
END_TEST

/* The same cut stream, with what the host knows of the end. */
static struct summary *cut_with(const char *console, bool deadline)
{
	size_t len;
	_cleanup_free_ char *text = stream_text_of("cut.jsonl", &len);
	struct summary_input input = {
		.stream = text, .stream_len = len, .console = console, .deadline = deadline
	};
	struct summary *s;

	ck_assert_int_eq(summary_make(&input, &s, NULL), 0);
	return s;
}

START_TEST(a_cut_stream_ended_as_the_host_saw)
{
	_cleanup_free_ char *panic = stream_text_of("panic.console", NULL);
	struct summary *s = cut_with(panic, false);

	ck_assert_int_eq(s->outcome, OUTCOME_PANICKED);
	ck_assert(s->valid);                                /* a finding, not a failure of the harness */
	ck_assert_uint_eq(json_array_size(s->verdicts), 1); /* and what was recorded is judged */
	summary_free(s);
	s = cut_with("quiet", true);
	ck_assert_int_eq(s->outcome, OUTCOME_TIMED_OUT);
	ck_assert(!s->valid);
	summary_free(s);
	s = cut_with(NULL, false);
	ck_assert_int_eq(s->outcome, OUTCOME_CRASHED);
	ck_assert(!s->valid);
	summary_free(s);
}
END_TEST

START_TEST(an_empty_stream_is_known_by_its_cell)
{
	json_t *cell = json_pack("{s:{s:s}, s:{s:s}, s:i, s:s}", "scenario", "name", "smoke", "profile",
				 "name", "hpc", "seed", 7, "clock", "real");
	struct summary_input input = { .stream = "", .cell = cell };
	struct summary *s;
	json_t *json;

	ck_assert_int_eq(summary_make(&input, &s, NULL), 0);
	ck_assert_str_eq(s->scenario, "smoke");
	ck_assert_str_eq(s->profile, "hpc");
	ck_assert_int_eq(s->seed, 7);
	ck_assert_ptr_null(s->lru);
	json = summary_to_json(s, "id", NULL);
	/* Absent, not empty. */
	ck_assert_ptr_null(json_object_get(json, "kernel"));
	ck_assert_ptr_null(json_object_get(json, "lru"));
	ck_assert_ptr_nonnull(json_object_get(json, "invalid_reasons"));
	json_decref(json);
	summary_free(s);
	json_decref(cell);
}
END_TEST

START_TEST(fatal_problems_are_invalid)
{
	const char *text = "{\"type\":\"stream\",\"schema\":\"memrig.stream/1\"}\n"
			   "{\"type\":\"problem\",\"where\":\"/proc/x\",\"what\":\"gone\",\"fatal\":false}\n"
			   "{\"type\":\"problem\",\"where\":\"cgroup\",\"what\":\"busy\",\"fatal\":true}\n"
			   "{\"type\":\"workload\",\"workload\":\"a.0\",\"group\":\"a\",\"kind\":\"anon\"}\n"
			   "{\"type\":\"end\",\"outcome\":\"crashed\"}\n";
	struct summary_input input = { .stream = text, .stream_len = strlen(text) };
	struct summary *s;

	ck_assert_int_eq(summary_make(&input, &s, NULL), 0);
	ck_assert_uint_eq(json_array_size(s->reasons), 2);
	ck_assert_str_eq(reason(s, 0), "cgroup: busy");
	ck_assert_str_eq(reason(s, 1), "the outcome of workload a.0 was not recorded");
	summary_free(s);
}
END_TEST

#define TWO_WORKLOADS                                                                                                  \
	"{\"type\":\"stream\",\"schema\":\"memrig.stream/1\",\"cell\":{\"scenario\":{\"groups\":["                             \
	"{\"name\":\"a\",\"workloads\":[{},{}]}]}}}\n"
#define WORKLOAD(name)                                                                                                 \
	"{\"type\":\"workload\",\"workload\":\"" name "\"}\n{\"type\":\"outcome\",\"workload\":\"" name "\"}\n"
#define END "{\"type\":\"end\",\"outcome\":\"completed\"}\n"

static const struct {
	const char *stream, *reason; /* NULL: valid */
} told[] = {
	{ TWO_WORKLOADS WORKLOAD("a.1") WORKLOAD("a.0") END, NULL },
	{ TWO_WORKLOADS WORKLOAD("a.0") END, "the stream says nothing of workload a.1" },
	{ TWO_WORKLOADS WORKLOAD("a.0") WORKLOAD("a.1") WORKLOAD("b.0") END,
	  "the stream tells of workload 'b.0', which the cell does not have, or of it twice" },
	{ TWO_WORKLOADS WORKLOAD("a.0") WORKLOAD("a.1") WORKLOAD("a.0") END,
	  "the stream tells of workload 'a.0', which the cell does not have, or of it twice" },
};

START_TEST(results_are_those_of_the_cell)
{
	struct summary_input input = { .stream = told[_i].stream, .stream_len = strlen(told[_i].stream) };
	struct summary *s;

	ck_assert_int_eq(summary_make(&input, &s, NULL), 0);
	ck_assert_int_eq(s->valid, !told[_i].reason);
	if (told[_i].reason)
		ck_assert_str_eq(reason(s, 0), told[_i].reason);
	ck_assert_uint_eq(json_array_size(s->reasons), told[_i].reason != NULL);
	summary_free(s);
}
END_TEST

/* A kill has the zones that its own report told, a node's together; a later kill without a report has none. */
START_TEST(a_kill_has_its_nodes)
{
	const char *text = "{\"type\":\"stream\",\"schema\":\"memrig.stream/1\"}\n"
			   "{\"type\":\"oom\",\"t_ns\":7,\"constraint\":\"cpuset\",\"global\":true,\"mems_allowed\":\"0\"}\n"
			   "{\"type\":\"oom_zone\",\"t_ns\":7,\"node\":0,\"zone\":\"DMA\",\"free_bytes\":1,\"low_bytes\":5}\n"
			   "{\"type\":\"oom_zone\",\"t_ns\":7,\"node\":0,\"zone\":\"DMA32\",\"free_bytes\":2,\"low_bytes\":6}\n"
			   "{\"type\":\"oom_zone\",\"t_ns\":7,\"node\":1,\"zone\":\"DMA32\",\"free_bytes\":4,\"low_bytes\":7}\n"
			   "{\"type\":\"oom\",\"t_ns\":9,\"victim\":\"x\"}\n";
	struct summary_input input = { .stream = text, .stream_len = strlen(text) };
	struct summary *s;
	json_t *oom, *nodes;

	ck_assert_int_eq(summary_make(&input, &s, NULL), 0);
	oom = json_array_get(s->oom, 0);
	ck_assert_str_eq(record_text(oom, "mems_allowed", ""), "0");
	ck_assert(json_is_true(json_object_get(oom, "global")));
	nodes = json_object_get(oom, "nodes");
	ck_assert_uint_eq(json_array_size(nodes), 2);
	ck_assert_uint_eq(record_u64(json_array_get(nodes, 0), "free_bytes", 0), 3);
	ck_assert_uint_eq(record_u64(json_array_get(nodes, 0), "low_bytes", 0), 11);
	ck_assert_uint_eq(record_u64(json_array_get(nodes, 1), "free_bytes", 0), 4);
	ck_assert_ptr_null(json_object_get(json_array_get(s->oom, 1), "nodes"));
	summary_free(s);
}
END_TEST

static void no_nulls(const json_t *json)
{
	const char *key;
	json_t *member;
	size_t i;

	ck_assert(!json_is_null(json));
	json_object_foreach ((json_t *)json, key, member)
		no_nulls(member);
	json_array_foreach (json, i, member)
		no_nulls(member);
}

START_TEST(json_has_the_documented_form)
{
	static const char *const keys[] = {
		"id",        "scenario", "profile",       "seed",     "kernel",       "lru",
		"outcome",   "valid",    "stream_sha256", "wall_s",   "expectations", "verdicts",
		"workloads", "oom",      "metrics",       "settings", "nodes"
	};
	struct summary *s = summary_of("cpuset.jsonl");
	json_t *expectations = json_array(), *json = summary_to_json(s, "a.b", expectations);

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		ck_assert_msg(json_object_get(json, keys[i]) != NULL, "%s is missing", keys[i]);
	ck_assert_uint_eq(strlen(s->stream_sha256), 64);
	no_nulls(json);
	json_decref(json);
	json_decref(expectations);
	summary_free(s);
}
END_TEST

START_TEST(sha256_is_of_the_text)
{
	struct summary_input input = { .stream = "" };
	struct summary *s;

	ck_assert_int_eq(summary_make(&input, &s, NULL), 0);
	ck_assert_str_eq(s->stream_sha256,
			 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	summary_free(s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("summary");
	TCase *tcase = tcase_create("summary");

	tcase_add_test(tcase, describes_a_completed_cell);
	tcase_add_test(tcase, names_the_killed_and_stays_valid);
	tcase_add_test(tcase, mglru_is_told_from_its_switch);
	tcase_add_test(tcase, drift_is_invalid);
	tcase_add_test(tcase, unmade_pressure_and_bad_pages_are_invalid);
	tcase_add_test(tcase, a_workload_that_failed_is_invalid);
	tcase_add_test(tcase, a_cut_stream_ended_as_the_host_saw);
	tcase_add_test(tcase, an_empty_stream_is_known_by_its_cell);
	tcase_add_test(tcase, fatal_problems_are_invalid);
	tcase_add_loop_test(tcase, results_are_those_of_the_cell, 0, ARRAY_SIZE(told));
	tcase_add_test(tcase, a_kill_has_its_nodes);
	tcase_add_test(tcase, json_has_the_documented_form);
	tcase_add_test(tcase, sha256_is_of_the_text);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
