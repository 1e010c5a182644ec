/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/explain.h"

#include "results/explain_marks.h"
#include "results/series.h"
#include "tests/unit/streams.h"

/* 4 s in four slots: 1000 pages swapped out over the second second and 3000 over the last two, as one sample tells. */
static const char course[] =
	"{'type':'group','t_ns':1,'group':'db'}\n"
	"{'type':'begin','t_ns':1000000000}\n"
	"{'type':'columns','t_ns':1000000000,'names':['vmstat.pswpout','node0.meminfo.MemFree_bytes',"
	"'group.db.psi.some_us','psi.memory.some_us']}\n"
	"{'type':'sample','t_ns':1000000000,'set':[0,0,1,8000,2,0]}\n"
	"{'type':'event','t_ns':1000000000,'workload':'db.0','state':'started'}\n"
	"{'type':'sample','t_ns':2000000000,'set':[1,6000,2,250000]}\n"
	"{'type':'sample','t_ns':3000000000,'set':[0,1000,1,4000]}\n"
	"{'type':'oom','t_ns':4500000000,'constraint':'cpuset','victim':'x','workload':'db.0'}\n"
	"{'type':'outcome','t_ns':4600000000,'workload':'db.0','outcome':'oom_killed'}\n"
	"{'type':'sample','t_ns':5000000000,'set':[0,4000,1,8000]}\n";

static const struct series *find(const struct series_list *list, const char *who, const char *label)
{
	for (size_t i = 0; i < list->n; i++)
		if (streq(list->list[i].who, who) && streq(list->list[i].row->label, label))
			return &list->list[i];
	ck_abort_msg("no series '%s %s'", who, label);
}

START_TEST(a_counter_is_a_rate_spread_over_its_interval)
{
	struct timeline *t = timeline_of_records(course);
	struct series_list list;
	const struct series *s;

	series_make(t, 4, &list);
	ck_assert_uint_eq(list.slot_ns, 1000000000);
	s = find(&list, "machine", "swap out");
	ck_assert_double_eq(s->values[0], 0);
	ck_assert_double_eq(s->values[1], 1000 * 4096.0);
	ck_assert_double_eq(s->values[2], 1500 * 4096.0);
	ck_assert_double_eq(s->values[3], 1500 * 4096.0);
	ck_assert_double_eq(s->most, 1500 * 4096.0);
	series_release(&list);
	timeline_free(t);
}
END_TEST

START_TEST(a_level_is_that_of_the_slots_last_sample)
{
	struct timeline *t = timeline_of_records(course);
	struct series_list list;
	const struct series *s;

	series_make(t, 4, &list);
	s = find(&list, "node 0", "free");
	ck_assert_double_eq(s->values[0], 6000);
	ck_assert_double_eq(s->values[1], 4000);
	ck_assert_double_eq(s->values[2], 4000);
	ck_assert_double_eq(s->values[3], 8000);
	ck_assert_double_eq(s->least, 4000);
	series_release(&list);
	timeline_free(t);
}
END_TEST

START_TEST(a_stall_is_a_share_of_the_time)
{
	struct timeline *t = timeline_of_records(course);
	struct series_list list;

	series_make(t, 4, &list);
	ck_assert_double_eq(find(&list, "group db", "stalled")->values[0], 0.25);
	series_release(&list);
	timeline_free(t);
}
END_TEST

/* A column without a value is none. */
START_TEST(what_was_not_sampled_is_left_out)
{
	struct timeline *t = timeline_of_records(course);
	struct series_list list;

	series_make(t, 4, &list);
	for (size_t i = 0; i < list.n; i++)
		ck_assert(!streq(list.list[i].who, "machine") || streq(list.list[i].row->label, "swap out"));
	series_release(&list);
	timeline_free(t);
}
END_TEST

