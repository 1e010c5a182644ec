/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/plan.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <sys/utsname.h>

#include "common/rng.h"
#include "common/util.h"
#include "runner/lab/userspace.h"
#include "runner/cell.h"
#include "runner/cli/cli.h"
#include "tuners/changes.h"

static size_t count(const char *const *names)
{
	size_t n = 0;

	while (names[n])
		n++;
	return n;
}

/* The kernel that runs. */
static void take_own_kernel(struct plan *plan)
{
	struct utsname name;

	uname(&name);
	plan->kernels = xcalloc(1, sizeof(*plan->kernels));
	plan->kernels[plan->n_kernels++] = (struct lab_kernel){ .name = xstrdup(name.release), .release = xstrdup(name.release) };
}

static int load_kernels(const struct plan_request *request, struct plan *plan, struct error *err)
{
	if (request->host) {
		take_own_kernel(plan);
		return 0;
	}
	plan->kernels = xcalloc(count(request->kernels), sizeof(*plan->kernels));
	for (const char *const *name = request->kernels; *name; name++) {
		struct lab_kernel *kernel = &plan->kernels[plan->n_kernels];
		int r = request->fetch ? lab_kernel_prepare(*name, request->note, kernel, err)
				       : lab_kernel_find(*name, kernel, err);

		if (r < 0)
			return r;
		plan->n_kernels++;
	}
	return 0;
}

/* Whether NAME:cured is asked for by itself. */
static bool asks_for_cured(const struct plan_request *request, const char *name)
{
	_cleanup_free_ char *cured = xasprintf("%s" SCENARIO_CURED, name);

	for (const char *const *other = request->scenarios; *other; other++)
		if (streq(*other, cured))
			return true;
	return false;
}

static int load_scenario(struct plan *plan, const char *path, struct diags *diags)
{
	int r = scenario_load(path, &plan->scenarios[plan->n_scenarios], diags);

	plan->n_scenarios += r == 0;
	return r;
}

static int load_with_cure(const struct plan_request *request, struct plan *plan, const char *name, const char *path,
			  struct diags *diags)
{
	_cleanup_free_ char *cured = xasprintf("%s" SCENARIO_CURED, path);
	int r = load_scenario(plan, path, diags);

	if (r < 0 || !request->cures || asks_for_cured(request, name) ||
	    !scenario_has_cure(plan->scenarios[plan->n_scenarios - 1]))
		return r;
	return load_scenario(plan, cured, diags);
}

static int load_scenarios(const struct plan_request *request, struct plan *plan, struct diags *diags,
			  struct error *err)
{
	int first = 0;

	plan->scenarios = xcalloc(2 * count(request->scenarios), sizeof(*plan->scenarios));
	for (const char *const *name = request->scenarios; *name; name++) {
		_cleanup_free_ char *path = NULL;
		int r = cli_find("scenario", *name, &path, err);

		if (r < 0)
			return r;
		r = load_with_cure(request, plan, *name, path, diags);
		first = first ? first : r;
	}
	return first;
}

/* Row k of the list holds the profiles for kernel k. */
static int load_profiles(const struct plan_request *request, struct plan *plan, struct diags *diags,
			 struct error *err)
{
	int first = 0;

	plan->profiles = xcalloc(count(request->profiles) * plan->n_kernels, sizeof(*plan->profiles));
	for (size_t k = 0; k < plan->n_kernels; k++)
		for (const char *const *name = request->profiles; *name; name++) {
			_cleanup_free_ char *path = NULL;
			int r = cli_find("profile", *name, &path, err);

			if (r < 0)
				return r;
			r = profile_load(path, plan->kernels[k].release, &plan->profiles[plan->n_profiles], diags);
			if (r == 0)
				plan->n_profiles++;
			else
				first = first ? first : r;
		}
	return first;
}

