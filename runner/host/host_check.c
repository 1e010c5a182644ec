/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold before a cell may run on this machine. Only looks. */
#include <errno.h>
#include <inttypes.h>

#include "common/file.h"
#include "common/size.h"
#include "common/util.h"
#include "runner/apply.h"
#include "runner/host/host.h"
#include "runner/topology.h"

struct host {
	struct topology topology;
	struct size_env sizes;
	uint64_t available_bytes, swap_bytes, own_swap_bytes, keep_bytes;
};

uint64_t host_keep_bytes(uint64_t ram_bytes)
{
	return MAX(ram_bytes / 10, GIB);
}

static uint64_t meminfo(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoull(at + strlen(key), NULL, 10) * KIB : 0;
}

static int look(struct host *host, uint64_t keep_bytes, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = topology_read("", &host->topology, err);

	if (r == 0)
		r = file_read("", "/proc/meminfo", &text, NULL, err);
	if (r != 0)
		return r;
	topology_size_env(&host->topology, &host->sizes);
	host->available_bytes = meminfo(text, "MemAvailable:");
	host->swap_bytes = meminfo(text, "SwapTotal:");
	host->keep_bytes = keep_bytes ? keep_bytes : host_keep_bytes(host->sizes.ram_bytes);
	return 0;
}

/* ---- rights ---- */

static int check_writable(const struct settings *settings, struct error *err)
{
	for (size_t i = 0; i < settings->n; i++) {
		const struct tunable *t = tunable_find(settings->list[i].sysfs, settings->list[i].key);
		_cleanup_free_ char *path = t ? tunable_path("", t) : NULL;
		int r;

		if (streq(settings->list[i].key, "vm.panic_on_oom") && !streq(settings->list[i].value, "0")) {
			error_set(err, -EPERM, "vm.panic_on_oom", "must stay 0 here: running out of memory would take the machine down");
			error_hint(err, "take it out of the profile, or run in the lab: --place lab");
			return -EPERM;
		}
		if (!path || access(path, W_OK) == 0)
			continue;
		r = error_set_errno(err, -errno, path, "cannot be set");
		error_hint(err, errno == ENOENT ? "this kernel does not have it; take another profile, or the lab: --place lab"
						: "run it as root, or in the lab: --place lab");
		return r;
	}
	return 0;
}

static int check_panic(struct error *err)
{
	_cleanup_free_ char *text = NULL;

	if (file_read_line("", "/proc/sys/vm/panic_on_oom", &text, NULL) < 0 || streq(text, "0"))
		return 0;
	error_set(err, -EPERM, "vm.panic_on_oom", "is %s: running out of memory would take the machine down", text);
	error_hint(err, "set it to 0, or run in the lab: --place lab");
	return -EPERM;
}

/* ---- one scenario ---- */

static int check_nodes(const struct host *host, const struct scenario *scenario, struct error *err)
{
	unsigned have = host->topology.n_nodes;

	if (scenario->machine.n_nodes <= have)
		return 0;
	error_set(err, -ENODEV, scenario->name, "needs %zu NUMA nodes, this machine has %u",
		  (size_t)scenario->machine.n_nodes, have);
	error_hint(err, "the lab has as many nodes as are asked for: --place lab");
	return -ENODEV;
}

static int check_swap(const struct host *host, const struct scenario *scenario, struct error *err)
{
	if (scenario->machine.swap_kind == SWAP_NONE || host->swap_bytes + host->own_swap_bytes > 0)
		return 0;
	error_set(err, -ENODEV, scenario->name, "needs swap, and this machine has none");
	error_hint(err, "--swap %lluM makes a swap file for each cell; or run in the lab: --place lab",
		   (unsigned long long)(scenario->machine.swap_bytes / MIB));
	return -ENODEV;
}

static const struct group_knob *find_knob(const struct scenario_group *group, const char *file)
{
	for (size_t i = 0; i < group->n_knobs; i++)
		if (streq(group->knobs[i].file, file))
			return &group->knobs[i];
	return NULL;
}

/* What the group can take at most: memory.max bounds it whatever its workloads do. */
static int bound(const struct host *host, const struct scenario *scenario, const struct scenario_group *group,
		 uint64_t *ret, struct error *err)
{
	const struct group_knob *max = find_knob(group, "memory.max");

	if (max && !max->max)
		return size_resolve(&max->size, &host->sizes, ret, err);
	error_set(err, -EPERM, scenario->name, "group %s has no memory.max: it could take all memory of this machine",
		  group->name);
	error_hint(err, "give the group a memory.max, or run in the lab: --place lab");
	return -EPERM;
}

