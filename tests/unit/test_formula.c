/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/formula.h"

#include <errno.h>

#include "common/file.h"
#include "results/claims.h"
#include "tests/unit/streams.h"

static const char course[] =
	"{'type':'workload','t_ns':1,'workload':'db.0','group':'db','kind':'anon','size_bytes':4096}\n"
	"{'type':'columns','t_ns':900,'names':['a.x_pages','a.y_pages','b']}\n"
	"{'type':'sample','t_ns':900,'set':[0,10,1,1,2,7]}\n"
	"{'type':'begin','t_ns':1000}\n"
	"{'type':'sample','t_ns':2000,'set':[0,30]}\n"
	"{'type':'event','t_ns':2600,'workload':'db.0','state':'filled'}\n"
	"{'type':'sample','t_ns':3000,'set':[0,40,1,5]}\n"
	"{'type':'outcome','t_ns':3500,'workload':'db.0','outcome':'completed','filled_ns':2500}\n"
	"{'type':'sample','t_ns':4000,'set':[0,20]}\n";

/* Either a value, or NULL and a part of what is said. */
static const struct {
	const char *text;
	double value;
	const char *problem;
} cases[] = {
	{ "1 + 2 * 3", 7, NULL },
	{ "(1 + 2) * 3", 9, NULL },
	{ "8 - 2 - 1", 5, NULL },
	{ "64M / 1K", 65536, NULL },
	{ "0.5 * 4", 2, NULL },
	{ "floor(7 / 2)", 3, NULL },
	{ "abs(1 - 3)", 2, NULL },
	{ "min(4, 3) + max(4, 3)", 7, NULL },
	{ "first(a.x_pages)", 10, NULL },
	{ "last(a.x_pages)", 20, NULL },
	{ "lowest(a.x_pages)", 10, NULL },
	{ "highest(a.x_pages)", 40, NULL },
	{ "growth(a.x_pages)", 10, NULL },
	{ "growth(a.x_pages, begin, db.0 filled)", 30, NULL },
	{ "at(a.x_pages, db.0 filled)", 40, NULL },
	{ "at(a.x_pages, begin)", 10, NULL },
	{ "at(a.x_pages, end)", 20, NULL },
	{ "last(a.*_pages)", 25, NULL },
	{ "metric(m)", 2.5, NULL },
	{ "setting(vm.k)", 60, NULL },
	{ "size(db.0)", 4096, NULL },
	{ "last(c)", 0, "no such column" },
	{ "at(b, db.0 started)", 0, "no such moment" },
	{ "growth(a.x_pages, end, begin)", 0, "after" },
	{ "metric(n)", 0, "does not have the metric" },
	{ "setting(vm.word)", 0, "no number of that setting" },
	{ "size(db.1)", 0, "no such workload" },
	{ "1 / (b_is_no_function)", 0, "no such function" },
	{ "1 / 0", 0, "divided by 0" },
	{ "", 0, "at character 1" },
	{ "1 +", 0, "at character 4" },
	{ "(1", 0, "')' is missing" },
	{ "growth a", 0, "'(' is missing" },
	{ "growth()", 0, "a name is missing" },
	{ "growth(a, b)", 0, "arguments" },
	{ "at(a)", 0, "arguments" },
	{ "1 2", 0, "more than a formula" },
	{ "64Mx", 0, "goes on as a word" },
	{ "nothing(1)", 0, "no such function" },
};

START_TEST(one_formula)
{
	struct timeline *t = timeline_of_records(course);
	json_t *own_metrics = json_pack("{s:f}", "m", 2.5);
	json_t *settings = json_pack("{s:{s:s}, s:{s:s}}", "vm.k", "effective", "60", "vm.word", "effective", "never");
	struct formula_cell cell = { t, own_metrics, settings };
	struct formula *formula = NULL;
	struct error err = { 0 };
	double value = -1;
	int r = formula_parse(cases[_i].text, &formula, &err);

	if (r == 0)
		r = formula_value(formula, &cell, &value, &err);
	if (cases[_i].problem) {
		ck_assert_int_lt(r, 0);
		ck_assert_msg(strstr(err.what, cases[_i].problem), "'%s': says '%s', not '%s'", cases[_i].text, err.what,
			      cases[_i].problem);
	} else {
		ck_assert_msg(r == 0, "'%s': %s: %s", cases[_i].text, err.where, err.what);
		ck_assert_double_eq(value, cases[_i].value);
	}
	formula_free(formula);
	json_decref(own_metrics);
	json_decref(settings);
	timeline_free(t);
}
END_TEST

