/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>

#include "results/report/course.h"
#include "results/report/html.h"
#include "results/report/parts.h"
#include "results/report/svg.h"
#include "tests/unit/judging.h"
#include "tests/unit/report_page.h"

static char *page;
static size_t page_len;

/* One page for the tests that read one. */
static void setup(void)
{
	page = made_page(2, 50, &page_len);
}

static void teardown(void)
{
	free(page);
}

/* Not inlined: GCC 12 takes what the stream allocated for the local pointer to it. */
static __attribute__((noinline)) char *printed(void (*print)(FILE *out))
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	print(out);
	fclose(out);
	return text;
}

static void print_texts(FILE *out)
{
	html(out, "<a title=\"%s\">%d %zu %.1f %+.1f %.3g %c%%</a>", "<\"&'>\x01", -3, (size_t)7, 2.25, 4.0, 0.12345, '<');
}

START_TEST(texts_are_escaped_and_markup_is_not)
{
	_cleanup_free_ char *text = printed(print_texts);

	ck_assert_str_eq(text, "<a title=\"&lt;&quot;&amp;&#39;&gt;\xef\xbf\xbd\">-3 7 2.2 +4.0 0.123 &lt;%</a>");
}
END_TEST

static void print_json(FILE *out)
{
	json_t *json = json_pack("{s:s}", "</script>", "<!--&");

	html_json(out, json);
	json_decref(json);
}

START_TEST(a_document_in_a_script_cannot_end_it)
{
	_cleanup_free_ char *text = printed(print_json);
	json_t *again = json_loads(text, 0, NULL);

	ck_assert_ptr_null(strpbrk(text, "<>&"));
	ck_assert_str_eq(json_string_value(json_object_get(again, "</script>")), "<!--&");
	json_decref(again);
}
END_TEST

/* A run of two profiles with a primary metric and another one that differs; the second has two findings. */
static void print_group(FILE *out)
{
	json_t *run = new_run_of("x-1", "virtual"), *a = add_cell(run, "kernel-default", 1, "completed"),
	       *b = add_cell(run, "hpc", 1, "completed");
	struct compare_groups groups;

	set_metric(a, "swap.out_bytes", 100);
	set_metric(b, "swap.out_bytes", 200);
	set_metric(a, "figure.x.0.ops", 100);
	set_metric(b, "figure.x.0.ops", 50);
	json_object_set_new(b, "verdicts",
			    json_pack("[{s:s, s:s, s:s, s:{s:s}}, {s:s, s:s, s:s, s:{s:s}}]", "name", "setting_without_effect",
				      "cause", "c", "summary", "First.", "evidence", "key", "vm.a", "name",
				      "setting_without_effect", "cause", "c", "summary", "Second.", "evidence", "key", "vm.b"));
	groups = compare_groups_of(run, NULL);
	part_group(out, &groups.list[0], 0);
	compare_groups_release(&groups);
	json_decref(run);
}

static bool in_order(const char *text, const char *first, const char *second)
{
	const char *at = strstr(text, first);

	return at && strstr(at, second);
}

START_TEST(other_metrics_that_differ_are_folded_below_the_primary_ones)
{
	_cleanup_free_ char *text = printed(print_group);

	ck_assert(in_order(text, "<th scope=\"row\">swap.out_bytes</th>",
			   "<summary>1 other metric that differs from kernel-default in hpc</summary>"));
	ck_assert(in_order(text, "<summary>1 other", "<th scope=\"row\">figure.x.0.ops</th>"));
}
END_TEST

START_TEST(findings_about_two_settings_are_two)
{
	_cleanup_free_ char *text = printed(print_group);

	ck_assert_ptr_nonnull(strstr(text, "First."));
	ck_assert_ptr_nonnull(strstr(text, "Second."));
}
END_TEST

START_TEST(few_values_are_kept_as_they_are)
{
	const double values[] = { 3, 1, 2 };
	double thin[4];

	ck_assert_uint_eq(course_thin(values, 3, 4, thin), 3);
	ck_assert_double_eq(thin[0], 3);
	ck_assert_double_eq(thin[2], 2);
}
END_TEST

START_TEST(thinning_keeps_both_extremes_of_every_stretch_in_their_order)
{
	const double values[] = { 5, 9, 1, 4, NAN, 2, 7, 3 };
	double thin[4];

	ck_assert_uint_eq(course_thin(values, 8, 4, thin), 4);
	ck_assert_double_eq(thin[0], 9);
	ck_assert_double_eq(thin[1], 1);
	ck_assert_double_eq(thin[2], 2);
	ck_assert_double_eq(thin[3], 7);
}
END_TEST

START_TEST(thinned_moments_ascend)
{
	double times[1001], thin[400];
	size_t n;

	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		times[i] = (double)i / 10;
	n = course_thin_times(times, ARRAY_SIZE(times), ARRAY_SIZE(thin), thin);
	ck_assert_uint_eq(n, 400);
	for (size_t i = 1; i < n; i++)
		ck_assert_double_lt(thin[i - 1], thin[i]);
	ck_assert_double_eq(thin[0], 0);
	ck_assert_double_le(thin[n - 1], 100);
}
END_TEST

START_TEST(ticks_are_of_round_steps)
{
	ck_assert_double_eq_tol(svg_step(100, 4), 50, 1e-9);
	ck_assert_double_eq_tol(svg_step(7.5, 6), 2, 1e-9);
	ck_assert_double_eq_tol(svg_step(0.03, 3), 0.01, 1e-9);
}
END_TEST

