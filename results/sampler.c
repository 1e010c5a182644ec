/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/sampler.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/util.h"
#include "results/probe/probe.h"

/* One open file. */
struct source {
	const struct probe *probe;
	int fd;
	size_t first, end; /* its columns */
};

struct sampler {
	struct source *sources;
	size_t n_sources, room_sources;
	struct probe_columns columns;
	uint64_t *written; /* values as of the last sample */
	bool began;        /* there was one */
	char *text;        /* of the source being read */
	size_t room;
	uint64_t nodes;
};

/* In the order they are read. */
static const struct probe *const families[] = { probes_vmstat, probes_meminfo, probes_zoneinfo, probes_node,
						probes_cgroup, probes_cgroup_numa, probes_cgroup_v1,
						probes_reclaim, probes_psi };

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
	if (fd < 0 || read_text_growing(s, fd, probe->chunked) < 0)
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
	int r = 0;

	for (const struct probe *probe = family; probe->path && r == 0; probe++) {
		_cleanup_free_ char *path = NULL, *prefix = NULL;

		if (probe->scope != scope)
			continue;
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
			r = open_nodes(s, families[i], root, err);
		if (r == 0)
			r = open_groups(s, families[i], config, PROBE_GROUP, root, err);
		if (r == 0)
			r = open_groups(s, families[i], config, PROBE_GROUP_V1, root, err);
	}
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
		if (s->began && s->columns.values[i] == s->written[i])
			continue;
		s->written[i] = s->columns.values[i];
		stream_array_u64(w, i);
		stream_array_u64(w, MIN(s->columns.values[i], (uint64_t)INT64_MAX)); /* JSON readers stop there */
	}
	stream_array_end(w);
	s->began = true;
}

int sampler_take(struct sampler *s, uint64_t t_ns, struct stream_writer *w)
{
	for (size_t i = 0; i < s->n_sources; i++) {
		struct source *source = &s->sources[i];

		if (read_text(source->fd, source->probe->chunked, s->text, s->room) > 0)
			parse(s, source, NULL);
	}
	stream_begin(w, "sample", t_ns);
	write_changes(s, w);
	return stream_end(w);
}
