/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "common/rng.h"
#include "tests/unit/streams.h"

START_TEST(reads_records_columns_and_samples)
{
	struct timeline *t = timeline_of("cpuset.jsonl");
	int swapped = timeline_column(t, "vmstat.pswpout"), unmoved = timeline_column(t, "vmstat.oom_kill");

	ck_assert_uint_eq(t->n_samples, 7);
	ck_assert_uint_eq(t->n_columns, 27);
	ck_assert(t->ended);
	ck_assert_str_eq(t->damage, "");
	ck_assert_uint_eq(t->begin_ns, 1000000);
	ck_assert_uint_eq(t->end_ns, 601000500);
	ck_assert_int_ge(swapped, 0);
	ck_assert_uint_eq(timeline_value(t, 2, swapped), 0);
	ck_assert_uint_eq(timeline_value(t, 6, swapped), 10240);
	ck_assert_uint_eq(timeline_delta(t, swapped), 10240);
	ck_assert_uint_eq(timeline_growth(t, swapped, 3, 4), 2560);
	ck_assert_uint_eq(timeline_growth(t, swapped, 4, 3), 0);
	/* Set once, in the first sample, and carried to the last. */
	ck_assert_uint_eq(timeline_value(t, 6, unmoved), 0);
	ck_assert_uint_eq(timeline_value(t, 6, timeline_column(t, "node1.meminfo.MemFree_bytes")), 400 * MIB);
	ck_assert_uint_eq(timeline_nodes(t), 3);
	ck_assert_int_eq(timeline_column(t, "vmstat.none"), -1);
	ck_assert_int_eq(timeline_columnf(t, "node%u.DMA32.free_pages", 0u),
			 timeline_column(t, "node0.DMA32.free_pages"));
	timeline_free(t);
}
END_TEST

START_TEST(finds_records)
{
	struct timeline *t = timeline_of("cpuset.jsonl");
	size_t pos = 0;

	ck_assert_ptr_nonnull(timeline_next(t, "zone", &pos));
	ck_assert_ptr_nonnull(timeline_next(t, "zone", &pos));
	ck_assert_ptr_null(timeline_next(t, "zone", &pos));
	ck_assert_ptr_nonnull(timeline_find(t, "workload", "workload", "db.0"));
	ck_assert_ptr_null(timeline_find(t, "workload", "workload", "db.1"));
	timeline_free(t);
}
END_TEST

static int parse(const char *text, struct timeline **ret, struct error *err)
{
	return timeline_parse(text, strlen(text), ret, err);
}

START_TEST(refuses_other_forms)
{
	struct timeline *t = NULL;
	struct error err;

	ck_assert_int_eq(parse("{\"type\":\"stream\",\"schema\":\"memrig.stream/2\"}\n", &t, &err), -EPROTO);
	ck_assert_int_eq(parse("{\"type\":\"stream\",\"schema\":\"memrig.stream/10\"}\n", &t, &err), -EPROTO);
	ck_assert_int_eq(parse("{\"type\":\"end\"}\n", &t, &err), -EPROTO);
	ck_assert_ptr_null(t);
	ck_assert_str_ne(err.what, "");
}
END_TEST

#define HEAD "{\"type\":\"stream\",\"schema\":\"memrig.stream/1.4\",\"new\":{}}\n"

START_TEST(ignores_what_it_does_not_know)
{
	struct timeline *t;

	ck_assert_int_eq(parse(HEAD "{\"type\":\"weather\",\"t_ns\":5}\n{\"no\":\"type\"}\n"
				    "{\"type\":\"columns\",\"names\":[\"a\",\"b\"]}\n"
				    "{\"type\":\"sample\",\"t_ns\":7,\"set\":[0,5,9,9,-1,4,1]}\n"
				    "{\"type\":\"end\",\"t_ns\":9,\"outcome\":\"completed\"}\n",
			       &t, NULL),
			 0);
	ck_assert_uint_eq(t->n_samples, 1);
	ck_assert_uint_eq(timeline_value(t, 0, timeline_column(t, "a")), 5);
	ck_assert_int_eq(timeline_column(t, "b"), -1); /* never had a value */
	ck_assert_str_eq(t->damage, "");
	timeline_free(t);
}
END_TEST

