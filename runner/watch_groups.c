/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/watch_groups.h"

#include <dirent.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/util.h"
#include "runner/scenario.h"

#define CGROUP_DIR   "/sys/fs/cgroup"
#define MOST_LOOKED  4096		    /* directories in one search: a bound on its cost */
#define V1_UNLIMITED 0x7ffffffffffff000ULL /* PAGE_COUNTER_MAX in bytes, with 4 KiB pages */

/* ---- where they are ---- */

static bool is_there(const char *root, const char *path)
{
	_cleanup_free_ char *full = xasprintf("%s%s", root, path);

	return access(full, F_OK) == 0;
}

struct watch_hierarchy watch_hierarchy_find(const char *root)
{
	struct watch_hierarchy h = { .name = "none" };

	if (is_there(root, CGROUP_DIR "/cgroup.controllers"))
		return (struct watch_hierarchy){ .name = "v2", .dir = CGROUP_DIR };
	if (is_there(root, CGROUP_DIR "/memory/memory.usage_in_bytes")) {
		h.name = "v1";
		h.v1_dir = CGROUP_DIR "/memory";
	}
	if (is_there(root, CGROUP_DIR "/cpuset"))
		h.v1_cpuset_dir = CGROUP_DIR "/cpuset";
	if (is_there(root, CGROUP_DIR "/unified/cgroup.controllers")) {
		h.name = "hybrid";
		h.dir = CGROUP_DIR "/unified";
	}
	return h;
}

/* ---- reading one ---- */

static char *read_group(const char *root, const char *dir, const char *group, const char *file)
{
	_cleanup_free_ char *path = xasprintf("%s%s%s/%s", dir, *group ? "/" : "", group, file);
	char *text;

	return file_read_line(root, path, &text, NULL) == 0 ? text : NULL;
}

/* Returns whether the group is accounted for. */
static bool read_usage(const char *root, const struct watch_hierarchy *h, const char *group, uint64_t *ret)
{
	_cleanup_free_ char *text = h->v1_dir ? read_group(root, h->v1_dir, group, "memory.usage_in_bytes")
					      : read_group(root, h->dir, group, "memory.current");

	if (text)
		*ret = strtoull(text, NULL, 10);
	return text;
}

/* "some avg10=0.00 avg60=1.25 ...": in hundredths of a percent. */
static unsigned read_pressure(const char *root, const struct watch_hierarchy *h, const char *group)
{
	_cleanup_free_ char *text = h->dir ? read_group(root, h->dir, group, "memory.pressure") : NULL;
	const char *average = text ? strstr(text, "avg60=") : NULL;

	return average ? (unsigned)(strtod(average + strlen("avg60="), NULL) * 100) : 0;
}

/* v1 says no limit with its largest number. */
static char *read_v1_limit(const char *root, const struct watch_hierarchy *h, const char *group)
{
	char *text = read_group(root, h->v1_dir, group, "memory.limit_in_bytes");

	if (text && strtoull(text, NULL, 10) >= V1_UNLIMITED) {
		free(text);
		return xstrdup("max");
	}
	return text;
}

/* Under the name that v2 has for it; NULL where there is no such file. */
static char *read_knob(const char *root, const struct watch_hierarchy *h, const char *group, const char *knob)
{
	if (h->v1_cpuset_dir && streq(knob, "cpuset.mems"))
		return read_group(root, h->v1_cpuset_dir, group, knob);
	if (h->v1_dir)
		return streq(knob, "memory.max") ? read_v1_limit(root, h, group) : NULL;
	return h->dir ? read_group(root, h->dir, group, knob) : NULL;
}

static bool is_limited(const char *root, const struct watch_hierarchy *h, const char *group)
{
	static const char *const limits[] = { "memory.max", "memory.high" };

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		_cleanup_free_ char *value = read_knob(root, h, group, limits[i]);

		if (value && !streq(value, "max"))
			return true;
	}
	return false;
}

/* ---- finding them ---- */

struct candidate {
	char *name;
	unsigned pressure;
	uint64_t weight;
};

struct search {
	const char *root;
	const struct watch_hierarchy *h;
	const struct watch_groups *before;
	struct candidate *list;
	size_t n, room, looked;
};

static bool is_among(const struct watch_groups *groups, const char *name)
{
	for (size_t i = 0; groups && i < groups->n; i++)
		if (streq(groups->names[i], name))
			return true;
	return false;
}

