/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "results/compare.h"
#include "tests/unit/streams.h"

static json_t *new_run(const char *id)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:[]}", "schema", "memrig.run/1", "run", id, "path", "/runs/x",
			 "clock", "virtual", "cells");
}

/* A cell made from a stream, under the name of a profile. Borrowed by the run's list. */
static json_t *add(json_t *run, const char *stream, const char *profile, int seed)
{
	struct summary *s = summary_of(stream);
	json_t *cell = summary_to_json(s, "cell", NULL);

	json_object_set_new(cell, "profile", json_string(profile));
	json_object_set_new(cell, "seed", json_integer(seed));
	json_array_append_new(json_object_get(run, "cells"), cell);
	summary_free(s);
	return cell;
}

static char *print(const json_t *run, const json_t *other, bool utf8)
{
	struct compare_options options = { .utf8 = utf8 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ck_assert_int_eq(compare_print(out, run, other, &options), 0);
	fclose(out);
	return text;
}

/* The line that begins with the label, without it and without the blanks around; a static copy. */
static const char *line(const char *text, const char *label)
{
	static char found[256];
	_cleanup_free_ char *begin = xasprintf("\n%s ", label);
	const char *at = strstr(text, begin);
	size_t len;

	ck_assert_msg(at != NULL, "no line '%s' in:\n%s", label, text);
	at += strlen(begin);
	at += strspn(at, " ");
	len = strcspn(at, "\n");
	ck_assert_uint_lt(len, sizeof(found));
	memcpy(found, at, len);
	found[len] = '\0';
	return found;
}

static void has(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "lacks '%s':\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) == NULL, "has '%s':\n%s", part, text);
}

static size_t widest(const char *text)
{
	size_t width = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");

		width = MAX(width, len);
		text += len + (text[len] == '\n');
	}
	return width;
}

START_TEST(baseline_stands_first_and_findings_come_before_numbers)
{
	json_t *run = new_run("20260101T120000Z-1a2b");
	_cleanup_free_ char *text = NULL;

	add(run, "no_swap.jsonl", "swap-averse", 1);
	add(run, "cpuset.jsonl", "kernel-default", 1);
	add(run, "oom_memcg.jsonl", "hpc", 1);
	text = print(run, NULL, false);
	has(text,
	    "swap-with-free-memory - kernel 6.1.0-56-cloud-amd64 - classic LRU - virtual clock - seed 1\n");
	ck_assert(strstr(text, "kernel-default") < strstr(text, "swap-averse"));
	ck_assert(strstr(text, "outcome") < strstr(text, "swapped out"));
	ck_assert_str_eq(line(text, "outcome"), "completed            completed            oom_killed");
	ck_assert_str_eq(line(text, "swap_with_free_memory"),
			 "node 0: cpuset       no                   node 0: memcg_limit");
	ck_assert_str_eq(line(text, "killed"), "nobody               nobody               db.0 (memcg)");
	/* No change where the outcome is another. */
	ck_assert_str_eq(line(text, "swapped out"), "40.0 MiB                    0   -100%     40.0 MiB");
	ck_assert_str_eq(line(text, "db.0 took"), "599 ms               599 ms       =            -");
	has(text, "differences are exact");
	has(text, "kernel-default: 40.0 MiB were swapped out of node 0 while node 1 had 400.0 MiB free");
	has(text, "run: /runs/x\n");
	ck_assert_uint_le(widest(text), 100);
	json_decref(run);
}
END_TEST

/* Makes the cell one of a scenario that cures that of the others. */
static void cure(json_t *cell)
{
	json_object_set(cell, "cures", json_object_get(cell, "scenario"));
	json_object_set_new(cell, "cured_by", json_pack("{s:s, s:n}", "groups[0].cpuset.mems", "0-1", "machine.disk"));
	json_object_set_new(cell, "scenario", json_string("swap-with-free-memory-cured"));
}

