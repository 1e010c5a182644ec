/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <glob.h>
#include <sys/resource.h>

#include "common/file.h"
#include "common/util.h"
#include "results/probe/probe.h"
#include "results/sampler.h"

#define TREES  "tests/data/trees/"
#define CGROUP "/sys/fs/cgroup/memrig"
#define EVENT  "/sys/kernel/tracing/events/vmscan/mm_vmscan_lru_shrink_inactive"

static char tree[] = "/tmp/memrig-test-XXXXXX"; /* a tree the test writes */
static char out[1 << 20];
static size_t out_len;

static int collect(void *opaque, const char *data, size_t len)
{
	(void)opaque;
	memcpy(out, data, len);
	out[out_len = len] = '\0';
	return 0;
}

static void make_tree(void)
{
	strcpy(tree, "/tmp/memrig-test-XXXXXX"); /* without forks (make valgrind) the last test's name is there */
	ck_assert_ptr_nonnull(mkdtemp(tree));
}

static void shell(const char *command, const char *argument)
{
	_cleanup_free_ char *line = xasprintf("%s %s %s", command, argument, tree);

	ck_assert_int_eq(system(line), 0);
}

static void remove_tree(void)
{
	shell("rm -rf", "");
}

/* Writes in place, so that an open file sees it. */
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

static struct sampler *open_sampler(const char *root, const char *const *groups)
{
	struct sampler_config config = { .root = root, .cgroup_dir = CGROUP, .groups = groups };
	struct sampler *s = NULL;
	struct error err = { 0 };

	ck_assert_msg(sampler_open(&config, &s, &err) == 0, "%s: %s", err.where, err.what);
	return s;
}

static struct stream_writer open_writer(void)
{
	struct stream_writer w;

	ck_assert_int_eq(stream_writer_init(&w, (struct stream_sink){ collect, NULL }, NULL), 0);
	return w;
}

/* The column's index, or -1. */
static int find(const struct sampler *s, const char *name)
{
	for (size_t i = 0; i < sampler_n_columns(s); i++)
		if (streq(sampler_column(s, i), name))
			return (int)i;
	return -1;
}

static uint64_t value(const struct sampler *s, const char *name)
{
	int i = find(s, name);

	ck_assert_msg(i >= 0, "no column %s", name);
	return sampler_value(s, (size_t)i);
}

struct expected {
	const char *name;
	uint64_t value;
};

static void assert_values(const struct sampler *s, const struct expected *list)
{
	for (; list->name; list++)
		ck_assert_msg(value(s, list->name) == list->value, "%s is %ju, not %ju", list->name,
			      (uintmax_t)value(s, list->name), (uintmax_t)list->value);
}

static void assert_absent(const struct sampler *s, const char *name)
{
	ck_assert_msg(find(s, name) < 0, "there is a column %s", name);
}

static void assert_names_differ(const struct sampler *s)
{
	for (size_t i = 0; i < sampler_n_columns(s); i++)
		ck_assert_int_eq(find(s, sampler_column(s, i)), (int)i);
}

