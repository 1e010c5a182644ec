/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What other programs read of a gate, read as they do. */
#include <ctype.h>

#include "results/export/export.h"
#include "results/export/text.h"
#include "streams.h"

static const char gate_text[] =
	"{'schema':'memrig.gate/"
	"1','run':'r','baseline':'b','started':'2026-01-01T12:00:00Z','finished':'2026-01-02T00:00:00Z',"
	"'result':'regression','counts':{'no_change':1,'new':1,'change':0,'improvement':0,'not_enough':1,'"
	"regression':1},'groups':["
	"{'scenario':'swap','profile':'a','kernel':'6.1','result':'regression','changed':[{'what':'kernel','"
	"before':'1','after':'2'}],"
	"'findings':[{'kind':'metric','result':'regression','text':'x <y> & \\\"z\\\" | "
	"_#1_','metric':'swap.out_bytes',"
	"'primary':true,'change_ratio':0.5},"
	"{'kind':'metric','result':'change','text':'t','metric':'other','primary':false,'change_ratio':2}]},"
	"{'scenario':'swap','profile':'b\\\\\\u0007','kernel':'6.1','result':'no_change','findings':[]},"
	"{'scenario':'new','profile':'a','kernel':'6.1','result':'new','findings':[]},"
	"{'scenario':'real','profile':'a','kernel':'6.1','result':'not_enough','findings':"
	"[{'kind':'cells','result':'not_enough','text':'3 more','more':3}]}]}";

static const char run_text[] =
	"{'schema':'memrig.run/"
	"1','run':'r','cells':[{'id':'s.p.s1.k6.1','valid':true,'outcome':'completed','wall_s':1.5,"
	"'expectations':[{'text':'one','met':true},{'text':'two','met':false,'actual':7},{'text':'three','"
	"applies':false,"
	"'reason':'for mglru'}]}]}";

static json_t *document(const char *quoted)
{
	_cleanup_free_ char *text = xstrdup(quoted);
	json_t *json;

	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	json = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(json);
	return json;
}

static char *made(char *(*make)(const json_t *), const char *quoted)
{
	json_t *json = document(quoted);
	char *text = make(json);

	json_decref(json);
	return text;
}

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

/* ---- JUnit ---- */

/* By xmllint, where there is one; tests/lab/nights.sh insists. */
static void validate(const char *text)
{
	FILE *xmllint;

	if (system("command -v xmllint >/dev/null") != 0)
		return;
	xmllint =
		popen("xmllint --noout --schema tests/data/junit/junit.xsd - 2>&1 | grep -v validates$", "w");
	fputs(text, xmllint);
	ck_assert_int_eq(pclose(xmllint), 1 << 8); /* grep has found nothing else */
}

START_TEST(junit_is_valid)
{
	_cleanup_free_ char *gate = made(export_junit, gate_text), *run = made(export_junit, run_text);

	validate(gate);
	validate(run);
}
END_TEST

START_TEST(junit_counts_and_escapes)
{
	_cleanup_free_ char *text = made(export_junit, gate_text);

	ck_assert(has(text, "<testsuites name=\"memrig gate r\" tests=\"4\" failures=\"1\" errors=\"0\""));
	ck_assert(has(text, "<testsuite name=\"swap\" tests=\"2\" failures=\"1\" errors=\"0\" time=\"0.000\" "
			    "skipped=\"0\""));
	ck_assert(has(text, "<skipped message=\"not enough: 3 more\"/>"));
	ck_assert(has(text, "message=\"regression: x &lt;y&gt; &amp; &quot;z&quot; | _#1_\""));
	ck_assert(has(text, "not the same: kernel 1 -&gt; 2\n"));
	ck_assert(has(text, "name=\"b\\?, 6.1\"")); /* no control character is XML */
	ck_assert(!has(text, "\a"));
}
END_TEST

START_TEST(junit_of_a_run_has_its_expectations)
{
	_cleanup_free_ char *text = made(export_junit, run_text);

	ck_assert(has(text, "tests=\"4\" failures=\"1\" errors=\"0\" time=\"1.500\" skipped=\"1\""));
	ck_assert(has(text, "<failure message=\"it is 7\""));
	ck_assert(has(text, "<skipped message=\"for mglru\"/>"));
}
END_TEST

/* ---- KTAP ---- */

struct ktap {
	unsigned passed, failed, skipped; /* subtests */
	unsigned suites, suites_failed;
};

