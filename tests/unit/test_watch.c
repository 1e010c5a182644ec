/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <math.h>
#include <time.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/watch_groups.h"
#include "runner/watch_output.h"
#include "runner/watch_source.h"

#define TREES  "tests/data/trees/"
#define CGROUP "/sys/fs/cgroup"
#define NS     NSEC_PER_SEC

static char tree[] = "/tmp/memrig-watch-XXXXXX"; /* a copy that a test changes */

static void shell(const char *format, const char *a, const char *b)
{
	_cleanup_free_ char *line = xasprintf("%s %s %s", format, a, b);

	ck_assert_int_eq(system(line), 0);
}

static void make_tree(void)
{
	strcpy(tree, "/tmp/memrig-watch-XXXXXX"); /* without forks (make valgrind) the last test's name is there */
	ck_assert_ptr_nonnull(mkdtemp(tree));
}

static void remove_tree(void)
{
	shell("rm -rf", tree, "");
}

static void copy_tree(const char *name)
{
	_cleanup_free_ char *from = xasprintf(TREES "%s/.", name);

	shell("cp -r", from, tree);
}

static char *get(const char *path)
{
	char *text = NULL;

	ck_assert_int_eq(file_read(tree, path, &text, NULL, NULL), 0);
	return text;
}

/* In place, so that an open file sees it. */
static void put(const char *path, const char *text)
{
	_cleanup_free_ char *full = xasprintf("%s%s", tree, path), *dir = xstrdup(full);
	_cleanup_fclose_ FILE *f = NULL;

	*strrchr(dir, '/') = '\0';
	ck_assert_int_eq(file_make_dirs(dir, NULL), 0);
	f = fopen(full, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
}

/* Writes another number behind the first place where the key stands. */
static void change(const char *path, const char *key, uint64_t value)
{
	_cleanup_free_ char *text = get(path), *changed = NULL;
	char *at = strstr(text, key), *end;

	ck_assert_msg(at, "%s has no '%s'", path, key);
	at += strlen(key);
	end = at + strspn(at, " ");
	end += strspn(end, "0123456789");
	changed = xasprintf("%.*s %ju%s", (int)(at - text), text, (uintmax_t)value, end);
	put(path, changed);
}

static struct watch_source *open_source(const char *root)
{
	struct watch_source_config config = { root, 60 * NS, 5 * NS, 32 };
	struct watch_source *s = NULL;
	struct error err = { 0 };

	ck_assert_msg(watch_source_open(&config, &s, &err) == 0, "%s: %s", err.where, err.what);
	return s;
}

/* Far in the future, so that a scan for groups is due at the first and at every fifth second after. */
static void sample(struct watch_source *s, unsigned second)
{
	struct error err = { 0 };

	ck_assert_msg(watch_source_sample(s, (1ULL << 60) + second * NS, &err) == 0, "%s: %s", err.where, err.what);
}

static struct watch_frame frame_of(struct watch_source *s)
{
	struct watch_frame f;

	watch_frame_make(watch_source_timeline(s), watch_source_groups(s), watch_source_missing(s), &f);
	return f;
}

static const struct watch_group *find_group(const struct watch_frame *f, const char *name)
{
	for (size_t i = 0; i < f->n_groups; i++)
		if (streq(f->groups[i].name, name))
			return &f->groups[i];
	return NULL;
}

static void near(double value, double expected)
{
	ck_assert_msg(fabs(value - expected) <= 1e-9 * fabs(expected), "is %.9g, not %.9g", value, expected);
}

/* ---- groups ---- */

static struct watch_groups groups_of(const char *name, size_t most)
{
	_cleanup_free_ char *root = xasprintf(TREES "%s", name);
	struct watch_hierarchy h = watch_hierarchy_find(root);

	return watch_groups_find(root, &h, most, NULL);
}

static void assert_names(struct watch_groups groups, const char *const *names)
{
	size_t n = 0;

	for (; names[n]; n++) {
		ck_assert_uint_lt(n, groups.n);
		ck_assert_str_eq(groups.names[n], names[n]);
	}
	ck_assert_uint_eq(groups.n, n);
	ck_assert_ptr_null(groups.names[n]);
	watch_groups_release(&groups);
}

START_TEST(hierarchies_are_told_apart)
{
	static const struct {
		const char *tree, *name;
	} rows[] = { { "v1-host", "v1" }, { "hybrid-host", "hybrid" }, { "v2-host", "v2" }, { "1node-6.18", "none" } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *root = xasprintf(TREES "%s", rows[i].tree);

		ck_assert_str_eq(watch_hierarchy_find(root).name, rows[i].name);
	}
}
END_TEST

/* Innermost ones, and those with a limit around them; what is not accounted for is none. */
START_TEST(groups_are_leaves_and_limits)
{
	assert_names(groups_of("v2-host", 32),
		     (const char *const[]){ "init.scope", "system.slice/postgresql.service",
					    "system.slice/ssh.service", "user.slice",
					    "user.slice/user-1000.slice/session-1.scope", NULL });
	assert_names(groups_of("v1-host", 32),
		     (const char *const[]){ "docker/3f2a9c41d0b7", "docker/a07be5d8812c", "system.slice/cron.service",
					    NULL });
	assert_names(groups_of("8node-host", 32), (const char *const[]){ NULL });
}
END_TEST

/* The smallest of all is under pressure. */
START_TEST(pressure_comes_before_size)
{
	assert_names(groups_of("v2-host", 2), (const char *const[]){ "system.slice/postgresql.service", "user.slice", NULL });
	assert_names(groups_of("v1-host", 1), (const char *const[]){ "docker/3f2a9c41d0b7", NULL });
}
END_TEST

START_TEST(a_watched_group_is_not_given_up_for_a_little)
{
	char name[] = "b", *watched[] = { name, NULL };
	const struct watch_groups before = { watched, 1 };
	struct watch_hierarchy h;

	put(CGROUP "/cgroup.controllers", "memory\n");
	put(CGROUP "/a/memory.current", "1100\n");
	put(CGROUP "/b/memory.current", "1000\n");
	h = watch_hierarchy_find(tree);
	assert_names(watch_groups_find(tree, &h, 1, NULL), (const char *const[]){ "a", NULL });
	assert_names(watch_groups_find(tree, &h, 1, &before), (const char *const[]){ "b", NULL });
	put(CGROUP "/a/memory.current", "1300\n");
	assert_names(watch_groups_find(tree, &h, 1, &before), (const char *const[]){ "a", NULL });
}
END_TEST

START_TEST(deep_groups_are_part_of_their_parent)
{
	struct watch_hierarchy h;

	put(CGROUP "/cgroup.controllers", "memory\n");
	for (size_t n = 1; n <= 8; n++) {
		_cleanup_free_ char *path = xasprintf(CGROUP "%.*s/memory.current", (int)(2 * n), "/1/2/3/4/5/6/7/8");

		put(path, "1\n");
	}
	h = watch_hierarchy_find(tree);
	assert_names(watch_groups_find(tree, &h, 32, NULL), (const char *const[]){ "1/2/3/4/5/6", NULL });
}
END_TEST

static json_t *group_record(const struct watch_source *s, const char *group)
{
	json_t *record = timeline_find(watch_source_timeline(s), "group", "group", group);

	ck_assert_msg(record, "no group %s", group);
	return record;
}

static const char *knob(const json_t *record, const char *name)
{
	return record_text(json_object_get(record, "knobs"), name, NULL);
}

START_TEST(limits_have_the_names_of_v2)
{
	struct watch_source *v1 = open_source(TREES "hybrid-host"), *v2 = open_source(TREES "v2-host");
	const json_t *limited = group_record(v1, "docker/3f2a9c41d0b7"), *free_one = group_record(v1, "docker/a07be5d8812c");
	const json_t *service = group_record(v2, "system.slice/postgresql.service");

	ck_assert_str_eq(knob(limited, "memory.max"), "41943040");
	ck_assert_str_eq(knob(limited, "cpuset.mems"), "0");
	ck_assert_str_eq(record_text(limited, "cpuset_mems_effective", ""), "0");
	ck_assert_str_eq(knob(free_one, "memory.max"), "max");
	ck_assert_str_eq(record_text(free_one, "cpuset_mems_effective", ""), "0-1"); /* of "docker" */
	ck_assert_str_eq(knob(service, "memory.max"), "25165824");
	ck_assert_str_eq(record_text(service, "cpuset_mems_effective", ""), "0");
	/* Without the controller: of the slice, whose own list is empty. */
	ck_assert_str_eq(record_text(group_record(v2, "system.slice/ssh.service"), "cpuset_mems_effective", ""), "0-1");
	/* Dear, and left out. */
	sample(v2, 0);
	ck_assert_int_ge(timeline_column(watch_source_timeline(v2), "group.user.slice.stat.anon"), 0);
	ck_assert_int_eq(timeline_column(watch_source_timeline(v2), "group.user.slice.numa.anon.N0_bytes"), -1);
	watch_source_close(v1);
	watch_source_close(v2);
}
END_TEST

/* ---- frames ---- */

START_TEST(figures_of_a_v1_group)
{
	struct watch_source *s = open_source(TREES "v1-host");
	struct watch_frame f;
	const struct watch_group *g;

	sample(s, 0);
	f = frame_of(s);
	g = find_group(&f, "docker/3f2a9c41d0b7");
	ck_assert_ptr_nonnull(g);
	near(g->v.now[GROUP_CURRENT], 41943040);
	near(g->v.now[GROUP_SWAP], 786432);
	near(g->v.now[GROUP_OOM_KILLS], 2);
	ck_assert(isnan(g->v.now[GROUP_SOME])); /* v1 has no pressure */
	ck_assert(isnan(f.psi.now[PSI_MEMORY_SOME]));
	ck_assert_int_ge(timeline_column(watch_source_timeline(s), "group.docker/3f2a9c41d0b7.stat.workingset_refault_file"), 0);
	ck_assert_int_ge(timeline_column(watch_source_timeline(s), "group.docker/3f2a9c41d0b7.events.max"), 0);
	ck_assert_int_eq(timeline_column(watch_source_timeline(s), "group.docker/3f2a9c41d0b7.stat.pgpgin"), -1);
	watch_frame_release(&f);
	watch_source_close(s);
}
END_TEST

START_TEST(rates_are_growth_a_second)
{
	struct watch_source *s;
	struct watch_frame f;

	copy_tree("v2-host");
	s = open_source(tree);
	sample(s, 0);
	f = frame_of(s);
	ck_assert(isnan(f.swap.now[SWAP_OUT])); /* one sample is no rate */
	near(f.swap.total[SWAP_OUT], 22099 * 4096.0);
	near(f.nodes[1].v.now[NODE_FREE], 205288 * 1024.0);
	near(f.nodes[1].v.now[NODE_MIN], 4096.0 * 313);
	watch_frame_release(&f);
	change("/proc/vmstat", "pswpout", 22099 + 512);
	put("/proc/pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=877926\n"
				     "full avg10=0.00 avg60=0.00 avg300=0.00 total=863280\n");
	sample(s, 2);
	f = frame_of(s);
	near(f.interval_s, 2);
	near(f.swap.now[SWAP_OUT], 256 * 4096.0);
	near(f.psi.now[PSI_MEMORY_SOME], 0.25);
	near(f.reclaim.now[RECLAIM_KSWAPD], 0);
	watch_frame_release(&f);
	watch_source_close(s);
}
END_TEST

START_TEST(groups_come_and_go)
{
	struct watch_source *s;
	struct watch_frame f;

	copy_tree("v2-host");
	s = open_source(tree);
	sample(s, 0);
	{
		_cleanup_free_ char *gone = xasprintf("%s" CGROUP "/system.slice/ssh.service", tree);
		_cleanup_free_ char *from = xasprintf("%s" CGROUP "/user.slice/user-1000.slice/session-1.scope", tree);
		_cleanup_free_ char *to = xasprintf("%s" CGROUP "/system.slice/new.service", tree);

		shell("rm -r", gone, "");
		shell("cp -r", from, to);
	}
	sample(s, 1); /* not looked for yet */
	sample(s, 6);
	f = frame_of(s);
	ck_assert_ptr_null(find_group(&f, "system.slice/ssh.service"));
	ck_assert_ptr_nonnull(find_group(&f, "system.slice/new.service"));
	/* Its counts since it was made are not what happened in the last second. */
	near(find_group(&f, "system.slice/new.service")->v.now[GROUP_REFAULT], 0);
	ck_assert_uint_eq(watch_source_timeline(s)->n_samples, 3);
	ck_assert_ptr_null(timeline_find(watch_source_timeline(s), "group", "group", "system.slice/ssh.service"));
	watch_frame_release(&f);
	watch_source_close(s);
}
END_TEST

START_TEST(eight_nodes)
{
	struct watch_source *s = open_source(TREES "8node-host");
	struct watch_frame f;
	json_t *document;

	sample(s, 0);
	f = frame_of(s);
	ck_assert_uint_eq(f.n_nodes, 8);
	ck_assert_uint_eq(f.nodes[7].node, 7);
	near(f.nodes[7].v.now[NODE_FREE], 205288 * 1024.0);
	ck_assert(!isnan(f.nodes[7].v.now[NODE_HIGH]));
	document = watch_json(&f);
	ck_assert_uint_eq(json_array_size(json_object_get(document, "nodes")), 8);
	json_decref(document);
	watch_frame_release(&f);
	watch_source_close(s);
}
END_TEST

START_TEST(a_kernel_without_nodes_is_shown_as_one)
{
	struct watch_source *s;
	struct watch_frame f;
	_cleanup_free_ char *nodes = xasprintf("%s/sys/devices/system/node", tree);

	copy_tree("1node-6.18");
	shell("rm -r", nodes, "");
	s = open_source(tree);
	sample(s, 0);
	f = frame_of(s);
	ck_assert_uint_eq(f.n_nodes, 1);
	ck_assert(f.nodes[0].v.now[NODE_TOTAL] > f.nodes[0].v.now[NODE_FREE]);
	ck_assert(f.nodes[0].v.now[NODE_LOW] > 0);
	watch_frame_release(&f);
	watch_source_close(s);
}
END_TEST

static void append(const char *path, const char *text)
{
	_cleanup_free_ char *full = xasprintf("%s%s", tree, path);
	_cleanup_fclose_ FILE *f = fopen(full, "a");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
}

/* The log gives a record a read; a file gives what was added since. */
START_TEST(kills_are_read_where_the_log_can_be)
{
	struct watch_source *s;
	const json_t *oom;

	copy_tree("v2-host");
	put("/dev/kmsg", "4,1,1,-;an old record\n");
	s = open_source(tree);
	sample(s, 0);
	append("/dev/kmsg", "6,402,9000000,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0-1,"
			    "oom_memcg=/user.slice,task_memcg=/user.slice,task=cc1,pid=82,uid=0\n");
	sample(s, 1);
	append("/dev/kmsg", "3,403,9000001,-;Memory cgroup out of memory: Killed process 82 (cc1) total-vm:16528kB, "
			    "anon-rss:7936kB, file-rss:64kB, shmem-rss:0kB, UID:0 pgtables:60kB oom_score_adj:0\n");
	sample(s, 2);
	oom = timeline_find(watch_source_timeline(s), "oom", "victim", "cc1");
	ck_assert_ptr_nonnull(oom);
	ck_assert_str_eq(record_text(oom, "constraint", ""), "memcg");
	ck_assert_str_eq(record_text(oom, "group", ""), "user.slice");
	ck_assert_uint_eq(record_u64(oom, "anon_rss_bytes", 0), 7936 * KIB);
	sample(s, 63); /* out of the window */
	ck_assert_ptr_null(timeline_find(watch_source_timeline(s), "oom", NULL, NULL));
	watch_source_close(s);
}
END_TEST

START_TEST(without_vmstat_it_cannot_run)
{
	struct watch_source_config config = { tree, NS, NS, 1 };
	struct watch_source *s = NULL;
	struct error err = { 0 };

	ck_assert_int_eq(watch_source_open(&config, &s, &err), -EOPNOTSUPP);
	ck_assert_ptr_nonnull(strstr(err.where, "/proc/vmstat"));
	ck_assert_str_ne(err.hint, "");
}
END_TEST

/* ---- verdicts ---- */

/* Node 0 runs out and 8 MiB a second are swapped, with node 1 free. */
static struct watch_source *storm(unsigned seconds)
{
	struct watch_source *s;

	copy_tree("v2-host");
	change("/sys/devices/system/node/node0/meminfo", "MemFree:", 1024);
	change("/proc/zoneinfo", "pages free", 100);
	s = open_source(tree);
	for (unsigned i = 0; i < seconds; i++) {
		change("/proc/vmstat", "pswpout", 22099 + 2048 * i);
		change(CGROUP "/system.slice/postgresql.service/memory.swap.current", "", 4096 + (8 << 20) * i);
		sample(s, i);
	}
	return s;
}

START_TEST(a_storm_fires_the_verdict)
{
	struct watch_source *s = storm(4);
	struct watch_frame f = frame_of(s);
	const json_t *verdict = json_array_get(f.verdicts, 0);

	ck_assert_str_eq(record_text(verdict, "name", ""), "swap_with_free_memory");
	ck_assert_int_eq(json_integer_value(json_object_get(verdict, "node")), 0);
	ck_assert_str_eq(record_text(verdict, "cause", ""), "cpuset");
	ck_assert_str_eq(record_text(json_object_get(verdict, "evidence"), "group", ""), "system.slice/postgresql.service");
	watch_frame_release(&f);
	watch_source_close(s);
}
END_TEST

START_TEST(a_verdict_ends_with_its_window)
{
	struct watch_source *s = storm(4);
	struct watch_frame f;

	for (unsigned i = 4; i < 64; i += 10)
		sample(s, i);
	sample(s, 64);
	f = frame_of(s);
	ck_assert_uint_eq(json_array_size(f.verdicts), 0);
	watch_frame_release(&f);
	watch_source_close(s);
}
END_TEST

START_TEST(an_idle_host_has_none)
{
	static const char *const trees[] = { "v1-host", "hybrid-host", "v2-host", "8node-host", "1node-6.18" };

	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		_cleanup_free_ char *root = xasprintf(TREES "%s", trees[i]);
		struct watch_source *s = open_source(root);
		struct watch_frame f;

		for (unsigned second = 0; second < 10; second++)
			sample(s, second);
		f = frame_of(s);
		ck_assert_uint_eq(json_array_size(f.verdicts), 0);
		watch_frame_release(&f);
		watch_source_close(s);
	}
}
END_TEST