START_TEST(the_tree_of_6_1)
{
	static const char *const groups[] = { "db", "victim", "backup", NULL };
	static const struct expected expected[] = {
		{ "vmstat.nr_free_pages", 111375 },
		{ "vmstat.pswpout", 22099 },
		{ "vmstat.allocstall_movable", 26 },
		{ "vmstat.nr_unstable", 0 }, /* the last line */
		{ "meminfo.MemFree_bytes", 445380 * KIB },
		{ "meminfo.HugePages_Total", 0 },
		{ "node0.meminfo.MemFree_bytes", 240704 * KIB },
		{ "node1.meminfo.MemFree_bytes", 205288 * KIB },
		{ "node1.meminfo.HugePages_Free", 0 },
		{ "node1.vmstat.nr_free_pages", 51342 },
		{ "node1.vmstat.numa_foreign", 9636 },
		{ "node0.DMA.free_pages", 3800 },
		{ "node0.DMA.managed_pages", 3840 },
		{ "node0.DMA32.free_pages", 56388 },
		{ "node0.DMA32.boost_pages", 0 },
		{ "node0.DMA32.min_pages", 350 },
		{ "node0.DMA32.low_pages", 437 },
		{ "node0.DMA32.high_pages", 524 },
		{ "node0.DMA32.managed_pages", 60308 },
		{ "node1.DMA32.free_pages", 51113 },
		{ "node1.DMA32.managed_pages", 56262 },
		{ "psi.memory.some_us", 377926 },
		{ "psi.memory.full_us", 363280 },
		{ "node0.reclaim.anon_scanned_pages", 69162 },
		{ "node0.reclaim.anon_reclaimed_pages", 9713 },
		{ "node0.reclaim.file_scanned_pages", 61 },
		{ "node0.reclaim.file_reclaimed_pages", 14 },
		{ "node1.reclaim.anon_scanned_pages", 69368 },
		{ "node1.reclaim.file_reclaimed_pages", 40916 },
		{ "group.db.memory.current_bytes", 475136 },
		{ "group.db.memory.peak_bytes", 25165824 },
		{ "group.db.memory.swap.current_bytes", 4096 },
		{ "group.db.stat.anon", 49152 },
		{ "group.db.stat.workingset_refault_file", 16128 },
		{ "group.db.stat.thp_collapse_alloc", 0 },
		{ "group.db.numa.anon.N0_bytes", 49152 },
		{ "group.db.numa.file.N0_bytes", 0 },
		{ "group.db.numa.file.N1_bytes", 188416 },
		{ "group.db.numa.workingset_refault_file.N1", 16128 },
		{ "group.db.numa.workingset_nodereclaim.N1", 250 },
		{ "group.db.events.max", 924 },
		{ "group.db.psi.full_us", 186008 },
		{ "group.victim.events.oom", 1 },
		{ "group.victim.events_local.oom_kill", 1 },
		{ "group.backup.events.oom", 0 },
		{ "group.backup.events_local.oom_kill", 1 },
		{ "group.backup.swap_events.fail", 0 },
		{ "node0.DMA32.spanned_pages", 61440 },
		{ "node1.DMA32.inactive_file_pages", 44 },
		{ "node1.DMA32.active_anon_pages", 12 },
		{ "node0.buddy.DMA32.order10", 79 },
		{ "node1.buddy.DMA32.order0", 1 },
		{ "node0.numastat.numa_foreign", 40960 },
		{ "node0.kswapd.cpu_ns", 535295 },
		{ "node1.kswapd.cpu_ns", 1084962 },
		{ "swap.zram0.size_bytes", 204796 * KIB },
		{ "swap.zram0.used_bytes", 768 * KIB },
		{ "group.db.psi.cpu.full_us", 297 },
		{ "group.db.psi.io.some_us", 0 },
		{ "group.db.cpuset.mems_effective_mask", 3 },
		{ "group.backup.cpuset.mems_effective_mask", 1 },
		{ 0 },
	};
	struct sampler *s = open_sampler(TREES "2node-6.1", groups);

	assert_values(s, expected);
	assert_names_differ(s);
	ck_assert_uint_eq(sampler_n_columns(s), 879);
	sampler_close(s);
}
END_TEST

START_TEST(the_tree_of_6_12)
{
	static const char *const groups[] = { "db", NULL };
	static const struct expected expected[] = {
		{ "vmstat.swpout_zero", 23775 },
		{ "node0.DMA32.free_pages", 24032 },
		{ "node1.DMA32.high_pages", 560 },
		{ "node1.reclaim.file_scanned_pages", 12885 },
		{ "group.db.events.max", 560 },
		{ "group.db.numa.pgdemote_kswapd.N1", 0 },
		{ "node0.kswapd.cpu_ns", 526055 },
		{ "node1.DMA32.spanned_pages", 65503 },
		{ 0 },
	};
	struct sampler *s = open_sampler(TREES "2node-6.12", groups);

	assert_values(s, expected);
	assert_names_differ(s);
	sampler_close(s);
}
END_TEST

/* No histogram, no group, no second node: columns that are not there, instead of zeros. */
START_TEST(what_a_machine_lacks_is_no_column)
{
	struct sampler *s = open_sampler(TREES "1node-6.18", NULL);

	ck_assert_int_ge(find(s, "node0.Normal.free_pages"), 0);
	ck_assert_int_ge(find(s, "psi.cpu.some_us"), 0);
	assert_absent(s, "node0.Movable.free_pages"); /* has no pages */
	assert_absent(s, "node0.reclaim.anon_scanned_pages");
	assert_absent(s, "node1.meminfo.MemFree_bytes");
	assert_names_differ(s);
	sampler_close(s);
}
END_TEST

START_TEST(a_tree_without_counters_is_an_error)
{
	struct sampler_config config = { .root = tree, .cgroup_dir = CGROUP };
	struct sampler *s;
	struct error err;

	ck_assert_int_eq(sampler_open(&config, &s, &err), -ENOENT);
}
END_TEST

START_TEST(a_missing_group_is_an_error)
{
	static const char *const groups[] = { "db", "nosuch", NULL };
	struct sampler_config config = { .root = TREES "2node-6.1", .cgroup_dir = CGROUP, .groups = groups };
	struct sampler *s;
	struct error err;

	ck_assert_int_eq(sampler_open(&config, &s, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.where, "nosuch"));
}
END_TEST

START_TEST(columns_are_written_in_order)
{
	struct sampler *s = open_sampler(TREES "2node-6.1", NULL);
	struct stream_writer w = open_writer();
	json_t *record, *names;

	ck_assert_int_eq(sampler_write_columns(s, &w), 0);
	record = json_loads(out, 0, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(record, "type")), "columns");
	ck_assert_int_gt(json_integer_value(json_object_get(record, "t_ns")), 0);
	names = json_object_get(record, "names");
	ck_assert_uint_eq(json_array_size(names), sampler_n_columns(s));
	for (size_t i = 0; i < sampler_n_columns(s); i++)
		ck_assert_str_eq(json_string_value(json_array_get(names, i)), sampler_column(s, i));
	json_decref(record);
	stream_writer_release(&w);
	sampler_close(s);
}
END_TEST