/* "ok 1 name # SKIP reason" or "not ok 1 name", in order; returns whether it is ok. */
static bool ktap_result(const char *line, unsigned number, bool *ret_skip)
{
	bool ok = strncmp(line, "not ", 4) != 0;
	_cleanup_free_ char *expected = xasprintf("ok %u ", number);
	const char *directive = strstr(line, " # ");

	line += ok ? 0 : 4;
	ck_assert_msg(strncmp(line, expected, strlen(expected)) == 0, "%s", line);
	ck_assert(isgraph((unsigned char)line[strlen(expected)]));
	*ret_skip = directive && strncmp(directive, " # SKIP", 7) == 0;
	return ok;
}

/* Strict: version, plan, results that are numbered from 1 and as many as the plan says; two blanks a level.
 */
static struct ktap parse_ktap(char *text)
{
	struct ktap k = { 0 };
	unsigned plan = 0, inner_plan = 0, inner = 0, line_number = 0;
	bool skip;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), line_number++) {
		bool sub = strncmp(line, "  ", 2) == 0;

		if (line_number == 0)
			ck_assert_str_eq(line, "KTAP version 1");
		else if (line_number == 1)
			ck_assert_int_eq(sscanf(line, "1..%u", &plan), 1);
		else if (sub && line[2] == '#')
			continue;
		else if (sub && streq(line + 2, "KTAP version 1"))
			inner = inner_plan = 0;
		else if (sub && inner_plan == 0)
			ck_assert_int_eq(sscanf(line + 2, "1..%u", &inner_plan), 1);
		else if (sub) {
			bool ok = ktap_result(line + 2, ++inner, &skip);

			k.skipped += skip;
			k.passed += ok && !skip;
			k.failed += !ok;
		} else {
			ck_assert_uint_eq(inner, inner_plan);
			k.suites_failed += !ktap_result(line, ++k.suites, &skip);
		}
	}
	ck_assert_uint_eq(k.suites, plan);
	return k;
}

START_TEST(ktap_is_read_as_it_is_written)
{
	_cleanup_free_ char *text = made(export_ktap, gate_text);
	struct ktap k;

	ck_assert(has(text, "  # regression: x <y> & \"z\" | _#1_\n"));
	ck_assert(has(text, "  not ok 1 a, 6.1 # regression: x <y> & \"z\" | _1_\n"));
	ck_assert(has(text, "  ok 1 a, 6.1 # SKIP not enough: 3 more\n"));
	k = parse_ktap(text);
	ck_assert_uint_eq(k.suites, 3);
	ck_assert_uint_eq(k.suites_failed, 1);
	ck_assert_uint_eq(k.failed, 1);
	ck_assert_uint_eq(k.passed, 1);
	ck_assert_uint_eq(k.skipped, 2);
}
END_TEST

START_TEST(ktap_does_not_steer_a_terminal)
{
	_cleanup_free_ char *text = made(export_ktap,
		"{\"schema\":\"memrig.gate/1\",\"groups\":[{\"scenario\":\"s\",\"profile\":\"p\",\"kernel\":\"k\","
		"\"result\":\"regression\",\"findings\":[{\"result\":\"regression\","
		"\"text\":\"a\\u001b[31m\\u007f\\u009bb\\u00a0c\\rd\"}]}]}");

	ck_assert(has(text, "  # regression: a?[31m??b\xc2\xa0" "c?d\n"));
	ck_assert(has(text, " # regression: a?[31m??b\xc2\xa0" "c?d\n"));
	ck_assert_ptr_null(strpbrk(text, "\x1b\x7f\r"));
}
END_TEST

START_TEST(ktap_of_a_run_has_its_expectations)
{
	_cleanup_free_ char *text = made(export_ktap, run_text);
	struct ktap k = parse_ktap(text);

	ck_assert_uint_eq(k.suites, 1);
	ck_assert_uint_eq(k.passed, 2);
	ck_assert_uint_eq(k.failed, 1);
	ck_assert_uint_eq(k.skipped, 1);
}
END_TEST

/* ---- Prometheus ---- */

/* name{label="value",...} number; returns where the value's number begins. */
static const char *sample_of(const char *line, const char *family)
{
	const char *p = line + strlen(family);

	ck_assert_msg(strncmp(line, family, strlen(family)) == 0 && (*p == '{' || *p == ' '),
		      "outside its family: %s", line);
	while (*p && *p != ' ') {
		p++; /* { or , */
		p += strspn(p, "abcdefghijklmnopqrstuvwxyz_");
		ck_assert_msg(strncmp(p, "=\"", 2) == 0, "%s", line);
		for (p += 2; *p != '"'; p++) {
			ck_assert(*p && *p != '\n');
			p += *p == '\\';
		}
		p++;
		ck_assert(*p == ',' || *p == '}');
		if (*p == '}')
			p++;
	}
	return p + 1;
}