START_TEST(a_cell_of_no_time_has_no_course)
{
	static const char *const records[] = {
		"", "{'type':'begin','t_ns':5}\n",
		"{'type':'begin','t_ns':5}\n{'type':'columns','t_ns':5,'names':['vmstat.pswpout']}\n"
		"{'type':'sample','t_ns':5,'set':[0,1]}\n{'type':'sample','t_ns':5,'set':[0,2]}\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		struct timeline *t = timeline_of_records(records[i]);
		struct series_list list;

		series_make(t, 10, &list);
		ck_assert_uint_eq(list.n, 0);
		series_release(&list);
		timeline_free(t);
	}
}
END_TEST

START_TEST(marks_tell_states_kills_and_bad_ends)
{
	static const char *const texts[] = { "db.0 started", "db.0 killed, out of memory (cpuset)", "db.0 oom_killed" };
	struct timeline *t = timeline_of_records(course);
	struct mark_list marks;

	marks_make(t, &marks);
	ck_assert_uint_eq(marks.n, ARRAY_SIZE(texts));
	for (size_t i = 0; i < marks.n; i++)
		ck_assert_str_eq(marks.list[i].text, texts[i]);
	ck_assert_uint_eq(marks.list[1].at_ns, 3500000000);
	marks_release(&marks);
	timeline_free(t);
}
END_TEST

static char *explained(const char *stream, bool utf8)
{
	struct compare_options options = { .utf8 = utf8, .width = 80 };
	struct timeline *t = timeline_of(stream);
	json_t *cell = json_pack("{s:s, s:s, s:o}", "id", "c", "outcome", "completed", "verdicts", verdicts_judge(t));
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	explain_print(out, cell, t, &options);
	fclose(out);
	json_decref(cell);
	timeline_free(t);
	return text;
}

START_TEST(a_person_reads_the_finding_its_evidence_and_what_to_change)
{
	_cleanup_free_ char *text = explained("cpuset.jsonl", true);
	static const char *const wanted[] = { "c: completed after ", "swap_with_free_memory on node 0, cause: cpuset",
					      "swapped 40.0 MiB", "docs/verdicts.md#swap_with_free_memory",
					      "→ Widen cpuset.mems", "swap out ", "node 1 free" };

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		ck_assert_msg(strstr(text, wanted[i]), "'%s' is not in\n%s", wanted[i], text);
}
END_TEST

START_TEST(without_utf8_it_is_ascii)
{
	_cleanup_free_ char *text = explained("cpuset.jsonl", false);

	for (const char *p = text; *p; p++)
		ck_assert_msg((unsigned char)*p < 0x80, "%s", p);
}
END_TEST

START_TEST(lines_stay_within_the_width)
{
	_cleanup_free_ char *text = explained("cpuset.jsonl", false);

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		ck_assert_msg(strlen(line) <= 80, "%zu: %s", strlen(line), line);
}
END_TEST

START_TEST(json_has_the_same_course)
{
	struct timeline *t = timeline_of_records(course);
	json_t *cell = json_object(), *json = explain_json(cell, t), *rows;

	rows = json_object_get(json_object_get(json, "timeline"), "rows");
	ck_assert_uint_eq(json_array_size(rows), 3);
	ck_assert_str_eq(record_text(json_array_get(rows, 0), "unit", ""), "bytes_per_second");
	ck_assert_uint_eq(json_array_size(json_object_get(json_array_get(rows, 0), "values")), 120);
	ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(json, "timeline"), "marks")), 3);
	json_decref(json);
	json_decref(cell);
	timeline_free(t);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("explain");
	TCase *tcase = tcase_create("explain");

	tcase_add_test(tcase, a_counter_is_a_rate_spread_over_its_interval);
	tcase_add_test(tcase, a_level_is_that_of_the_slots_last_sample);
	tcase_add_test(tcase, a_stall_is_a_share_of_the_time);
	tcase_add_test(tcase, what_was_not_sampled_is_left_out);
	tcase_add_test(tcase, a_cell_of_no_time_has_no_course);
	tcase_add_test(tcase, marks_tell_states_kills_and_bad_ends);
	tcase_add_test(tcase, a_person_reads_the_finding_its_evidence_and_what_to_change);
	tcase_add_test(tcase, without_utf8_it_is_ascii);
	tcase_add_test(tcase, lines_stay_within_the_width);
	tcase_add_test(tcase, json_has_the_same_course);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
