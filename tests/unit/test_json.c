/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>

#include "common/json.h"
#include "common/suggest.h"
#include "common/util.h"

static const char text[] =
	"{\n"
	"\t\"name\": \"gr\xc3\xb6\xc3\x9f"
	"er\", \"n\": 7,\n"
	"\t\"sysctl\": { \"vm.swappiness\": 1, \"vm\": { \"x\": 2 } },\n"
	"\t\"say \\\"}]\": [ \"}\", \"]\\\\\", { \"a\\u0062\": [ [ ], [ 10, -2.5e3 ] ] } ],\n"
	"\t\"groups\": [\n"
	"\t\t{ \"workloads\": [ null, { \"size\": \"1G\" } ] },\n"
	"\t\ttrue\n"
	"\t]\n"
	"}\n";

static void check_place(bool key, const char *path, unsigned line, unsigned column)
{
	unsigned got_line = 0, got_column = 0;
	bool found = key ? json_locate_key(text, path, &got_line, &got_column)
			 : json_locate(text, path, &got_line, &got_column);

	ck_assert_msg(found, "%s was not found", path);
	ck_assert_msg(got_line == line && got_column == column, "%s is at %u:%u, not at %u:%u", path,
		      got_line, got_column, line, column);
}

START_TEST(the_text_of_these_tests_is_json)
{
	struct diags diags = { 0 };
	json_t *json;

	ck_assert_int_eq(json_text_load(text, strlen(text), "t", &json, &diags), 0);
	ck_assert_uint_eq(diags.n, 0);
	json_decref(json);
}
END_TEST

START_TEST(the_document_is_at_its_first_character)
{
	check_place(false, "", 1, 1);
}
END_TEST

START_TEST(columns_count_characters_not_bytes)
{
	check_place(false, "name", 2, 10);
	check_place(false, "n", 2, 25);
	check_place(true, "n", 2, 20);
}
END_TEST

START_TEST(keys_may_have_dots)
{
	check_place(false, "sysctl.vm.swappiness", 3, 31);
	check_place(true, "sysctl.vm.swappiness", 3, 14);
	check_place(false, "sysctl.vm.x", 3, 47);
}
END_TEST

START_TEST(brackets_and_quotes_inside_strings_do_not_mislead)
{
	check_place(false, "say \"}][0]", 4, 16);
	check_place(false, "say \"}][1]", 4, 21);
	check_place(false, "say \"}][2].ab[1][1]", 4, 54);
}
END_TEST

START_TEST(elements_are_found_by_number)
{
	check_place(false, "groups[0].workloads[1].size", 6, 36);
	check_place(true, "groups[0].workloads[1].size", 6, 28);
	check_place(false, "groups[1]", 7, 3);
}
END_TEST

START_TEST(what_is_not_there_is_not_found)
{
	static const char *const absent[] = { "nam",
					      "names",
					      "name.x",
					      "groups[2]",
					      "groups[0].workloads[1].kind",
					      "groups.workloads",
					      "sysctl[0]",
					      "groups[x]",
					      "groups[",
					      "groups[0" };
	unsigned line = 4711, column = 4711;

	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		ck_assert_msg(!json_locate(text, absent[i], &line, &column), "%s was found", absent[i]);
	ck_assert_uint_eq(line, 4711);
	ck_assert_uint_eq(column, 4711);
}
END_TEST

static void check_refused(const char *bad, size_t len, unsigned line, unsigned column, const char *message)
{
	struct diags diags = { 0 };
	json_t *json = NULL;

	ck_assert_int_eq(json_text_load(bad, len, "bad.json", &json, &diags), -EINVAL);
	ck_assert_ptr_null(json);
	ck_assert_uint_eq(diags.n, 1);
	ck_assert_str_eq(diags.list[0].message, message);
	ck_assert_uint_eq(diags.list[0].line, line);
	ck_assert_uint_eq(diags.list[0].column, column);
	diags_release(&diags);
}

#define CHECK_REFUSED(bad, line, column, message) check_refused(bad, strlen(bad), line, column, message)

START_TEST(syntax_errors_point_at_the_start_of_the_offence)
{
	CHECK_REFUSED("{\n  \"a\": nope }", 2, 8, "not JSON: a value is expected, not 'nope'");
	CHECK_REFUSED("{ \"\xc3\xa4\": 1,, }", 1, 10, "not JSON: a key in double quotes or '}' is expected, not ','");
	CHECK_REFUSED("[ 1 2 ]", 1, 5, "not JSON: ',' or ']' is expected, not '2'");
	CHECK_REFUSED("{ \"a\": 1, \"a\": 2 }", 1, 11, "not JSON: the object has this key already");
	CHECK_REFUSED("{\"a\":1 \"b\":2}", 1, 8, "not JSON: ',' or '}' is expected, not a string");
	CHECK_REFUSED("{\"a\" 1}", 1, 6, "not JSON: ':' is expected after the key, not '1'");
	CHECK_REFUSED("{\"a\":\"b", 1, 6, "not JSON: the file ends within a string");
	CHECK_REFUSED("{\"a\":\"\\q\"}", 1, 6, "not JSON: there is no such escape in JSON");
	CHECK_REFUSED("[1,2", 1, 5, "not JSON: ',' or ']' is expected, not the end of the file");
}
END_TEST

START_TEST(a_comma_too_many_is_where_it_stands)
{
	CHECK_REFUSED("[\n 1,\n\n]", 2, 3, "not JSON: nothing follows the comma but ']'");
	CHECK_REFUSED("{ \"a\": 1, }", 1, 9, "not JSON: nothing follows the comma but '}'");

}
END_TEST

