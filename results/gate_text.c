/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gate's answer on a terminal. */
#include "common/util.h"
#include "results/changes.h"
#include "results/gate.h"
#include "results/table.h"
#include "results/timeline.h"

/* Changes that are neither better nor worse, a group. */
#define MAX_CHANGES 5

static void print_finding(FILE *out, const json_t *finding, unsigned width)
{
	const json_t *seeds = json_object_get(finding, "seeds");
	const char *divergence = record_text(finding, "first_divergence", "");
	_cleanup_free_ char *where = NULL, *text = NULL;

	if (json_array_size(seeds) == 1)
		where = xasprintf(" (seed %lld)", (long long)json_integer_value(json_array_get(seeds, 0)));
	else if (seeds)
		where = xasprintf(" (%zu seeds)", json_array_size(seeds));
	text = xasprintf("%s: %s%s%s%s", gate_result_words[gate_result_of(finding)],
			 record_text(finding, "text", ""), where ? where : "",
			 *divergence ? "; first at " : "", divergence);
	text_wrap(out, text, width, 2, 4);
}

static void print_findings(FILE *out, const json_t *findings, unsigned width)
{
	size_t i, changes = 0;
	const json_t *finding;

	json_array_foreach (findings, i, finding) {
		bool change = gate_result_of(finding) == GATE_CHANGE &&
			      streq(record_text(finding, "kind", ""), "metric");

		changes += change;
		if (!change || changes <= MAX_CHANGES)
			print_finding(out, finding, width);
	}
	if (changes > MAX_CHANGES)
		fprintf(out, "  and %zu metrics more that changed; --json has them\n", changes - MAX_CHANGES);
}

static void print_group(FILE *out, const json_t *group, unsigned width)
{
	size_t i;
	const json_t *change;

	fprintf(out, "%-12s %s, %s, %s\n", gate_result_words[gate_result_of(group)],
		record_text(group, "scenario", "?"), record_text(group, "profile", "?"),
		record_text(group, "kernel", "?"));
	json_array_foreach (json_object_get(group, "changed"), i, change) {
		_cleanup_free_ char *text = changes_text(change), *line = xasprintf("not the same: %s", text);

		text_wrap(out, line, width, 2, 4);
	}
	print_findings(out, json_object_get(group, "findings"), width);
}

void gate_print(FILE *out, const json_t *gate, unsigned width)
{
	size_t i;
	const json_t *group, *counts = json_object_get(gate, "counts");
	const char *separator = "";

	json_array_foreach (json_object_get(gate, "groups"), i, group)
		print_group(out, group, width);
	fprintf(out, "\n%s against %s: %s (", record_text(gate, "run", "?"),
		record_text(gate, "baseline", "?"), gate_result_words[gate_result_of(gate)]);
	for (i = 0; gate_result_names[i]; i++) {
		uint64_t n = record_u64(counts, gate_result_names[i], 0);

		if (n == 0)
			continue;
		fprintf(out, "%s%llu %s", separator, (unsigned long long)n, gate_result_words[i]);
		separator = ", ";
	}
	fprintf(out, ")\n");
}
