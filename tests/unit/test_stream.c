/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <stdint.h>

#include "common/util.h"
#include "results/stream.h"

static char out[1 << 20];
static size_t out_len, out_calls;
static int out_error;

static int collect(void *opaque, const char *data, size_t len)
{
	(void)opaque;
	out_calls++;
	if (out_error)
		return out_error;
	memcpy(out + out_len, data, len);
	out_len += len;
	out[out_len] = '\0';
	return 0;
}

static struct stream_writer writer(void)
{
	struct stream_writer w;

	out_len = out_calls = 0;
	out[0] = '\0';
	out_error = 0;
	ck_assert_int_eq(stream_writer_init(&w, (struct stream_sink){ collect, NULL }, NULL), 0);
	return w;
}

/* The JSON string that `text` is written as. */
static const char *written(const char *text)
{
	static char value[4096];
	struct stream_writer w = writer();
	size_t prefix = strlen("{\"type\":\"x\",\"t_ns\":0,\"k\":");

	stream_begin(&w, "x", 0);
	stream_text(&w, "k", text);
	ck_assert_int_eq(stream_end(&w), 0);
	stream_writer_release(&w);
	snprintf(value, sizeof(value), "%.*s", (int)(out_len - prefix - 2), out + prefix);
	return value;
}

START_TEST(records_are_lines_with_type_and_time_first)
{
	struct stream_writer w = writer();

	stream_begin(&w, "event", 12);
	stream_text(&w, "workload", "db.0");
	stream_i64(&w, "error", -5);
	stream_bool(&w, "fatal", true); /* true, not 1: readers test for it */
	stream_bool(&w, "late", false);
	stream_array_begin(&w, "set");
	stream_array_u64(&w, 1);
	stream_array_u64(&w, 2);
	stream_array_end(&w);
	stream_array_begin(&w, "names");
	stream_array_text(&w, "a[");
	stream_array_text(&w, "b");
	stream_array_end(&w);
	stream_array_begin(&w, "none");
	stream_array_end(&w);
	ck_assert_int_eq(stream_end(&w), 0);
	ck_assert_str_eq(out,
			 "{\"type\":\"event\",\"t_ns\":12,\"workload\":\"db.0\",\"error\":-5,\"fatal\":true,\"late\":false,\"set\":[1,2],"
			 "\"names\":[\"a[\",\"b\"],\"none\":[]}\n");
	ck_assert_uint_eq(out_calls, 1);
	stream_writer_release(&w);
}
END_TEST

START_TEST(the_smallest_and_largest_numbers)
{
	struct stream_writer w = writer();

	stream_begin(&w, "x", UINT64_MAX);
	stream_i64(&w, "min", INT64_MIN);
	stream_i64(&w, "max", INT64_MAX);
	stream_i64(&w, "zero", 0);
	stream_end(&w);
	ck_assert_str_eq(out, "{\"type\":\"x\",\"t_ns\":18446744073709551615,\"min\":-9223372036854775808,"
			      "\"max\":9223372036854775807,\"zero\":0}\n");
	stream_writer_release(&w);
}
END_TEST

