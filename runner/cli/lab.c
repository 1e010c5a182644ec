/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig lab: the guests themselves. */
#include <errno.h>
#include <poll.h>
#include <time.h>

#include "common/clock.h"
#include "common/size.h"
#include "common/util.h"
#include "runner/cli/cli.h"
#include "runner/lab/cache.h"
#include "runner/lab/lab.h"
#include "runner/lab/stock.h"
#include "runner/lab/userspace.h"

struct lab_options {
	const char *kernels[8];
	size_t n_kernels;
	const char *scenarios[32];
	size_t n_scenarios, max_scenarios;
	uint64_t limit;
	bool json;
};

enum { KEY_JSON = 256, KEY_LIMIT, KEY_ALL };

static const struct argp_option list_options[] = {
	{ "json", KEY_JSON, 0, 0, "Print JSON", 0 },
	{ 0 },
};

static const struct argp_option prepare_options[] = {
	{ "kernel", 'k', "NAME", 0, "Which kernel to fetch and boot; repeat for more (default: 6.1)", 0 },
	{ 0 },
};

static const struct argp_option prune_options[] = {
	{ "limit", KEY_LIMIT, "SIZE", 0, "Keep the snapshots used last, at most so many bytes of them (default: 4G)", 0 },
	{ "all", KEY_ALL, 0, 0, "Keep none", 0 },
	{ 0 },
};

static const struct argp_option shell_options[] = {
	{ "kernel", 'k', "NAME", 0, "Which kernel to boot (default: 6.1)", 0 },
	{ 0 },
};

static uint64_t parse_limit(struct argp_state *state, const char *text)
{
	struct size size;

	if (size_parse(text, &size, NULL) < 0 || size.base != SIZE_ABSOLUTE)
		argp_error(state, "--limit: '%s' is not a size like 2G", text);
	return size.bytes;
}

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
	case KEY_ALL: o->limit = 0; break;
	case KEY_LIMIT: o->limit = parse_limit(state, arg); break;
	case ARGP_KEY_ARG:
		if (o->n_scenarios == o->max_scenarios)
			argp_error(state, "too many arguments: '%s'", arg);
		o->scenarios[o->n_scenarios++] = arg;
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
	static const struct argp argp = { list_options, parse_option, NULL,
					  "Examples:\n  memrig lab kernels\n  memrig lab kernels --json\n\n"
					  "The kernels known by name, and which have been fetched.",
					  NULL, NULL, NULL };
	struct lab_options options = { 0 };
	json_t *list = json_array();
	int r = cli_parse(&argp, argc, argv, &options);

	for (const struct lab_kernel_info *info = lab_kernels; r == 0 && info->name; info++) {
		struct lab_kernel kernel = { 0 };
		bool there = lab_kernel_find(info->name, &kernel, NULL) == 0;
		json_t *entry = json_pack("{s:s, s:s, s:s, s:b}", "name", info->name, "package", info->packages[0], "doc",
					  info->doc, "fetched", there);

		if (there)
			json_object_set_new(entry, "release", json_string(kernel.release));
		json_array_append_new(list, entry);
		if (!options.json)
			printf("%-12s %-28s %s\n", info->name, there ? kernel.release : "not fetched yet", info->doc);
		lab_kernel_release(&kernel);
	}
	if (r == 0 && options.json)
		r = cli_json(list) < 0 ? EXIT_BROKEN : 0;
	json_decref(list);
	return r;
}

/* ---- snapshots ---- */

static int load(const char *name, struct scenario **ret)
{
	_cleanup_free_ char *path = NULL;
	struct diags diags = { 0 };
	struct error err = { 0 };
	int r = cli_find("scenario", name, &path, &err);

	if (r < 0)
		cli_error(&err);
	else if ((r = scenario_load(path, ret, &diags)) < 0)
		cli_diags(&diags);
	diags_release(&diags);
	return r < 0 ? -EINVAL : 0;
}

static int boot_and_wait(struct stock *stock, const struct stock_want *want, struct error *err)
{
	struct pollfd pfd = { .events = POLLIN };

	pfd.fd = stock_boot(stock, want, err);
	if (pfd.fd < 0)
		return pfd.fd;
	while (poll(&pfd, 1, -1) < 0)
		;
	if (stock_finish(stock, pfd.fd, err) < 0)
		return -EIO;
	return err->what[0] ? -EIO : 0; /* a guest that did not come up is no error to a run, but here */
}

