/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of `memrig run`. */
#include "runner/cli/run.h"

#include <errno.h>

#include "common/size.h"
#include "common/util.h"
#include "runner/cli/cli.h"
#include "runner/cli/family.h"
#include "runner/cli/plan_file.h"

static void names_add(struct names *names, const char *name)
{
	names->list = xrealloc(names->list, (names->n + 2) * sizeof(*names->list));
	names->list[names->n++] = name;
	names->list[names->n] = NULL;
}

enum { KEY_SEEDS = 256, KEY_SEED, KEY_PLACE, KEY_CLOCK, KEY_STORE, KEY_REPEAT, KEY_DRY_RUN, KEY_JSON, KEY_STALL, KEY_NO_SNAPSHOT, KEY_TIMINGS, KEY_RESUME, KEY_KEEP, KEY_DATA, KEY_SWAP, KEY_PROFILES, KEY_ONLY, KEY_CURES, KEY_PLAN, KEY_PLAN_SCHEMA };

static const struct argp_option argp_options[] = {
	{ "profile", 'p', "NAME", 0, "Kernel settings to compare; repeat for more (default: kernel-default)", 0 },
	{ "profiles", KEY_PROFILES, "FAMILY", 0, "All profiles of a family beside kernel-default ('memrig profile list'); repeat for more", 0 },
	{ "kernel", 'k', "NAME", 0, "6.1 (default) or another of `memrig lab kernels`, a kernel's .deb, or a bzImage[:modules-directory]; repeat for more", 0 },
	{ "seeds", KEY_SEEDS, "N", 0, "Run each cell with N seeds (default: what the scenario says, mostly 1)", 0 },
	{ "only", KEY_ONLY, 0, 0, "Run the scenarios alone; without -p, one that says how it is cured runs beside its cure", 0 },
	{ "cures", KEY_CURES, 0, 0, "Cures also where profiles are named, under those that give way to them: kernel-default", 0 },
	{ "plan", KEY_PLAN, "FILE", 0, "Take from FILE what is not said here: scenarios, profiles, kernels, seeds, jobs", 0 },
	{ "plan-schema", KEY_PLAN_SCHEMA, 0, 0, "Print the JSON Schema of plans", 0 },
	{ "seed", KEY_SEED, "S", 0, "The first seed (default: 1)", 0 },
	{ "clock", KEY_CLOCK, "virtual|real", 0, "virtual: repeatable to the page (default); real: seconds mean something", 0 },
	{ "place", KEY_PLACE, "lab|host", 0, "Where cells run: in guests (default), or on this machine", 0 },
	{ "keep", KEY_KEEP, "SIZE", 0, "On the host: memory the rest of the system keeps (default: the larger of 1G and 10 %)", 0 },
	{ "data-dir", KEY_DATA, "DIR", 0, "On the host: where data files go, and the swap file (default: $TMPDIR or /var/tmp)", 0 },
	{ "swap", KEY_SWAP, "SIZE", 0, "On the host: a swap file of its own for each cell, used before other swap and removed afterwards", 0 },
	{ "jobs", 'j', "N", 0, "Guests side by side (default: one a core)", 0 },
	{ "check-repeat", KEY_REPEAT, 0, 0, "Run each cell three times and compare the streams byte for byte", 0 },
	{ "stall", KEY_STALL, "SECONDS", 0, "Give up a guest that makes no progress for so long (default: 180)", 0 },
	{ "no-snapshot", KEY_NO_SNAPSHOT, 0, 0, "Boot a guest for each cell instead of cloning one that is parked in the cache", 0 },
	{ "store", KEY_STORE, "DIR", 0, "Where the run is stored (default: $MEMRIG_STORE or ~/.local/share/memrig/runs)", 0 },
	{ "resume", KEY_RESUME, "RUN", 0, "Do what is missing in a run that was interrupted, as a new run with all of it", 0 },
	{ "timings", KEY_TIMINGS, 0, 0, "Say where the wall time went", 0 },
	{ "dry-run", KEY_DRY_RUN, 0, 0, "Show every cell, setting, group and guest, and do nothing", 0 },
	{ "json", KEY_JSON, 0, 0, "Print the run as one JSON document", 0 },
	{ "quiet", 'q', 0, 0, "No progress line", 0 },
	{ 0 },
};

