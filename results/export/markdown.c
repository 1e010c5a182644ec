/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/util.h"
#include "results/changes.h"
#include "results/export/export.h"
#include "results/export/text.h"
#include "results/gate.h"
#include "results/timeline.h"

/* Findings of a group that are listed. */
#define MAX_FINDINGS 8

static void put_line(FILE *out, const char *word, const char *text)
{
	fprintf(out, "- %s: ", word);
	text_markdown(out, text);
	fputc('\n', out);
}

static void put_row(FILE *out, const json_t *group)
{
	static const char *const columns[] = { "scenario", "profile", "kernel" };
	const json_t *finding = json_array_get(json_object_get(group, "findings"), 0);

	/* A word and no colour: it can be read anywhere. */
	fprintf(out, "| %s |", gate_result_words[gate_result_of(group)]);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		fputc(' ', out);
		text_markdown(out, record_text(group, columns[i], "?"));
		fputs(" |", out);
	}
	fputc(' ', out);
	text_markdown(out, record_text(finding, "text", ""));
	fputs(" |\n", out);
}

static void put_group(FILE *out, const json_t *group)
{
	const json_t *findings = json_object_get(group, "findings"), *entry;
	size_t i;

	fputs("\n### ", out);
	text_markdown(out, record_text(group, "scenario", "?"));
	fputs(", ", out);
	text_markdown(out, record_text(group, "profile", "?"));
	fputs("\n\n", out);
	json_array_foreach (json_object_get(group, "changed"), i, entry) {
		_cleanup_free_ char *change = changes_text(entry);

		put_line(out, "not the same", change);
	}
	json_array_foreach (findings, i, entry) {
		const char *divergence = record_text(entry, "first_divergence", "");
		_cleanup_free_ char *text = xasprintf("%s%s%s", record_text(entry, "text", ""),
						      *divergence ? "; first at " : "", divergence);

		if (i < MAX_FINDINGS)
			put_line(out, gate_result_words[gate_result_of(entry)], text);
	}
	if (json_array_size(findings) > MAX_FINDINGS)
		fprintf(out, "- and %zu more\n", json_array_size(findings) - MAX_FINDINGS);
}

char *export_markdown(const json_t *gate)
{
	const json_t *groups = json_object_get(gate, "groups"), *group;
	struct text t;
	size_t i;

	text_begin(&t);
	fprintf(t.out, "## memrig gate: %s\n\nRun `%s` against the baseline `%s`.\n\n",
		gate_result_words[gate_result_of(gate)], record_text(gate, "run", "?"),
		record_text(gate, "baseline", "?"));
	fputs("| result | scenario | profile | kernel | first of all |\n| --- | --- | --- | --- | --- |\n",
	      t.out);
	json_array_foreach (groups, i, group)
		put_row(t.out, group);
	json_array_foreach (groups, i, group)
		if (json_array_size(json_object_get(group, "findings")) > 0)
			put_group(t.out, group);
	return text_end(&t);
}