/* A quarter more than it has, for one that is watched: else two of nearly the same size would take turns. */
static void add(struct search *s, const char *name, uint64_t usage)
{
	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : 64;
		s->list = xrealloc(s->list, s->room * sizeof(*s->list));
	}
	s->list[s->n++] = (struct candidate){
		.name = xstrdup(name),
		.pressure = read_pressure(s->root, s->h, name),
		.weight = usage + (is_among(s->before, name) ? usage / 4 : 0),
	};
}

/* What a record cannot say cannot be watched. */
static bool has_plain_name(const char *name)
{
	for (; *name; name++)
		if (*name < ' ' || *name > '~')
			return false;
	return true;
}

static bool is_directory(const char *dir, const struct dirent *entry)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, entry->d_name);
	struct stat st;

	if (*entry->d_name == '.' || !has_plain_name(entry->d_name))
		return false;
	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Looks through the groups in one; returns whether there are any with memory of their own. */
static bool search_in(struct search *s, const char *group, unsigned depth)
{
	const char *top = s->h->v1_dir ? s->h->v1_dir : s->h->dir;
	_cleanup_free_ char *dir = xasprintf("%s%s%s%s", s->root, top, *group ? "/" : "", group);
	DIR *entries = depth < WATCH_GROUP_DEPTH ? opendir(dir) : NULL;
	const struct dirent *entry;
	bool any = false;

	while (entries && s->looked < MOST_LOOKED && (entry = readdir(entries))) {
		_cleanup_free_ char *child = NULL;
		uint64_t usage;

		if (!is_directory(dir, entry))
			continue;
		s->looked++;
		child = xasprintf("%s%s%s", group, *group ? "/" : "", entry->d_name);
		if (!read_usage(s->root, s->h, child, &usage))
			continue;
		any = true;
		if (!search_in(s, child, depth + 1) || is_limited(s->root, s->h, child))
			add(s, child, usage);
	}
	if (entries)
		closedir(entries);
	return any;
}

static int by_rank(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->pressure != y->pressure)
		return x->pressure > y->pressure ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct watch_groups watch_groups_find(const char *root, const struct watch_hierarchy *h, size_t most,
				      const struct watch_groups *before)
{
	struct search s = { .root = root, .h = h, .before = before };
	struct watch_groups found = { .names = xcalloc(most + 1, sizeof(*found.names)) };

	if (h->v1_dir || h->dir)
		search_in(&s, "", 0);
	if (s.n > 0)
		qsort(s.list, s.n, sizeof(*s.list), by_rank);
	for (size_t i = 0; i < s.n; i++) {
		if (i < most)
			found.names[found.n++] = s.list[i].name;
		else
			free(s.list[i].name);
	}
	free(s.list);
	/* The same set in another order is the same. */
	qsort(found.names, found.n, sizeof(*found.names), by_name);
	return found;
}

bool watch_groups_equal(const struct watch_groups *a, const struct watch_groups *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!streq(a->names[i], b->names[i]))
			return false;
	return true;
}

void watch_groups_release(struct watch_groups *groups)
{
	for (size_t i = 0; i < groups->n; i++)
		free(groups->names[i]);
	free(groups->names);
	*groups = (struct watch_groups){ 0 };
}

/* ---- telling ---- */

/* The group's own file, or that of the nearest group above that has one: without the controller a group is as its
 * parent. */
static char *read_effective_mems(const char *root, const struct watch_hierarchy *h, const char *group)
{
	const char *dir = h->v1_cpuset_dir ? h->v1_cpuset_dir : h->dir;
	const char *file = h->v1_cpuset_dir ? "cpuset.effective_mems" : "cpuset.mems.effective";
	_cleanup_free_ char *path = xstrdup(group);

	while (dir) {
		char *mems = read_group(root, dir, path, file), *slash;

		if (mems || !*path)
			return mems;
		slash = strrchr(path, '/');
		*(slash ? slash : path) = '\0';
	}
	return NULL;
}

int watch_group_record(const char *root, const struct watch_hierarchy *h, const char *group, struct stream_writer *out)
{
	_cleanup_free_ char *mems = read_effective_mems(root, h, group);
	json_t *knobs = json_object(), *record;

	for (const struct knob_info *knob = scenario_knobs; knob->file; knob++) {
		_cleanup_free_ char *value = read_knob(root, h, group, knob->file);

		if (value)
			json_object_set_new(knobs, knob->file, json_string(value));
	}
	record = json_pack("{s:s, s:I, s:s, s:o}", "type", "group", "t_ns", (json_int_t)now_ns(), "group", group,
			   "knobs", knobs);
	if (mems)
		json_object_set_new(record, "cpuset_mems_effective", json_string(mems));
	return stream_write_json(out, record);
}
