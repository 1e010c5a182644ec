/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the background reclaim of each node costs. */
#include "results/probe/probe.h"

#include <dirent.h>

#include "common/file.h"
#include "common/util.h"

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */

/* "12345 678 90": on the CPU, waiting for it, turns. */
static void parse_schedstat(struct probe_cursor *c, const char *text)
{
	uint64_t ns;

	if (text_number(text, &ns))
		probe_put(c, SPAN(""), SPAN("cpu"), "_ns", ns);
}

static void parse_stat(struct probe_cursor *c, const char *text)
{
	uint64_t fields[STAT_FIELDS];

	if (text_process_stat(text, fields))
		probe_put(c, SPAN(""), SPAN("cpu"), "_ns", stat_cpu_ns(fields));
}

const struct probe probes_kswapd[] = {
	{ PROBE_KSWAPD, "schedstat", "", parse_schedstat, 0 },
	{ PROBE_KSWAPD, "stat", "", parse_stat, PROBE_ELSE }, /* kernels without schedstat: in ticks */
	{ 0 },
};

/* The node whose kswapd this is: a kernel thread, as anybody can take the name. */
static bool is_kswapd(const char *stat, unsigned *ret_node)
{
	uint64_t fields[STAT_FIELDS];
	const char *name = strchr(stat, '(');
	uint64_t node;

	if (!name || strncmp(name, "(kswapd", 7) != 0 || !(name = text_number(name + 7, &node)) || *name != ')')
		return false;
	if (!text_process_stat(stat, fields) || !(fields[STAT_FLAGS] & PF_KTHREAD) || node >= MAX_NODES)
		return false;
	*ret_node = (unsigned)node;
	return true;
}

void kswapd_find(const char *root, pid_t *pids)
{
	_cleanup_free_ char *proc = xasprintf("%s/proc", root);
	DIR *dir = opendir(proc);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		_cleanup_free_ char *path = NULL, *stat = NULL;
		unsigned node;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		path = xasprintf("/proc/%s/stat", entry->d_name);
		if (file_read(root, path, &stat, NULL, NULL) == 0 && is_kswapd(stat, &node))
			pids[node] = (pid_t)strtol(entry->d_name, NULL, 10);
	}
	if (dir)
		closedir(dir);
}