/* Asked of the cache, as the next run will. */
static bool is_kept(const struct stock_want *want)
{
	struct stock *stock = stock_new(0);
	const struct snapshot *snapshot;
	bool kept = stock_find(stock, want, &snapshot, NULL) == STOCK_READY;

	stock_free(stock);
	return kept;
}

static int make_snapshot(const char *name, const struct lab_kernel *kernel, struct error *err)
{
	struct scenario *scenario = NULL;
	const struct snapshot *snapshot;
	struct stock *stock = stock_new(0);
	double start = now_s();
	int r = load(name, &scenario);

	if (r == 0) {
		_cleanup_free_ char *data = scenario_data(scenario);
		_cleanup_free_ char *userspace = NULL;
		struct stock_want want = { { &scenario->machine, kernel, data, NULL }, NULL };

		r = userspace_prepare(scenario, true, note, &userspace, err);
		want.spec.userspace = userspace;
		if (r == 0)
			r = stock_find(stock, &want, &snapshot, err);
		if (r == STOCK_READY)
			printf("%s on %s: there\n", name, kernel->name);
		else if (r == STOCK_MISSING && (r = boot_and_wait(stock, &want, err)) == 0)
			printf("%s on %s: booted in %.1f s, %s\n", name, kernel->name, now_s() - start,
			       is_kept(&want) ? "saved" : "not saved: the cache cannot be written or its limit is too low");
	}
	stock_free(stock);
	scenario_free(scenario);
	return r;
}

static int prepare_kernel(const struct lab_options *options, const char *name, struct error *err)
{
	struct lab_kernel kernel;
	int r = lab_kernel_prepare(name, note, &kernel, err);

	if (r < 0)
		return r;
	printf("%s: %s\n", kernel.name, kernel.release);
	r = options->n_scenarios ? qemu_check(err) : 0;
	for (size_t i = 0; i < options->n_scenarios && r == 0; i++)
		r = make_snapshot(options->scenarios[i], &kernel, err);
	lab_kernel_release(&kernel);
	return r;
}

static int prepare_main(int argc, char **argv)
{
	static const struct argp argp = { prepare_options, parse_option, "[SCENARIO...]",
					  "Examples:\n  memrig lab prepare\n  memrig lab prepare -k 6.1 -k 6.12 mixed-pressure\n\n"
					  "Fetches and unpacks kernels below the cache; nothing is installed. With scenarios, "
					  "boots a guest of each one's machine and keeps it there, parked, so that cells "
					  "start as its clones.",
					  NULL, NULL, NULL };
	struct lab_options options = { .max_scenarios = ARRAY_SIZE(options.scenarios) };
	struct error err = { 0 };
	int r = cli_parse(&argp, argc, argv, &options);

	if (r)
		return r;
	if (options.n_kernels == 0)
		options.kernels[options.n_kernels++] = LAB_DEFAULT_KERNEL;
	for (size_t i = 0; i < options.n_kernels && r == 0; i++)
		r = prepare_kernel(&options, options.kernels[i], &err);
	if (r < 0 && err.what[0])
		cli_error(&err);
	if (r == 0)
		return EXIT_DONE;
	return r == -ENOPKG || r == -ENOENT ? EXIT_CANNOT_RUN : err.what[0] && r != -EINVAL ? EXIT_BROKEN : EXIT_USAGE;
}

/* "2x384M, swap 1G, disk 1G" */
static void print_machine(const json_t *snapshot)
{
	const json_t *nodes = json_object_get(snapshot, "nodes");
	char text[32];
	json_int_t swap = json_integer_value(json_object_get(snapshot, "swap")),
		   disk = json_integer_value(json_object_get(snapshot, "disk"));

	for (size_t i = 0; i < json_array_size(nodes); i++)
		printf("%s%s", i ? " + " : "",
		       size_format((uint64_t)json_integer_value(json_array_get(nodes, i)), text, sizeof(text)));
	if (swap)
		printf(", swap %s", size_format((uint64_t)swap, text, sizeof(text)));
	if (disk)
		printf(", disk %s", size_format((uint64_t)disk, text, sizeof(text)));
	printf("\n");
}