START_TEST(only_what_changed_is_written)
{
	struct stream_writer w = open_writer();
	struct sampler *s;

	put("/proc/vmstat", "a 1\nb 2\nc 3\n");
	s = open_sampler(tree, NULL);
	ck_assert_int_eq(sampler_take(s, 10, &w), 0);
	ck_assert_str_eq(out, "{\"type\":\"sample\",\"t_ns\":10,\"set\":[0,1,1,2,2,3]}\n");
	ck_assert_int_eq(sampler_take(s, 20, &w), 0);
	ck_assert_str_eq(out, "{\"type\":\"sample\",\"t_ns\":20,\"set\":[]}\n");
	put("/proc/vmstat", "a 1\nb 18446744073709551615\nc 0\n");
	ck_assert_int_eq(sampler_take(s, 30, &w), 0);
	ck_assert_str_eq(out, "{\"type\":\"sample\",\"t_ns\":30,\"set\":[1,9223372036854775807,2,0]}\n");
	stream_writer_release(&w);
	sampler_close(s);
}
END_TEST

START_TEST(lines_may_come_go_and_move)
{
	static const struct {
		const char *text, *set;
	} steps[] = {
		{ "a 1\nb 2\nc 3\nd 4\n", "[0,1,1,2,2,3,3,4]" },
		{ "a 11\nc 13\nd 14\n", "[0,11,2,13,3,14]" },           /* b has gone and keeps its value */
		{ "a 11\nb 22\nc 13\nd 24\n", "[1,22,3,24]" },          /* and is back */
		{ "new 9\na 31\nb 22\nc 13\nx y\n\nd 24\n", "[0,31]" }, /* unknown lines are dropped */
		{ "d 44\nc 43\nb 42\na 41\n", "[0,41,1,42,2,43,3,44]" },
		{ "ab 7\na 51\nb 52\nbc 8\n", "[0,51,1,52]" }, /* whole keys are compared */
		{ "", "[]" },
		{ "d 5", "[3,5]" }, /* without the last newline */
	};
	struct stream_writer w = open_writer();
	struct sampler *s = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		_cleanup_free_ char *record = NULL;

		put("/proc/vmstat", steps[i].text);
		if (!s)
			s = open_sampler(tree, NULL);
		ck_assert_int_eq(sampler_take(s, i, &w), 0);
		record = xasprintf("{\"type\":\"sample\",\"t_ns\":%zu,\"set\":%s}\n", i, steps[i].set);
		ck_assert_str_eq(out, record);
	}
	stream_writer_release(&w);
	sampler_close(s);
}
END_TEST

START_TEST(max_is_no_number)
{
	static const char *const groups[] = { "db", NULL };
	struct sampler *s;

	put(CGROUP "/db/memory.current", "max\n");
	put(CGROUP "/db/memory.peak", "12\n");
	s = open_sampler(tree, groups);
	ck_assert_uint_eq(sampler_n_columns(s), 1);
	ck_assert_uint_eq(value(s, "group.db.memory.peak_bytes"), 12);
	sampler_close(s);
}
END_TEST

START_TEST(odd_texts_do_no_harm)
{
	static const char *const texts[] = {
		"",
		"\n\n",
		" ",
		"x",
		"x ",
		" 1",
		"Node",
		"Node ",
		"Node 0",
		"Node 0 ",
		"Node 0, zone",
		"Node 0, zone \n",
		"Node 0, zone DMA\n  pages free",
		"Node 0, zone DMA\n  pages free 1\n",
		"Node 0 Mem: kB\n",
		"Mem:\n",
		"Node 0, zone A\n  pages free 1\n min\n managed 5\nNode 0, zone B\n  pages free 2\n managed "
		"3\n",
		"Node 0, zone "
		"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ\n  pages "
		"free 1\n"
		"managed 1\n",
		"some total=\n",
		"some avg10=1 total",
		"some  total=3",
		"anon N0=\n",
		"anon N0",
		"anon N0=1 N1",
		"anon =1\n",
		"Node 0, zone DMA",
		"Node 0, zone DMA 1 2 x",
		"/dev/x",
		"/dev/\tpartition\t1",
		"/dev/x\tpartition\t99999999999999999999999\t99999999999999999999999\n",
		"1 (x",
		"1 (x)",
		"1 (x) R",
		"1 (x) R 1 2 3 4",
		"7f00 default N0",
		"7f00 default N0= kernelpagesize_kB=\n",
		"7f00 default N99999999999999999999=1 N7=99999999999999999999999 kernelpagesize_kB=99999999999999\n",
		"hist:name=memrig:keys=nid,\n{ nid: 9999, flags: 9 } nr_scanned: 1 nr_reclaimed: 1\n{ "
		"nid:\n{\n",
	};
	static const struct probe *const families[] = { probes_vmstat, probes_meminfo, probes_zoneinfo,
							probes_node,   probes_psi,     probes_reclaim,
							probes_cgroup, probes_task, probes_buddyinfo,
							probes_swap, probes_zswap, probes_kswapd };

	for (size_t t = 0; t < ARRAY_SIZE(texts); t++) {
		for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
			for (const struct probe *probe = families[f]; probe->path; probe++) {
				/* From the heap: the sanitizer then sees a read beyond the end. */
				_cleanup_free_ char *text = xstrdup(texts[t]);
				struct probe_columns columns = { 0 };
				struct probe_cursor c = { .columns = &columns, .prefix = "", .nodes = 3 };

				probe->parse(&c, text);
				probe_columns_release(&columns);
			}
		}
	}
}
END_TEST

