/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/trace/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "common/file.h"
#include "results/trace/figures.h"

/* "Node 0, zone    DMA32" and, further down, "  start_pfn:           4096". */
static void read_zones(const char *root, struct trace *trace)
{
	_cleanup_free_ char *text = NULL;
	unsigned node = MAX_NODES;

	if (file_read(root, "/proc/zoneinfo", &text, NULL, NULL) < 0)
		return;
	for (const char *line = text; *line; line = text_next_line(line)) {
		uint64_t start;

		sscanf(line, "Node %u, zone ", &node);
		if (node < MAX_NODES && trace->n_zones < ARRAY_SIZE(trace->zones) &&
		    sscanf(line, " start_pfn: %" SCNu64, &start) == 1) {
			trace->zones[trace->n_zones].start = start;
			trace->zones[trace->n_zones++].node = node;
		}
	}
}

static struct trace_place *add_place(struct trace *trace, char *name)
{
	struct trace_place *place;

	trace->places = xrealloc(trace->places, (trace->n_places + 1) * sizeof(*trace->places));
	place = &trace->places[trace->n_places++];
	memset(place, 0, sizeof(*place)); /* also touches it */
	place->node = -1;
	place->name = name;
	for (unsigned what = 0; what < TRACE_N_WHAT; what++)
		place->contexts[what] = xasprintf("%strace.%s", name, trace_names[what]);
	return place;
}

static void add_nodes(const char *root, struct trace *trace)
{
	for (unsigned n = 0; n < MAX_NODES; n++) {
		_cleanup_free_ char *dir = xasprintf("%s/sys/devices/system/node/node%u", root, n);

		if (access(dir, F_OK) == 0)
			add_place(trace, xasprintf("node%u.", n))->node = (int)n;
	}
}

/* The kernel's id of a cgroup is the inode of its directory. */
static void add_groups(const struct trace_config *config, const char *root, struct trace *trace)
{
	for (const char *const *group = config->groups; group && *group; group++) {
		_cleanup_free_ char *dir = xasprintf("%s%s/%s", root, config->cgroup_dir, *group);
		struct trace_place *place;
		struct stat st;

		if (stat(dir, &st) < 0)
			continue;
		place = add_place(trace, xasprintf("group.%s.", *group));
		place->group = *group;
		place->cgroup = st.st_ino;
	}
}

int trace_prepare(const struct trace_config *config, struct trace **ret, struct error *err)
{
	const char *root = config->root ? config->root : "";
	struct trace *trace = xcalloc(1, sizeof(*trace));

	trace->rings = TRACE_NO_RINGS;
	trace->n_events = trace_events_read(root, trace->events);
	if (trace->n_events == 0) {
		trace_close(trace);
		return error_set(err, -ENOENT, "/sys/kernel/tracing", "there are no trace points to be read");
	}
	for (size_t i = 0; i < trace->n_events; i++) {
		const struct trace_event *event = &trace->events[i];

		trace->has[event->what] = true;
		if (event->meaning == TRACE_RECLAIMED && event->size > 0)
			trace->has_reclaimed[event->what] = true;
	}
	read_zones(root, trace);
	add_place(trace, xstrdup(""));
	add_nodes(root, trace);
	add_groups(config, root, trace);
	*ret = trace;
	return 0;
}

int trace_open(const struct trace_config *config, struct trace **ret, struct error *err)
{
	uint16_t ids[TRACE_MAX_EVENTS];
	struct trace *trace = NULL;
	int r = trace_prepare(config, &trace, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < trace->n_events; i++)
		ids[i] = trace->events[i].id;
	r = trace_rings_open(ids, trace->n_events, &trace->rings, err);
	if (r < 0) {
		trace_close(trace);
		return r;
	}
	*ret = trace;
	return 0;
}

int trace_fd(const struct trace *trace)
{
	return trace ? trace->rings.epoll_fd : -1;
}

void trace_close(struct trace *trace)
{
	if (!trace)
		return;
	trace_rings_close(&trace->rings);
	for (size_t i = 0; i < trace->n_places; i++) {
		free(trace->places[i].name);
		for (unsigned what = 0; what < TRACE_N_WHAT; what++)
			free(trace->places[i].contexts[what]);
	}
	free(trace->places);
	free(trace);
}
