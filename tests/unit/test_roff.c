/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written into manual pages. */
#include <check.h>
#include <stdlib.h>

#include "common/util.h"
#include "runner/cli/roff.h"

typedef void writer(FILE *out, const char *text);

static void check_writes(writer *write, const char *text, const char *expected)
{
	_cleanup_free_ char *written = NULL;
	size_t len;
	FILE *out = open_memstream(&written, &len);

	write(out, text);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_str_eq(written, expected);
}

START_TEST(dot_at_start_is_no_macro)
{
	check_writes(roff_text, ".SH x\n'br", "\\&.SH x\n\\&\\(aqbr\n");
}
END_TEST

START_TEST(characters_stay_what_they_are)
{
	check_writes(roff_text, "--json C:\\n ^a~b `c`", "\\-\\-json C:\\en \\(haa\\(tib \\(gac\\(ga\n");
}
END_TEST

static void section(FILE *out, const char *text)
{
	roff_macro(out, "SH", text);
}

START_TEST(quote_does_not_end_an_argument)
{
	check_writes(section, "a \"b\" c", ".SH \"a \\(dqb\\(dq c\"\n");
}
END_TEST

START_TEST(indented_lines_stay_lines)
{
	check_writes(roff_help, "Examples:\n  a 1\n  b 2\n\nText\nmore\n\nLast",
		     "Examples:\n.PP\n.RS 4\n.nf\na 1\nb 2\n.fi\n.RE\n.PP\nText\nmore\n.PP\nLast\n");
}
END_TEST

START_TEST(verbatim_at_the_end_is_closed)
{
	check_writes(roff_help, "  a", ".PP\n.RS 4\n.nf\na\n.fi\n.RE\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("roff");
	TCase *tcase = tcase_create("roff");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, dot_at_start_is_no_macro);
	tcase_add_test(tcase, characters_stay_what_they_are);
	tcase_add_test(tcase, quote_does_not_end_an_argument);
	tcase_add_test(tcase, indented_lines_stay_lines);
	tcase_add_test(tcase, verbatim_at_the_end_is_closed);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
