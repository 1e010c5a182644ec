/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A metric over the nights. */
#include "results/history.h"
#include "streams.h"

#define METRIC "swap.out_bytes"

static struct history_cells cells;

static void add(const char *run, const char *kernel, const char *clock, int seed, const char *outcome,
		double value)
{
	cells.list = xrealloc(cells.list, (cells.n + 1) * sizeof(*cells.list));
	cells.list[cells.n++] = (struct history_cell){ .run = xstrdup(run),
						       .path = xstrdup("/nonexistent"),
						       .started = xstrdup("2026-01-01T00:00:00Z"),
						       .id = xstrdup("c"),
						       .scenario = xstrdup("s"),
						       .profile = xstrdup("p"),
						       .kernel = xstrdup(kernel),
						       .clock = xstrdup(clock),
						       .outcome = xstrdup(outcome),
						       .seed = seed,
						       .valid = !streq(outcome, "invalid"),
						       .has_value = true,
						       .value = value };
}

static json_t *made(size_t last)
{
	struct history_filter filter = { .metric = METRIC, .last = last };
	json_t *history = history_make(&cells, &filter, &trend_defaults);

	history_cells_release(&cells);
	cells = (struct history_cells){ 0 };
	return history;
}

static json_t *series(json_t *history, size_t i)
{
	return json_array_get(json_object_get(history, "series"), i);
}

static json_t *night(json_t *history, size_t i)
{
	return json_array_get(json_object_get(series(history, 0), "nights"), i);
}

static json_t *point(json_t *history, size_t i)
{
	return json_array_get(json_object_get(series(history, 0), "change_points"), i);
}

START_TEST(a_night_is_the_median_of_its_completed_cells)
{
	json_t *history;

	add("a", "6.1.0-1", "virtual", 1, "completed", 10);
	add("a", "6.1.0-1", "virtual", 2, "completed", 30);
	add("a", "6.1.0-1", "virtual", 3, "completed", 20);
	add("a", "6.1.0-1", "virtual", 4, "oom_killed", 1);
	add("a", "6.1.0-1", "virtual", 5, "invalid", 1);
	history = made(0);
	ck_assert_int_eq(json_integer_value(json_object_get(night(history, 0), "value")), 20);
	ck_assert_int_eq(json_integer_value(json_object_get(night(history, 0), "values")), 3);
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(night(history, 0), "outcomes"),
							    "oom_killed")),
			 1);
	ck_assert_int_eq(json_integer_value(
				 json_object_get(json_object_get(night(history, 0), "outcomes"), "invalid")),
			 1);
	json_decref(history);
}
END_TEST

START_TEST(releases_of_one_series_are_one_history)
{
	json_t *history;

	add("a", "6.1.0-1", "virtual", 1, "completed", 10);
	add("a", "6.12.1", "virtual", 1, "completed", 5);
	add("b", "6.1.0-2", "virtual", 1, "completed", 10);
	history = made(0);
	ck_assert_uint_eq(json_array_size(json_object_get(history, "series")), 2);
	ck_assert_str_eq(record_text(series(history, 0), "kernel", ""), "6.1");
	ck_assert_uint_eq(json_array_size(json_object_get(series(history, 0), "nights")), 2);
	ck_assert_str_eq(record_text(series(history, 1), "kernel", ""), "6.12");
	json_decref(history);
}
END_TEST

START_TEST(every_step_of_the_virtual_clock_is_a_change_point)
{
	json_t *history;

	add("a", "6.1.0-1", "virtual", 1, "completed", 10);
	add("b", "6.1.0-1", "virtual", 1, "oom_killed", 3);
	add("c", "6.1.0-1", "virtual", 1, "completed", 12);
	add("d", "6.1.0-1", "virtual", 1, "completed", 11);
	history = made(0);
	ck_assert_uint_eq(json_array_size(json_object_get(series(history, 0), "change_points")), 2);
	/* the killed night has no value, and keeps its place */
	ck_assert_int_eq(json_integer_value(json_object_get(point(history, 0), "night")), 2);
	ck_assert_str_eq(record_text(point(history, 0), "direction", ""), "worse");
	ck_assert_str_eq(record_text(point(history, 1), "direction", ""), "better");
	ck_assert_ptr_null(json_object_get(point(history, 0), "p"));
	json_decref(history);
}
END_TEST

START_TEST(other_seeds_are_named_as_the_reason)
{
	json_t *history, *changed;

	add("a", "6.1.0-1", "virtual", 1, "completed", 10);
	add("b", "6.1.0-1", "virtual", 2, "completed", 12);
	history = made(0);
	changed = json_array_get(json_object_get(point(history, 0), "changed"), 0);
	ck_assert_str_eq(record_text(changed, "what", ""), "seeds");
	json_decref(history);
}
END_TEST

START_TEST(a_step_of_a_real_clock_is_tested)
{
	json_t *history;

	for (int i = 0; i < 40; i++) {
		char run[8];

		snprintf(run, sizeof(run), "r%02d", i);
		add(run, "6.1.0-1", "real", 1, "completed", (i < 25 ? 100 : 200) + i * 7 % 5);
	}
	history = made(0);
	ck_assert_uint_eq(json_array_size(json_object_get(series(history, 0), "change_points")), 1);
	ck_assert_str_eq(record_text(point(history, 0), "run", ""), "r25");
	ck_assert_double_le(json_number_value(json_object_get(point(history, 0), "p")), 0.001);
	json_decref(history);
}
END_TEST

START_TEST(last_takes_the_newest_nights)
{
	json_t *history;

	add("a", "6.1.0-1", "virtual", 1, "completed", 10);
	add("b", "6.1.0-1", "virtual", 1, "completed", 12);
	add("c", "6.1.0-1", "virtual", 1, "completed", 12);
	history = made(2);
	ck_assert_str_eq(record_text(night(history, 0), "run", ""), "b");
	ck_assert_uint_eq(json_array_size(json_object_get(series(history, 0), "change_points")), 0);
	json_decref(history);
}
END_TEST

START_TEST(text_and_csv_show_the_nights)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	json_t *history;

	add("a", "6.1.0-1", "virtual", 1, "completed", 0);
	add("b", "6.1.0-1", "virtual", 2, "completed", 1024);
	history = made(0);
	history_print(out, history, true, 100);
	history_csv(out, history);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, "▁█\n"));
	ck_assert_ptr_nonnull(strstr(text, "worse, new"));
	ck_assert_ptr_nonnull(strstr(text, "b: seeds [1] -> [2]\n"));
	ck_assert_ptr_nonnull(strstr(
		text, METRIC
		",s,p,virtual,b,2026-01-01T00:00:00Z,6.1.0-1,1,1024,1024,1024,worse,,seeds [1] -> [2]\n"));
	json_decref(history);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("history");
	TCase *tc = tcase_create("history");

	tcase_add_test(tc, a_night_is_the_median_of_its_completed_cells);
	tcase_add_test(tc, releases_of_one_series_are_one_history);
	tcase_add_test(tc, every_step_of_the_virtual_clock_is_a_change_point);
	tcase_add_test(tc, other_seeds_are_named_as_the_reason);
	tcase_add_test(tc, a_step_of_a_real_clock_is_tested);
	tcase_add_test(tc, last_takes_the_newest_nights);
	tcase_add_test(tc, text_and_csv_show_the_nights);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