START_TEST(numbers_too_large_do_not_wrap)
{
	struct sampler *s;

	put("/proc/vmstat", "a 9999999999999999999\nb 18446744073709551617\nc 99999999999999999999999999\n");
	put("/proc/meminfo", "MemTotal: 18014398509481985 kB\nMemFree: 18014398509481983 kB\n");
	put("/proc/swaps", "Filename\n/dev/vda\tpartition\t18014398509481985\t3\t-2\n");
	s = open_sampler(tree, NULL);
	ck_assert_uint_eq(value(s, "vmstat.a"), UINT64_C(9999999999999999999));
	ck_assert_uint_eq(value(s, "vmstat.b"), UINT64_MAX);
	ck_assert_uint_eq(value(s, "vmstat.c"), UINT64_MAX);
	ck_assert_uint_eq(value(s, "meminfo.MemTotal_bytes"), UINT64_MAX);
	ck_assert_uint_eq(value(s, "meminfo.MemFree_bytes"), UINT64_MAX - 1023);
	ck_assert_uint_eq(value(s, "swap.vda.size_bytes"), UINT64_MAX);
	ck_assert_uint_eq(value(s, "swap.vda.used_bytes"), 3072);
	sampler_close(s);
}
END_TEST

/* Where the files of a scope are in the captured trees. */
static const char *const scope_globs[] = {
	[PROBE_SYSTEM] = TREES "*",
	[PROBE_NODE] = TREES "*/sys/devices/system/node/node*/",
	[PROBE_GROUP] = TREES "*" CGROUP "/*/",
	[PROBE_TASK] = TREES "*/proc/[0-9]*/",
	[PROBE_ZRAM] = TREES "*/sys/block/zram*/",
	[PROBE_KSWAPD] = TREES "*/proc/[0-9]*/",
};

static void parse_first(const struct probe *probe, const char *text, struct probe_columns *ret)
{
	struct probe_cursor c = { .columns = ret, .prefix = "", .nodes = 3 };

	probe->parse(&c, text);
}

/* How many columns of a part are not as those of the whole. */
static size_t count_differences(const struct probe_columns *part, const struct probe_columns *whole)
{
	size_t n = 0;

	for (size_t i = 0, k = 0; i < part->n; i++) {
		while (k < whole->n && !streq(part->list[i].name, whole->list[k].name))
			k++;
		if (k == whole->n)
			return n + part->n - i;
		n += part->values[i] != whole->values[k];
	}
	return n;
}

/* Only what the cut goes through may be another figure; the address sanitizer sees reads beyond the end. */
static void assert_cuts(const struct probe *probe, const char *text)
{
	struct probe_columns whole = { 0 };

	parse_first(probe, text, &whole);
	for (size_t len = strlen(text), n = len % 5; n < len; n += 5) {
		_cleanup_free_ char *cut = strndup(text, n);
		struct probe_columns part = { 0 };

		parse_first(probe, cut, &part);
		ck_assert_msg(count_differences(&part, &whole) <= 1, "%s cut after %zu bytes", probe->path, n);
		probe_columns_release(&part);
	}
	probe_columns_release(&whole);
}

START_TEST(a_cut_text_gives_what_it_still_has)
{
	static const struct probe *const families[] = { probes_vmstat,	  probes_meminfo, probes_zoneinfo, probes_node,
							probes_psi,	  probes_cgroup,  probes_task,	   probes_swap,
							probes_buddyinfo, probes_kswapd };
	size_t n_files = 0;

	for (size_t f = 0; f < ARRAY_SIZE(families); f++)
		for (const struct probe *probe = families[f]; probe->path; probe++) {
			_cleanup_free_ char *pattern = xasprintf("%s%s", scope_globs[probe->scope], probe->path);
			glob_t found = { 0 };

			if (probe->flags & PROBE_SELDOM) /* numa_maps: sums of all lines */
				continue;
			glob(pattern, 0, NULL, &found);
			for (size_t i = 0; i < found.gl_pathc; i++, n_files++) {
				_cleanup_free_ char *text = NULL;

				ck_assert_int_eq(file_read(NULL, found.gl_pathv[i], &text, NULL, NULL), 0);
				assert_cuts(probe, text);
			}
			globfree(&found);
		}
	ck_assert_uint_ge(n_files, 50);
}
END_TEST

