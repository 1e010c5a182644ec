/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --place host --dry-run: every file, group, process and write, in the order in which they come. */
#include <errno.h>

#include "common/size.h"
#include "common/util.h"
#include "runner/apply.h"
#include "runner/cgroup.h"
#include "runner/host/host.h"
#include "runner/swap_area.h"
#include "tuners/journal.h"

#define THP_PREFIX "kernel/mm/transparent_hugepage/"

/* The group memrig is in; NULL where it could not run. */
static char *own_dir(void)
{
	struct host_group group = { 0 };
	char *dir;

	if (host_group_find(&group, NULL) < 0)
		return NULL;
	dir = xasprintf(HOST_CGROUP_MOUNT "%s%s", *group.own ? "/" : "", group.own);
	host_group_release(&group);
	return dir;
}

void host_show_run(const struct host_options *options)
{
	_cleanup_free_ char *own = own_dir();

	printf("run\n");
	printf("  lock   %s/lock\n", options->state_dir);
	printf("  start  memrig-guardian, a process in a session of its own\n");
	if (own && !streq(own, HOST_CGROUP_MOUNT))
		printf("  group  %s/memrig-runner-PID\n"
		       "         cgroup.procs = memrig and its guardian; they go back to %s after the last cell\n", own, own);
	printf("\n");
}

static void show_controllers(const char *own)
{
	_cleanup_free_ char *above = NULL, *missing = NULL;

	if (cgroup_missing(own, "memrig-PID", &above, &missing, NULL) == 0 && *missing)
		printf("  write  %s" UNDO_CONTROL_FILE " = +(%s)\n", above, missing);
}

static void show_groups(const char *own, const struct scenario *scenario)
{
	printf("  group  %s/memrig-PID\n", own);
	printf("         cgroup.subtree_control = +(memory cpuset)\n");
	for (size_t g = 0; g < scenario->n_groups; g++) {
		const struct scenario_group *group = &scenario->groups[g];

		printf("  group  %s/memrig-PID/%s\n", own, group->name);
		for (size_t k = 0; k < group->n_knobs; k++)
			printf("         %s = %s\n", group->knobs[k].file, group->knobs[k].text);
	}
}

static void show_settings(const struct tune *tunes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *path = tunable_path("", tunes[i].tunable);

		printf("  write  %s = %s\n", path, tunes[i].asked);
		if (tunes[i].tunable->sysfs && strncmp(tunes[i].tunable->key, THP_PREFIX, strlen(THP_PREFIX)) == 0)
			printf("         the kernel may raise /proc/sys/vm/min_free_kbytes for it: journalled, and put back last\n");
	}
}

static void show_workloads(const struct scenario *scenario)
{
	for (size_t g = 0; g < scenario->n_groups; g++)
		for (size_t w = 0; w < scenario->groups[g].n_workloads; w++)
			printf("  start  %s: %s\n", scenario->groups[g].workloads[w].name,
			       scenario->groups[g].workloads[w].kind->summary);
}

static void show_swap(const struct host_options *options, const char *parent)
{
	char size[32];

	if (options->swap_bytes)
		printf("  swap   %s/memrig-swap-PID-RANDOM, %s, priority %d; taken off and removed after the cell\n",
		       parent ? parent : "(no such directory)", size_format(options->swap_bytes, size, sizeof(size)), SWAP_AREA_FIRST);
}

void host_show_cell(const struct host_options *options, const struct plan_cell *cell)
{
	struct settings all = profile_with_scenario(cell->profile, &cell->scenario->settings);
	_cleanup_free_ char *found = own_dir(), *parent = host_data_parent(options->data_dir);
	const char *own = found ? found : HOST_CGROUP_MOUNT "/...";
	_cleanup_free_ struct tune *tunes = NULL;
	struct error err = { 0 };
	size_t n = 0;

	printf("  start  memrig-cell, the process that runs the cell and dies with memrig\n");
	printf("  write  %s/" JOURNAL_NAME ": all that follows, and what there was before\n", options->state_dir);
	if (host_needs_disk(cell->scenario))
		printf("  mkdir  %s/memrig-PID-RANDOM, for data files\n", parent ? parent : "(no such directory)");
	show_swap(options, parent);
	show_controllers(own);
	show_groups(own, cell->scenario);
	if (apply_plan(&all, &tunes, &n, &err) == 0)
		show_settings(tunes, n);
	else
		printf("  write  %s: %s\n", err.where, err.what);
	show_workloads(cell->scenario);
	printf("  undo   all of it in reverse order; then the journal is removed\n");
	settings_release(&all);
}