START_TEST(brackets_have_a_limit)
{
	char deep[10002];
	struct formula *formula = NULL;
	struct error err = { 0 };

	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	ck_assert_int_eq(formula_parse(deep, &formula, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.what, "too many brackets"));
}
END_TEST

START_TEST(every_function_is_in_the_documentation)
{
	_cleanup_free_ char *docs = NULL;
	size_t len;

	ck_assert_int_eq(file_read(NULL, "docs/scenario.md", &docs, &len, NULL), 0);
	for (const struct formula_function *f = formula_functions; f->name; f++) {
		_cleanup_free_ char *row = xasprintf("| `%s(%s)` | %s |", f->name, f->arguments, f->doc);

		ck_assert_msg(strstr(docs, row), "docs/scenario.md lacks: %s", row);
	}
}
END_TEST

/* ---- claims: what expectations make of them ---- */

static json_t *answers_of(const char *cells)
{
	static struct claim list[] = { { "c", "Water is wet.", "a book" } };
	struct claims claims = { list, 1 };
	_cleanup_free_ char *text = xstrdup(cells);
	json_t *run, *answers;

	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	run = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(run);
	answers = claims_answers(&claims, run);
	json_decref(run);
	return answers;
}

#define CELL(valid, expectations) \
	"{'cells':[{'id':'c.x','scenario':'c','kernel':'6.1','valid':" valid ",'expectations':[" expectations "]}]}"

static const struct {
	const char *cells, *answer;
} answers[] = {
	{ CELL("true", "{'text':'t','met':true,'actual':1}"), "pass" },
	{ CELL("true", "{'text':'t','met':true,'actual':1},{'text':'u','met':false,'actual':2}"), "differs" },
	{ CELL("true", "{'text':'t','met':true,'actual':1},{'text':'u','met':false,'reason':'no column'}"), "cannot tell" },
	{ CELL("true", "{'text':'u','met':false,'reason':'no column'},{'text':'t','met':false,'actual':1}"), "differs" },
	{ CELL("true", "{'text':'t','applies':false,'reason':'for mglru'}"), "cannot tell" },
	{ CELL("false", "{'text':'t','met':true,'actual':1}"), "differs" },
};

START_TEST(an_answer_is_that_of_its_worst_expectation)
{
	json_t *found = answers_of(answers[_i].cells);

	ck_assert_str_eq(record_text(json_array_get(found, 0), "answer", ""), answers[_i].answer);
	ck_assert_str_eq(record_text(json_array_get(found, 0), "claim", ""), "Water is wet.");
	json_decref(found);
}
END_TEST

START_TEST(ktap_counts_and_skips)
{
	json_t *found = answers_of(answers[2].cells);
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	claims_print_ktap(out, found);
	fclose(out);
	ck_assert_str_eq(text, "KTAP version 1\n1..1\n# expected t; measured 1\n# expected u; no column\n"
			       "ok 1 c.x # SKIP no column\n");
	json_decref(found);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("formula");
	TCase *tcase = tcase_create("formula");

	tcase_add_loop_test(tcase, one_formula, 0, ARRAY_SIZE(cases));
	tcase_add_test(tcase, brackets_have_a_limit);
	tcase_add_test(tcase, every_function_is_in_the_documentation);
	tcase_add_loop_test(tcase, an_answer_is_that_of_its_worst_expectation, 0, ARRAY_SIZE(answers));
	tcase_add_test(tcase, ktap_counts_and_skips);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
