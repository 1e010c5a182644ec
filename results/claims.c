/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/claims.h"

#include "common/size.h"
#include "common/util.h"
#include "results/export/text.h"
#include "results/table.h"
#include "results/timeline.h"

static const char *const answer_words[] = {
	[CLAIM_PASS] = "pass",
	[CLAIM_DIFFERS] = "differs",
	[CLAIM_CANNOT_TELL] = "cannot tell",
};

/* Where the text of a claim begins. */
#define INDENT 14

/* ---- judging ---- */

static const struct claim *claim_of(const struct claims *claims, const char *name)
{
	for (size_t i = 0; i < claims->n; i++)
		if (streq(claims->list[i].name, name))
			return &claims->list[i];
	return NULL;
}

/* One expectation goes to the list, and the answer becomes the worse of the two. */
static void judge_expectation(json_t *expectation, json_t *answer, enum claim_answer *worst)
{
	const json_t *met = json_object_get(expectation, "met"), *actual = json_object_get(expectation, "actual");

	if (json_is_false(json_object_get(expectation, "applies")))
		return;
	json_array_append(json_object_get(answer, "expectations"), expectation);
	if (!actual)
		json_object_set(answer, "reason", json_object_get(expectation, "reason"));
	if (json_is_false(met) && actual)
		*worst = CLAIM_DIFFERS;
	else if (json_is_false(met) && *worst == CLAIM_PASS)
		*worst = CLAIM_CANNOT_TELL;
}

static void judge_cell(const json_t *cell, json_t *answer)
{
	enum claim_answer worst = CLAIM_PASS;
	size_t i;
	json_t *expectation;

	json_array_foreach (json_object_get(cell, "expectations"), i, expectation)
		judge_expectation(expectation, answer, &worst);
	if (!json_is_true(json_object_get(cell, "valid"))) {
		worst = CLAIM_DIFFERS;
		json_object_set(answer, "reason", json_array_get(json_object_get(cell, "invalid_reasons"), 0));
	} else if (json_array_size(json_object_get(answer, "expectations")) == 0) {
		worst = CLAIM_CANNOT_TELL;
		json_object_set_new(answer, "reason", json_string("said of another LRU than this kernel runs with"));
	}
	json_object_set_new(answer, "answer", json_string(answer_words[worst]));
}

json_t *claims_answers(const struct claims *claims, const json_t *run)
{
	json_t *answers = json_array();
	size_t i;
	const json_t *cell;

	json_array_foreach (json_object_get(run, "cells"), i, cell) {
		const char *name = record_text(cell, "scenario", "?");
		const struct claim *claim = claim_of(claims, name);
		json_t *answer = json_pack("{s:s, s:s, s:s, s:s, s:s, s:[]}", "name", name, "claim", claim ? claim->text : "",
					   "source", claim ? claim->source : "", "kernel", record_text(cell, "kernel", "?"), "cell",
					   record_text(cell, "id", "?"), "expectations");

		judge_cell(cell, answer);
		json_array_append_new(answers, answer);
	}
	return answers;
}

size_t claims_count(const json_t *answers, enum claim_answer answer)
{
	size_t i, n = 0;
	const json_t *a;

	json_array_foreach (answers, i, a)
		n += streq(record_text(a, "answer", ""), answer_words[answer]);
	return n;
}

/* ---- for people ---- */

static char *value_text(const json_t *value)
{
	_cleanup_free_ char *text = NULL, *all = xstrdup("");
	size_t i;
	const json_t *item;

	if (json_is_string(value))
		return xstrdup(json_string_value(value));
	if (json_is_number(value))
		return xasprintf(json_is_integer(value) ? "%.0f" : "%.6g", json_number_value(value));
	json_array_foreach (value, i, item) {
		_cleanup_free_ char *before = all, *one = value_text(item);

		all = xasprintf("%s%s%s", before, *before ? "; " : "", one);
	}
	return *all ? TAKE_PTR(all) : xstrdup("none");
}