static int check_memory(const struct host *host, const struct scenario *scenario, struct error *err)
{
	uint64_t sum = 0;
	char needs[32], keeps[32], has[32];

	for (size_t i = 0; i < scenario->n_groups; i++) {
		uint64_t bytes = 0;
		int r = bound(host, scenario, &scenario->groups[i], &bytes, err);

		if (r < 0)
			return r;
		if (__builtin_add_overflow(sum, bytes, &sum))
			sum = UINT64_MAX / 2;
	}
	if (sum <= UINT64_MAX / 4 && sum + host->keep_bytes <= host->available_bytes)
		return 0;
	error_set(err, -ENOMEM, scenario->name, "its groups may take %s, %s are kept for the rest of the system, and %s are available",
		  size_format(sum, needs, sizeof(needs)), size_format(host->keep_bytes, keeps, sizeof(keeps)),
		  size_format(host->available_bytes, has, sizeof(has)));
	error_hint(err, "lower memory.max of its groups or --keep, or run in the lab: --place lab");
	return -ENOMEM;
}

/* Pages of the pool are the machine's, and bounded by no memory.max. */
static int check_kinds(const struct scenario *scenario, struct error *err)
{
	for (size_t g = 0; g < scenario->n_groups; g++)
		for (size_t i = 0; i < scenario->groups[g].n_workloads; i++) {
			const struct scenario_workload *w = &scenario->groups[g].workloads[i];

			if (!streq(w->kind->name, "huge"))
				continue;
			error_set(err, -ENOTSUP, w->name, "workloads of kind huge change the machine's pool of huge pages");
			error_hint(err, "run it in the lab: --place lab");
			return -ENOTSUP;
		}
	return 0;
}

static int check_scenario(const struct host *host, const struct scenario *scenario, struct error *err)
{
	int r = check_nodes(host, scenario, err);

	if (r == 0)
		r = check_kinds(scenario, err);
	if (r == 0)
		r = check_swap(host, scenario, err);
	if (r == 0)
		r = check_memory(host, scenario, err);
	return r == 0 ? check_writable(&scenario->settings, err) : r;
}

/* What the workloads of a group will write below the data directory. */
static uint64_t data_bytes(const struct host *host, const struct scenario_group *group)
{
	const struct group_knob *max = find_knob(group, "memory.max");
	struct size_env sizes = host->sizes;
	uint64_t sum = 0;

	if (max && !max->max)
		size_resolve(&max->size, &host->sizes, &sizes.limit_bytes, NULL);
	for (size_t i = 0; i < group->n_workloads; i++) {
		const struct scenario_workload *w = &group->workloads[i];
		uint64_t bytes = 0;

		if (w->kind->needs_disk && size_resolve(&w->params.size, &sizes, &bytes, NULL) == 0)
			sum += MIN(bytes, UINT64_MAX / 4 - MIN(sum, UINT64_MAX / 4));
	}
	return sum;
}

static int check_ready(const struct host *host, const struct plan *plan, const struct host_options *options, struct error *err)
{
	struct host_needs needs = { .state_dir = options->state_dir, .data_dir = options->data_dir, .swap_bytes = options->swap_bytes };

	for (size_t i = 0; i < plan->n_scenarios; i++) {
		uint64_t sum = 0;

		for (size_t g = 0; g < plan->scenarios[i]->n_groups; g++)
			sum += data_bytes(host, &plan->scenarios[i]->groups[g]);
		needs.data_bytes = MAX(needs.data_bytes, sum);
	}
	return host_ready(&needs, err);
}

int host_check(const struct plan *plan, const struct host_options *options, struct error *err)
{
	struct host_group group = { 0 };
	struct host host = { .own_swap_bytes = options->swap_bytes };
	int r = host_group_find(&group, err);

	host_group_release(&group);
	if (r == 0)
		r = look(&host, options->keep_bytes, err);
	if (r == 0)
		r = check_panic(err);
	if (r == 0)
		r = check_ready(&host, plan, options, err);
	for (size_t i = 0; i < plan->n_scenarios && r == 0; i++)
		r = check_scenario(&host, plan->scenarios[i], err);
	for (size_t i = 0; i < plan->n_profiles && r == 0; i++)
		r = check_writable(&plan->profiles[i]->settings, err);
	return r;
}
