/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/gate.h"

#include <errno.h>

#include "common/util.h"
#include "results/changes.h"
#include "results/divergence.h"
#include "results/gate_column.h"
#include "results/kernel_series.h"
#include "results/store.h"
#include "results/timeline.h"

/* Counters of a sample that the document names. */
#define MAX_VALUES 20

const char *const gate_result_names[] = { "no_change",  "new",        "change", "improvement",
					  "not_enough", "regression", NULL };
const char *const gate_result_words[] = { "no change",  "new",        "change", "improvement",
					  "not enough", "regression", NULL };

enum gate_result gate_result_of(const json_t *object)
{
	const char *name = record_text(object, "result", "");

	for (int i = 0; gate_result_names[i]; i++)
		if (streq(gate_result_names[i], name))
			return (enum gate_result)i;
	return GATE_REGRESSION;
}

enum gate_result gate_worst(const json_t *findings)
{
	enum gate_result worst = GATE_NO_CHANGE;
	size_t i;
	const json_t *finding;

	json_array_foreach (findings, i, finding)
		worst = MAX(worst, gate_result_of(finding));
	return worst;
}

struct gate {
	const json_t *run, *baseline;
	struct compare_groups now, before;
	json_t *groups; /* of the document */
	const struct judge_options *options;
	size_t compared;
};

/* ---- which columns belong together ---- */

static bool same_series(const char *a, const char *b)
{
	size_t len = kernel_series(a);

	return len > 0 && len == kernel_series(b) && strncmp(a, b, len) == 0;
}

typedef bool (*kernels_match)(const char *, const char *);

static bool same_kernel(const char *a, const char *b)
{
	return streq(a, b);
}

static bool any_kernel(const char *a, const char *b)
{
	(void)a;
	(void)b;
	return true;
}

/* The only column for this scenario and profile with a kernel that matches; NULL when there are none or
 * several. */
static const struct compare_column *only_column(const struct compare_groups *in, const char *scenario,
						const char *profile, const char *kernel, kernels_match match)
{
	const struct compare_column *found = NULL;

	for (size_t i = 0; i < in->n; i++)
		for (size_t k = 0; k < in->list[i].n_columns; k++) {
			const struct compare_column *c = &in->list[i].columns[k];

			if (!streq(in->list[i].scenario, scenario) || !streq(c->profile, profile) ||
			    !match(c->kernel, kernel))
				continue;
			if (found)
				return NULL;
			found = c;
		}
	return found;
}

/* By release, else by series, else by being the only one; and the partner must say the same of us. */
static const struct compare_column *partner(const struct compare_groups *own,
					    const struct compare_groups *others, const char *scenario,
					    const struct compare_column *c)
{
	static const kernels_match matches[] = { same_kernel, same_series, any_kernel };

	for (size_t i = 0; i < ARRAY_SIZE(matches); i++) {
		const struct compare_column *found =
			only_column(others, scenario, c->profile, c->kernel, matches[i]);

		if (found && only_column(own, scenario, c->profile, found->kernel, matches[i]) == c)
			return found;
	}
	return NULL;
}

/* ---- a pair of columns ---- */

static const char *clock_of(const json_t *run, const struct compare_column *c)
{
	return record_text(json_array_get(c->cells, 0), "clock", record_text(run, "clock", ""));
}

static json_t *group_document(const char *scenario, const char *profile, const char *kernel,
			      const char *clock, const struct compare_column *now,
			      const struct compare_column *before)
{
	json_t *group =
		json_pack("{s:s, s:s, s:s}", "scenario", scenario, "profile", profile, "kernel", kernel);

	if (*clock)
		json_object_set_new(group, "clock", json_string(clock));
	json_object_set_new(group, "cells", json_integer(now ? (json_int_t)json_array_size(now->cells) : 0));
	json_object_set_new(group, "baseline_cells",
			    json_integer(before ? (json_int_t)json_array_size(before->cells) : 0));
	return group;
}

