/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gates and runs as test cases. */
#include "common/util.h"
#include "results/changes.h"
#include "results/export/export.h"
#include "results/export/text.h"
#include "results/gate.h"
#include "results/timeline.h"

/* Findings of a group in a case's details; the worst come first. */
#define MAX_FINDINGS 20

static struct export_suite *suite_named(struct export_suites *suites, const char *name)
{
	for (size_t i = 0; i < suites->n; i++)
		if (streq(suites->list[i].name, name))
			return &suites->list[i];
	suites->list = xrealloc(suites->list, (suites->n + 1) * sizeof(*suites->list));
	suites->list[suites->n] = (struct export_suite){ .name = xstrdup(name) };
	return &suites->list[suites->n++];
}

/* Takes the texts over. */
static void add_case(struct export_suite *suite, enum export_status status, char *name, char *message,
		     char *details, double seconds)
{
	suite->cases = xrealloc(suite->cases, (suite->n + 1) * sizeof(*suite->cases));
	suite->cases[suite->n++] = (struct export_case){ name, message, details, status, seconds };
}

/* ---- a gate ---- */

static char *group_details(const json_t *group)
{
	const json_t *findings = json_object_get(group, "findings"), *entry;
	struct text t;
	size_t i;

	text_begin(&t);
	json_array_foreach (json_object_get(group, "changed"), i, entry) {
		_cleanup_free_ char *change = changes_text(entry);

		fprintf(t.out, "not the same: %s\n", change);
	}
	json_array_foreach (findings, i, entry) {
		const char *divergence = record_text(entry, "first_divergence", "");

		if (i == MAX_FINDINGS) {
			fprintf(t.out, "and %zu more\n", json_array_size(findings) - i);
			break;
		}
		fprintf(t.out, "%s: %s%s%s\n", gate_result_words[gate_result_of(entry)],
			record_text(entry, "text", ""), *divergence ? "; first at " : "", divergence);
	}
	return text_end(&t);
}

static void add_group(struct export_suites *suites, const json_t *group)
{
	enum gate_result result = gate_result_of(group);
	/* They are sorted: the first is what the result rests on. */
	const json_t *finding = json_array_get(json_object_get(group, "findings"), 0);
	const char *why = record_text(finding, "text", ""), *word = gate_result_words[result];
	enum export_status status = EXPORT_PASS;

	if (result == GATE_REGRESSION)
		status = EXPORT_FAIL;
	else if (result == GATE_NOT_ENOUGH || result == GATE_NEW)
		status = EXPORT_SKIP;
	add_case(suite_named(suites, record_text(group, "scenario", "?")), status,
		 xasprintf("%s, %s", record_text(group, "profile", "?"), record_text(group, "kernel", "?")),
		 result == GATE_NO_CHANGE ? xstrdup("") : xasprintf("%s%s%s", word, *why ? ": " : "", why),
		 group_details(group), -1);
}

/* ---- a run ---- */

static void add_expectation(struct export_suite *suite, const json_t *expectation)
{
	const json_t *actual = json_object_get(expectation, "actual"),
		     *met = json_object_get(expectation, "met");
	_cleanup_free_ char *value = actual ? json_dumps(actual, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	enum export_status status = !met ? EXPORT_SKIP : json_is_true(met) ? EXPORT_PASS : EXPORT_FAIL;
	char *message = status == EXPORT_PASS ? xstrdup("")
			: status == EXPORT_SKIP
				? xstrdup(record_text(expectation, "reason", "does not apply"))
				: xasprintf("it is %s", value ? value : "absent");

	add_case(suite, status, xstrdup(record_text(expectation, "text", "?")), message, xstrdup(""), -1);
}

static void add_cell(struct export_suites *suites, const json_t *cell)
{
	struct export_suite *suite = suite_named(suites, record_text(cell, "id", "?"));
	const char *reason = json_string_value(json_array_get(json_object_get(cell, "invalid_reasons"), 0));
	const json_t *wall = json_object_get(cell, "wall_s"), *expectation;
	size_t i;

	add_case(suite, json_is_true(json_object_get(cell, "valid")) ? EXPORT_PASS : EXPORT_FAIL,
		 xstrdup("valid"), xstrdup(reason ? reason : ""),
		 xasprintf("outcome %s\n", record_text(cell, "outcome", "?")),
		 wall ? json_number_value(wall) : -1);
	json_array_foreach (json_object_get(cell, "expectations"), i, expectation)
		add_expectation(suite, expectation);
}

/* ---- both ---- */

void export_suites_of(const json_t *document, struct export_suites *ret)
{
	bool gate = streq(record_text(document, "schema", ""), "memrig.gate/1");
	size_t i;
	const json_t *entry;

	*ret = (struct export_suites){ .name = xasprintf("memrig %s %s", gate ? "gate" : "run",
							 record_text(document, "run", "?")) };
	snprintf(ret->started, sizeof(ret->started), "%.19s", record_text(document, "started", ""));
	json_array_foreach (json_object_get(document, gate ? "groups" : "cells"), i, entry) {
		if (gate)
			add_group(ret, entry);
		else
			add_cell(ret, entry);
	}
}

void export_suites_release(struct export_suites *suites)
{
	for (size_t i = 0; i < suites->n; i++) {
		for (size_t k = 0; k < suites->list[i].n; k++) {
			free(suites->list[i].cases[k].name);
			free(suites->list[i].cases[k].message);
			free(suites->list[i].cases[k].details);
		}
		free(suites->list[i].cases);
		free(suites->list[i].name);
	}
	free(suites->list);
	free(suites->name);
}
