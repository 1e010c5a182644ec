/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>

#include "common/util.h"
#include "results/export/export.h"
#include "results/export/text.h"

static void put_result(FILE *out, const char *indent, bool ok, size_t number, const char *name)
{
	fprintf(out, "%s%sok %zu ", indent, ok ? "" : "not ", number);
	text_ktap(out, name);
}

static void put_diagnostics(FILE *out, const char *details)
{
	static const char *const none[] = { NULL };

	while (*details) {
		size_t len = strcspn(details, "\n");
		_cleanup_free_ char *line = xasprintf("%.*s", (int)len, details);

		fputs("  # ", out);
		text_escaped(out, line, none);
		fputc('\n', out);
		details += len + (details[len] == '\n');
	}
}

static void put_case(FILE *out, size_t number, const struct export_case *c)
{
	if (c->status == EXPORT_FAIL)
		put_diagnostics(out, c->details);
	put_result(out, "  ", c->status != EXPORT_FAIL, number, c->name);
	if (c->status == EXPORT_SKIP || *c->message) {
		fputs(c->status == EXPORT_SKIP ? " # SKIP " : " # ", out);
		text_ktap(out, c->message);
	}
	fputc('\n', out);
}

static void put_suite(FILE *out, size_t number, const struct export_suite *suite)
{
	bool ok = true, all_skipped = suite->n > 0;

	fprintf(out, "  KTAP version 1\n  1..%zu\n", suite->n);
	for (size_t i = 0; i < suite->n; i++) {
		put_case(out, i + 1, &suite->cases[i]);
		ok &= suite->cases[i].status != EXPORT_FAIL;
		all_skipped &= suite->cases[i].status == EXPORT_SKIP;
	}
	put_result(out, "", ok, number, suite->name);
	fputs(all_skipped ? " # SKIP nothing could be told\n" : "\n", out);
}

char *export_ktap(const json_t *document)
{
	struct export_suites suites;
	struct text t;

	export_suites_of(document, &suites);
	text_begin(&t);
	fprintf(t.out, "KTAP version 1\n1..%zu\n", suites.n);
	for (size_t i = 0; i < suites.n; i++)
		put_suite(t.out, i + 1, &suites.list[i]);
	export_suites_release(&suites);
	return text_end(&t);
}
