/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/sampler.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/util.h"
#include "results/probe/probe.h"

enum { MAX_ZRAMS = 16 };

/* One open file. */
struct source {
	const struct probe *probe;
	int fd;
	size_t first, end; /* its columns */
};

/* What a workload tells itself. */
struct progress {
	struct sampler_task task;
	size_t first, end;
};

struct sampler {
	struct source *sources;
	size_t n_sources, room_sources;
	struct progress *progress;
	size_t n_progress;
	struct probe_columns columns;
	uint64_t *written; /* values as of the last sample */
	uint64_t n_taken;  /* samples */
	struct own {
		bool wanted;
		size_t first, end;
		uint64_t late_ns, missed; /* missed in all */
		long first_minflt;
	} own;
	bool task_gone;    /* the process whose file was read last */
	char *text;        /* of the source being read */
	size_t room;
	uint64_t nodes;
	struct trace *trace;
	size_t trace_first, trace_end; /* its columns */
};

/* In the order they are read. */
static const struct probe *const families[] = { probes_vmstat, probes_meminfo, probes_zoneinfo, probes_node,
						probes_cgroup, probes_cgroup_numa, probes_cgroup_v1,
						probes_reclaim, probes_psi,
						probes_buddyinfo, probes_swap, probes_zswap, probes_kswapd,
						probes_task };

static ssize_t read_text(int fd, bool chunked, char *text, size_t room)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = pread(fd, text + len, room - 1 - len, (off_t)len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		len += (size_t)n;
	} while (n < 0 || (chunked && n > 0 && len < room - 1));
	text[len] = '\0';
	return (ssize_t)len;
}

/* At least twice what the largest source needs now, and every page of it touched. */
static ssize_t read_text_growing(struct sampler *s, int fd, bool chunked)
{
	ssize_t len;

	for (;;) {
		if (s->room) {
			len = read_text(fd, chunked, s->text, s->room);
			if (len < 0 || (size_t)len < s->room / 2)
				return len;
		}
		s->room = s->room ? s->room * 2 : 64 * KIB;
		s->text = xrealloc(s->text, s->room);
		memset(s->text, ' ', s->room);
	}
}

static void parse(struct sampler *s, struct source *source, const char *prefix)
{
	struct probe_cursor cursor = {
		.columns = &s->columns,
		.next = source->first,
		.first = source->first,
		.end = source->end,
		.prefix = prefix,
		.nodes = s->nodes,
	};

	source->probe->parse(&cursor, s->text);
	source->end = cursor.end;
}

static void parse_progress(struct sampler *s, struct progress *p, const char *prefix)
{
	struct probe_cursor cursor = {
		.columns = &s->columns, .next = p->first, .first = p->first, .end = p->end, .prefix = prefix
	};
	uint64_t touched = 0, filled = 0;

	p->task.progress(p->task.opaque, &touched, &filled);
	probe_put(&cursor, SPAN(""), SPAN("touched_pages"), "", touched);
	probe_put(&cursor, SPAN(""), SPAN("filled_pages"), "", filled);
	p->end = cursor.end;
}

/* Page faults of the sampler count from the first sample on, whose code and stack had to come in. */
static void parse_own(struct sampler *s, const char *prefix)
{
	struct own *own = &s->own;
	struct probe_cursor cursor = { .columns = &s->columns, .next = own->first, .first = own->first,
				       .end = own->end, .prefix = prefix };
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	if (s->n_taken == 0)
		own->first_minflt = usage.ru_minflt;
	probe_put(&cursor, SPAN(""), SPAN("late"), "_ns", own->late_ns);
	probe_put(&cursor, SPAN(""), SPAN("missed"), "", own->missed);
	probe_put(&cursor, SPAN(""), SPAN("minflt"), "", (uint64_t)(usage.ru_minflt - own->first_minflt));
	own->end = cursor.end;
	own->late_ns = 0;
}

/* The trace is no file: it has its numbers already. */
static void put_trace(struct sampler *s, const char *prefix)
{
	struct probe_cursor cursor = {
		.columns = &s->columns,
		.next = s->trace_first,
		.first = s->trace_first,
		.end = s->trace_end,
		.prefix = prefix,
	};

	trace_put(s->trace, &cursor);
	s->trace_end = cursor.end;
}

static void open_trace(struct sampler *s, struct trace *trace)
{
	s->trace = trace;
	s->trace_first = s->trace_end = s->columns.n;
	if (trace)
		put_trace(s, "");
}

static void add_source(struct sampler *s, struct source source)
{
	if (s->n_sources == s->room_sources) {
		s->room_sources = s->room_sources ? s->room_sources * 2 : 64;
		s->sources = xrealloc(s->sources, s->room_sources * sizeof(*s->sources));
	}
	s->sources[s->n_sources++] = source;
}

/* What this kernel or this user does not have is passed over; only a lack of descriptors is an error. */
static int open_source(struct sampler *s, const struct probe *probe, const char *path, const char *prefix,
		       struct error *err)
{
	struct source source = { .probe = probe, .first = s->columns.n, .end = s->columns.n };
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		return error_set_errno(err, -errno, path, "cannot open");
	if (fd < 0 || read_text_growing(s, fd, probe->flags & PROBE_CHUNKED) < 0)
		return 0;
	parse(s, &source, prefix);
	if (source.end == source.first)
		return 0;
	source.fd = TAKE_FD(fd);
	add_source(s, source);
	return 0;
}