/* ---- forms ---- */

static char *lines_of(struct watch_lines *lines, const struct watch_frame *f)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	watch_lines_frame(out, lines, f);
	fclose(out);
	return text;
}

START_TEST(a_verdict_is_told_once)
{
	struct watch_source *s = storm(4);
	struct watch_lines lines = { 0 };
	struct watch_frame f = frame_of(s);
	_cleanup_free_ char *first = lines_of(&lines, &f), *second = lines_of(&lines, &f);

	ck_assert_ptr_nonnull(strstr(first, "verdict swap_with_free_memory: 24.0 MiB were swapped out of node 0"));
	ck_assert_ptr_nonnull(strstr(first, "node0 1.0M/251M<min"));
	ck_assert_ptr_nonnull(strstr(first, "swap in 0/s out 8.0M/s"));
	ck_assert_ptr_null(strstr(second, "verdict"));
	ck_assert_ptr_nonnull(strstr(second, "node0 1.0M"));
	ck_assert_ptr_null(strstr(first, "\033"));
	watch_lines_release(&lines);
	watch_frame_release(&f);
	watch_source_close(s);
}
END_TEST

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part))) {
		n++;
		text++;
	}
	return n;
}

START_TEST(prometheus_text)
{
	struct watch_source *s = storm(2);
	struct watch_frame f = frame_of(s);
	_cleanup_free_ char *text = watch_prometheus_text(&f);

	ck_assert_ptr_nonnull(strstr(text, "# TYPE memrig_node_free_bytes gauge\nmemrig_node_free_bytes{node=\"0\"} 1048576\n"
					   "memrig_node_free_bytes{node=\"1\"} 210214912\n"));
	ck_assert_ptr_nonnull(strstr(text, "# TYPE memrig_swap_out_bytes_total counter\nmemrig_swap_out_bytes_total 98906112\n"));
	ck_assert_ptr_nonnull(strstr(text, "memrig_pressure_memory_some_seconds_total 0.377926\n"));
	ck_assert_ptr_nonnull(strstr(text, "memrig_group_current_bytes{group=\"user.slice\"} 94371840\n"));
	ck_assert_ptr_nonnull(strstr(text, "memrig_verdict{name=\"swap_with_free_memory\",cause=\"cpuset\",node=\"0\","
					   "group=\"system.slice/postgresql.service\"} 1\n"));
	ck_assert_uint_eq(count(text, "# TYPE memrig_group_current_bytes "), 1);
	ck_assert_uint_eq(count(text, "# HELP "), count(text, "# TYPE "));
	ck_assert_ptr_null(strstr(text, "nan"));
	watch_frame_release(&f);
	watch_source_close(s);
}
END_TEST