static const char argp_doc[] =
	"Examples:\n"
	"  memrig run mixed-pressure -p swap-averse -p kernel-default -p swap-eager\n"
	"  memrig run mixed-pressure --profiles databases\n"
	"  memrig run swappiness-zero-oom --kernel 6.1 --kernel 6.12\n"
	"  memrig run ./my-scenario.json --check-repeat\n"
	"  memrig run cases --kernel 6.12\n"
	"  memrig run --plan nightly.json\n"
	"  memrig run smoke --dry-run\n"
	"  memrig run ./bounded.json -p redis --place host --dry-run\n"
	"\n"
	"Runs scenarios under profiles, each pair in a throw-away NUMA guest, and says what was swapped, "
	"reclaimed and killed, and why. 'cases' stands for all cases that need no programs of a distribution. A scenario that says how it is cured is shown beside its cure, unless "
	"profiles are named. On the host everything that is changed is written down first and put back, "
	"whatever happens."
	"\v"
	"Exit codes: 0 done and expectations met, 1 an expectation failed or a repetition differed, 2 bad usage or "
	"input, 3 memrig itself failed, 77 cannot run here, 128+N after signal N.";

static unsigned parse_count(struct argp_state *state, const char *what, const char *text, unsigned max)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || value < 1 || value > max)
		argp_error(state, "%s: '%s' is not a number from 1 to %u", what, text, max);
	return (unsigned)value;
}

static void add_once(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (streq(names->list[i], name))
			return;
	names_add(names, name);
}

/* kernel-default comes before them: what the others are compared with. */
static error_t add_families(struct run_options *o)
{
	o->of_families = xcalloc(o->families.n + 1, sizeof(*o->of_families));
	for (size_t i = 0; i < o->families.n; i++) {
		struct error err = { 0 };

		if (family_profiles(o->families.list[i], &o->of_families[i], &err) < 0) {
			cli_error(&err);
			return EXIT_USAGE;
		}
		add_once(&o->profiles, "kernel-default");
		for (char **name = o->of_families[i]; *name; name++)
			add_once(&o->profiles, *name);
	}
	return 0;
}

/* All cases, where they are asked for; one that is named besides comes once. */
static void add_cases(struct run_options *o)
{
	struct names asked = o->scenarios;
	bool all = false;

	for (size_t i = 0; i < asked.n; i++)
		all = all || streq(asked.list[i], SCENARIO_CASES);
	if (!all)
		return;
	o->cases = family_cases();
	o->scenarios = (struct names){ 0 };
	for (size_t i = 0; i < asked.n; i++)
		if (!streq(asked.list[i], SCENARIO_CASES))
			names_add(&o->scenarios, asked.list[i]);
	for (char **name = o->cases; *name; name++)
		add_once(&o->scenarios, *name);
	free(asked.list);
}

static void take_names(struct names *names, const struct plan_names *from)
{
	for (size_t i = 0; i < from->n; i++)
		names_add(names, from->list[i]);
}

/* What the command line says wins. Kernels and jobs are the lab's. */
static error_t take_plan(struct run_options *o)
{
	struct diags diags = { 0 };
	const struct plan_file *plan;
	int r = plan_file_load(o->plan, &o->plan_file, &diags);

	cli_diags(&diags);
	diags_release(&diags);
	if (r < 0)
		return EXIT_USAGE;
	plan = o->plan_file;
	if (!o->scenarios.n)
		take_names(&o->scenarios, &plan->scenarios);
	if (!o->profiles.n && !o->families.n) {
		take_names(&o->profiles, &plan->profiles);
		take_names(&o->families, &plan->families);
	}
	if (!run_on_host(o) && !o->kernels.n)
		take_names(&o->kernels, &plan->kernels);
	if (!run_on_host(o) && !o->jobs)
		o->jobs = plan->jobs;
	o->seeds = o->seeds ? o->seeds : plan->seeds;
	if (!o->only && !o->cures) {
		o->only = plan->only;
		o->cures = plan->cures;
	}
	return 0;
}

static error_t complete(struct run_options *o)
{
	error_t r = o->plan ? take_plan(o) : 0;

	if (r == 0)
		r = add_families(o);
	if (r == 0)
		add_cases(o);
	return r;
}