START_TEST(a_byte_of_zero_is_refused)
{
	check_refused("[ 1,\0 2 ]", 9, 1, 1, "no text: the file has a byte of zero");
}
END_TEST

START_TEST(a_file_larger_than_a_megabyte_is_refused)
{
	size_t len = (1 << 20) + 1;
	_cleanup_free_ char *large = xcalloc(len + 1, 1);

	memset(large, ' ', len);
	check_refused(large, len, 1, 1, "larger than 1 MiB");
}
END_TEST

START_TEST(a_missing_file_is_a_message_too)
{
	struct diags diags = { 0 };
	json_t *json = NULL;

	ck_assert_int_eq(json_file_load("/nonexistent/x.json", &json, NULL, &diags), -ENOENT);
	ck_assert_uint_eq(diags.n, 1);
	ck_assert_str_eq(diags.list[0].message, "cannot open: No such file or directory");
	ck_assert_uint_eq(diags.list[0].line, 0);
	diags_release(&diags);
}
END_TEST

static const char *nearest(const char *word)
{
	static const char *const names[] = { "size",       "pattern",    "write",
					     "memory.max", "memory.min", "vm.swappiness" };
	struct suggestion s = suggest_for(word);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		suggest_offer(&s, names[i]);
	return s.best ? s.best : "(none)";
}

START_TEST(near_names_are_suggested)
{
	ck_assert_str_eq(nearest("siez"), "size");
	ck_assert_str_eq(nearest("SIZE"), "size");
	ck_assert_str_eq(nearest("patern"), "pattern");
	ck_assert_str_eq(nearest("memory.mx"), "memory.max");
	ck_assert_str_eq(nearest("swappiness"), "vm.swappiness");
}
END_TEST

START_TEST(far_names_are_not_suggested)
{
	ck_assert_str_eq(nearest("colour"), "(none)");
	ck_assert_str_eq(nearest(""), "(none)");
	ck_assert_str_eq(nearest("x"), "(none)");
}
END_TEST

START_TEST(very_long_words_are_far_from_everything)
{
	char word[300];

	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	ck_assert_str_eq(nearest(word), "(none)");
}
END_TEST

START_TEST(a_message_is_printed_with_all_that_is_known)
{
	struct diags diags = { 0 };
	_cleanup_free_ char *full = NULL, *bare = NULL;

	diags_add(&diags, "f.json", 3, 7, "a.b", "try c", "no %s", "good");
	diags_add(&diags, "", 0, 0, "", NULL, "nothing");
	full = diag_format(&diags.list[0]);
	bare = diag_format(&diags.list[1]);
	ck_assert_str_eq(full, "f.json:3:7: a.b: no good (try c)");
	ck_assert_str_eq(bare, "nothing");
	diags_release(&diags);
	ck_assert_uint_eq(diags.n, 0);
}
END_TEST

/* A title set, a line overwritten, the C1 form of ESC [, DEL; and what only looks like an escape. */
START_TEST(what_would_steer_a_terminal_is_disarmed)
{
	char steering[] = "[\"\\u001b]0;x\\u0007\", \"a\\rb\\bc\", \"\xc2\x9b\x7f\", \"\\u009B\", \"\\\\u001b\\n\xc3\x9b\"]";
	json_t *json;

	json_text_disarm(steering, strlen(steering));
	json = json_loads(steering, 0, NULL);
	ck_assert_str_eq(json_string_value(json_array_get(json, 0)), "\xef\xbf\xbd]0;x\xef\xbf\xbd");
	ck_assert_str_eq(json_string_value(json_array_get(json, 1)), "a\tb\tc");
	ck_assert_str_eq(json_string_value(json_array_get(json, 2)), "???");
	ck_assert_str_eq(json_string_value(json_array_get(json, 3)), "\xef\xbf\xbd");
	ck_assert_str_eq(json_string_value(json_array_get(json, 4)), "\\u001b\n\xc3\x9b");
	json_decref(json);
}
END_TEST

START_TEST(so_is_what_is_no_json)
{
	char rubbish[] = "\033[2J\r\n\tx\0y\x1f\x7f\xc2\x9b";

	json_text_disarm(rubbish, sizeof(rubbish) - 1);
	ck_assert_mem_eq(rubbish, "?[2J \n\tx?y????", sizeof(rubbish) - 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("json");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, the_text_of_these_tests_is_json);
	tcase_add_test(tcase, the_document_is_at_its_first_character);
	tcase_add_test(tcase, columns_count_characters_not_bytes);
	tcase_add_test(tcase, keys_may_have_dots);
	tcase_add_test(tcase, brackets_and_quotes_inside_strings_do_not_mislead);
	tcase_add_test(tcase, elements_are_found_by_number);
	tcase_add_test(tcase, what_is_not_there_is_not_found);
	tcase_add_test(tcase, a_comma_too_many_is_where_it_stands);
	tcase_add_test(tcase, syntax_errors_point_at_the_start_of_the_offence);
	tcase_add_test(tcase, a_byte_of_zero_is_refused);
	tcase_add_test(tcase, a_file_larger_than_a_megabyte_is_refused);
	tcase_add_test(tcase, a_missing_file_is_a_message_too);
	tcase_add_test(tcase, what_would_steer_a_terminal_is_disarmed);
	tcase_add_test(tcase, so_is_what_is_no_json);
	tcase_add_test(tcase, near_names_are_suggested);
	tcase_add_test(tcase, far_names_are_not_suggested);
	tcase_add_test(tcase, very_long_words_are_far_from_everything);
	tcase_add_test(tcase, a_message_is_printed_with_all_that_is_known);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
