/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The "oom" records: whom the kernel killed, by its log. */
#include "common/clock.h"
#include "common/util.h"
#include "runner/cell_run.h"
#include "runner/oom_record.h"

/* "/memrig/db" is group db. */
static bool is_group(const char *path, const char *group)
{
	const char *last = strrchr(path, '/');

	return last && streq(last + 1, group);
}

/* A workload may have children: they are in its group and have its name, which is that of the process cut
 * short. */
static struct task *find_victim(struct cell_run *run, const struct oom_report *oom)
{
	for (size_t i = 0; i < run->n_tasks; i++)
		if (run->tasks[i].pid == oom->pid)
			return &run->tasks[i];
	for (size_t i = 0; i < run->n_tasks; i++) {
		struct task *task = &run->tasks[i];

		if (is_group(oom->task_memcg, task->group->name) &&
		    strncmp(task->workload->name, oom->comm, sizeof(oom->comm) - 1) == 0)
			return task;
	}
	return NULL;
}

void cell_record_kills(struct cell_run *run)
{
	while (kmsg_next(&run->kmsg, &run->oom) > 0) {
		struct task *victim = find_victim(run, &run->oom);

		oom_record(&run->out, &run->oom, now_ns(), victim ? victim->group->name : NULL,
			   victim ? victim->workload->name : NULL);
		if (victim)
			victim->oom_killed = true;
	}
}