/* All of a family's probes of one scope, in one place. */
static int open_family(struct sampler *s, const struct probe *family, enum probe_scope scope, const char *dir,
		       const char *name, struct error *err)
{
	size_t before = s->n_sources; /* the last one was looked for */
	int r = 0;

	for (const struct probe *probe = family; probe->path && r == 0; probe++) {
		_cleanup_free_ char *path = NULL, *prefix = NULL;

		if (probe->scope != scope || (probe->flags & PROBE_ELSE && s->n_sources > before))
			continue;
		before = s->n_sources;
		path = xasprintf("%s%s", dir, probe->path);
		prefix = xasprintf("%s%s", name, probe->prefix);
		r = open_source(s, probe, path, prefix, err);
	}
	return r;
}

static char *node_dir(const char *root, unsigned node)
{
	return xasprintf("%s/sys/devices/system/node/node%u/", root, node);
}

static uint64_t find_nodes(const char *root)
{
	uint64_t nodes = 0;

	for (unsigned n = 0; n < MAX_NODES; n++) {
		_cleanup_free_ char *dir = node_dir(root, n);

		if (access(dir, F_OK) == 0)
			nodes |= UINT64_C(1) << n;
	}
	return nodes;
}

static int open_nodes(struct sampler *s, const struct probe *family, const char *root, struct error *err)
{
	int r = 0;

	for (unsigned n = 0; n < MAX_NODES && r == 0; n++) {
		_cleanup_free_ char *dir = node_dir(root, n), *name = xasprintf("node%u.", n);

		if (s->nodes >> n & 1)
			r = open_family(s, family, PROBE_NODE, dir, name, err);
	}
	return r;
}

static int open_groups(struct sampler *s, const struct probe *family, const struct sampler_config *config,
		       enum probe_scope scope, const char *root, struct error *err)
{
	const char *top = scope == PROBE_GROUP ? config->cgroup_dir : config->cgroup_v1_dir;
	int r = 0;

	if (!top)
		return 0;
	for (const char *const *group = config->groups; group && *group && r == 0; group++) {
		_cleanup_free_ char *dir = xasprintf("%s%s/%s/", root, top, *group);
		_cleanup_free_ char *name = xasprintf("group.%s.", *group);

		if (access(dir, F_OK) < 0 && !config->groups_come_and_go)
			return error_set_errno(err, -errno, dir, "cannot sample the group");
		r = open_family(s, family, scope, dir, name, err);
	}
	return r;
}

static int open_zrams(struct sampler *s, const struct probe *family, const char *root, struct error *err)
{
	int r = 0;

	for (unsigned n = 0; n < MAX_ZRAMS && r == 0; n++) {
		_cleanup_free_ char *dir = xasprintf("%s/sys/block/zram%u/", root, n);
		_cleanup_free_ char *name = xasprintf("zram.zram%u.", n);

		r = open_family(s, family, PROBE_ZRAM, dir, name, err);
	}
	return r;
}

static int open_kswapds(struct sampler *s, const struct probe *family, const char *root, struct error *err)
{
	pid_t pids[MAX_NODES] = { 0 };
	int r = 0;

	if (family->scope == PROBE_KSWAPD)
		kswapd_find(root, pids);
	for (unsigned n = 0; n < MAX_NODES && r == 0; n++) {
		_cleanup_free_ char *dir = xasprintf("%s/proc/%d/", root, (int)pids[n]);
		_cleanup_free_ char *name = xasprintf("node%u.kswapd.", n);

		if (pids[n])
			r = open_family(s, family, PROBE_KSWAPD, dir, name, err);
	}
	return r;
}

static int open_tasks(struct sampler *s, const struct probe *family, const struct sampler_config *config,
		      const char *root, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < config->n_tasks && r == 0; i++) {
		_cleanup_free_ char *dir = xasprintf("%s/proc/%d/", root, (int)config->tasks[i].pid);
		_cleanup_free_ char *name = xasprintf("task.%s.", config->tasks[i].name);

		r = open_family(s, family, PROBE_TASK, dir, name, err);
	}
	return r;
}

static void add_progress(struct sampler *s, const struct sampler_config *config)
{
	s->progress = xcalloc(config->n_tasks, sizeof(*s->progress));
	for (size_t i = 0; i < config->n_tasks; i++) {
		_cleanup_free_ char *prefix = xasprintf("task.%s.", config->tasks[i].name);
		struct progress *p = &s->progress[s->n_progress];

		if (!config->tasks[i].progress)
			continue;
		*p = (struct progress){ config->tasks[i], s->columns.n, s->columns.n };
		parse_progress(s, p, prefix);
		s->n_progress++;
	}
}

