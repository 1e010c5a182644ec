/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/watch_missing.h"

#include <errno.h>
#include <fcntl.h>

#include "common/file.h"
#include "common/util.h"

#define EVENT_HIST "/sys/kernel/tracing/events/vmscan/mm_vmscan_lru_shrink_inactive/hist"

/* What is wanted, where it is, and what its absence means. */
static const struct wanted {
	const char *what, *path, *absent;
} wanted[] = {
	{ "memory pressure (PSI)", "/proc/pressure/memory",
	  "the kernel was built without it, or needs psi=1 on its command line" },
	{ "free memory against watermarks", "/proc/zoneinfo", "it is not there" },
	{ "counters of each node", "/sys/devices/system/node/node0/vmstat", "the kernel was built without NUMA" },
	{ "reclaim of each node, and how long it took",
	  EVENT_HIST, "tracefs is not mounted" },
	{ "why a task was killed for memory", "/dev/kmsg", "it is not there" },
};

static void add(json_t *list, const char *what, const char *path, const char *why)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "what", what, "path", path, "why", why));
}

/* Opened, not asked for: access() does not know of the kernel's own rules (dmesg_restrict). */
static void look(json_t *list, const char *root, const struct wanted *w)
{
	_cleanup_free_ char *path = xasprintf("%s%s", root, w->path);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0)
		return;
	if (errno == EACCES || errno == EPERM)
		add(list, w->what, w->path, "only root can read it");
	else
		add(list, w->what, w->path, w->absent);
}

/* Trace points cost those who hit them; somebody else may have switched this one on. */
static void look_at_trace(json_t *list, const char *root)
{
	_cleanup_free_ char *text = NULL;

	if (file_read(root, EVENT_HIST, &text, NULL, NULL) == 0 && !strstr(text, "hist:name=memrig:"))
		add(list, "reclaim of each node, and how long it took", EVENT_HIST,
		    "its trace point is off, and watch changes nothing");
}

json_t *watch_missing(const char *root, const struct topology *topology, const struct watch_hierarchy *h)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		look(list, root, &wanted[i]);
	look_at_trace(list, root);
	if (topology->n_nodes == 0 && json_array_size(list) == 0)
		add(list, "some nodes", "/sys/devices/system/node", "more nodes than memrig knows of, or none readable");
	if (streq(h->name, "none"))
		add(list, "groups", "/sys/fs/cgroup", "no memory controller is mounted");
	else if (!h->dir)
		add(list, "pressure of each group", "/sys/fs/cgroup/unified",
		    "cgroup v1 has none, and v2 is not mounted beside it");
	return list;
}
