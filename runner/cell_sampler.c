/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What samples a cell, and how it is kept out of what it measures. */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/util.h"
#include "results/probe/probe.h"
#include "runner/cell_run.h"
#include "runner/cgroup_entry.h"

static void task_progress(const void *opaque, uint64_t *ret_touched_pages, uint64_t *ret_filled_pages)
{
	const struct workload_report *report = opaque;
	struct workload_counts counts = workload_sum(report);

	*ret_touched_pages = counts.touched_pages;
	*ret_filled_pages = counts.filled_pages;
}

int cell_sampler_open(struct cell_run *run, struct error *err)
{
	const struct scenario *scenario = run->cell->scenario;
	_cleanup_free_ const char **groups = xcalloc(scenario->n_groups + 1, sizeof(*groups));
	_cleanup_free_ char *dir = cgroup_tree_dir(&run->cgroups);
	_cleanup_free_ struct sampler_task *tasks = xcalloc(run->n_tasks, sizeof(*tasks));
	struct sampler_config config = { .root = "", .cgroup_dir = dir, .groups = groups,
					 .tasks = tasks, .n_tasks = run->n_tasks, .own = true };

	for (size_t i = 0; i < scenario->n_groups; i++)
		groups[i] = scenario->groups[i].name;
	for (size_t i = 0; i < run->n_tasks; i++)
		tasks[i] = (struct sampler_task){ run->tasks[i].workload->name, run->tasks[i].pid, task_progress,
						  run->tasks[i].report };
	if (run->place->whole_machine) /* a trigger of the trace point would be a change of the machine */
		reclaim_probe_enable("", NULL); /* without tracefs there are no figures per node, that is all */
	/* perf events leave nothing behind. */
	if (trace_open(&(struct trace_config){ "", dir, groups }, &run->trace, NULL) == 0)
		config.trace = run->trace;
	return sampler_open(&config, &run->sampler, err);
}

/* The number after "VmLck:" of our own status, in bytes. */
static uint64_t locked_bytes(void)
{
	_cleanup_free_ char *text = NULL;
	const char *line;

	if (file_read("", "/proc/self/status", &text, NULL, NULL) < 0 || !(line = strstr(text, "\nVmLck:")))
		return 0;
	return strtoull(line + 7, NULL, 10) * KIB;
}

/* "/memrig/db" is in "memrig", "/memrigs" is not. */
static bool is_within(const char *group, const char *parent)
{
	size_t len = strlen(parent);

	return group[0] == '/' && strncmp(group + 1, parent, len) == 0 && (group[1 + len] == '/' || !group[1 + len]);
}

int cell_sampler_protect(struct cell_run *run, struct error *err)
{
	_cleanup_free_ char *own = NULL, *group = NULL, *score = NULL;

	group = cgroup_own(&own, NULL) == 0 ? xasprintf("/%s", own) : xstrdup("");
	file_write("", "/proc/self/oom_score_adj", "-1000", NULL);
	mlockall(MCL_CURRENT | MCL_FUTURE);
	signal(SIGPIPE, SIG_IGN);
	stream_begin(&run->out, "sampler", now_ns());
	stream_u64(&run->out, "locked_bytes", locked_bytes());
	if (file_read_line("", "/proc/self/oom_score_adj", &score, NULL) == 0)
		stream_i64(&run->out, "oom_score_adj", atoi(score));
	stream_text(&run->out, "cgroup", group);
	stream_end(&run->out);
	if (run->cgroups.parent && is_within(group, run->cgroups.parent))
		return error_set(err, -EBUSY, group, "the sampler is in a group of the cell");
	return 0;
}