/* "expected ...; measured ..."; the caller frees it. */
static char *expectation_text(const json_t *expectation)
{
	const json_t *actual = json_object_get(expectation, "actual");
	_cleanup_free_ char *value = value_text(actual ? actual : json_object_get(expectation, "reason"));

	return xasprintf("expected %s; %s%s", record_text(expectation, "text", "?"), actual ? "measured " : "", value);
}

/* Where it is not as it was said to be. */
static void print_details(FILE *out, const json_t *answer, const struct compare_options *options)
{
	const json_t *list = json_object_get(answer, "expectations"), *expectation;
	_cleanup_free_ char *source = xasprintf("source: %s", record_text(answer, "source", "-"));
	size_t i;

	json_array_foreach (list, i, expectation) {
		_cleanup_free_ char *line = expectation_text(expectation);

		if (!json_is_true(json_object_get(expectation, "met")))
			text_wrap(out, line, options->width, INDENT, INDENT + 2);
	}
	if (json_array_size(list) == 0)
		text_wrap(out, record_text(answer, "reason", ""), options->width, INDENT, INDENT + 2);
	text_wrap(out, source, options->width, INDENT, INDENT + 2);
}

/* The claim, with its answer in the margin of the first line. */
static void print_claim(FILE *out, const json_t *answer, const struct compare_options *options)
{
	const char *word = record_text(answer, "answer", "?");
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	FILE *lines = xmemstream(&text, &len);

	text_wrap(lines, record_text(answer, "claim", record_text(answer, "name", "?")), options->width, INDENT, INDENT);
	xmemclose(lines, &text);
	if (strlen(word) + 2 < INDENT && len > INDENT)
		memcpy(text + 2, word, strlen(word));
	fputs(text, out);
	if (!streq(word, answer_words[CLAIM_PASS]))
		print_details(out, answer, options);
}

static void print_kernel(FILE *out, const json_t *answers, const char *kernel, const struct compare_options *options)
{
	size_t i;
	const json_t *answer;

	fprintf(out, "%s\n", kernel);
	json_array_foreach (answers, i, answer)
		if (streq(record_text(answer, "kernel", ""), kernel))
			print_claim(out, answer, options);
	fputc('\n', out);
}

/* Kernel by kernel, as the cells come. */
void claims_print(FILE *out, const json_t *answers, const struct compare_options *options)
{
	size_t i, k;
	const json_t *a, *before;

	json_array_foreach (answers, i, a) {
		bool done = false;

		for (k = 0; k < i && !done; k++) {
			before = json_array_get(answers, k);
			done = json_equal(json_object_get(before, "kernel"), json_object_get(a, "kernel"));
		}
		if (!done)
			print_kernel(out, answers, record_text(a, "kernel", "?"), options);
	}
	fprintf(out, "%zu kept, %zu differ, %zu cannot be told here\n", claims_count(answers, CLAIM_PASS),
		claims_count(answers, CLAIM_DIFFERS), claims_count(answers, CLAIM_CANNOT_TELL));
}

void claims_print_ktap(FILE *out, const json_t *answers)
{
	size_t i, k;
	const json_t *a, *expectation;

	fprintf(out, "KTAP version 1\n1..%zu\n", json_array_size(answers));
	json_array_foreach (answers, i, a) {
		const char *answer = record_text(a, "answer", "?");

		json_array_foreach (json_object_get(a, "expectations"), k, expectation) {
			_cleanup_free_ char *line = expectation_text(expectation);

			fputs("# ", out);
			text_ktap(out, line);
			fputc('\n', out);
		}
		fprintf(out, "%sok %zu ", streq(answer, answer_words[CLAIM_DIFFERS]) ? "not " : "", i + 1);
		text_ktap(out, record_text(a, "cell", "?"));
		if (streq(answer, answer_words[CLAIM_CANNOT_TELL])) {
			fputs(" # SKIP ", out);
			text_ktap(out, record_text(a, "reason", "cannot tell here"));
		}
		fputc('\n', out);
	}
}