static void add_changes(const struct gate *g, const struct gate_pair *pair, json_t *group)
{
	const json_t *was = json_array_get(pair->base->cells, 0),
		     *is = gate_cell(pair->other, gate_seed(was));
	struct changes_of before = { g->baseline, was,
				     changes_description(g->baseline, record_text(was, "id", "")) };
	struct changes_of after = { g->run, is, changes_description(g->run, record_text(is, "id", "")) };
	json_t *changes = changes_find(&before, &after);

	if (json_array_size(changes) > 0)
		json_object_set(group, "changed", changes);
	json_decref(changes);
	json_decref((json_t *)before.description);
	json_decref((json_t *)after.description);
}

/* Of the first cell that parted; the others of the group part for the same reason more often than not. */
static void add_divergence(const struct gate *g, json_t *finding, const json_t *was, const json_t *is)
{
	_cleanup_free_ char *a = NULL, *b = NULL;
	struct divergence *d;
	size_t len;

	if (store_read_stream(record_text(g->baseline, "path", ""), record_text(was, "id", ""), &a, &len,
			      NULL) < 0 ||
	    store_read_stream(record_text(g->run, "path", ""), record_text(is, "id", ""), &b, &len, NULL) < 0)
		return;
	d = divergence_find(a, b);
	if (d) {
		_cleanup_free_ char *text = divergence_sentence(d);

		json_object_set_new(finding, "first_divergence", json_string(text));
		json_object_set_new(finding, "divergence", divergence_json(d, MAX_VALUES));
		json_object_set_new(finding, "cell", json_string(record_text(is, "id", "")));
	}
	divergence_free(d);
}

/* Equal streams are equal in everything; what differs in one byte is a change. */
static void find_in_streams(const struct gate *g, struct gate_pair *pair)
{
	json_t *entry = NULL;
	size_t i;
	const json_t *was;

	json_array_foreach (pair->base->cells, i, was) {
		const json_t *is = gate_cell(pair->other, gate_seed(was));
		bool first = !entry;

		if (!is || streq(record_text(was, "stream_sha256", ""), record_text(is, "stream_sha256", "")))
			continue;
		entry = gate_add(pair, "stream", GATE_CHANGE, gate_seed(was), xstrdup("the streams differ"));
		if (first)
			add_divergence(g, entry, was, is);
	}
}

/* The worst findings first. */
static json_t *by_result(json_t *findings)
{
	json_t *sorted = json_array();

	for (int result = GATE_REGRESSION; result >= GATE_NO_CHANGE; result--) {
		size_t i;
		json_t *finding;

		json_array_foreach (findings, i, finding)
			if (gate_result_of(finding) == (enum gate_result)result)
				json_array_append(sorted, finding);
	}
	json_decref(findings);
	return sorted;
}

static void put_group(struct gate *g, json_t *group, enum gate_result result, json_t *findings)
{
	json_object_set_new(group, "result", json_string(gate_result_names[result]));
	json_object_set_new(group, "findings", findings);
	json_array_append_new(g->groups, group);
}

static int compare_pair(struct gate *g, const char *scenario, const struct compare_column *now,
			const struct compare_column *before, struct error *err)
{
	const char *clock = clock_of(g->run, now), *clock_before = clock_of(g->baseline, before);
	struct gate_pair pair = { before, now, streq(clock, "virtual"), NULL };
	json_t *group;

	if (!streq(clock, clock_before)) {
		error_set(err, -EINVAL, record_text(g->run, "run", ""),
			  "%s ran with the %s clock and in the baseline with the %s one", scenario, clock,
			  clock_before);
		error_hint(err, "gate it against a run with the same clock");
		return -EINVAL;
	}
	group = group_document(scenario, now->profile, now->kernel, clock, now, before);
	if (!streq(now->kernel, before->kernel))
		json_object_set_new(group, "baseline_kernel", json_string(before->kernel));
	add_changes(g, &pair, group);
	pair.findings = json_array();
	gate_find_in_cells(&pair);
	if (pair.exact)
		find_in_streams(g, &pair);
	gate_find_in_numbers(&pair, g->options);
	g->compared++;
	pair.findings = by_result(pair.findings);
	put_group(g, group, gate_worst(pair.findings), pair.findings);
	return 0;
}