START_TEST(says_where_a_stream_is_damaged)
{
	struct timeline *t;

	ck_assert_int_eq(
		parse(HEAD "{\"type\":\"begin\",\"t_ns\":1}\n\x01garbage\n{\"type\":\"end\",\"t_ns\":3}\n",
		      &t, NULL),
		0);
	ck_assert_str_eq(t->damage, "line 3 of the stream is not a record");
	ck_assert(!t->ended);
	timeline_free(t);
}
END_TEST

START_TEST(nothing_comes_after_the_end)
{
	struct timeline *t;

	ck_assert_int_eq(parse(HEAD "{\"type\":\"end\",\"t_ns\":3}\n{\"type\":\"end\",\"t_ns\":4}\n", &t, NULL), 0);
	ck_assert_str_eq(t->damage, "line 3 of the stream is not a record: it comes after the end");
	ck_assert(t->ended);
	ck_assert_uint_eq(t->end_ns, 3);
	timeline_free(t);
}
END_TEST

START_TEST(empty_is_no_error)
{
	struct timeline *t;

	ck_assert_int_eq(timeline_parse(NULL, 0, &t, NULL), 0);
	ck_assert_uint_eq(t->n_samples, 0);
	ck_assert(!t->ended);
	timeline_free(t);
}
END_TEST

/* Whatever is complete before the cut is kept, and no cut is taken for damage or for an end. */
START_TEST(survives_a_cut_at_every_byte)
{
	size_t len, samples = 0;
	_cleanup_free_ char *text = stream_text_of("oom_memcg.jsonl", &len);

	for (size_t n = 0; n + 1 < len; n++) {
		/* A copy of that size, so that reading past the cut is seen by the address sanitizer. */
		_cleanup_free_ char *cut = memcpy(xcalloc(n, 1), text, n);
		struct summary_input input = { .stream = cut, .stream_len = n, .wall_s = -1 };
		struct summary *s;
		struct timeline *t;

		ck_assert_int_eq(timeline_parse(cut, n, &t, NULL), 0);
		ck_assert_str_eq(t->damage, "");
		ck_assert_uint_ge(t->n_samples, samples);
		ck_assert(!t->ended);
		samples = t->n_samples;
		timeline_free(t);
		ck_assert_int_eq(summary_make(&input, &s, NULL), 0);
		ck_assert_int_eq(s->outcome, OUTCOME_CRASHED);
		ck_assert(!s->valid);
		json_decref(summary_to_json(s, "cell", NULL));
		summary_free(s);
	}
}
END_TEST

/* Bytes overwritten at random: any answer will do, as long as it is one. */
START_TEST(survives_overwritten_bytes)
{
	size_t len;
	_cleanup_free_ char *text = stream_text_of("zone_reclaim.jsonl", &len);
	struct rng rng = { (uint64_t)_i + 1 };

	for (unsigned round = 0; round < 150; round++) {
		_cleanup_free_ char *copy = memcpy(xcalloc(len, 1), text, len);
		struct summary_input input = { .stream = copy, .stream_len = len, .console = "" };
		struct summary *s;

		for (uint64_t n = 1 + rng_below(&rng, 8); n > 0; n--)
			copy[rng_below(&rng, len)] = "0123456789,:\"[]{}\n-a"[rng_below(&rng, 20)];
		if (summary_make(&input, &s, NULL) == 0) {
			json_decref(summary_to_json(s, "cell", NULL));
			summary_free(s);
		}
	}
}
END_TEST

static void feed(struct timeline *t, const char *line)
{
	ck_assert_int_eq(timeline_feed_line(t, line, strlen(line), NULL), 0);
}

static struct timeline *fed(void)
{
	struct timeline *t = timeline_new();

	feed(t, "{\"type\":\"stream\",\"schema\":\"memrig.stream/1\"}");
	feed(t, "{\"type\":\"columns\",\"t_ns\":1,\"names\":[\"a\",\"b\",\"c\"]}");
	feed(t, "{\"type\":\"sample\",\"t_ns\":100,\"set\":[0,1,1,2,2,3]}\n");
	feed(t, "{\"type\":\"sample\",\"t_ns\":200,\"set\":[1,20]}\n");
	return t;
}