START_TEST(a_workload_that_crashed_says_why)
{
	json_t *run = new_run("r"), *cell = add(run, "cpuset.jsonl", "kernel-default", 1);
	json_t *workload = json_array_get(json_object_get(cell, "workloads"), 0);
	_cleanup_free_ char *text = NULL, *bare = NULL;

	json_object_set_new(workload, "outcome", json_string("crashed"));
	json_object_set_new(workload, "exit", json_integer(7));
	bare = print(run, NULL, false);
	has(bare, "db.0 crashed: with exit code 7");
	json_object_set_new(workload, "message", json_string("mmap: no memory"));
	text = print(run, NULL, false);
	has(text, "db.0 crashed: mmap: no memory");
	json_decref(run);
}
END_TEST

START_TEST(a_cure_stands_beside_what_it_cures)
{
	json_t *run = new_run("20260101T120000Z-1a2b");
	_cleanup_free_ char *text = NULL;

	add(run, "cpuset.jsonl", "kernel-default", 1);
	cure(add(run, "no_swap.jsonl", "kernel-default", 1));
	cure(add(run, "no_swap.jsonl", "hpc", 1));
	text = print(run, NULL, false);
	has(text, " kernel-default      cured               hpc cured\n");
	ck_assert_str_eq(line(text, "swap_with_free_memory"), "node 0: cpuset      no                  no");
	has(text, "cured: groups[0].cpuset.mems=0-1, machine.disk=null\n");
	lacks(text, "swap-with-free-memory-cured");
	json_decref(run);
}
END_TEST

START_TEST(a_cure_alone_goes_by_its_own_name)
{
	json_t *run = new_run("20260101T120000Z-1a2b");
	_cleanup_free_ char *text = NULL;

	cure(add(run, "no_swap.jsonl", "kernel-default", 1));
	text = print(run, NULL, false);
	has(text, "swap-with-free-memory-cured - kernel");
	has(text, " kernel-default\n");
	json_decref(run);
}
END_TEST

START_TEST(seeds_have_a_median_and_a_range)
{
	json_t *run = new_run("20260101T120000Z-1a2b");
	_cleanup_free_ char *text = NULL;

	for (int seed = 1; seed <= 3; seed++) {
		json_t *cell = add(run, "cpuset.jsonl", "kernel-default", seed);

		json_object_set_new(json_object_get(cell, "metrics"), "swap.out_bytes",
				    json_integer((json_int_t)(seed * seed * 10 * MIB)));
	}
	text = print(run, NULL, false);
	has(text, "3 seeds");
	ck_assert_str_eq(line(text, "swapped out"), "40.0 MiB");
	has(text, "10.0 MiB..90.0 MiB");
	has(text, "Medians over the seeds");
	lacks(text, "exact");
	json_decref(run);
}
END_TEST

/* A killed run swaps less and ends sooner: it must not pull a median down. */
START_TEST(killed_and_invalid_cells_are_no_numbers)
{
	json_t *run = new_run("20260101T120000Z-1a2b"), *cell;
	_cleanup_free_ char *text = NULL;

	add(run, "cpuset.jsonl", "kernel-default", 1);
	cell = add(run, "oom_memcg.jsonl", "kernel-default", 2);
	json_object_set_new(json_object_get(cell, "metrics"), "swap.out_bytes", json_integer(0));
	cell = add(run, "drift.jsonl", "kernel-default", 3);
	json_object_set_new(json_object_get(cell, "metrics"), "swap.out_bytes", json_integer(1));
	text = print(run, NULL, false);
	ck_assert_str_eq(line(text, "swapped out"), "40.0 MiB");
	ck_assert_str_eq(line(text, "outcome"), "completed 2, oom_killed 1");
	ck_assert_str_eq(line(text, "not valid"), "1 of 3");
	has(text, "the numbers are of those that did");
	has(text, "kernel-default, seed 3: not valid: vm.swappiness did not hold");
	json_decref(run);
}
END_TEST

START_TEST(a_real_clock_is_not_exact)
{
	json_t *run = new_run("20260101T120000Z-1a2b");
	_cleanup_free_ char *text = NULL;

	json_object_set_new(add(run, "cpuset.jsonl", "a", 1), "clock", json_string("real"));
	json_object_set_new(add(run, "no_swap.jsonl", "b", 1), "clock", json_string("real"));
	text = print(run, NULL, false);
	has(text, "real clock");
	has(text, "may be noise");
	lacks(text, "exact");
	json_decref(run);
}
END_TEST