/* All cells of a column that the run does not have. */
static void missing_column(struct gate *g, const char *scenario, const struct compare_column *before)
{
	struct compare_column none = { .cells = json_array() };
	struct gate_pair pair = { before, &none, true, json_array() };
	json_t *group = group_document(scenario, before->profile, before->kernel,
				       clock_of(g->baseline, before), NULL, before);

	gate_find_in_cells(&pair);
	put_group(g, group, GATE_REGRESSION, pair.findings);
	json_decref(none.cells);
}

/* ---- the whole ---- */

static int compare_all(struct gate *g, struct error *err)
{
	for (size_t i = 0; i < g->now.n; i++)
		for (size_t k = 0; k < g->now.list[i].n_columns; k++) {
			const char *scenario = g->now.list[i].scenario;
			const struct compare_column *c = &g->now.list[i].columns[k];
			const struct compare_column *before = partner(&g->now, &g->before, scenario, c);
			int r = before ? compare_pair(g, scenario, c, before, err) : 0;

			if (r < 0)
				return r;
			if (!before)
				put_group(g,
					  group_document(scenario, c->profile, c->kernel, clock_of(g->run, c),
							 c, NULL),
					  GATE_NEW, json_array());
		}
	for (size_t i = 0; i < g->before.n; i++)
		for (size_t k = 0; k < g->before.list[i].n_columns; k++) {
			const struct compare_column *c = &g->before.list[i].columns[k];

			if (!partner(&g->before, &g->now, g->before.list[i].scenario, c))
				missing_column(g, g->before.list[i].scenario, c);
		}
	if (g->compared > 0)
		return 0;
	error_set(err, -EINVAL, record_text(g->run, "run", ""),
		  "no scenario and profile that is in the baseline %s too",
		  record_text(g->baseline, "run", "?"));
	error_hint(err, "`memrig list` says what the runs have");
	return -EINVAL;
}

static int check_machines(const json_t *run, const json_t *baseline, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	json_t *changes;

	if (streq(record_text(run, "clock", ""), "virtual"))
		return 0;
	changes = changes_of_machine(baseline, run);
	if (json_array_size(changes) > 0)
		text = changes_text(json_array_get(changes, 0));
	json_decref(changes);
	if (!text)
		return 0;
	error_set(err, -EINVAL, record_text(run, "run", ""),
		  "it ran on another machine than the baseline, on a real clock: %s", text);
	error_hint(err, "take a baseline on this machine, or run in the lab with the virtual clock");
	return -EINVAL;
}

static json_t *counts(const json_t *groups)
{
	json_t *all = json_object();

	for (int result = 0; gate_result_names[result]; result++) {
		size_t i, n = 0;
		const json_t *group;

		json_array_foreach (groups, i, group)
			n += gate_result_of(group) == (enum gate_result)result;
		json_object_set_new(all, gate_result_names[result], json_integer((json_int_t)n));
	}
	return all;
}

static void put_text(json_t *document, const char *key, const json_t *run, const char *from)
{
	const char *text = record_text(run, from, "");

	if (*text)
		json_object_set_new(document, key, json_string(text));
}

static json_t *document_of(struct gate *g)
{
	json_t *document = json_pack("{s:s}", "schema", "memrig.gate/1");

	put_text(document, "run", g->run, "run");
	put_text(document, "path", g->run, "path");
	put_text(document, "started", g->run, "started");
	put_text(document, "finished", g->run, "finished");
	put_text(document, "baseline", g->baseline, "run");
	put_text(document, "baseline_path", g->baseline, "path");
	json_object_set_new(document, "result", json_string(gate_result_names[gate_worst(g->groups)]));
	json_object_set_new(document, "counts", counts(g->groups));
	json_object_set(document, "groups", g->groups);
	return document;
}

int gate_make(const json_t *run, const json_t *baseline, const struct judge_options *options, json_t **ret,
	      struct error *err)
{
	struct gate g = { .run = run, .baseline = baseline, .options = options };
	int r = check_machines(run, baseline, err);

	if (r < 0)
		return r;
	g.groups = json_array();
	g.now = compare_groups_of(run, NULL);
	g.before = compare_groups_of(baseline, NULL);
	r = compare_all(&g, err);
	if (r == 0)
		*ret = document_of(&g);
	compare_groups_release(&g.now);
	compare_groups_release(&g.before);
	json_decref(g.groups);
	return r;
}