/* What was parsed by position is what a new sampler finds; and so is what the stream says. */
START_TEST(a_later_state_is_the_same_as_when_opened_anew)
{
	static const char *const groups[] = { "db", NULL };
	static uint64_t replay[4096];
	struct stream_writer w = open_writer();
	struct sampler *s, *fresh;

	shell("cp -R", TREES "2node-6.1/.");
	s = open_sampler(tree, groups);
	for (int round = 0; round < 2; round++) {
		json_t *record, *set;

		ck_assert_int_eq(sampler_take(s, 1, &w), 0);
		record = json_loads(out, 0, NULL);
		set = json_object_get(record, "set");
		for (size_t i = 0; i < json_array_size(set); i += 2)
			replay[json_integer_value(json_array_get(set, i))] =
				(uint64_t)json_integer_value(json_array_get(set, i + 1));
		json_decref(record);
		shell("cp -R", TREES "2node-6.1-later/.");
	}
	fresh = open_sampler(TREES "2node-6.1-later", groups);
	ck_assert_uint_eq(sampler_n_columns(s), sampler_n_columns(fresh));
	for (size_t i = 0; i < sampler_n_columns(s); i++) {
		ck_assert_str_eq(sampler_column(s, i), sampler_column(fresh, i));
		ck_assert_uint_eq(sampler_value(s, i), sampler_value(fresh, i));
		ck_assert_uint_eq(replay[i], sampler_value(fresh, i));
	}
	ck_assert_uint_eq(value(s, "vmstat.pgscan_kswapd"), 162507);
	sampler_close(fresh);
	sampler_close(s);
	stream_writer_release(&w);
}
END_TEST

START_TEST(reclaim_columns_are_there_before_the_entries)
{
	static const char title[] = "# trigger info: hist:name=memrig:keys=nid,reclaim_flags:vals=hitcount\n";
	struct stream_writer w = open_writer();
	_cleanup_free_ char *text = NULL;
	struct sampler *s;

	put("/sys/devices/system/node/node0/meminfo", "");
	put("/sys/devices/system/node/node2/meminfo", "");
	put(EVENT "/hist", title);
	s = open_sampler(tree, NULL);
	ck_assert_uint_eq(sampler_n_columns(s), 8);
	ck_assert_uint_eq(value(s, "node2.reclaim.file_scanned_pages"), 0);
	/* Somebody else's histograms come before and after and are not counted. */
	text = xasprintf(
		"# trigger info: hist:keys=nid,reclaim_flags:vals=hitcount\n"
		"{ nid: 0, reclaim_flags: 9 } hitcount: 1  nr_scanned: 77  nr_reclaimed: 66\nTotals:\n"
		"%s\n{ nid:  2, reclaim_flags:  10 } hitcount: 3  nr_scanned: 50  nr_reclaimed: 40\n"
		"{ nid:  2, reclaim_flags:  2 } hitcount: 3  nr_scanned: 5  nr_reclaimed: 4\nTotals:\n"
		"{ nid:  2, reclaim_flags:  2 } hitcount: 3  nr_scanned: 100  nr_reclaimed: 100\n",
		title);
	put(EVENT "/hist", text);
	ck_assert_int_eq(sampler_take(s, 1, &w), 0);
	ck_assert_uint_eq(value(s, "node0.reclaim.anon_scanned_pages"), 0);
	ck_assert_uint_eq(value(s, "node2.reclaim.file_scanned_pages"), 55);
	ck_assert_uint_eq(value(s, "node2.reclaim.file_reclaimed_pages"), 44);
	sampler_close(s);
	stream_writer_release(&w);
}
END_TEST

static void assert_trigger(const char *field)
{
	_cleanup_free_ char *text = NULL, *trigger = NULL;

	ck_assert_int_eq(file_read(tree, EVENT "/trigger", &text, NULL, NULL), 0);
	trigger = xasprintf("hist:keys=nid,%s:vals=nr_scanned,nr_reclaimed:size=128:name=memrig", field);
	ck_assert_int_eq(strncmp(text, trigger, strlen(trigger)), 0);
}

START_TEST(the_histogram_is_asked_for_by_the_kernels_names)
{
	struct error err;

	ck_assert_int_eq(reclaim_probe_enable(tree, &err), -ENOENT);
	shell("cp -R", TREES "2node-6.1/.");
	put(EVENT "/trigger", "");
	ck_assert_int_eq(reclaim_probe_enable(tree, &err), 0);
	assert_trigger("reclaim_flags");
	put(EVENT "/format", "\tfield:int nid;\n\tfield:int flags;\n");
	put(EVENT "/trigger", "");
	ck_assert_int_eq(reclaim_probe_enable(tree, &err), 0);
	assert_trigger("flags");
	put(EVENT "/trigger", "");
	ck_assert_int_eq(reclaim_probe_disable(tree, &err), 0);
	put(EVENT "/format", "\tfield:int nid;\n");
	ck_assert_int_eq(reclaim_probe_enable(tree, &err), -EOPNOTSUPP);
}
END_TEST

