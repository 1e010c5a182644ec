/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/plan_stored.h"

#include <errno.h>
#include <sha256.h>

#include "common/util.h"
#include "results/timeline.h"
#include "runner/cell.h"
#include "runner/lab/userspace.h"
#include "runner/provenance.h"

#define SCHEMA "memrig.plan/1"

/* ---- to JSON ---- */

static void set_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, json_string(text));
}

/* It is to be found from any directory. */
static void set_absolute(json_t *object, const char *key, const char *path)
{
	_cleanup_free_ char *absolute = path ? realpath(path, NULL) : NULL;

	set_text(object, key, absolute);
}

static json_t *kernel_to_json(const struct lab_kernel *kernel)
{
	char sum[SHA256_DIGEST_STRING_LENGTH] = "";
	json_t *json = json_object();

	set_text(json, "name", kernel->name);
	set_text(json, "release", kernel->release);
	set_absolute(json, "image", kernel->image);
	set_absolute(json, "modules", kernel->modules);
	if (kernel->image)
		file_sha256(kernel->image, sum);
	set_text(json, "image_sha256", *sum ? sum : NULL);
	return json;
}

static json_t *scenario_to_json(const struct scenario *scenario)
{
	json_t *json = json_pack("{s:O}", "scenario", scenario->json);

	set_text(json, "cures", scenario->cures);
	if (scenario->cures)
		json_object_set(json, "cured_by", scenario->cured_by);
	return json;
}

static json_t *cell_to_json(const struct plan *plan, const struct plan_cell *cell)
{
	size_t s = 0, p = 0;

	while (plan->scenarios[s] != cell->scenario)
		s++;
	while (plan->profiles[p] != cell->profile)
		p++;
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:O}", "id", cell->id, "scenario", (json_int_t)s, "profile", (json_int_t)p,
			 "kernel", (json_int_t)(cell->kernel - plan->kernels), "seed", (json_int_t)cell->seed, "repeat",
			 (json_int_t)cell->repeat, "clock", json_object_get(cell->description, "clock"));
}

json_t *plan_to_json(const struct plan *plan)
{
	json_t *kernels = json_array(), *scenarios = json_array(), *profiles = json_array(), *cells = json_array();

	for (size_t i = 0; i < plan->n_kernels; i++)
		json_array_append_new(kernels, kernel_to_json(&plan->kernels[i]));
	for (size_t i = 0; i < plan->n_scenarios; i++)
		json_array_append_new(scenarios, scenario_to_json(plan->scenarios[i]));
	for (size_t i = 0; i < plan->n_profiles; i++)
		json_array_append_new(profiles, profile_to_json(plan->profiles[i]));
	for (size_t i = 0; i < plan->n_cells; i++)
		json_array_append_new(cells, cell_to_json(plan, &plan->cells[i]));
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "schema", SCHEMA, "kernels", kernels, "scenarios", scenarios, "profiles",
			 profiles, "cells", cells);
}

/* ---- from JSON ---- */

/* What the name means today may be a newer package. */
static bool is_the_same(const struct lab_kernel *kernel, const json_t *stored)
{
	char sum[SHA256_DIGEST_STRING_LENGTH] = "";

	file_sha256(kernel->image, sum);
	return streq(sum, record_text(stored, "image_sha256", ""));
}

/* "bzImage:modules-directory", where they were then; the caller frees it. */
static char *path_of_then(const json_t *stored)
{
	const char *image = record_text(stored, "image", ""), *modules = record_text(stored, "modules", NULL);

	return modules ? xasprintf("%s:%s", image, modules) : xstrdup(image);
}

static void take_kernel_of_then(const json_t *stored, struct lab_kernel *kernel)
{
	_cleanup_free_ char *path = path_of_then(stored);
	struct lab_kernel then = { 0 };

	if (!strchr(path, '/') || lab_kernel_find(path, &then, NULL) < 0)
		return;
	if (!is_the_same(&then, stored)) {
		lab_kernel_release(&then);
		return;
	}
	lab_kernel_release(kernel);
	*kernel = then;
}

static int load_kernel(const json_t *stored, const struct plan_stored *request, struct plan *plan, struct error *err)
{
	struct lab_kernel *kernel = &plan->kernels[plan->n_kernels];
	_cleanup_free_ char *path = path_of_then(stored);
	const char *name = record_text(stored, "name", "");
	int r = 0;

	if (strchr(name, '/') && !lab_kernel_is_packaged(name))
		name = path;
	if (request->host)
		*kernel = (struct lab_kernel){ .name = xstrdup(name), .release = xstrdup(record_text(stored, "release", name)) };
	else
		r = request->fetch ? lab_kernel_prepare(name, request->note, kernel, err) : lab_kernel_find(name, kernel, err);
	if (r < 0)
		return r;
	if (!request->host && !is_the_same(kernel, stored))
		take_kernel_of_then(stored, kernel);
	plan->n_kernels++;
	return 0;
}