static int load_userspaces(const struct plan_request *request, struct plan *plan, struct error *err)
{
	int r = 0;

	plan->userspaces = xcalloc(plan->n_scenarios + 1, sizeof(*plan->userspaces));
	for (size_t i = 0; i < plan->n_scenarios && r == 0 && !request->host; i++)
		r = userspace_prepare(plan->scenarios[i], request->fetch, request->note, &plan->userspaces[i], err);
	return r;
}

/* For a run that cannot be: the mistakes in the profiles are told with those in the scenarios. */
static void check_profiles(const struct plan_request *request, struct diags *diags)
{
	for (const char *const *name = request->profiles; *name; name++) {
		_cleanup_free_ char *path = NULL;
		struct profile *profile;

		if (cli_find("profile", *name, &path, NULL) == 0 && profile_load(path, NULL, &profile, diags) == 0)
			profile_free(profile);
	}
}

/* Ids name directories: a kernel given by path goes by its release. */
static char *cell_id(const struct plan_cell *cell, unsigned repeats)
{
	const char *kernel = strchr(cell->kernel->name, '/') ? cell->kernel->release : cell->kernel->name;
	char *id = xasprintf("%s.%s.s%" PRIu64 ".k%s", cell->scenario->name, cell->profile->name, cell->seed, kernel);
	char *with_repeat;

	for (char *c = id; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
			*c = '_';
	if (repeats <= 1)
		return id;
	with_repeat = xasprintf("%s.r%u", id, cell->repeat);
	free(id);
	return with_repeat;
}

static void add_cell(struct plan *plan, const struct plan_request *request, const struct plan_cell *template)
{
	struct plan_cell *cell = &plan->cells[plan->n_cells++];

	*cell = *template;
	cell->id = cell_id(cell, request->repeats);
	cell->data = scenario_data(cell->scenario);
	cell->description = cell_description_to_json(cell->scenario, cell->profile, cell->seed, request->clock);
}

static unsigned seeds_of(const struct plan_request *request, const struct scenario *scenario)
{
	return request->seeds ? request->seeds : scenario->seeds;
}

/* A cure that comes along would show what the profile sets, not what the cure does. */
static bool overrules_cure(const struct plan_request *request, const struct scenario *scenario, const struct profile *profile)
{
	return request->cures && scenario->cures && !profile->gives_way && !asks_for_cured(request, scenario->cures);
}

static void expand(struct plan *plan, const struct plan_request *request)
{
	size_t per_kernel = plan->n_profiles / plan->n_kernels;
	struct plan_cell cell = { 0 };
	unsigned seeds = 0;

	/* JSON's numbers have 53 bits in many programs. */
	if (streq(request->clock, "real"))
		plan->order_seed = rng_derive(request->first_seed, "order") >> 11 | 1;
	for (size_t s = 0; s < plan->n_scenarios; s++)
		seeds = MAX(seeds, seeds_of(request, plan->scenarios[s]));
	plan->cells = xcalloc(plan->n_scenarios * plan->n_profiles * seeds * request->repeats, sizeof(*plan->cells));
	for (cell.repeat = 0; cell.repeat < request->repeats; cell.repeat++)
		for (unsigned seed = 0; seed < seeds; seed++)
			for (size_t s = 0; s < plan->n_scenarios; s++)
				for (size_t p = 0; p < plan->n_profiles; p++) {
					if (seed >= seeds_of(request, plan->scenarios[s]) ||
					    overrules_cure(request, plan->scenarios[s], plan->profiles[p]))
						continue;
					cell.seed = request->first_seed + seed;
					cell.scenario = plan->scenarios[s];
					cell.userspace = plan->userspaces[s];
					cell.profile = plan->profiles[p];
					cell.kernel = &plan->kernels[p / per_kernel];
					add_cell(plan, request, &cell);
				}
}

static uint64_t machine_ram(const struct machine *machine)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < machine->n_nodes; i++)
		bytes += machine->nodes[i].memory_bytes;
	return bytes;
}