START_TEST(prometheus_labels_are_escaped)
{
	struct watch_frame f = { .verdicts = json_array(), .n_groups = 1 };
	_cleanup_free_ char *text = NULL;

	f.groups = xcalloc(1, sizeof(*f.groups));
	f.groups[0].name = xstrdup("a\"b\\c.slice"); /* systemd escapes with backslashes */
	text = watch_prometheus_text(&f);
	ck_assert_ptr_nonnull(strstr(text, "memrig_group_current_bytes{group=\"a\\\"b\\\\c.slice\"} 0\n"));
	watch_frame_release(&f);
}
END_TEST

START_TEST(prometheus_is_put_in_place_whole)
{
	_cleanup_free_ char *path = xasprintf("%s/memrig.prom", tree), *nowhere = xasprintf("%s/no/memrig.prom", tree);
	_cleanup_free_ char *expected = NULL, *text = NULL;
	struct watch_source *s = storm(2);
	struct watch_frame f = frame_of(s);
	struct error err = { 0 };

	put("/memrig.prom", "old");
	ck_assert_int_eq(watch_prometheus_write(path, &f, &err), 0);
	text = get("/memrig.prom");
	expected = watch_prometheus_text(&f);
	ck_assert_str_eq(text, expected);
	shell("test 1 = $(ls", tree, "| grep -c prom)"); /* nothing beside it */
	ck_assert_int_eq(watch_prometheus_write(nowhere, &f, &err), -ENOENT);
	ck_assert_str_ne(err.what, "");
	watch_frame_release(&f);
	watch_source_close(s);
}
END_TEST

