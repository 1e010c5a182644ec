/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/watch_source.h"

#include <errno.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/util.h"
#include "results/sampler.h"
#include "runner/kmsg.h"
#include "runner/machine.h"
#include "runner/oom_record.h"
#include "runner/watch_missing.h"

/* The names of the columns: 8 nodes and 32 groups with names of 200 characters are 2 MiB. */
#define LINE_BYTES (4 * MIB)

struct watch_source {
	struct watch_source_config config;
	struct watch_hierarchy hierarchy;
	struct topology topology;
	struct watch_groups groups;
	struct sampler *sampler;
	struct stream_writer out; /* into the timeline */
	struct timeline *timeline;
	json_t *missing;
	struct kmsg kmsg;
	bool has_kmsg; /* root, mostly */
	uint64_t next_scan_ns;
};

static int feed(void *opaque, const char *data, size_t len)
{
	return timeline_feed_line(opaque, data, len, NULL);
}

/* The machine's memory as one node, where the kernel has no nodes. */
static struct topology without_nodes(const char *root)
{
	struct topology t = { .n_nodes = 1, .nodes = { { .distance = { 10 } } } };
	_cleanup_free_ char *text = NULL;
	const char *at;

	if (file_read(root, "/proc/meminfo", &text, NULL, NULL) < 0)
		return t;
	at = strstr(text, "MemTotal:");
	t.nodes[0].total_bytes = at ? strtoull(at + strlen("MemTotal:"), NULL, 10) * KIB : 0;
	at = strstr(text, "MemFree:");
	t.nodes[0].free_bytes = at ? strtoull(at + strlen("MemFree:"), NULL, 10) * KIB : 0;
	return t;
}

/* What holds until the next scan. What was told before is forgotten when it has been told again. */
static int record_facts(struct watch_source *s)
{
	static const char *const types[] = { "machine", "zone", "group" };
	uint64_t start = now_ns();
	int r;

	if (topology_read(s->config.root, &s->topology, NULL) < 0)
		s->topology = without_nodes(s->config.root);
	r = machine_record(s->config.root, &s->topology, s->hierarchy.name, &s->out);
	if (r == 0)
		machine_record_zones(s->config.root, &s->out, NULL); /* said to be missing */
	for (size_t i = 0; i < s->groups.n && r == 0; i++)
		r = watch_group_record(s->config.root, &s->hierarchy, s->groups.names[i], &s->out);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		timeline_forget(s->timeline, types[i], start);
	return r;
}

/* With the groups there are now; the timeline goes on. */
static int open_sampler(struct watch_source *s, struct error *err)
{
	struct sampler_config config = {
		.root = s->config.root,
		.cgroup_dir = s->hierarchy.dir,
		.cgroup_v1_dir = s->hierarchy.v1_dir,
		.groups = (const char *const *)s->groups.names,
		.groups_come_and_go = true,
		.lean = true,
	};
	int r;

	sampler_close(s->sampler);
	s->sampler = NULL;
	r = sampler_open(&config, &s->sampler, err);
	if (r == 0)
		r = sampler_write_columns(s->sampler, &s->out);
	return r;
}

static int scan(struct watch_source *s, struct error *err)
{
	struct watch_groups found =
		watch_groups_find(s->config.root, &s->hierarchy, s->config.most_groups, &s->groups);
	int r = 0;

	if (s->sampler && watch_groups_equal(&found, &s->groups)) {
		watch_groups_release(&found);
	} else {
		watch_groups_release(&s->groups);
		s->groups = found;
		r = open_sampler(s, err);
	}
	if (r == 0)
		r = record_facts(s);
	return r;
}

/* ---- kills ---- */

static void open_kmsg(struct watch_source *s)
{
	_cleanup_free_ char *path = xasprintf("%s/dev/kmsg", s->config.root);

	s->has_kmsg = kmsg_open(path, &s->kmsg, NULL) == 0;
}

static bool is_watched(const struct watch_source *s, const char *group)
{
	for (size_t i = 0; i < s->groups.n; i++)
		if (streq(s->groups.names[i], group))
			return true;
	return false;
}

static void record_kills(struct watch_source *s, uint64_t t_ns)
{
	struct oom_report oom;

	while (s->has_kmsg && kmsg_next(&s->kmsg, &oom) > 0) {
		const char *group = *oom.task_memcg == '/' ? oom.task_memcg + 1 : oom.task_memcg;

		oom_record(&s->out, &oom, t_ns, is_watched(s, group) ? group : NULL, NULL);
	}
	if (t_ns > s->config.window_ns)
		timeline_forget(s->timeline, "oom", t_ns - s->config.window_ns);
}

/* ---- life ---- */

/* The counters every verdict and every rate begins with. */
static int check_readable(const char *root, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = file_read(root, "/proc/vmstat", &text, NULL, err);

	if (r == 0)
		return 0;
	error_hint(err, "memrig watch reads the kernel's counters there; mount /proc, or run it outside of the container");
	return -EOPNOTSUPP;
}

static int begin(struct watch_source *s, struct error *err)
{
	static const char first[] = "{\"type\":\"stream\",\"schema\":\"memrig.stream/1\"}\n";
	int r = check_readable(s->config.root, err);

	if (r == 0)
		r = stream_writer_init_room(&s->out, (struct stream_sink){ feed, s->timeline }, LINE_BYTES, err);
	if (r == 0)
		r = timeline_feed_line(s->timeline, first, strlen(first), err);
	if (r < 0)
		return r;
	s->hierarchy = watch_hierarchy_find(s->config.root);
	stream_begin(&s->out, "begin", now_ns());
	r = stream_end(&s->out);
	if (r == 0)
		r = scan(s, err);
	open_kmsg(s);
	if (r == 0)
		s->missing = watch_missing(s->config.root, &s->topology, &s->hierarchy);
	return r;
}

int watch_source_open(const struct watch_source_config *config, struct watch_source **ret, struct error *err)
{
	struct watch_source *s = xcalloc(1, sizeof(*s));
	int r;

	s->config = *config;
	s->timeline = timeline_new();
	r = begin(s, err);
	if (r < 0) {
		watch_source_close(s);
		return r;
	}
	s->next_scan_ns = now_ns() + config->rescan_ns;
	*ret = s;
	return 0;
}

void watch_source_close(struct watch_source *s)
{
	if (!s)
		return;
	sampler_close(s->sampler);
	if (s->has_kmsg)
		kmsg_close(&s->kmsg);
	stream_writer_release(&s->out);
	watch_groups_release(&s->groups);
	timeline_free(s->timeline);
	json_decref(s->missing);
	free(s);
}

int watch_source_sample(struct watch_source *s, uint64_t t_ns, struct error *err)
{
	int r = 0;

	if (t_ns >= s->next_scan_ns) {
		s->next_scan_ns = t_ns + s->config.rescan_ns;
		r = scan(s, err);
	}
	if (r == 0)
		record_kills(s, t_ns);
	if (r == 0)
		r = sampler_take(s->sampler, t_ns, &s->out);
	if (r == 0)
		timeline_keep(s->timeline, s->config.window_ns);
	else if (!*err->what)
		error_set_errno(err, r, "watch", "cannot take a sample");
	return r;
}

const struct timeline *watch_source_timeline(const struct watch_source *s)
{
	return s->timeline;
}

const struct watch_groups *watch_source_groups(const struct watch_source *s)
{
	return &s->groups;
}

const json_t *watch_source_missing(const struct watch_source *s)
{
	return s->missing;
}