static void print_snapshot(const json_t *snapshot)
{
	time_t used = (time_t)json_integer_value(json_object_get(snapshot, "used"));
	char when[32], size[32];
	struct tm tm;

	strftime(when, sizeof(when), "%Y-%m-%d %H:%M", localtime_r(&used, &tm));
	printf("%.12s  %-24s %11s  %s  ", json_string_value(json_object_get(snapshot, "key")),
	       json_string_value(json_object_get(snapshot, "kernel")),
	       size_format((uint64_t)json_integer_value(json_object_get(snapshot, "bytes")), size, sizeof(size)), when);
	print_machine(snapshot);
}

static int list_main(int argc, char **argv)
{
	static const struct argp argp = { list_options, parse_option, NULL,
					  "Examples:\n  memrig lab list\n  memrig lab list --json\n\n"
					  "The parked guests in the cache, the one used last first: key, kernel, size on "
					  "disk, last use, machine.",
					  NULL, NULL, NULL };
	struct lab_options options = { 0 };
	int r = cli_parse(&argp, argc, argv, &options);
	json_t *list;
	size_t i;
	json_t *snapshot;

	if (r)
		return r;
	list = cache_list();
	if (options.json)
		r = cli_json(list) < 0 ? EXIT_BROKEN : EXIT_DONE;
	else
		json_array_foreach(list, i, snapshot) print_snapshot(snapshot);
	if (!options.json && json_array_size(list) == 0)
		note("there is no snapshot; make one with: memrig lab prepare mixed-pressure");
	json_decref(list);
	return r;
}

static int prune_main(int argc, char **argv)
{
	static const struct argp argp = { prune_options, parse_option, NULL,
					  "Examples:\n  memrig lab prune\n  memrig lab prune --limit 1G\n  memrig lab prune --all\n\n"
					  "Removes the parked guests that were not used for longest. A run does so by itself "
					  "when it adds one ($MEMRIG_SNAPSHOT_LIMIT, 4G).",
					  NULL, NULL, NULL };
	struct lab_options options = { .limit = CACHE_LIMIT };
	struct error err = { 0 };
	uint64_t bytes;
	size_t removed;
	char size[32];
	int r = cli_parse(&argp, argc, argv, &options);

	if (r)
		return r;
	r = cache_prune(options.limit, &removed, &bytes, &err);
	printf("removed %zu snapshot%s, %s\n", removed, removed == 1 ? "" : "s", size_format(bytes, size, sizeof(size)));
	if (r < 0)
		cli_error(&err);
	return r < 0 ? EXIT_BROKEN : EXIT_DONE;
}

/* ---- a shell ---- */

static int shell_main(int argc, char **argv)
{
	static const struct argp argp = { shell_options, parse_option, "[SCENARIO]",
					  "Examples:\n  memrig lab shell\n  memrig lab shell mixed-pressure -k 6.12\n\n"
					  "A shell in a guest with the scenario's machine (default: mixed-pressure). "
					  "Leave it with: exit.",
					  NULL, NULL, NULL };
	struct lab_options options = { .max_scenarios = 1 };
	struct scenario *scenario = NULL;
	struct lab_kernel kernel = { 0 };
	struct diags diags = { 0 };
	struct error err = { 0 };
	_cleanup_free_ char *path = NULL;
	int r = cli_parse(&argp, argc, argv, &options);

	if (r)
		return r;
	r = cli_find("scenario", options.n_scenarios ? options.scenarios[0] : "mixed-pressure", &path, &err);
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
static const struct verb lab_prepare_verb = { "prepare", "fetch kernels, boot guests to be cloned", prepare_main, false };
static const struct verb lab_list_verb = { "list", "the parked guests in the cache", list_main, false };
static const struct verb lab_prune_verb = { "prune", "remove those that were not used for longest", prune_main, false };

static int lab_main(int argc, char **argv)
{
	static const struct verb *const verbs[] = { &lab_kernels_verb, &lab_prepare_verb, &lab_list_verb, &lab_prune_verb,
						      &lab_shell_verb,	 NULL };

	return cli_dispatch(verbs, "memrig lab", argc, argv);
}

const struct verb verb_lab = { .name = "lab", .summary = "guests: kernels, prepare, list, prune, shell", .main = lab_main };
