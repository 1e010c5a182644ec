/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig lab: the guests themselves. */
#include <errno.h>

#include "common/util.h"
#include "runner/cli/cli.h"
#include "runner/lab/lab.h"

struct lab_options {
	const char *kernels[8];
	size_t n_kernels;
	const char *scenario;
	bool takes_scenario;
	bool json;
};

enum { KEY_JSON = 256 };

static const struct argp_option kernels_options[] = {
	{ "json", KEY_JSON, 0, 0, "Print JSON", 0 },
	{ 0 },
};

static const struct argp_option prepare_options[] = {
	{ "kernel", 'k', "NAME", 0, "Which kernel to fetch; repeat for more (default: 6.1)", 0 },
	{ 0 },
};

static const struct argp_option shell_options[] = {
	{ "kernel", 'k', "NAME", 0, "Which kernel to boot (default: 6.1)", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct lab_options *o = state->input;

	switch (key) {
	case 'k':
		if (o->n_kernels == ARRAY_SIZE(o->kernels) - 1)
			argp_error(state, "too many kernels");
		o->kernels[o->n_kernels++] = arg;
		break;
	case KEY_JSON: o->json = true; break;
	case ARGP_KEY_ARG:
		if (o->scenario || !o->takes_scenario)
			argp_error(state, "too many arguments: '%s'", arg);
		o->scenario = arg;
		break;
	default: return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void note(const char *text)
{
	fprintf(stderr, "memrig: %s\n", text);
}

static int kernels_main(int argc, char **argv)
{
	static const struct argp argp = { kernels_options, parse_option, NULL,
					  "Examples:\n  memrig lab kernels\n  memrig lab kernels --json\n\n"
					  "The kernels known by name, and which have been fetched.",
					  NULL, NULL, NULL };
	struct lab_options options = { 0 };
	json_t *list = json_array();
	int r = cli_parse(&argp, argc, argv, &options);

	for (const struct lab_kernel_info *info = lab_kernels; r == 0 && info->name; info++) {
		struct lab_kernel kernel = { 0 };
		bool there = lab_kernel_find(info->name, &kernel, NULL) == 0;
		json_t *entry = json_pack("{s:s, s:s, s:s, s:b}", "name", info->name, "package", info->package, "doc",
					  info->doc, "fetched", there);

		if (there)
			json_object_set_new(entry, "release", json_string(kernel.release));
		json_array_append_new(list, entry);
		if (!options.json)
			printf("%-6s %-34s %s\n", info->name, there ? kernel.release : "not fetched yet", info->doc);
		lab_kernel_release(&kernel);
	}
	if (r == 0 && options.json)
		r = cli_json(list) < 0 ? EXIT_BROKEN : 0;
	json_decref(list);
	return r;
}

static int prepare_main(int argc, char **argv)
{
	static const struct argp argp = { prepare_options, parse_option, NULL,
					  "Examples:\n  memrig lab prepare\n  memrig lab prepare -k 6.1 -k 6.12\n\n"
					  "Fetches and unpacks kernels below the cache; nothing is installed.",
					  NULL, NULL, NULL };
	struct lab_options options = { 0 };
	int r = cli_parse(&argp, argc, argv, &options);

	if (r)
		return r;
	if (options.n_kernels == 0)
		options.kernels[options.n_kernels++] = LAB_DEFAULT_KERNEL;
	for (size_t i = 0; i < options.n_kernels; i++) {
		struct lab_kernel kernel;
		struct error err = { 0 };

		r = lab_kernel_prepare(options.kernels[i], note, &kernel, &err);
		if (r < 0) {
			cli_error(&err);
			return r == -ENOPKG ? EXIT_CANNOT_RUN : EXIT_USAGE;
		}
		printf("%s: %s\n", kernel.name, kernel.release);
		lab_kernel_release(&kernel);
	}
	return EXIT_DONE;
}

static int shell_main(int argc, char **argv)
{
	static const struct argp argp = { shell_options, parse_option, "[SCENARIO]",
					  "Examples:\n  memrig lab shell\n  memrig lab shell mixed-pressure -k 6.12\n\n"
					  "A shell in a guest with the scenario's machine (default: mixed-pressure). "
					  "Leave it with: exit.",
					  NULL, NULL, NULL };
	struct lab_options options = { .takes_scenario = true };
	struct scenario *scenario = NULL;
	struct lab_kernel kernel = { 0 };
	struct diags diags = { 0 };
	struct error err = { 0 };
	_cleanup_free_ char *path = NULL;
	int r = cli_parse(&argp, argc, argv, &options);

	if (r)
		return r;
	r = cli_find("scenario", options.scenario ? options.scenario : "mixed-pressure", &path, &err);
	if (r < 0) {
		cli_error(&err);
		return EXIT_USAGE;
	}
	if (r == 0)
		r = scenario_load(path, &scenario, &diags);
	if (r == 0)
		r = lab_kernel_prepare(options.n_kernels ? options.kernels[0] : LAB_DEFAULT_KERNEL, note, &kernel, &err);
	if (r == 0)
		r = qemu_check(&err);
	if (r == 0)
		r = lab_shell(&scenario->machine, &kernel, &err);
	if (diags.n)
		cli_diags(&diags);
	else if (r < 0)
		cli_error(&err);
	diags_release(&diags);
	scenario_free(scenario);
	lab_kernel_release(&kernel);
	return r == 0 ? EXIT_DONE : diags.n || r == -EINVAL ? EXIT_USAGE : EXIT_CANNOT_RUN;
}

static const struct verb lab_shell_verb = { "shell", "a shell in a guest", shell_main, false };
static const struct verb lab_kernels_verb = { "kernels", "which kernels there are", kernels_main, false };
static const struct verb lab_prepare_verb = { "prepare", "fetch kernels", prepare_main, false };

static int lab_main(int argc, char **argv)
{
	static const struct verb *const verbs[] = { &lab_kernels_verb, &lab_prepare_verb, &lab_shell_verb, NULL };

	return cli_dispatch(verbs, "memrig lab", argc, argv);
}

const struct verb verb_lab = { .name = "lab", .summary = "guests: shell, kernels, prepare", .main = lab_main };
