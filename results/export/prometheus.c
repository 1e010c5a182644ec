/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <time.h>

#include "common/util.h"
#include "results/export/export.h"
#include "results/export/text.h"
#include "results/gate.h"
#include "results/timeline.h"

static const char *const in_label[] = { "\\", "\\\\", "\"", "\\\"", "\n", "\\n", NULL };

static void head(FILE *out, const char *name, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void label(FILE *out, const char *name, const char *value, const char *end)
{
	fprintf(out, "%s=\"", name);
	text_escaped(out, value, in_label);
	fprintf(out, "\"%s", end);
}

static void group_labels(FILE *out, const json_t *group)
{
	label(out, "scenario", record_text(group, "scenario", ""), ",");
	label(out, "profile", record_text(group, "profile", ""), ",");
	label(out, "kernel", record_text(group, "kernel", ""), ",");
}

/* One series a result, as a state set: alerts then need no list of numbers. */
static void put_results(FILE *out, const json_t *groups)
{
	size_t i;
	const json_t *group;

	head(out, "memrig_gate_result", "1 for the result of the gate, by scenario, profile and kernel.");
	json_array_foreach (groups, i, group)
		for (int result = 0; gate_result_names[result]; result++) {
			fputs("memrig_gate_result{", out);
			group_labels(out, group);
			label(out, "result", gate_result_names[result], "");
			fprintf(out, "} %d\n", gate_result_of(group) == (enum gate_result)result);
		}
}

static void put_counts(FILE *out, const json_t *counts)
{
	head(out, "memrig_gate_groups", "Scenario, profile and kernel groups of the gate, by result.");
	for (int result = 0; gate_result_names[result]; result++) {
		fputs("memrig_gate_groups{", out);
		label(out, "result", gate_result_names[result], "");
		fprintf(out, "} %llu\n",
			(unsigned long long)record_u64(counts, gate_result_names[result], 0));
	}
}

static void put_changes(FILE *out, const json_t *groups)
{
	size_t i, k;
	const json_t *group, *finding;

	head(out, "memrig_gate_change_ratio",
	     "What a primary metric that changed is now, as a share of the baseline, less 1.");
	json_array_foreach (groups, i, group)
		json_array_foreach (json_object_get(group, "findings"), k, finding) {
			const json_t *change = json_object_get(finding, "change_ratio");

			if (!json_is_true(json_object_get(finding, "primary")) || !change)
				continue;
			fputs("memrig_gate_change_ratio{", out);
			group_labels(out, group);
			label(out, "metric", record_text(finding, "metric", ""), "");
			fprintf(out, "} %.6g\n", json_number_value(change));
		}
}

static void put_time(FILE *out, const json_t *gate)
{
	struct tm tm = { 0 };

	if (!strptime(record_text(gate, "finished", ""), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return;
	head(out, "memrig_gate_run_timestamp_seconds",
	     "When the run that was gated had ended; alert when it is old.");
	fprintf(out, "memrig_gate_run_timestamp_seconds %lld\n", (long long)timegm(&tm));
}

char *export_prometheus(const json_t *gate)
{
	const json_t *groups = json_object_get(gate, "groups");
	struct text t;

	text_begin(&t);
	put_results(t.out, groups);
	put_counts(t.out, json_object_get(gate, "counts"));
	put_changes(t.out, groups);
	put_time(t.out, gate);
	return text_end(&t);
}