START_TEST(a_chart_has_the_rates_of_its_counters)
{
	_cleanup_free_ char *stream = make_stream(50, 1, "p", "completed");
	struct timeline *t = NULL;
	struct course course;
	const struct course_chart *swap = NULL;

	ck_assert_int_eq(timeline_parse(stream, strlen(stream), &t, NULL), 0);
	course_make(t, COURSE_POINTS, &course);
	ck_assert_uint_eq(course.n_points, 50);
	for (size_t i = 0; i < course.n_charts; i++)
		if (streq(course.charts[i].title, "Swap"))
			swap = &course.charts[i];
	ck_assert_ptr_nonnull(swap);
	ck_assert(isnan(swap->lines[0].values[0]));
	for (size_t i = 1; i < t->n_samples; i++) {
		double pages = (double)timeline_growth(t, timeline_column(t, "vmstat.pswpout"), i - 1, i);

		ck_assert_double_eq_tol(swap->lines[0].values[i], pages * 10 / 256, 1e-6);
	}
	course_release(&course);
	timeline_free(t);
}
END_TEST

START_TEST(names_that_mean_harm_stay_text)
{
	ck_assert_ptr_null(strstr(page, "<script>window.harm"));
	ck_assert_ptr_null(strstr(page, "<img"));
	ck_assert_ptr_null(strstr(page, "<b>1"));
	ck_assert_ptr_nonnull(strstr(page, "&lt;script&gt;window.harm=1&lt;/script&gt;&amp;amp;&#39;"));
}
END_TEST

START_TEST(nothing_in_the_page_is_fetched)
{
	ck_assert_ptr_null(strstr(page, "<script src"));
	ck_assert_ptr_null(strstr(page, "<link"));
	ck_assert_ptr_null(strstr(page, "@import"));
	ck_assert_ptr_null(strstr(page, "url("));
	ck_assert_ptr_nonnull(strstr(page, "default-src 'none'"));
}
END_TEST

START_TEST(a_killed_cell_is_a_cross_and_told_first)
{
	const char *overview = strstr(page, "1 oom killed"), *group = strstr(page, "<h2 id=\"g1\">");

	ck_assert_ptr_nonnull(overview);
	ck_assert_ptr_nonnull(group);
	ck_assert(overview < group);
	ck_assert_ptr_nonnull(strstr(page, "class=\"cross\""));
	ck_assert_ptr_nonnull(strstr(page, "class=\"mark bad\""));
}
END_TEST

START_TEST(a_setting_that_is_not_as_asked_is_said)
{
	ck_assert_ptr_nonnull(strstr(page, "<td>&lt;b&gt;1</td><td class=\"\">2 <span class=\"missed\">not as asked"));
}
END_TEST

START_TEST(every_drawing_has_a_table)
{
	size_t drawings = 0, tables = 0;

	for (const char *p = page; (p = strstr(p, "<svg class=\"static\"")); p++)
		drawings++;
	for (const char *p = page; (p = strstr(p, "<summary>Table of ")); p++)
		tables++;
	ck_assert_uint_gt(drawings, 0);
	ck_assert_uint_eq(drawings, tables);
}
END_TEST

static struct timeline *no_course(void *context, const json_t *run, const char *cell)
{
	(void)context, (void)run, (void)cell;
	return NULL;
}

START_TEST(a_stream_that_is_gone_is_said)
{
	struct made_run run = make_run(1, 5);
	const json_t *documents[] = { run.document };
	struct report_source source = { documents, 1, "test", no_course, NULL };
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ck_assert_int_eq(report_write(out, &source), 0);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, "Its stream cannot be read"));
	made_run_release(&run);
}
END_TEST

START_TEST(what_is_no_run_is_refused)
{
	json_t *other = json_pack("{s:s}", "schema", "memrig.list/1");
	const json_t *documents[] = { other };
	struct report_source source = { documents, 1, "test", made_course, NULL };

	ck_assert_int_eq(report_write(stdout, &source), -EINVAL);
	json_decref(other);
}
END_TEST

START_TEST(twenty_cells_stay_below_three_megabytes)
{
	size_t len;
	_cleanup_free_ char *big = made_page(10, 1000, &len);

	ck_assert_ptr_nonnull(big);
	ck_assert_uint_lt(len, 3000000);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("report");
	TCase *parts = tcase_create("parts"), *whole = tcase_create("page");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(parts, texts_are_escaped_and_markup_is_not);
	tcase_add_test(parts, a_document_in_a_script_cannot_end_it);
	tcase_add_test(parts, few_values_are_kept_as_they_are);
	tcase_add_test(parts, thinning_keeps_both_extremes_of_every_stretch_in_their_order);
	tcase_add_test(parts, thinned_moments_ascend);
	tcase_add_test(parts, ticks_are_of_round_steps);
	tcase_add_test(parts, a_chart_has_the_rates_of_its_counters);
	tcase_add_test(parts, a_stream_that_is_gone_is_said);
	tcase_add_test(parts, what_is_no_run_is_refused);
	tcase_add_checked_fixture(whole, setup, teardown);
	tcase_add_test(whole, names_that_mean_harm_stay_text);
	tcase_add_test(whole, nothing_in_the_page_is_fetched);
	tcase_add_test(whole, other_metrics_that_differ_are_folded_below_the_primary_ones);
	tcase_add_test(whole, findings_about_two_settings_are_two);
	tcase_add_test(whole, a_killed_cell_is_a_cross_and_told_first);
	tcase_add_test(whole, a_setting_that_is_not_as_asked_is_said);
	tcase_add_test(whole, every_drawing_has_a_table);
	tcase_add_test(whole, twenty_cells_stay_below_three_megabytes);
	tcase_set_timeout(whole, 60);
	suite_add_tcase(suite, parts);
	suite_add_tcase(suite, whole);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