static json_t *add_clocked(json_t *run, const char *profile, int seed, const char *clock)
{
	json_t *cell = add(run, "no_swap.jsonl", profile, seed);

	if (clock)
		json_object_set_new(cell, "clock", json_string(clock));
	else
		json_object_del(cell, "clock");
	return cell;
}

/* Two columns; clock NULL: the cell has none, and its run has the virtual one. */
static const struct {
	const char *first, *second;
	int second_seed;
	const char *note;
} clocks[] = {
	{ "virtual", "virtual", 1, "the differences are exact" },
	{ "virtual", "virtual", 2, "different seeds" },
	{ NULL, NULL, 1, "the differences are exact" },
	{ "virtual", NULL, 1, "One run of each: small" },
	{ "real", NULL, 1, "One run of each: small" },
	{ "virtual", "real", 1, "The clocks differ" },
	{ "real", "real", 2, "under a real clock" },
};

START_TEST(exact_is_one_seed_under_the_virtual_clock)
{
	json_t *run = new_run("x-1"), *other = new_run("x-2");
	_cleanup_free_ char *text = NULL;

	add_clocked(run, "a", 1, clocks[_i].first);
	add_clocked(other, "a", clocks[_i].second_seed, clocks[_i].second);
	text = print(run, other, false);
	has(text, clocks[_i].note);
	if (!strstr(clocks[_i].note, "exact"))
		lacks(text, "exact");
	json_decref(run);
	json_decref(other);
}
END_TEST

START_TEST(runs_without_clocks_in_their_cells_differ_too)
{
	json_t *run = new_run("x-1"), *other = new_run("x-2");
	_cleanup_free_ char *text = NULL;

	json_object_set_new(other, "clock", json_string("real"));
	add_clocked(run, "a", 1, NULL);
	add_clocked(other, "a", 1, NULL);
	text = print(run, other, false);
	has(text, "The clocks differ");
	lacks(text, "virtual clock");
	json_decref(run);
	json_decref(other);
}
END_TEST

/* No seed completed: a killed and a timed out one are no measure for a killed one, whichever comes first. */
START_TEST(no_change_where_some_ended_differently)
{
	json_t *run = new_run("x");
	_cleanup_free_ char *text = NULL;

	add(run, "oom_memcg.jsonl", "kernel-default", 1);
	add(run, "oom_memcg.jsonl", "b", 1);
	json_object_set_new(add(run, "oom_memcg.jsonl", "b", 2), "outcome", json_string("timed_out"));
	text = print(run, NULL, false);
	has(text, "No change is shown");
	json_decref(run);
}
END_TEST

START_TEST(a_name_that_ends_in_another_hides_none)
{
	json_t *run = new_run("x"), *cell = add(run, "oom_memcg.jsonl", "kernel-default", 1);
	_cleanup_free_ char *text = NULL;

	json_object_set_new(cell, "oom",
			    json_pack("[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}]", "workload", "mydb.0",
				      "constraint", "memcg", "workload", "db.0", "constraint", "memcg",
				      "workload", "db.0", "constraint", "memcg"));
	text = print(run, NULL, false);
	ck_assert_str_eq(line(text, "killed"), "mydb.0 (memcg), db.0 (memcg)");
	json_decref(run);
}
END_TEST

START_TEST(causes_of_all_seeds_are_shown)
{
	json_t *run = new_run("x");
	_cleanup_free_ char *all = NULL, *some = NULL;

	add(run, "cpuset.jsonl", "a", 1);
	add(run, "memcg_limit.jsonl", "a", 2);
	add(run, "cpuset.jsonl", "a", 3);
	all = print(run, NULL, false);
	ck_assert_str_eq(line(all, "swap_with_free_memory"), "node 0: cpuset, node 0: memcg_limit");
	add(run, "no_swap.jsonl", "a", 4);
	some = print(run, NULL, false);
	ck_assert_str_eq(line(some, "swap_with_free_memory"), "3 of 4, node 0: cpuset, node 0: memcg_limit");
	json_decref(run);
}
END_TEST

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