START_TEST(sizes_and_shares_are_short)
{
	static const struct {
		double value;
		const char *size, *ratio;
	} rows[] = { { 0, "0", "0%" },	   { 0.0004, "0", "0%" },	{ 0.0051, "0", "0.5%" },
		     { 0.25, "0", "25%" }, { 1, "1B", "100%" },		{ 999, "999B", "100%" },
		     { 1000, "1.0K", "100%" }, { 1024 * 1023.9, "1.0M", "100%" }, { 338161664, "322M", "100%" },
		     { NAN, "-", "-" } };
	char buf[8];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		ck_assert_str_eq(watch_short_size(rows[i].value, buf), rows[i].size);
		ck_assert_str_eq(watch_short_ratio(rows[i].value, buf), rows[i].ratio);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("watch");
	TCase *tcase = tcase_create("watch");

	tcase_add_checked_fixture(tcase, make_tree, remove_tree);
	tcase_add_test(tcase, hierarchies_are_told_apart);
	tcase_add_test(tcase, groups_are_leaves_and_limits);
	tcase_add_test(tcase, pressure_comes_before_size);
	tcase_add_test(tcase, a_watched_group_is_not_given_up_for_a_little);
	tcase_add_test(tcase, deep_groups_are_part_of_their_parent);
	tcase_add_test(tcase, limits_have_the_names_of_v2);
	tcase_add_test(tcase, figures_of_a_v1_group);
	tcase_add_test(tcase, rates_are_growth_a_second);
	tcase_add_test(tcase, groups_come_and_go);
	tcase_add_test(tcase, eight_nodes);
	tcase_add_test(tcase, a_kernel_without_nodes_is_shown_as_one);
	tcase_add_test(tcase, kills_are_read_where_the_log_can_be);
	tcase_add_test(tcase, without_vmstat_it_cannot_run);
	tcase_add_test(tcase, a_storm_fires_the_verdict);
	tcase_add_test(tcase, a_verdict_ends_with_its_window);
	tcase_add_test(tcase, an_idle_host_has_none);
	tcase_add_test(tcase, a_verdict_is_told_once);
	tcase_add_test(tcase, prometheus_text);
	tcase_add_test(tcase, prometheus_labels_are_escaped);
	tcase_add_test(tcase, prometheus_is_put_in_place_whole);
	tcase_add_test(tcase, sizes_and_shares_are_short);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? 1 : 0;
}