static int open_all(struct sampler *s, const struct sampler_config *config, struct error *err)
{
	const char *root = config->root ? config->root : "";
	int r = 0;

	s->nodes = find_nodes(root);
	for (size_t i = 0; i < ARRAY_SIZE(families) && r == 0; i++) {
		if (config->lean && families[i] == probes_cgroup_numa)
			continue;
		r = open_family(s, families[i], PROBE_SYSTEM, root, "", err);
		if (r == 0)
			r = open_zrams(s, families[i], root, err);
		if (r == 0)
			r = open_kswapds(s, families[i], root, err);
		if (r == 0)
			r = open_nodes(s, families[i], root, err);
		if (r == 0)
			r = open_groups(s, families[i], config, PROBE_GROUP, root, err);
		if (r == 0)
			r = open_groups(s, families[i], config, PROBE_GROUP_V1, root, err);
		if (r == 0)
			r = open_tasks(s, families[i], config, root, err);
	}
	if (r == 0)
		add_progress(s, config);
	s->own = (struct own){ .wanted = config->own, .first = s->columns.n, .end = s->columns.n };
	if (r == 0 && config->own)
		parse_own(s, "sampler.");
	if (r == 0 && s->columns.n == 0)
		r = error_set(err, -ENOENT, root, "there are no counters to sample");
	return r;
}

int sampler_open(const struct sampler_config *config, struct sampler **ret, struct error *err)
{
	struct sampler *s = xcalloc(1, sizeof(*s));
	int r = open_all(s, config, err);

	if (r < 0) {
		sampler_close(s);
		return r;
	}
	open_trace(s, config->trace);
	s->written = xcalloc(s->columns.n, sizeof(*s->written));
	/* Touches it; memset() with zero would become a part of calloc(). */
	memset(s->written, 0xff, s->columns.n * sizeof(*s->written));
	*ret = s;
	return 0;
}

void sampler_close(struct sampler *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_sources; i++)
		close(s->sources[i].fd);
	free(s->sources);
	free(s->progress);
	probe_columns_release(&s->columns);
	free(s->written);
	free(s->text);
	free(s);
}

size_t sampler_n_columns(const struct sampler *s)
{
	return s->columns.n;
}

const char *sampler_column(const struct sampler *s, size_t i)
{
	return s->columns.list[i].name;
}

uint64_t sampler_value(const struct sampler *s, size_t i)
{
	return s->columns.values[i];
}

int sampler_write_columns(struct sampler *s, struct stream_writer *w)
{
	stream_begin(w, "columns", now_ns());
	stream_array_begin(w, "names");
	for (size_t i = 0; i < s->columns.n; i++)
		stream_array_text(w, s->columns.list[i].name);
	stream_array_end(w);
	return stream_end(w);
}

static void write_changes(struct sampler *s, struct stream_writer *w)
{
	stream_array_begin(w, "set");
	for (size_t i = 0; i < s->columns.n; i++) {
		if (s->n_taken > 0 && s->columns.values[i] == s->written[i])
			continue;
		s->written[i] = s->columns.values[i];
		stream_array_u64(w, i);
		stream_array_u64(w, MIN(s->columns.values[i], (uint64_t)INT64_MAX)); /* JSON readers stop there */
	}
	stream_array_end(w);
}

void sampler_tell_late(struct sampler *s, uint64_t late_ns, uint64_t missed)
{
	s->own.late_ns = late_ns;
	s->own.missed += missed;
}

/* Sizes are 0 when the file does not tell them any more, or is one of something that has gone. A text that does not
 * fit would be told in part: its columns stay. */
static void read_source(struct sampler *s, struct source *source)
{
	unsigned flags = source->probe->flags;
	ssize_t len = read_text(source->fd, flags & PROBE_CHUNKED, s->text, s->room);

	s->task_gone = len <= 0 && source->probe->scope == PROBE_TASK;
	if (s->task_gone)
		s->text[0] = '\0';
	else if (len <= 0 || (flags & PROBE_SIZES && (size_t)len == s->room - 1))
		return;
	if (flags & PROBE_SIZES)
		memset(s->columns.values + source->first, 0,
		       (source->end - source->first) * sizeof(*s->columns.values));
	parse(s, source, NULL);
}

/* By the number of the sample, so that cells repeat. The files of a process are neighbours: when it has gone, that is
 * seen in all of them at once. */
static bool is_due(const struct sampler *s, const struct source *source)
{
	return !(source->probe->flags & PROBE_SELDOM) || s->n_taken % PROBE_SELDOM_EVERY == 0 ||
	       (source->probe->scope == PROBE_TASK && s->task_gone);
}

int sampler_take(struct sampler *s, uint64_t t_ns, struct stream_writer *w)
{
	for (size_t i = 0; i < s->n_sources; i++)
		if (is_due(s, &s->sources[i]))
			read_source(s, &s->sources[i]);
	for (size_t i = 0; i < s->n_progress; i++)
		parse_progress(s, &s->progress[i], NULL);
	if (s->own.wanted)
		parse_own(s, NULL);
	if (s->trace) {
		trace_drain(s->trace, t_ns);
		put_trace(s, NULL);
	}
	stream_begin(w, "sample", t_ns);
	write_changes(s, w);
	s->n_taken++;
	return stream_end(w);
}