static uint64_t parse_bytes(struct argp_state *state, const char *name, const char *text, uint64_t least)
{
	struct size size;

	if (size_parse(text, &size, NULL) < 0 || size.base != SIZE_ABSOLUTE || size.bytes < least)
		argp_error(state, "%s: '%s' is not a size as '2G'", name, text);
	return size.bytes;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct run_options *o = state->input;

	switch (key) {
	case 'p': names_add(&o->profiles, arg); break;
	case KEY_PROFILES: names_add(&o->families, arg); break;
	case 'k': names_add(&o->kernels, arg); break;
	case 'j': o->jobs = parse_count(state, "--jobs", arg, PLAN_JOBS_MOST); break;
	case 'q': o->quiet = true; break;
	case KEY_SEEDS: o->seeds = parse_count(state, "--seeds", arg, PLAN_SEEDS_MOST); break;
	case KEY_ONLY: o->only = true; break;
	case KEY_CURES: o->cures = true; break;
	case KEY_PLAN: o->plan = arg; break;
	case KEY_PLAN_SCHEMA: o->plan_schema = true; break;
	case KEY_SEED: o->seed = parse_count(state, "--seed", arg, 1000000000); break;
	case KEY_STALL: o->stall_s = parse_count(state, "--stall", arg, 86400); break;
	case KEY_STORE: o->store = arg; break;
	case KEY_NO_SNAPSHOT: o->no_snapshot = true; break;
	case KEY_RESUME: o->resume = arg; break;
	case KEY_TIMINGS: o->timings = true; break;
	case KEY_REPEAT: o->check_repeat = true; break;
	case KEY_DRY_RUN: o->dry_run = true; break;
	case KEY_JSON: o->json = true; break;
	case KEY_DATA: o->data_dir = arg; break;
	case KEY_KEEP: o->keep_bytes = parse_bytes(state, "--keep", arg, 1); break;
	case KEY_SWAP: o->swap_bytes = parse_bytes(state, "--swap", arg, MIB) / 4096 * 4096; break;
	case KEY_CLOCK:
		if (!streq(arg, "virtual") && !streq(arg, "real"))
			argp_error(state, "--clock: '%s' is neither virtual nor real", arg);
		o->clock = arg;
		break;
	case KEY_PLACE:
		if (!streq(arg, "lab") && !streq(arg, "host") && !streq(arg, "slurm"))
			argp_error(state, "--place: '%s' is none of lab, host, slurm", arg);
		o->place = arg;
		break;
	case ARGP_KEY_ARG: names_add(&o->scenarios, arg); break;
	case ARGP_KEY_END:
		if (o->plan_schema)
			break;
		if (o->resume && o->scenarios.n)
			argp_error(state, "--resume takes its scenarios from the run");
		if (o->resume && (o->profiles.n || o->families.n || o->kernels.n || o->seeds || o->seed > 1 || o->only || o->cures || o->plan || o->check_repeat))
			argp_error(state, "--resume takes profiles, kernels and seeds from the run");
		if (o->only && o->cures)
			argp_error(state, "--only goes against --cures");
		if (streq(o->place, "host") && o->clock && streq(o->clock, "virtual"))
			argp_error(state, "--place host has the real clock; the virtual one is the lab's");
		if (streq(o->place, "host") && (o->kernels.n || o->check_repeat || o->jobs))
			argp_error(state, "--kernel, --jobs and --check-repeat are the lab's, not the host's");
		if (!o->resume && !o->plan && !o->scenarios.n)
			argp_error(state, "no scenario given; 'memrig scenario list' shows those that come with memrig");
		return complete(o);
	default: return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int run_options_parse(int argc, char **argv, struct run_options *ret)
{
	static const struct argp argp = { argp_options, parse_option, "SCENARIO...", argp_doc, NULL, NULL, NULL };
	int r;

	*ret = (struct run_options){ .seed = 1, .place = "lab" };
	r = cli_parse(&argp, argc, argv, ret);
	if (!ret->clock)
		ret->clock = run_on_host(ret) ? "real" : "virtual";
	return r;
}

void run_options_release(struct run_options *options)
{
	free(options->scenarios.list);
	free(options->profiles.list);
	free(options->kernels.list);
	for (char ***names = options->of_families; names && *names; names++)
		cli_names_free(*names);
	free(options->of_families);
	free(options->families.list);
	cli_names_free(options->cases);
	plan_file_free(options->plan_file);
}