static void word_otherwise(json_t *cell, const char *summary)
{
	json_object_set_new(json_array_get(json_object_get(cell, "verdicts"), 0), "summary", json_string(summary));
}

START_TEST(seeds_of_one_finding_have_one_sentence_and_one_advice)
{
	json_t *run = new_run("x");
	_cleanup_free_ char *text = NULL;

	add(run, "cpuset.jsonl", "a", 3);
	word_otherwise(add(run, "cpuset.jsonl", "a", 4), "OTHER WORDS");
	add(run, "cpuset.jsonl", "b", 3);
	add(run, "no_swap.jsonl", "b", 4);
	text = print(run, NULL, false);
	has(text, "a (all 2 seeds; here seed 3), b (1 of 2 seeds): ");
	lacks(text, "OTHER WORDS");
	ck_assert_uint_eq(count(text, "-> Widen cpuset.mems"), 1);
	json_decref(run);
}
END_TEST

START_TEST(one_advice_stands_below_all_that_it_helps)
{
	json_t *run = new_run("x");
	_cleanup_free_ char *text = NULL;
	const char *words, *advice;

	add(run, "cpuset.jsonl", "a", 3);
	word_otherwise(add(run, "cpuset.jsonl", "b", 3), "OTHER WORDS");
	text = print(run, NULL, false);
	words = strstr(text, "  b: OTHER WORDS");
	advice = strstr(text, "-> Widen cpuset.mems");
	ck_assert(words && advice && words < advice);
	ck_assert_uint_eq(count(text, "-> Widen cpuset.mems"), 1);
	json_decref(run);
}
END_TEST

START_TEST(two_findings_of_one_cell_stay_two)
{
	json_t *run = new_run("x"), *cell = add(run, "cpuset.jsonl", "a", 3);
	json_t *found = json_object_get(cell, "verdicts");
	_cleanup_free_ char *text = NULL;

	json_array_append_new(found, json_deep_copy(json_array_get(found, 0)));
	word_otherwise(cell, "OTHER WORDS");
	text = print(run, NULL, false);
	has(text, "a: OTHER WORDS");
	has(text, "a: 40.0 MiB");
	json_decref(run);
}
END_TEST

START_TEST(kernels_are_apart_in_one_run_and_side_by_side_in_two)
{
	json_t *run = new_run("20260101T120000Z-aaaa"), *other = new_run("20260101T130000Z-bbbb");
	_cleanup_free_ char *one = NULL, *two = NULL;

	add(run, "cpuset.jsonl", "kernel-default", 1);
	json_object_set_new(add(run, "mglru.jsonl", "kernel-default", 1), "kernel", json_string("6.12"));
	one = print(run, NULL, false);
	has(one, "kernel 6.1.0-56-cloud-amd64 - classic LRU");
	has(one, "kernel 6.12 - multi-generational LRU");
	json_array_remove(json_object_get(run, "cells"), 1);
	json_object_set_new(add(other, "mglru.jsonl", "kernel-default", 1), "kernel", json_string("6.12"));
	two = print(run, other, false);
	ck_assert_str_eq(line(two, "run"), "20260101T120000Z-aaaa  20260101T130000Z-bbbb");
	ck_assert_str_eq(line(two, "LRU"), "classic                mglru");
	has(two, "kernel-default (aaaa), kernel-default (bbbb): 40.0 MiB");
	json_decref(run);
	json_decref(other);
}
END_TEST

START_TEST(of_kernels_side_by_side_it_says_what_else_differs)
{
	struct compare_options options = { .by = COMPARE_KERNELS };
	json_t *run = new_run("x"), *older = add(run, "cpuset.jsonl", "a", 1), *newer = add(run, "mglru.jsonl", "a", 1);
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	json_object_set_new(newer, "kernel", json_string("6.12"));
	json_object_set_new(older, "memory_tiers", json_integer(1));
	json_object_set_new(newer, "memory_tiers", json_integer(2));
	ck_assert_int_eq(compare_print(out, run, NULL, &options), 0);
	fclose(out);
	ck_assert_str_eq(line(text, "LRU"), "classic               mglru");
	ck_assert_str_eq(line(text, "memory tiers"), "1                     2");
	lacks(text, "\nkernel "); /* the columns' own heads */
	has(text, "kernel/mm/lru_gen/enabled=n");
	json_decref(run);
}
END_TEST