/* A profile made for a large server may ask for more than a guest has. */
static int check_fit(const struct plan_cell *cell, bool host, struct error *err)
{
	const struct settings *settings = &cell->profile->settings;
	uint64_t ram = host ? changes_ram_bytes("") : machine_ram(&cell->scenario->machine);

	for (size_t i = 0; i < settings->n; i++) {
		const struct tunable *t = tunable_find(settings->list[i].sysfs, settings->list[i].key);
		char text[64];
		int r = tunable_resolve(t, settings->list[i].value, ram, text, sizeof(text), err);

		if (r < 0 && host)
			return r;
		if (r < 0) {
			error_hint(err, "profile %s does not fit the machine of scenario %s; a share (\"1%%\") fits any",
				   cell->profile->name, cell->scenario->name);
			return r;
		}
	}
	return 0;
}

static int check_fits(const struct plan *plan, bool host, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < plan->n_cells && r == 0; i++)
		r = check_fit(&plan->cells[i], host, err);
	return r;
}

/* Two files may carry the same name; their cells would be one directory. */
static int check_ids(const struct plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->n_cells; i++)
		for (size_t j = 0; j < i; j++)
			if (streq(plan->cells[i].id, plan->cells[j].id)) {
				error_set(err, -EINVAL, plan->cells[i].id, "this cell is asked for twice");
				error_hint(err, "name each scenario, profile and kernel once; names inside the "
						"files must differ too");
				return -EINVAL;
			}
	return 0;
}

int plan_make(const struct plan_request *request, struct plan **ret, struct diags *diags, struct error *err)
{
	struct plan *plan = xcalloc(1, sizeof(*plan));
	int scenarios, r = 0;

	if (err)
		*err = (struct error){ 0 };
	scenarios = load_scenarios(request, plan, diags, err);
	if (scenarios < 0) {
		check_profiles(request, diags);
		r = scenarios; /* nothing is fetched for a run that cannot be */
	}
	if (r == 0)
		r = load_kernels(request, plan, err);
	if (r == 0)
		r = load_userspaces(request, plan, err);
	if (r == 0)
		r = load_profiles(request, plan, diags, err);
	if (r == 0) {
		expand(plan, request);
		r = check_ids(plan, err);
		if (r == 0)
			r = check_fits(plan, request->host, err);
	}
	if (r < 0)
		plan_free(plan);
	else
		*ret = plan;
	return r;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->n_cells; i++) {
		free(plan->cells[i].id);
		json_decref(plan->cells[i].description);
		free(plan->cells[i].data);
	}
	for (size_t i = 0; i < plan->n_scenarios; i++) {
		scenario_free(plan->scenarios[i]);
		free(plan->userspaces ? plan->userspaces[i] : NULL);
	}
	free(plan->userspaces);
	for (size_t i = 0; i < plan->n_profiles; i++)
		profile_free(plan->profiles[i]);
	for (size_t i = 0; i < plan->n_kernels; i++)
		lab_kernel_release(&plan->kernels[i]);
	free(plan->cells);
	free(plan->scenarios);
	free(plan->profiles);
	free(plan->kernels);
	free(plan);
}

static void append_once(json_t *array, json_t *value)
{
	size_t i;
	json_t *have;

	json_array_foreach(array, i, have)
		if (json_equal(have, value)) {
			json_decref(value);
			return;
		}
	json_array_append_new(array, value);
}

json_t *plan_matrix(const struct plan *plan)
{
	json_t *matrix, *scenarios = json_array(), *profiles = json_array(), *kernels = json_array(), *seeds = json_array();

	for (size_t i = 0; i < plan->n_cells; i++) {
		const struct plan_cell *cell = &plan->cells[i];

		append_once(scenarios, json_string(cell->scenario->name));
		append_once(profiles, json_string(cell->profile->name));
		append_once(kernels, json_string(cell->kernel->release));
		append_once(seeds, json_integer((json_int_t)cell->seed));
	}
	matrix = json_pack("{s:o, s:o, s:o, s:o}", "scenarios", scenarios, "profiles", profiles, "kernels", kernels,
			   "seeds", seeds);
	if (plan->order_seed)
		json_object_set_new(matrix, "order_seed", json_integer((json_int_t)plan->order_seed));
	return matrix;
}
