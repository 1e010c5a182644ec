/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/cli/scenario_show.h"

#include "common/form.h"
#include "common/util.h"
#include "results/export/text.h"
#include "runner/expect.h"

static void print_machine(const struct machine *machine)
{
	char size[16];

	for (unsigned i = 0; i < machine->n_nodes; i++) {
		printf("  node %u    %s, %u CPU%s, distances", i,
		       size_format(machine->nodes[i].memory_bytes, size, sizeof(size)),
		       machine->nodes[i].cpus, machine->nodes[i].cpus == 1 ? "" : "s");
		for (unsigned j = 0; j < machine->n_nodes; j++)
			printf(" %u", machine->distance[i][j]);
		if (machine->nodes[i].slower)
			printf(", %u times as slow", machine->nodes[i].slower);
		printf("\n");
	}
	if (machine->swap_kind == SWAP_NONE)
		printf("  swap      none\n");
	else
		printf("  swap      %s on %s\n", size_format(machine->swap_bytes, size, sizeof(size)),
		       machine->swap_kind == SWAP_ZRAM ? "zram" : "pmem");
	if (machine->disk_bytes)
		printf("  disk      %s\n", size_format(machine->disk_bytes, size, sizeof(size)));
}

/* The members of an object as written, but for those named. */
static void print_members(json_t *object, const char *const *but)
{
	static const char *const one_line[] = { "\n", " ", NULL };
	const char *key;
	json_t *json;

	json_object_foreach(object, key, json)
	{
		_cleanup_free_ char *text = form_scalar_text(json);
		const char *const *skip = but;

		while (*skip && !streq(*skip, key))
			skip++;
		if (*skip)
			continue;
		printf("  %s ", key);
		text_escaped(stdout, text, one_line); /* a command may have any character */
	}
	printf("\n");
}

static void print_group(const struct scenario_group *group, json_t *json)
{
	static const char *const named[] = { "name", "workloads", NULL }, *const kind[] = { "kind", NULL };
	json_t *workloads = json_object_get(json, "workloads");

	printf("  %s:", group->name);
	print_members(json, named);
	for (size_t i = 0; i < group->n_workloads; i++) {
		printf("    %-9s %s", group->workloads[i].name, group->workloads[i].kind->name);
		print_members(json_array_get(workloads, i), kind);
	}
}

static void print_expectation(const struct expectation *expectation)
{
	static const char *const gates[] = {
		[GATE_ALWAYS] = "",
		[GATE_CLASSIC_LRU] = ", with the classic LRU",
		[GATE_MGLRU] = ", with the multi-generational LRU",
		[GATE_TIERS] = ", where the kernel has memory tiers",
		[GATE_ONE_TIER] = ", where the kernel has one memory tier",
	};
	_cleanup_free_ char *text = expect_text(expectation);

	printf("  %s%s", text, gates[expectation->gate]);
	if (expectation->kernels != KERNELS_ALL)
		printf(", with kernels %s %u.%u", expectation->kernels == KERNELS_BEFORE ? "before" : "from", expectation->release.major,
		       expectation->release.minor);
	printf("\n");
}

static void print_story(json_t *document)
{
	json_t *story = json_object_get(document, "case"), *symptoms = json_object_get(story, "symptoms"), *symptom;
	const char *source = json_string_value(json_object_get(document, "source"));
	size_t i;

	if (source)
		printf("source: %s\n", source);
	json_array_foreach (symptoms, i, symptom)
		printf("%s%s", i == 0 ? "seen as: " : "; ", json_string_value(symptom));
	if (symptoms)
		printf("\n");
	for (const char *const *key = scenario_case_texts; *key; key++)
		if (json_object_get(story, *key))
			printf("%s: %s\n", *key, json_string_value(json_object_get(story, *key)));
}

void scenario_print(const struct scenario *scenario)
{
	json_t *groups = json_object_get(scenario->json, "groups");
	char sample[16], limit[16];
	size_t i;

	printf("%s: %s\n", scenario->name, scenario->description);
	print_story(scenario->json);
	printf("\nmachine:\n");
	print_machine(&scenario->machine);
	if (scenario->settings.n > 0)
		printf("\nsettings, unless a profile says otherwise:\n");
	for (i = 0; i < scenario->settings.n; i++)
		printf("  %-45s %s\n", scenario->settings.list[i].key, scenario->settings.list[i].value);
	printf("\ngroups:\n");
	for (i = 0; i < scenario->n_groups; i++)
		print_group(&scenario->groups[i], json_array_get(groups, i));
	printf("\nsampled every %s, stopped after %s\n",
	       duration_format(scenario->sample_ns, sample, sizeof(sample)),
	       duration_format(scenario->limit_ns, limit, sizeof(limit)));
	if (scenario->n_expects > 0)
		printf("\nexpected:\n");
	for (i = 0; i < scenario->n_expects; i++)
		print_expectation(&scenario->expects[i]);
}