START_TEST(memory_tiers_of_an_older_record_are_no_difference)
{
	json_t *run = new_run("x"), *older = add(run, "cpuset.jsonl", "a", 1), *newer = add(run, "cpuset.jsonl", "b", 1);
	_cleanup_free_ char *text = NULL;

	json_object_del(older, "memory_tiers");
	json_object_set_new(newer, "memory_tiers", json_integer(1));
	text = print(run, NULL, false);
	lacks(text, "memory tiers");
	lacks(text, "lru_gen");
	json_decref(run);
}
END_TEST

START_TEST(expectations_are_counted_and_the_unmet_told)
{
	json_t *run = new_run("20260101T120000Z-1a2b"), *cell = add(run, "cpuset.jsonl", "kernel-default", 1);
	_cleanup_free_ char *text = NULL;

	json_object_set_new(cell, "expectations",
			    json_pack("[{s:s, s:b, s:i}, {s:s, s:b, s:i}, {s:s, s:b, s:s}]", "text",
				      "swap.out_bytes at least 64.0 MiB", "met", 0, "actual", 41943040,
				      "text", "alloc.stalls at most 99 events", "met", 1, "actual", 3, "text",
				      "x", "applies", 0, "reason", "y"));
	text = print(run, NULL, false);
	has(text, "Expectations: 1 met, 1 not met, 1 not applicable");
	has(text, "not met: swap.out_bytes at least 64.0 MiB (40.0 MiB)");
	lacks(text, "alloc.stalls at most");
	json_decref(run);
}
END_TEST

/* Seven profiles do not fit: several tables, each with the baseline, none too wide. */
START_TEST(many_profiles_stay_within_the_width)
{
	json_t *run = new_run("20260101T120000Z-1a2b");
	_cleanup_free_ char *text = NULL;
	const char *second;

	add(run, "cpuset.jsonl", "kernel-default", 1);
	for (int i = 1; i < 7; i++) {
		_cleanup_free_ char *name = xasprintf("profile-%d", i);

		add(run, "no_swap.jsonl", name, 1);
	}
	text = print(run, NULL, false);
	ck_assert_uint_le(widest(text), 100);
	for (int i = 1; i < 7; i++) {
		_cleanup_free_ char *name = xasprintf("profile-%d", i);

		has(text, name);
	}
	second = strstr(strstr(text, "kernel-default") + 1, "kernel-default");
	ck_assert(second && second < strstr(text, "profile-6"));
	json_decref(run);
}
END_TEST

START_TEST(ascii_has_no_other_bytes)
{
	json_t *run = new_run("20260101T120000Z-1a2b");
	_cleanup_free_ char *ascii = NULL, *utf8 = NULL;

	add(run, "cpuset.jsonl", "a-profile-with-a-name-that-is-far-too-long-for-any-column-of-a-table", 1);
	add(run, "no_swap.jsonl", "b", 1);
	add(run, "no_swap.jsonl", "c", 1);
	ascii = print(run, NULL, false);
	utf8 = print(run, NULL, true);
	for (const char *p = ascii; *p; p++)
		ck_assert((unsigned char)*p < 0x80);
	has(utf8, " · ");
	json_decref(run);
}
END_TEST

START_TEST(what_is_no_run_is_refused)
{
	struct compare_options options = { .utf8 = false };
	json_t *nothing = json_object(), *run = new_run("x");
	_cleanup_free_ char *text = NULL;

	ck_assert_int_eq(compare_print(stdout, nothing, NULL, &options), -EINVAL);
	ck_assert_int_eq(compare_print(stdout, run, nothing, &options), -EINVAL);
	text = print(run, NULL, false);
	has(text, "no cells");
	json_decref(nothing);
	json_decref(run);
}
END_TEST

