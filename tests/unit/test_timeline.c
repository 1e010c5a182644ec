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
	tcase_add_test(tcase, empty_is_no_error);
	tcase_add_test(tcase, survives_a_cut_at_every_byte);
	tcase_add_loop_test(tcase, survives_overwritten_bytes, 0, 4);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