START_TEST(is_fed_line_by_line)
{
	struct timeline *t = fed();

	ck_assert_uint_eq(t->n_samples, 2);
	ck_assert_uint_eq(timeline_delta(t, timeline_column(t, "b")), 18);
	ck_assert_uint_eq(timeline_value(t, 1, timeline_column(t, "c")), 3);
	timeline_free(t);
}
END_TEST

START_TEST(a_line_that_is_none_changes_nothing)
{
	struct timeline *t = fed();
	struct error err;

	ck_assert_int_eq(timeline_feed_line(t, "{\"type\":", 8, &err), -EINVAL);
	ck_assert_str_ne(err.what, "");
	feed(t, "{\"type\":\"sample\",\"t_ns\":300,\"set\":[0,7]}");
	ck_assert_uint_eq(t->n_samples, 3);
	timeline_free(t);
}
END_TEST

START_TEST(another_form_cannot_be_fed)
{
	struct timeline *t = timeline_new();

	ck_assert_int_eq(timeline_feed_line(t, "{\"type\":\"end\"}", 14, NULL), -EPROTO);
	timeline_free(t);
}
END_TEST

/* "a" has gone, "c" and "b" have changed places, "d" is new with a count from long before. */
START_TEST(later_columns_replace_the_set_by_name)
{
	struct timeline *t = fed();

	feed(t, "{\"type\":\"columns\",\"t_ns\":201,\"names\":[\"c\",\"d\",\"b\"]}");
	ck_assert_int_eq(timeline_column(t, "a"), -1);
	ck_assert_int_eq(timeline_column(t, "d"), -1); /* no value yet */
	ck_assert_uint_eq(timeline_value(t, 0, timeline_column(t, "b")), 2);
	ck_assert_uint_eq(timeline_value(t, 1, timeline_column(t, "b")), 20);
	feed(t, "{\"type\":\"sample\",\"t_ns\":300,\"set\":[0,3,1,5000,2,21]}");
	ck_assert_uint_eq(timeline_delta(t, timeline_column(t, "b")), 19);
	ck_assert_uint_eq(timeline_delta(t, timeline_column(t, "d")), 0);
	ck_assert_uint_eq(timeline_value(t, 0, timeline_column(t, "d")), 5000);
	feed(t, "{\"type\":\"sample\",\"t_ns\":400,\"set\":[1,5001]}");
	ck_assert_uint_eq(timeline_delta(t, timeline_column(t, "d")), 1);
	timeline_free(t);
}
END_TEST

START_TEST(keeps_a_window_of_samples)
{
	struct timeline *t = fed();

	for (unsigned i = 3; i <= 50; i++) {
		_cleanup_free_ char *line =
			xasprintf("{\"type\":\"sample\",\"t_ns\":%u,\"set\":[0,%u]}", i * 100, i);

		feed(t, line);
		timeline_keep(t, 500);
	}
	ck_assert_uint_eq(t->n_samples, 6);
	ck_assert_uint_eq(t->times[0], 4500);
	ck_assert_uint_eq(t->times[5], 5000);
	ck_assert_uint_eq(timeline_delta(t, timeline_column(t, "a")), 5);
	ck_assert_uint_eq(timeline_value(t, 0, timeline_column(t, "b")), 20);
	ck_assert_uint_le(t->room, 64); /* what was dropped made room */
	timeline_keep(t, 0);
	ck_assert_uint_eq(t->n_samples, 1); /* the last stays */
	timeline_free(t);
}
END_TEST

START_TEST(forgets_what_is_said_again)
{
	struct timeline *t = timeline_of_records("{'type':'group','t_ns':5,'group':'a'}\n"
						 "{'type':'zone','t_ns':6,'node':0}\n"
						 "{'type':'group','t_ns':7,'group':'b'}\n");

	timeline_forget(t, "group", 7);
	ck_assert_ptr_null(timeline_find(t, "group", "group", "a"));
	ck_assert_ptr_nonnull(timeline_find(t, "group", "group", "b"));
	ck_assert_ptr_nonnull(timeline_find(t, "zone", NULL, NULL));
	timeline_free(t);
}
END_TEST

/* ---- what would take all memory ---- */