/* Documents of other versions lack keys: nothing may be taken for granted. */
START_TEST(cells_with_nothing_in_them_are_printed)
{
	json_t *run = new_run("x");
	struct compare_options options = { .utf8 = true };
	_cleanup_free_ char *text = NULL, *cell = NULL;
	size_t len;
	FILE *out = open_memstream(&cell, &len);

	json_array_append_new(json_object_get(run, "cells"), json_object());
	json_array_append_new(json_object_get(run, "cells"),
			      json_pack("{s:s, s:[]}", "profile", "p", "metrics"));
	text = print(run, NULL, true);
	ck_assert_int_eq(compare_print_cell(out, json_array_get(json_object_get(run, "cells"), 0), &options),
			 0);
	fclose(out);
	json_decref(run);
}
END_TEST

START_TEST(one_cell_in_full)
{
	struct compare_options options = { .utf8 = false };
	json_t *run = new_run("x"), *cell = add(run, "oom_memcg.jsonl", "kernel-default", 1);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ck_assert_int_eq(compare_print_cell(out, cell, &options), 0);
	fclose(out);
	has(text, "outcome: oom_killed\n");
	has(text, "killed at 600 ms: db.0, constraint memcg");
	has(text, "swap.out_bytes");
	has(text, "vm.swappiness");
	free(text);
	json_decref(run);
}
END_TEST

/* Of a cell whose setting `drifted`; the caller frees it. */
static char *settings_head(const char *stream)
{
	struct compare_options options = { .utf8 = false };
	json_t *run = new_run("x");
	char *text = NULL, *head, *line;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ck_assert_int_eq(compare_print_cell(out, add(run, stream, "kernel-default", 1), &options), 0);
	fclose(out);
	head = strstr(text, "\n  setting");
	ck_assert_ptr_nonnull(head);
	line = strndup(head + 1, strcspn(head + 1, "\n"));
	free(text);
	json_decref(run);
	return line;
}

START_TEST(drift_is_a_column_where_there_is_some)
{
	_cleanup_free_ char *drifted = settings_head("drift.jsonl"), *kept = settings_head("oom_memcg.jsonl");

	has(drifted, "effective  drift");
	ck_assert_ptr_null(strstr(kept, "drift"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("compare");
	TCase *tcase = tcase_create("compare");

	tcase_add_test(tcase, baseline_stands_first_and_findings_come_before_numbers);
	tcase_add_test(tcase, seeds_have_a_median_and_a_range);
	tcase_add_test(tcase, killed_and_invalid_cells_are_no_numbers);
	tcase_add_test(tcase, a_real_clock_is_not_exact);
	tcase_add_loop_test(tcase, exact_is_one_seed_under_the_virtual_clock, 0, ARRAY_SIZE(clocks));
	tcase_add_test(tcase, runs_without_clocks_in_their_cells_differ_too);
	tcase_add_test(tcase, no_change_where_some_ended_differently);
	tcase_add_test(tcase, a_name_that_ends_in_another_hides_none);
	tcase_add_test(tcase, causes_of_all_seeds_are_shown);
	tcase_add_test(tcase, seeds_of_one_finding_have_one_sentence_and_one_advice);
	tcase_add_test(tcase, one_advice_stands_below_all_that_it_helps);
	tcase_add_test(tcase, two_findings_of_one_cell_stay_two);
	tcase_add_test(tcase, kernels_are_apart_in_one_run_and_side_by_side_in_two);
	tcase_add_test(tcase, of_kernels_side_by_side_it_says_what_else_differs);
	tcase_add_test(tcase, memory_tiers_of_an_older_record_are_no_difference);
	tcase_add_test(tcase, expectations_are_counted_and_the_unmet_told);
	tcase_add_test(tcase, many_profiles_stay_within_the_width);
	tcase_add_test(tcase, ascii_has_no_other_bytes);
	tcase_add_test(tcase, what_is_no_run_is_refused);
	tcase_add_test(tcase, cells_with_nothing_in_them_are_printed);
	tcase_add_test(tcase, a_workload_that_crashed_says_why);
	tcase_add_test(tcase, a_cure_stands_beside_what_it_cures);
	tcase_add_test(tcase, a_cure_alone_goes_by_its_own_name);
	tcase_add_test(tcase, one_cell_in_full);
	tcase_add_test(tcase, drift_is_a_column_where_there_is_some);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