START_TEST(text_is_escaped)
{
	ck_assert_str_eq(written("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
	ck_assert_str_eq(written("\b\f\n\r\t\x01\x1f\x7f"), "\"\\b\\f\\n\\r\\t\\u0001\\u001F\x7f\"");
	ck_assert_str_eq(written(""), "\"\"");
}
END_TEST

START_TEST(valid_utf8_stays)
{
	static const char *const texts[] = { "\xc2\x80",         "\xdf\xbf",        "\xe0\xa0\x80",
					     "\xed\x9f\xbf",     "\xee\x80\x80",    "\xef\xbf\xbf",
					     "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_free_ char *quoted = xasprintf("\"%s\"", texts[i]);

		ck_assert_str_eq(written(texts[i]), quoted);
	}
}
END_TEST

START_TEST(invalid_utf8_is_replaced)
{
	static const char *const texts[] = {
		"\x80",
		"\xbf",
		"\xc0\xaf",
		"\xc1\xbf",
		"\xc2",
		"\xe0\x80\x80",
		"\xe2\x82",
		"\xed\xa0\x80", /* a surrogate */
		"\xf0\x80\x80\x80",
		"\xf4\x90\x80\x80",
		"\xf5\x80",
		"\xff",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		json_t *value = json_loads(written(texts[i]), JSON_DECODE_ANY, NULL);
		const char *text = json_string_value(value);

		ck_assert_ptr_nonnull(text);
		ck_assert_uint_eq(strlen(text), 3 * strlen(texts[i]));
		for (; *text; text += 3)
			ck_assert_mem_eq(text, "\xef\xbf\xbd", 3);
		json_decref(value);
	}
}
END_TEST

START_TEST(every_byte_gives_json_that_loads)
{
	for (int c = 1; c < 256; c++) {
		char text[] = { 'a', (char)c, 'b', '\0' };
		json_t *value = json_loads(written(text), JSON_DECODE_ANY, NULL);

		ck_assert_ptr_nonnull(value);
		if (c < 0x80)
			ck_assert_str_eq(json_string_value(value), text);
		json_decref(value);
	}
}
END_TEST

START_TEST(documents_are_written_in_the_order_of_their_keys)
{
	struct stream_writer w = writer();

	ck_assert_int_eq(
		stream_write_json(&w, json_pack("{s:s, s:i, s:[i,i]}", "type", "x", "b", 1, "a", 2, 3)), 0);
	ck_assert_str_eq(out, "{\"type\":\"x\",\"b\":1,\"a\":[2,3]}\n");
	stream_writer_release(&w);
}
END_TEST

START_TEST(a_missing_document_is_an_error)
{
	struct stream_writer w = writer();

	ck_assert_int_eq(stream_write_json(&w, NULL), -ENOMEM);
	ck_assert_uint_eq(out_calls, 0);
	stream_writer_release(&w);
}
END_TEST

START_TEST(a_record_that_is_too_long_is_not_written)
{
	struct stream_writer w = writer();

	stream_begin(&w, "x", 0);
	stream_array_begin(&w, "set");
	for (uint64_t i = 0; i < 40000; i++)
		stream_array_u64(&w, UINT64_MAX);
	stream_array_end(&w);
	ck_assert_int_eq(stream_end(&w), -E2BIG);
	stream_begin(&w, "y", 0);
	ck_assert_int_eq(stream_end(&w), -E2BIG);
	ck_assert_uint_eq(out_calls, 0);
	stream_writer_release(&w);
}
END_TEST

/* The line's end must fit as well. */
START_TEST(a_document_may_fill_the_buffer_and_no_more)
{
	struct stream_writer w = writer();
	size_t room = w.room - strlen("{\"k\":\"\"}\n");
	_cleanup_free_ char *text = malloc(room + 2);

	memset(text, 'a', room + 1);
	text[room] = '\0';
	ck_assert_int_eq(stream_write_json(&w, json_pack("{s:s}", "k", text)), 0);
	ck_assert_uint_eq(out_len, w.room);
	ck_assert_int_eq(out[out_len - 1], '\n');
	text[room] = 'a';
	text[room + 1] = '\0';
	ck_assert_int_eq(stream_write_json(&w, json_pack("{s:s}", "k", text)), -E2BIG);
	ck_assert_uint_eq(out_calls, 1);
	stream_writer_release(&w);
}
END_TEST

START_TEST(the_first_error_of_the_sink_stays)
{
	struct stream_writer w = writer();

	out_error = -ENOSPC;
	stream_begin(&w, "x", 0);
	ck_assert_int_eq(stream_end(&w), -ENOSPC);
	out_error = 0;
	stream_begin(&w, "x", 0);
	ck_assert_int_eq(stream_end(&w), -ENOSPC);
	ck_assert_int_eq(stream_write_json(&w, json_object()), -ENOSPC);
	ck_assert_uint_eq(out_calls, 1);
	stream_writer_release(&w);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stream");
	TCase *tests = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, records_are_lines_with_type_and_time_first);
	tcase_add_test(tests, the_smallest_and_largest_numbers);
	tcase_add_test(tests, text_is_escaped);
	tcase_add_test(tests, valid_utf8_stays);
	tcase_add_test(tests, invalid_utf8_is_replaced);
	tcase_add_test(tests, every_byte_gives_json_that_loads);
	tcase_add_test(tests, documents_are_written_in_the_order_of_their_keys);
	tcase_add_test(tests, a_missing_document_is_an_error);
	tcase_add_test(tests, a_record_that_is_too_long_is_not_written);
	tcase_add_test(tests, a_document_may_fill_the_buffer_and_no_more);
	tcase_add_test(tests, the_first_error_of_the_sink_stays);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