START_TEST(swap_devices_and_files_are_told_apart)
{
	static const struct expected expected[] = {
		{ "swap.zram0.size_bytes", 100 * KIB },	  { "swap.zram0.used_bytes", 7 * KIB },
		{ "swap./swap/a.used_bytes", 1 * KIB },	  { "swap./other/a.used_bytes", 2 * KIB },
		{ "zram.zram0.orig_data_bytes", 40960 },  { "zram.zram0.mem_used_max_bytes", 24576 },
		{ "zram.zram0.same_pages", 3 },		  { "zram.zram2.compr_data_bytes", 9 },
		{ 0 },
	};
	struct stream_writer w = open_writer();
	struct sampler *s;

	put("/proc/swaps", "Filename\t\tType\t\tSize\tUsed\tPriority\n/dev/zram0      partition\t100\t7\t-2\n"
			   "/swap/a         file\t\t50\t1\t-3\n/other/a\tfile\t50\t2\t-4\n/cut\tfile\t5");
	put("/sys/block/zram0/mm_stat", "   40960     8192    20480        0    24576        3        0        0        0\n");
	put("/sys/block/zram2/mm_stat", "1 9\n"); /* older kernels tell less */
	s = open_sampler(tree, NULL);
	assert_values(s, expected);
	assert_absent(s, "swap./cut.size_bytes");
	assert_absent(s, "zram.zram2.mem_used_bytes");
	put("/proc/swaps", "Filename\t\tType\t\tSize\tUsed\tPriority\n/swap/a         file\t\t50\t4\t-3\n");
	sampler_take(s, 1, &w);
	ck_assert_uint_eq(value(s, "swap.zram0.size_bytes"), 0); /* swapoff */
	ck_assert_uint_eq(value(s, "swap./swap/a.used_bytes"), 4 * KIB);
	stream_writer_release(&w);
	sampler_close(s);
}
END_TEST

START_TEST(kswapd_is_the_kernels)
{
	struct sampler *s;

	put("/proc/40/stat", "40 (kswapd0) S 2 0 0 0 -1 2230336 0 0 0 0 3 4 0 0 20 0 1 0 106 0 0\n");
	put("/proc/41/stat", "41 (kswapd1) S 1 0 0 0 -1 4194560 0 0 0 0 9 9 0 0 20 0 1 0 106 0 0\n"); /* only the name */
	put("/proc/42/stat", "42 (kswapd99999999999999999999) S 2 0 0 0 -1 2230336 0 0 0 0 3 4 0 0 20 0 1\n");
	put("/proc/43/stat", "43 (kswapd");
	s = open_sampler(tree, NULL);
	ck_assert_uint_eq(value(s, "node0.kswapd.cpu_ns"), 70000000); /* in ticks, without schedstat */
	ck_assert_uint_eq(sampler_n_columns(s), 1);
	sampler_close(s);
}
END_TEST

START_TEST(a_list_of_nodes_is_a_mask)
{
	static const struct {
		const char *text;
		uint64_t mask;
	} lists[] = { { "0\n", 1 },	     { "0-1,3\n", 11 }, { "\n", 0 },	{ "1-", 0 },
		      { "2,", 4 },	     { "3-1", 0 },	{ "0,99999999999999999999-5,1", 3 },
		      { "5-18446744073709551615", ~UINT64_C(31) }, { "x", 0 } };
	static const char *const groups[] = { "db", NULL };

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct sampler *s;

		put(CGROUP "/db/cpuset.mems.effective", lists[i].text);
		s = open_sampler(tree, groups);
		ck_assert_msg(value(s, "group.db.cpuset.mems_effective_mask") == lists[i].mask, "%s", lists[i].text);
		sampler_close(s);
	}
}
END_TEST

/* cgroup v1 and hybrid hosts: the directory is there, the files have other names. */
START_TEST(a_group_without_v2_files_has_no_columns)
{
	static const char *const groups[] = { "db", NULL };
	struct sampler *s;

	put("/proc/vmstat", "a 1\n");
	put(CGROUP "/db/memory.usage_in_bytes", "5\n");
	put(CGROUP "/db/memory.stat.v1", "cache 5\n");
	s = open_sampler(tree, groups);
	ck_assert_uint_eq(sampler_n_columns(s), 1);
	sampler_close(s);
}
END_TEST

START_TEST(the_sampler_tells_of_itself)
{
	struct sampler_config config = { .root = tree, .cgroup_dir = CGROUP, .own = true };
	struct stream_writer w = open_writer();
	struct sampler *s;

	put("/proc/vmstat", "a 1\n");
	ck_assert_int_eq(sampler_open(&config, &s, NULL), 0);
	sampler_take(s, 1, &w);
	ck_assert_uint_eq(value(s, "sampler.minflt"), 0);
	sampler_tell_late(s, 250, 2);
	sampler_take(s, 2, &w);
	ck_assert_uint_eq(value(s, "sampler.late_ns"), 250);
	sampler_tell_late(s, 0, 1);
	sampler_take(s, 3, &w);
	ck_assert_uint_eq(value(s, "sampler.late_ns"), 0);
	ck_assert_uint_eq(value(s, "sampler.missed"), 3); /* in all */
	stream_writer_release(&w);
	sampler_close(s);
}
END_TEST