/* What promtool insists on: HELP and TYPE before a family's samples, which stand together; no series twice; a
 * number and nothing, such as a timestamp, after it. */
START_TEST(prometheus_text_is_well_formed)
{
	_cleanup_free_ char *text = made(export_prometheus, gate_text), *copy = xstrdup(text);
	char family[128] = "", seen[1024] = "";
	json_t *series = json_object();

	ck_assert(text[strlen(text) - 1] == '\n');
	for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n")) {
		const char *value;
		char *end;

		if (sscanf(line, "# HELP %127s", family) == 1) {
			ck_assert_ptr_null(strstr(seen, family));
			snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s\n", family);
			continue;
		}
		if (line[0] == '#') {
			_cleanup_free_ char *type = xasprintf("# TYPE %s gauge", family);

			ck_assert_str_eq(line, type);
			continue;
		}
		value = sample_of(line, family);
		strtod(value, &end);
		ck_assert(end > value && *end == '\0');
		{
			_cleanup_free_ char *name = xasprintf("%.*s", (int)(value - line), line);

			ck_assert_ptr_null(json_object_get(series, name));
			json_object_set_new(series, name, json_true());
		}
	}
	ck_assert_uint_gt(json_object_size(series), 20);
	json_decref(series);
}
END_TEST

START_TEST(prometheus_has_results_counts_and_the_time)
{
	_cleanup_free_ char *text = made(export_prometheus, gate_text);

	ck_assert(has(text, "{scenario=\"swap\",profile=\"a\",kernel=\"6.1\",result=\"regression\"} 1\n"));
	ck_assert(has(text, "{scenario=\"swap\",profile=\"a\",kernel=\"6.1\",result=\"no_change\"} 0\n"));
	ck_assert(has(text, "memrig_gate_groups{result=\"regression\"} 1\n"));
	ck_assert(has(text, "kernel=\"6.1\",metric=\"swap.out_bytes\"} 0.5\n"));
	ck_assert(!has(text, "metric=\"other\""));
	ck_assert(has(text, "memrig_gate_run_timestamp_seconds 1767312000\n"));
	ck_assert(has(text, "profile=\"b\\\\?\""));
}
END_TEST

/* ---- Markdown ---- */

START_TEST(markdown_escapes_what_would_break_its_table)
{
	_cleanup_free_ char *text = made(export_markdown, gate_text);

	ck_assert(has(text, "## memrig gate: regression\n"));
	ck_assert(has(text, "| regression | swap | a | 6.1 | x &lt;y&gt; & \"z\" \\| \\_#1\\_ |\n"));
	ck_assert(has(text, "- not the same: kernel 1 -&gt; 2\n"));
	ck_assert(has(text, "| no change | swap |"));
}
END_TEST

static char *written(void (*put)(FILE *out, const char *text), const char *text)
{
	struct text t;

	text_begin(&t);
	put(t.out, text);
	return text_end(&t);
}

START_TEST(names_with_anything_in_them_stay_one_field)
{
	_cleanup_free_ char *plain = written(text_csv, "swap.out_bytes"), *csv = written(text_csv, "a,\"b\"\nc"),
			    *cell = written(text_markdown, "a|b\\|<i>\n`c`"),
			    *code = written(text_markdown_code, "a|b_c`d");

	ck_assert_str_eq(plain, "swap.out_bytes");
	ck_assert_str_eq(csv, "\"a,\"\"b\"\"\nc\"");
	ck_assert_str_eq(cell, "a\\|b\\\\\\|&lt;i&gt; \\`c\\`");
	ck_assert_str_eq(code, "`a\\|b_c'd`");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("export");
	TCase *tc = tcase_create("export");

	tcase_add_test(tc, junit_is_valid);
	tcase_add_test(tc, junit_counts_and_escapes);
	tcase_add_test(tc, junit_of_a_run_has_its_expectations);
	tcase_add_test(tc, ktap_is_read_as_it_is_written);
	tcase_add_test(tc, ktap_does_not_steer_a_terminal);
	tcase_add_test(tc, ktap_of_a_run_has_its_expectations);
	tcase_add_test(tc, prometheus_text_is_well_formed);
	tcase_add_test(tc, prometheus_has_results_counts_and_the_time);
	tcase_add_test(tc, markdown_escapes_what_would_break_its_table);
	tcase_add_test(tc, names_with_anything_in_them_stay_one_field);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