/* HEAD, the line so often, and an end; the caller frees it. */
static char *repeated(const char *line, size_t n)
{
	size_t len = strlen(line), head = strlen(HEAD);
	char *text = xcalloc(1, head + n * len + 32);

	memcpy(text, HEAD, head);
	for (size_t i = 0; i < n; i++)
		memcpy(text + head + i * len, line, len);
	strcpy(text + head + n * len, "{\"type\":\"end\",\"t_ns\":9}\n");
	return text;
}

START_TEST(takes_so_many_records)
{
	_cleanup_free_ char *all = repeated("{\"type\":\"x\"}\n", TIMELINE_RECORDS_MAX - 2);
	_cleanup_free_ char *more = repeated("{\"type\":\"x\"}\n", TIMELINE_RECORDS_MAX - 1);
	struct timeline *t;

	ck_assert_int_eq(parse(all, &t, NULL), 0);
	ck_assert_str_eq(t->damage, "");
	ck_assert(t->ended);
	timeline_free(t);
	ck_assert_int_eq(parse(more, &t, NULL), 0);
	ck_assert_ptr_nonnull(strstr(t->damage, "more in its records"));
	ck_assert(!t->ended);
	timeline_free(t);
}
END_TEST

START_TEST(takes_so_much_text)
{
	_cleanup_free_ char *line = xcalloc(1, TIMELINE_TEXT_MAX + 1), *text = NULL;
	struct timeline *t;

	memset(line, ' ', TIMELINE_TEXT_MAX);
	memcpy(line, "{\"a\":[", 6);
	memcpy(line + TIMELINE_TEXT_MAX - 3, "]}\n", 3);
	text = repeated(line, 1);
	ck_assert_int_eq(parse(text, &t, NULL), 0);
	ck_assert_ptr_nonnull(strstr(t->damage, "16 MiB"));
	timeline_free(t);
}
END_TEST

START_TEST(samples_are_as_many_as_values_fit)
{
	struct timeline *t = fed();
	size_t n = t->n_samples;

	t->left.values = 2 * t->n_columns + 1;
	for (unsigned i = 0; i < 3; i++)
		feed(t, "{\"type\":\"sample\",\"t_ns\":9000,\"set\":[]}");
	ck_assert_uint_eq(t->n_samples, n + 2);
	ck_assert_ptr_nonnull(strstr(t->damage, "128 million values"));
	timeline_free(t);
}
END_TEST

/* Naming columns again has every row copied. */
START_TEST(columns_are_as_many_as_values_fit)
{
	struct timeline *t = fed();
	size_t n = t->n_columns;

	t->left.values = 64 * n;
	feed(t, "{\"type\":\"columns\",\"names\":[\"a\"]}");
	ck_assert_uint_eq(t->n_columns, 1);
	ck_assert_str_eq(t->damage, "");
	feed(t, "{\"type\":\"columns\",\"names\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]}");
	ck_assert_uint_eq(t->n_columns, 1);
	ck_assert_str_ne(t->damage, "");
	timeline_free(t);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("timeline");
	TCase *tcase = tcase_create("timeline");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, reads_records_columns_and_samples);
	tcase_add_test(tcase, finds_records);
	tcase_add_test(tcase, refuses_other_forms);
	tcase_add_test(tcase, ignores_what_it_does_not_know);
	tcase_add_test(tcase, says_where_a_stream_is_damaged);
	tcase_add_test(tcase, nothing_comes_after_the_end);
	tcase_add_test(tcase, empty_is_no_error);
	tcase_add_test(tcase, survives_a_cut_at_every_byte);
	tcase_add_loop_test(tcase, survives_overwritten_bytes, 0, 4);
	tcase_add_test(tcase, is_fed_line_by_line);
	tcase_add_test(tcase, a_line_that_is_none_changes_nothing);
	tcase_add_test(tcase, another_form_cannot_be_fed);
	tcase_add_test(tcase, later_columns_replace_the_set_by_name);
	tcase_add_test(tcase, keeps_a_window_of_samples);
	tcase_add_test(tcase, forgets_what_is_said_again);
	tcase_add_test(tcase, takes_so_many_records);
	tcase_add_test(tcase, takes_so_much_text);
	tcase_add_test(tcase, samples_are_as_many_as_values_fit);
	tcase_add_test(tcase, columns_are_as_many_as_values_fit);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
