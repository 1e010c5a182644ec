/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The short way of reading samples: what it takes, what it leaves to the reader of JSON, and that both say the same. */
#include "results/sample_line.h"
#include "tests/unit/streams.h"

static bool takes(const char *line)
{
	struct sample_line sample = { 0 };
	bool taken = sample_line_parse(line, strlen(line), &sample);

	sample_line_release(&sample);
	return taken;
}

START_TEST(reads_time_and_numbers)
{
	static const char line[] = "{\"type\":\"sample\",\"t_ns\":123456789012,\"set\":[0,7,3,999999999999999999]}";
	struct sample_line sample = { 0 };

	ck_assert(sample_line_parse(line, strlen(line), &sample));
	ck_assert_uint_eq(sample.t_ns, 123456789012);
	ck_assert_uint_eq(sample.n, 4);
	ck_assert_uint_eq(sample.numbers[0], 0);
	ck_assert_uint_eq(sample.numbers[1], 7);
	ck_assert_uint_eq(sample.numbers[2], 3);
	ck_assert_uint_eq(sample.numbers[3], 999999999999999999);
	sample_line_release(&sample);
	ck_assert(takes("{\"type\":\"sample\",\"t_ns\":1,\"set\":[]}"));
}
END_TEST

START_TEST(leaves_everything_else)
{
	static const char *const others[] = {
		"",
		"{",
		"{\"type\":\"sample\",\"t_ns\":1,\"set\":[1,2]",
		"{\"type\":\"sample\",\"t_ns\":1,\"set\":[1,2]} ",
		"{\"type\":\"sample\",\"t_ns\":1,\"set\":[1,2]}}",
		"{\"type\":\"sample\",\"t_ns\":1,\"set\":[1,2,]}",
		"{\"type\":\"sample\",\"t_ns\":1,\"set\":[,1,2]}",
		"{\"type\":\"sample\",\"t_ns\":1,\"set\":[1 ,2]}",
		"{\"type\":\"sample\",\"t_ns\":1,\"set\":[01,2]}",
		"{\"type\":\"sample\",\"t_ns\":1,\"set\":[1,-2]}",
		"{\"type\":\"sample\",\"t_ns\":1,\"set\":[1,2.5]}",
		"{\"type\":\"sample\",\"t_ns\":1,\"set\":[1,2e3]}",
		"{\"type\":\"sample\",\"t_ns\":1,\"set\":[1,\"2\"]}",
		"{\"type\":\"sample\",\"t_ns\":1,\"set\":[1,1000000000000000000]}",
		"{\"type\":\"sample\",\"t_ns\":1,\"set\":[1,18446744073709551616]}",
		"{\"type\":\"sample\",\"t_ns\":1,\"more\":0,\"set\":[1,2]}",
		"{\"type\":\"sample\", \"t_ns\":1,\"set\":[1,2]}",
		"{\"type\":\"samples\",\"t_ns\":1,\"set\":[1,2]}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		ck_assert_msg(!takes(others[i]), "%s", others[i]);
}
END_TEST

START_TEST(a_line_that_is_cut_anywhere_is_left)
{
	static const char line[] = "{\"type\":\"sample\",\"t_ns\":12,\"set\":[0,7,3,99]}";

	for (size_t len = 0; len < strlen(line); len++) {
		struct sample_line sample = { 0 };
		char *copy = malloc(len + 1); /* of its very size: a sanitizer sees what is read beyond */

		memcpy(copy, line, len);
		ck_assert_msg(!sample_line_parse(copy, len, &sample), "%zu characters", len);
		free(copy);
		sample_line_release(&sample);
	}
}
END_TEST

/* As the writer has it, and with a blank that only the reader of JSON takes. */
static struct timeline *stream_of(const char *blank)
{
	_cleanup_free_ char *text = xasprintf("{\"type\":\"stream\",\"schema\":\"memrig.stream/1\"}\n"
					      "{\"type\":\"columns\",\"t_ns\":1,\"names\":[\"a\",\"b\",\"c\"]}\n"
					      "{\"type\":\"sample\",%1$s\"t_ns\":2,\"set\":[0,5,1,123456789012345678]}\n"
					      "{\"type\":\"sample\",%1$s\"t_ns\":3,\"set\":[2,8,7,1,0]}\n"
					      "{\"type\":\"sample\",%1$s\"t_ns\":4,\"set\":[0,6,2,9]}\n",
					      blank);
	struct timeline *t;

	ck_assert_int_eq(timeline_parse(text, strlen(text), &t, NULL), 0);
	return t;
}

START_TEST(both_ways_say_the_same)
{
	struct timeline *fast = stream_of(""), *slow = stream_of(" ");

	ck_assert_uint_eq(fast->n_samples, 3);
	ck_assert_uint_eq(slow->n_samples, 3);
	ck_assert_uint_eq(fast->end_ns, 4);
	ck_assert_uint_eq(slow->end_ns, 4);
	ck_assert_mem_eq(fast->times, slow->times, 3 * sizeof(*fast->times));
	ck_assert_mem_eq(fast->values, slow->values, 9 * sizeof(*fast->values));
	ck_assert_mem_eq(fast->seen, slow->seen, 3 * sizeof(*fast->seen));
	ck_assert_uint_eq(timeline_value(fast, 2, 0), 6);
	ck_assert_uint_eq(timeline_value(fast, 2, 2), 9);
	timeline_free(fast);
	timeline_free(slow);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sample_line");
	TCase *tcase = tcase_create("sample_line");

	tcase_add_test(tcase, reads_time_and_numbers);
	tcase_add_test(tcase, leaves_everything_else);
	tcase_add_test(tcase, a_line_that_is_cut_anywhere_is_left);
	tcase_add_test(tcase, both_ways_say_the_same);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