#define STATUS "Name:\tdb.0\nState:\tR (running)\nVmRSS:\t     120 kB\nRssAnon:\t 100 kB\nVmSwap:\t 8 kB\nThreads:\t1\n"
#define STAT   "57 (a) b (c) R 1 57 57 0 -1 4194560 333 0 44 0 12 5 0 0 20 0 1 0 100 0 0"

static void count_up(const void *opaque, uint64_t *ret_touched_pages, uint64_t *ret_filled_pages)
{
	uint64_t *calls = (uint64_t *)(uintptr_t)opaque;

	*ret_touched_pages = ++*calls;
	*ret_filled_pages = 7;
}

static struct sampler *open_with_task(const struct sampler_task *task)
{
	struct sampler_config config = { .root = tree, .cgroup_dir = CGROUP, .tasks = task, .n_tasks = 1 };
	struct sampler *s = NULL;

	put("/sys/devices/system/node/node0/cpulist", "0\n");
	put("/sys/devices/system/node/node1/cpulist", "1\n");
	put("/proc/57/status", STATUS);
	put("/proc/57/stat", STAT);
	put("/proc/57/oom_score", "666\n");
	put("/proc/57/numa_maps", "7f00 bind:0 anon=3 dirty=3 N0=2 N1=1 kernelpagesize_kB=4\n"
				  "7f10 default file=/a\\040N0=9 huge N1=2 kernelpagesize_kB=2048\n");
	ck_assert_int_eq(sampler_open(&config, &s, NULL), 0);
	return s;
}

START_TEST(a_task_has_columns_of_its_own)
{
	static const struct expected expected[] = {
		{ "task.db.0.VmRSS_bytes", 120 * KIB },
		{ "task.db.0.RssAnon_bytes", 100 * KIB },
		{ "task.db.0.VmSwap_bytes", 8 * KIB },
		{ "task.db.0.state", 'R' },
		{ "task.db.0.minflt", 333 },
		{ "task.db.0.majflt", 44 },
		{ "task.db.0.cpu_ns", 170000000 },
		{ "task.db.0.oom_score", 666 },
		{ "task.db.0.numa.N0_bytes", 8 * KIB },
		{ "task.db.0.numa.N1_bytes", 4 * KIB + 4096 * KIB },
		{ "task.db.0.filled_pages", 7 },
		{ 0 },
	};
	uint64_t calls = 0;
	struct sampler_task task = { "db.0", 57, count_up, &calls };
	struct stream_writer w = open_writer();
	struct sampler *s = open_with_task(&task);

	assert_values(s, expected);
	assert_absent(s, "task.db.0.Threads_bytes");
	assert_names_differ(s);
	ck_assert_int_eq(sampler_take(s, 1, &w), 0);
	ck_assert_uint_eq(value(s, "task.db.0.touched_pages"), calls);
	stream_writer_release(&w);
	sampler_close(s);
}
END_TEST

START_TEST(a_task_that_ended_has_no_sizes_and_keeps_its_counts)
{
	struct sampler_task task = { "db.0", 57, NULL, NULL };
	struct stream_writer w = open_writer();
	struct sampler *s = open_with_task(&task);

	sampler_take(s, 1, &w);
	put("/proc/57/status", ""); /* /proc answers ESRCH */
	put("/proc/57/stat", "");
	put("/proc/57/oom_score", "");
	put("/proc/57/numa_maps", "");
	sampler_take(s, 2, &w);
	ck_assert_uint_eq(value(s, "task.db.0.VmRSS_bytes"), 0);
	ck_assert_uint_eq(value(s, "task.db.0.state"), 0);
	ck_assert_uint_eq(value(s, "task.db.0.oom_score"), 0);
	ck_assert_uint_eq(value(s, "task.db.0.numa.N1_bytes"), 0); /* at once, though it is read seldom */
	ck_assert_uint_eq(value(s, "task.db.0.majflt"), 44);
	assert_absent(s, "task.db.0.touched_pages");
	stream_writer_release(&w);
	sampler_close(s);
}
END_TEST

/* A zombie's status has no sizes, but its other lines. */
START_TEST(a_size_that_is_not_told_any_more_is_0)
{
	struct sampler_task task = { "db.0", 57, NULL, NULL };
	struct stream_writer w = open_writer();
	struct sampler *s = open_with_task(&task);

	put("/proc/57/status", "Name:\tdb.0\nState:\tZ (zombie)\nVmSwap:\t 4 kB\n");
	sampler_take(s, 1, &w);
	ck_assert_uint_eq(value(s, "task.db.0.VmRSS_bytes"), 0);
	ck_assert_uint_eq(value(s, "task.db.0.VmSwap_bytes"), 4 * KIB);
	stream_writer_release(&w);
	sampler_close(s);
}
END_TEST

