/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/util.h"
#include "results/export/export.h"
#include "results/export/text.h"

static const char *const in_attribute[] = { "&",  "&amp;",  "<",  "&lt;",  ">", "&gt;",
					    "\"", "&quot;", "\n", "&#10;", NULL };
static const char *const in_text[] = { "&", "&amp;", "<", "&lt;", ">", "&gt;", NULL };

static void attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	text_escaped(out, value, in_attribute);
	fputc('"', out);
}

static void element(FILE *out, const char *name, const char *value)
{
	text_escaped(out, value, in_text);
	fprintf(out, "</%s>\n", name);
}

static size_t count(const struct export_suite *suite, enum export_status status)
{
	size_t n = 0;

	for (size_t i = 0; i < suite->n; i++)
		n += suite->cases[i].status == status;
	return n;
}

static double seconds(const struct export_suite *suite)
{
	double sum = 0;

	for (size_t i = 0; i < suite->n; i++)
		sum += suite->cases[i].seconds > 0 ? suite->cases[i].seconds : 0;
	return sum;
}

static void put_counts(FILE *out, size_t tests, size_t failures, double time_s)
{
	fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" time=\"%.3f\"", tests, failures, time_s);
}

static void put_case(FILE *out, const char *suite, const struct export_case *c)
{
	fputs("    <testcase", out);
	attribute(out, "name", c->name);
	attribute(out, "classname", suite);
	fprintf(out, " time=\"%.3f\">\n", c->seconds > 0 ? c->seconds : 0.0);
	if (c->status == EXPORT_SKIP) {
		fputs("      <skipped", out);
		attribute(out, "message", c->message);
		fputs("/>\n", out);
	} else if (c->status == EXPORT_FAIL) {
		fputs("      <failure", out);
		attribute(out, "message", c->message);
		fputs(" type=\"finding\">", out);
		element(out, "failure", c->details);
	}
	if (c->status != EXPORT_FAIL && *c->details) {
		fputs("      <system-out>", out);
		element(out, "system-out", c->details);
	}
	fputs("    </testcase>\n", out);
}

static void put_suite(FILE *out, const struct export_suite *suite, const char *started)
{
	fputs("  <testsuite", out);
	attribute(out, "name", suite->name);
	put_counts(out, suite->n, count(suite, EXPORT_FAIL), seconds(suite));
	fprintf(out, " skipped=\"%zu\"", count(suite, EXPORT_SKIP));
	if (*started)
		attribute(out, "timestamp", started);
	fputs(">\n", out);
	for (size_t i = 0; i < suite->n; i++)
		put_case(out, suite->name, &suite->cases[i]);
	fputs("  </testsuite>\n", out);
}

char *export_junit(const json_t *document)
{
	struct export_suites suites;
	size_t tests = 0, failures = 0;
	double time_s = 0;
	struct text t;

	export_suites_of(document, &suites);
	for (size_t i = 0; i < suites.n; i++) {
		tests += suites.list[i].n;
		failures += count(&suites.list[i], EXPORT_FAIL);
		time_s += seconds(&suites.list[i]);
	}
	text_begin(&t);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", t.out);
	attribute(t.out, "name", suites.name);
	put_counts(t.out, tests, failures, time_s);
	fputs(">\n", t.out);
	for (size_t i = 0; i < suites.n; i++)
		put_suite(t.out, &suites.list[i], suites.started);
	fputs("</testsuites>\n", t.out);
	export_suites_release(&suites);
	return text_end(&t);
}