static int load_scenario(const json_t *stored, const struct plan_stored *request, struct plan *plan, struct error *err)
{
	struct diags diags = { 0 };
	struct scenario **scenario = &plan->scenarios[plan->n_scenarios];
	json_t *json = json_object_get(stored, "scenario");
	int r = json ? scenario_parse(json, "plan.json", NULL, scenario, &diags) : -EPROTO;

	if (r < 0) {
		error_set(err, r, "plan.json", "this memrig does not take the scenario any more: %s",
			  diags.n ? diags.list[0].message : "it is no scenario");
		diags_release(&diags);
		return r;
	}
	diags_release(&diags);
	if (json_object_get(stored, "cures")) {
		(*scenario)->cures = xstrdup(record_text(stored, "cures", ""));
		(*scenario)->cured_by = json_incref(json_object_get(stored, "cured_by"));
	}
	plan->n_scenarios++;
	if (request->host)
		return 0;
	return userspace_prepare(*scenario, request->fetch, request->note, &plan->userspaces[plan->n_scenarios - 1], err);
}

static int load_profile(json_t *stored, struct plan *plan, struct error *err)
{
	int r = profile_from_json(stored, &plan->profiles[plan->n_profiles], err);

	plan->n_profiles += r == 0;
	return r;
}

static int add_cell(const json_t *stored, const json_t *profiles, struct plan *plan, struct error *err)
{
	size_t s = record_u64(stored, "scenario", SIZE_MAX), p = record_u64(stored, "profile", SIZE_MAX);
	size_t k = record_u64(stored, "kernel", SIZE_MAX);
	struct plan_cell *cell = &plan->cells[plan->n_cells];

	if (s >= plan->n_scenarios || p >= plan->n_profiles || k >= plan->n_kernels)
		return error_set(err, -EPROTO, "plan.json", "a cell has no scenario, profile or kernel");
	plan->n_cells++;
	cell->id = xstrdup(record_text(stored, "id", ""));
	cell->scenario = plan->scenarios[s];
	cell->profile = plan->profiles[p];
	cell->kernel = &plan->kernels[k];
	cell->userspace = plan->userspaces[s];
	cell->seed = record_u64(stored, "seed", 1);
	cell->repeat = (unsigned)record_u64(stored, "repeat", 0);
	cell->data = scenario_data(cell->scenario);
	cell->description =
		cell_description_to_json(cell->scenario, cell->profile, cell->seed, record_text(stored, "clock", "virtual"));
	/* As it was written, to the byte: it is the first record of the stream. */
	json_object_set(cell->description, "profile", json_array_get(profiles, p));
	return 0;
}

/* Each is an array of the document; NULL when it has not even these. */
struct parts {
	json_t *kernels, *scenarios, *profiles, *cells;
};

static int read_parts(const json_t *json, struct parts *ret, struct error *err)
{
	if (!streq(record_text(json, "schema", ""), SCHEMA))
		return error_set(err, -EPROTO, "plan.json", "schema \"%.60s\" is not one this memrig reads",
				 record_text(json, "schema", ""));
	*ret = (struct parts){ json_object_get(json, "kernels"), json_object_get(json, "scenarios"),
			       json_object_get(json, "profiles"), json_object_get(json, "cells") };
	if (!json_is_array(ret->kernels) || !json_is_array(ret->scenarios) || !json_is_array(ret->profiles) ||
	    !json_is_array(ret->cells))
		return error_set(err, -EPROTO, "plan.json", "damaged");
	return 0;
}

static int load(const struct parts *parts, const struct plan_stored *request, struct plan *plan, struct error *err)
{
	json_t *one;
	size_t i;
	int r = 0;

	json_array_foreach (parts->kernels, i, one)
		r = r < 0 ? r : load_kernel(one, request, plan, err);
	json_array_foreach (parts->scenarios, i, one)
		r = r < 0 ? r : load_scenario(one, request, plan, err);
	json_array_foreach (parts->profiles, i, one)
		r = r < 0 ? r : load_profile(one, plan, err);
	json_array_foreach (parts->cells, i, one)
		if (!request->only || streq(request->only, record_text(one, "id", "")))
			r = r < 0 ? r : add_cell(one, parts->profiles, plan, err);
	if (r == 0 && plan->n_cells == 0)
		r = error_set(err, -ENOENT, request->only ? request->only : "plan.json", "the run has no such cell");
	return r;
}

int plan_from_json(const json_t *json, const struct plan_stored *request, struct plan **ret, struct error *err)
{
	struct parts parts;
	struct plan *plan;
	int r = read_parts(json, &parts, err);

	if (r < 0)
		return r;
	plan = xcalloc(1, sizeof(*plan));
	plan->kernels = xcalloc(json_array_size(parts.kernels) + 1, sizeof(*plan->kernels));
	plan->scenarios = xcalloc(json_array_size(parts.scenarios) + 1, sizeof(*plan->scenarios));
	plan->userspaces = xcalloc(json_array_size(parts.scenarios) + 1, sizeof(*plan->userspaces));
	plan->profiles = xcalloc(json_array_size(parts.profiles) + 1, sizeof(*plan->profiles));
	plan->cells = xcalloc(json_array_size(parts.cells) + 1, sizeof(*plan->cells));
	r = load(&parts, request, plan, err);
	if (r < 0)
		plan_free(plan);
	else
		*ret = plan;
	return r;
}
