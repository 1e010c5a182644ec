/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/outcome.h"

#include <inttypes.h>

#include "common/util.h"

const char *const outcome_names[] = { "completed", "timed_out", "oom_killed", "crashed", "panicked", NULL };

int outcome_parse(const char *name)
{
	for (int i = 0; outcome_names[i]; i++)
		if (streq(outcome_names[i], name))
			return i;
	return -1;
}

enum outcome outcome_of_cell(const struct timeline *t, const char *console, bool deadline)
{
	const json_t *end = timeline_find(t, "end", NULL, NULL);
	int outcome = end ? outcome_parse(record_text(end, "outcome", "")) : -1;

	if (outcome >= 0)
		return (enum outcome)outcome;
	if (console && strstr(console, "Kernel panic"))
		return OUTCOME_PANICKED;
	return !end && deadline ? OUTCOME_TIMED_OUT : OUTCOME_CRASHED;
}

/* ---- is the cell valid? ---- */

static void reason(json_t *reasons, char *sentence)
{
	json_array_append_new(reasons, json_string(sentence));
	free(sentence);
}

static void check_end(const struct timeline *t, enum outcome outcome, json_t *reasons)
{
	if (t->damage[0])
		reason(reasons, xstrdup(t->damage));
	else if (t->ended || outcome == OUTCOME_PANICKED)
		return;
	else if (outcome == OUTCOME_TIMED_OUT)
		reason(reasons, xstrdup("the guest made no progress for the time of --stall, by the host's clock"));
	else
		reason(reasons, xstrdup("the stream was cut short and the console shows no kernel panic"));
}

static void check_problems(const struct timeline *t, json_t *reasons)
{
	size_t pos = 0;
	json_t *problem;

	while ((problem = timeline_next(t, "problem", &pos)))
		if (json_is_true(json_object_get(problem, "fatal")))
			reason(reasons, xasprintf("%s: %s", record_text(problem, "where", "memrig"),
						  record_text(problem, "what", "unknown problem")));
}

/* Pressure that was asked for and never made is no result: an anon workload that completed must have reached
 * every page of its size. (File workloads fill what the page cache keeps.) */
static void check_filled(const struct timeline *t, const json_t *workload, const json_t *outcome,
			 json_t *reasons)
{
	uint64_t asked = record_u64(workload, "size_bytes", 0) / t->page_bytes;
	uint64_t filled = record_u64(outcome, "filled_pages", asked);

	if (!streq(record_text(workload, "kind", ""), "anon") ||
	    !streq(record_text(outcome, "outcome", ""), "completed") || asked == filled)
		return;
	reason(reasons, xasprintf("workload %s reached %" PRIu64 " of its %" PRIu64 " pages",
				  record_text(workload, "workload", "?"), filled, asked));
}

/* A workload that says itself why it could not go on has not made the pressure it was for. */
static void check_failed(const json_t *outcome, json_t *reasons)
{
	const char *message = record_text(outcome, "message", "");

	if (streq(record_text(outcome, "outcome", ""), "crashed") && *message)
		reason(reasons, xasprintf("workload %s failed: %s", record_text(outcome, "workload", "?"), message));
}

static void check_workloads(const struct timeline *t, json_t *reasons)
{
	size_t pos = 0;
	json_t *workload;

	while ((workload = timeline_next(t, "workload", &pos))) {
		const char *name = record_text(workload, "workload", "?");
		const json_t *outcome = timeline_find(t, "outcome", "workload", name);
		uint64_t bad = record_u64(outcome, "bad_pages", 0);

		if (!outcome && t->ended)
			reason(reasons, xasprintf("the outcome of workload %s was not recorded", name));
		if (bad > 0)
			reason(reasons, xasprintf("workload %s found %" PRIu64
						  " pages with other content than it had written",
						  name, bad));
		check_filled(t, workload, outcome, reasons);
		check_failed(outcome, reasons);
	}
}

/* The names of the workloads that the cell has, "group.number", as keys; NULL where the stream does not say. */
static json_t *names_of_cell(const struct timeline *t)
{
	const json_t *cell = json_object_get(timeline_find(t, "stream", NULL, NULL), "cell");
	const json_t *groups = json_object_get(json_object_get(cell, "scenario"), "groups"), *group;
	json_t *names = groups ? json_object() : NULL;
	size_t i;

	json_array_foreach (groups, i, group)
		for (size_t w = 0; w < json_array_size(json_object_get(group, "workloads")); w++) {
			_cleanup_free_ char *name = xasprintf("%s.%zu", record_text(group, "name", ""), w);

			json_object_set_new(names, name, json_true());
		}
	return names;
}

/* What was recorded is what was asked for: a guest may have been in any state. */
static void check_names(const struct timeline *t, json_t *reasons)
{
	json_t *names = names_of_cell(t), *workload, *value;
	const char *name;
	size_t pos = 0;

	while (names && (workload = timeline_next(t, "workload", &pos))) {
		name = record_text(workload, "workload", "?");
		if (json_object_del(names, name) == 0)
			continue;
		reason(reasons, xasprintf("the stream tells of workload '%.60s', which the cell does not have, or of it twice", name));
		break; /* more of the same would say no more */
	}
	if (t->ended && json_array_size(reasons) == 0)
		json_object_foreach (names, name, value)
			reason(reasons, xasprintf("the stream says nothing of workload %s", name));
	json_decref(names);
}

static void check_drift(const struct timeline *t, json_t *reasons)
{
	size_t pos = 0;
	json_t *undo;

	while ((undo = timeline_next(t, "undo", &pos))) {
		const char *key = record_text(undo, "key", "?"), *drift = record_text(undo, "drift", NULL);
		const json_t *tune = timeline_find(t, "tune", "key", key);

		if (drift)
			reason(reasons, xasprintf("%s did not hold: %s was set, %s was found at the end", key,
						  record_text(tune, "effective", "another value"), drift));
	}
}

json_t *outcome_invalid_reasons(const struct timeline *t, enum outcome outcome)
{
	json_t *reasons = json_array();

	check_end(t, outcome, reasons);
	check_problems(t, reasons);
	check_workloads(t, reasons);
	check_names(t, reasons);
	check_drift(t, reasons);
	return reasons;
}