START_TEST(what_is_dear_is_read_with_every_tenth_sample)
{
	struct sampler_task task = { "db.0", 57, NULL, NULL };
	struct stream_writer w = open_writer();
	struct sampler *s = open_with_task(&task);

	sampler_take(s, 0, &w);
	put("/proc/57/numa_maps", "7f00 default N0=5 kernelpagesize_kB=4\n");
	for (uint64_t i = 1; i < 10; i++) {
		sampler_take(s, i, &w);
		ck_assert_uint_eq(value(s, "task.db.0.numa.N0_bytes"), 8 * KIB);
	}
	sampler_take(s, 10, &w);
	ck_assert_uint_eq(value(s, "task.db.0.numa.N0_bytes"), 20 * KIB);
	stream_writer_release(&w);
	sampler_close(s);
}
END_TEST

/* Counts allocations; the sanitizer has its own malloc(). */
static unsigned long allocations;

#ifndef __SANITIZE_ADDRESS__
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	allocations++;
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	allocations++;
	return __libc_realloc(p, size);
}
#endif

static long minor_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

START_TEST(a_sample_neither_allocates_nor_faults)
{
	static const char *const groups[] = { "db", "victim", "backup", NULL };
	struct sampler *s = open_sampler(TREES "2node-6.1", groups);
	struct stream_writer w = open_writer();
	unsigned long made = allocations;
	long faults;

	sampler_take(s, 1, &w); /* the first also brings in the code and the test's own buffer */
	faults = minor_faults();
	for (uint64_t i = 2; i < 20; i++)
		sampler_take(s, i, &w);
	faults = minor_faults() - faults;
	made = allocations - made; /* now: the assertions allocate */
	ck_assert_int_eq(faults, 0);
	ck_assert_uint_eq(made, 0);
	stream_writer_release(&w);
	sampler_close(s);
}
END_TEST

/* A source grows while it is sampled: the buffer has room for twice what there was. */
START_TEST(a_text_larger_than_the_buffer_is_cut)
{
	struct stream_writer w = open_writer();
	_cleanup_free_ char *text = xcalloc(1, 4 << 20);
	struct sampler *s;
	size_t len = 0;

	put("/proc/vmstat", "first 1\nlast 2\n");
	s = open_sampler(tree, NULL);
	len += (size_t)sprintf(text, "first 3\n");
	for (int i = 0; i < 100000; i++)
		len += (size_t)sprintf(text + len, "line%d 7\n", i);
	sprintf(text + len, "last 4\n");
	put("/proc/vmstat", text);
	ck_assert_int_eq(sampler_take(s, 1, &w), 0);
	ck_assert_str_eq(out, "{\"type\":\"sample\",\"t_ns\":1,\"set\":[0,3,1,2]}\n");
	sampler_close(s);
	stream_writer_release(&w);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sampler");
	TCase *tests = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, make_tree, remove_tree);
	tcase_add_test(tests, the_tree_of_6_1);
	tcase_add_test(tests, the_tree_of_6_12);
	tcase_add_test(tests, what_a_machine_lacks_is_no_column);
	tcase_add_test(tests, a_tree_without_counters_is_an_error);
	tcase_add_test(tests, a_missing_group_is_an_error);
	tcase_add_test(tests, columns_are_written_in_order);
	tcase_add_test(tests, only_what_changed_is_written);
	tcase_add_test(tests, lines_may_come_go_and_move);
	tcase_add_test(tests, max_is_no_number);
	tcase_add_test(tests, odd_texts_do_no_harm);
	tcase_add_test(tests, numbers_too_large_do_not_wrap);
	tcase_add_test(tests, a_cut_text_gives_what_it_still_has);
	tcase_add_test(tests, a_later_state_is_the_same_as_when_opened_anew);
	tcase_add_test(tests, reclaim_columns_are_there_before_the_entries);
	tcase_add_test(tests, the_histogram_is_asked_for_by_the_kernels_names);
	tcase_add_test(tests, swap_devices_and_files_are_told_apart);
	tcase_add_test(tests, kswapd_is_the_kernels);
	tcase_add_test(tests, a_list_of_nodes_is_a_mask);
	tcase_add_test(tests, a_group_without_v2_files_has_no_columns);
	tcase_add_test(tests, the_sampler_tells_of_itself);
	tcase_add_test(tests, a_task_has_columns_of_its_own);
	tcase_add_test(tests, a_task_that_ended_has_no_sizes_and_keeps_its_counts);
	tcase_add_test(tests, a_size_that_is_not_told_any_more_is_0);
	tcase_add_test(tests, what_is_dear_is_read_with_every_tenth_sample);
	tcase_add_test(tests, a_sample_neither_allocates_nor_faults);
	tcase_add_test(tests, a_text_larger_than_the_buffer_is_cut);
	tcase_set_timeout(tests, 60); /* a sanitizer on a busy machine */
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
