/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "common/util.h"
#include "workloads/content.h"
#include "workloads/walk.h"
#include "workloads/workload.h"

enum { PAGES = 300, BYTES = PAGES * CONTENT_PAGE };

/* One workload with all it is given. */
static struct workload_params params;
static struct workload_report report;
static struct workload_env env;
static const struct workload_kind *kind;
static char dir[64];
static int release_fds[2];

static void use_kind(const char *name)
{
	kind = workload_find(name);
	ck_assert_ptr_nonnull(kind);
	workload_params_release(&params);
	workload_params_init(kind, &params);
}

static void set_up(void)
{
	snprintf(dir, sizeof(dir), "/tmp/memrig-workload-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(pipe(release_fds), 0);
	memset(&report, 0, sizeof(report));
	env = (struct workload_env){
		.params = &params,
		.size_bytes = BYTES,
		.seed = 1,
		.name = "db.0",
		.data_dir = dir,
		.report = &report,
		.event_fd = eventfd(0, EFD_NONBLOCK),
		.release_fd = release_fds[0],
	};
	use_kind("anon");
}

static void tear_down(void)
{
	static const char *const names[] = { "db.0", "shared" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, names[i]);

		unlink(path);
	}
	rmdir(dir);
	workload_params_release(&params);
	close(env.event_fd);
	close(release_fds[0]);
	close(release_fds[1]);
}

static void set(const char *name, const char *text)
{
	const struct workload_option *option = workload_find_option(kind, name);
	struct error err = { 0 };

	ck_assert_msg(option != NULL, "no option %s", name);
	ck_assert_msg(workload_set_option(option, text, &params, &err) == 0, "%s", err.what);
}

/* Those that work anywhere: no hugetlb pages, which only root can set aside. */
static const char *const all_kinds[] = { "anon", "file_map", "file_read", "locked", "page_tables", "shm", "stack" };

static bool fills_by_writing(void)
{
	return !kind->needs_disk;
}

static void run(void)
{
	struct error err = { 0 };

	if (kind->prepare)
		ck_assert_msg(kind->prepare(&env, &err) == 0, "%s: %s", err.where, err.what);
	ck_assert_msg(kind->run(&env, &err) == 0, "%s: %s", err.where, err.what);
}

static uint64_t events(void)
{
	uint64_t n = 0;

	return read(env.event_fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

/* Options. */

START_TEST(kinds_are_sorted_and_found)
{
	for (size_t i = 0; workload_kinds[i]; i++) {
		ck_assert_ptr_eq(workload_find(workload_kinds[i]->name), workload_kinds[i]);
		if (i)
			ck_assert_str_lt(workload_kinds[i - 1]->name, workload_kinds[i]->name);
		ck_assert(workload_kinds[i]->needs_disk == (workload_kinds[i]->disk_bytes != NULL));
	}
	ck_assert_ptr_null(workload_find("anonymous"));
	ck_assert_ptr_null(workload_find(""));
}
END_TEST

START_TEST(options_belong_to_their_kind)
{
	ck_assert_ptr_nonnull(workload_find_option(workload_find("anon"), "size"));
	ck_assert_ptr_nonnull(workload_find_option(workload_find("anon"), "write"));
	ck_assert_ptr_nonnull(workload_find_option(workload_find("file_map"), "write"));
	ck_assert_ptr_null(workload_find_option(workload_find("file_read"), "write"));
	ck_assert_ptr_null(workload_find_option(workload_find("anon"), "file"));
	ck_assert_ptr_null(workload_find_option(workload_find("anon"), "sizes"));
	ck_assert_ptr_nonnull(workload_find_option(workload_find("file_read"), "threads"));
	ck_assert_ptr_null(workload_find_option(workload_find("file_read"), "thp"));
	ck_assert_ptr_null(workload_find_option(workload_find("stack"), "threads"));
	ck_assert_ptr_null(workload_find_option(workload_find("locked"), "mlock"));
}
END_TEST

START_TEST(the_fallbacks_are_set)
{
	use_kind("file_read");
	ck_assert_int_eq(params.pattern, PATTERN_SEQUENTIAL);
	ck_assert_double_eq(params.compressibility, 0.5);
	ck_assert_double_eq(params.write, 0);
	ck_assert_uint_eq(params.work.passes, 1);
	ck_assert_uint_eq(params.work.time_ns, 0);
	ck_assert_uint_eq(params.rate_pages_per_s, 0);
	ck_assert(!params.hold);
	ck_assert_ptr_null(params.file);
	ck_assert_uint_eq(4096U << params.block, 65536);
	ck_assert_int_eq(params.readahead, READAHEAD_NORMAL);
}
END_TEST

static const struct {
	const char *kind, *option, *text;
	int result;
} forms[] = {
	{ "anon", "size", "64M", 0 },
	{ "anon", "size", "4096", 0 },
	{ "anon", "size", "120% of node 0", 0 },
	{ "anon", "size", "4095", -ERANGE },
	{ "anon", "size", "0", -ERANGE },
	{ "anon", "size", "64MB", -EINVAL },
	{ "anon", "size", "-1", -EINVAL },
	{ "anon", "pattern", "hot-cold", 0 },
	{ "anon", "pattern", "Zipf", -EINVAL },
	{ "anon", "pattern", "zip", -EINVAL },
	{ "anon", "pattern", "", -EINVAL },
	{ "anon", "write", "0", 0 },
	{ "anon", "write", "1", 0 },
	{ "anon", "write", "0.30000000000000004", 0 },
	{ "anon", "write", "1e-05", 0 },
	{ "anon", "write", "1.0000001", -ERANGE },
	{ "anon", "write", "-0.1", -ERANGE },
	{ "anon", "write", "1e999", -ERANGE },
	{ "anon", "write", "0.3x", -EINVAL },
	{ "anon", "write", " 0.3", -EINVAL },
	{ "anon", "write", "0.3 ", -EINVAL },
	{ "anon", "write", "0,3", -EINVAL },
	{ "anon", "write", "nan", -EINVAL },
	{ "anon", "write", "inf", -EINVAL },
	{ "anon", "write", "0x1", -EINVAL },
	{ "anon", "write", "1e", -EINVAL },
	{ "anon", "write", "--1", -EINVAL },
	{ "anon", "write", "-", -EINVAL },
	{ "anon", "write", "", -EINVAL },
	{ "anon", "write", "true", -EINVAL },
	{ "anon", "zipf_skew", "0.009", -ERANGE },
	{ "anon", "zipf_skew", "5", 0 },
	{ "anon", "hot_share", "0", -ERANGE },
	{ "anon", "hot_access", "1", -ERANGE },
	{ "anon", "compressibility", "0.95", 0 },
	{ "anon", "compressibility", "0.96", -ERANGE },
	{ "anon", "work", "3 passes", 0 },
	{ "anon", "work", "1 pass", 0 },
	{ "anon", "work", "0 passes", 0 },
	{ "anon", "work", "20s", 0 },
	{ "anon", "work", "1.5s", 0 },
	{ "anon", "work", "1000001 passes", -ERANGE },
	{ "anon", "work", "99999999999999999999 passes", -ERANGE },
	{ "anon", "work", "0s", -ERANGE },
	{ "anon", "work", "3", -EINVAL },
	{ "anon", "work", "3passes", -EINVAL },
	{ "anon", "work", "3  passes", -EINVAL },
	{ "anon", "work", "3 passes ", -EINVAL },
	{ "anon", "work", "-1 passes", -EINVAL },
	{ "anon", "work", "1.5 passes", -EINVAL },
	{ "anon", "work", "passes", -EINVAL },
	{ "anon", "rate", "0", 0 },
	{ "anon", "rate", "1000000000", 0 },
	{ "anon", "rate", "1000000001", -ERANGE },
	{ "anon", "rate", "18446744073709551616", -ERANGE },
	{ "anon", "rate", "-1", -EINVAL },
	{ "anon", "rate", "+1", -EINVAL },
	{ "anon", "rate", "1.0", -EINVAL },
	{ "anon", "rate", "1K", -EINVAL },
	{ "anon", "hold", "true", 0 },
	{ "anon", "hold", "false", 0 },
	{ "anon", "hold", "1", -EINVAL },
	{ "anon", "hold", "True", -EINVAL },
	{ "file_read", "file", "a-b_c.9", 0 },
	{ "file_read", "file", "", -EINVAL },
	{ "file_read", "file", "..", -EINVAL },
	{ "file_read", "file", "a/b", -EINVAL },
	{ "file_read", "file", "0123456789012345678901234567890123456789012345678901234567890123", 0 },
	{ "file_read", "file", "01234567890123456789012345678901234567890123456789012345678901234", -EINVAL },
	{ "file_read", "block", "1M", 0 },
	{ "file_read", "block", "2M", -EINVAL },
	{ "file_read", "block", "4096", -EINVAL },
	{ "file_read", "readahead", "random", 0 },
	{ "file_map", "sync", "sync", 0 },
	{ "file_map", "sync", "full", -EINVAL },
	{ "file_write", "fsync", "end", 0 },
	{ "file_write", "fsync", "always", -EINVAL },
	{ "file_write", "fsync_every", "0", 0 },
	{ "file_write", "fsync_every", "1M", 0 },
	{ "file_write", "fsync_every", "10% of ram", -ERANGE },
	{ "file_write", "fsync_every", "1.5M", -EINVAL },
	{ "heap", "block", "64", 0 },
	{ "heap", "block", "1G", 0 },
	{ "heap", "block", "63", -ERANGE },
	{ "heap", "block", "1025M", -ERANGE },
	{ "heap", "block", "1KB", -EINVAL },
	{ "heap", "keep", "1.01", -ERANGE },
	{ "shm", "type", "sysv", 0 },
	{ "shm", "type", "posix", -EINVAL },
	{ "anon", "threads", "1", 0 },
	{ "anon", "threads", "64", 0 },
	{ "anon", "threads", "0", -ERANGE },
	{ "anon", "threads", "65", -ERANGE },
	{ "anon", "verify", "true", 0 },
	{ "anon", "latency", "yes", -EINVAL },
	{ "anon", "thp", "never", 0 },
	{ "anon", "thp", "madvise", -EINVAL },
	{ "anon", "mlock", "true", 0 },
	{ "anon", "touch", "read", 0 },
	{ "anon", "touch", "reads", -EINVAL },
	{ "anon", "populate", "true", 0 },
	{ "anon", "advice", "pageout", 0 },
	{ "anon", "advice", "hot", -EINVAL },
	{ "huge", "reserve", "32M", 0 },
	{ "huge", "reserve", "1M", -ERANGE },
	{ "huge", "reserve", "10% of ram", -ERANGE },
};

/* A refusal says what would be accepted and leaves the value as it was. */
START_TEST(written_forms_are_read_strictly)
{
	struct workload_params before;
	struct error err = { 0 };
	int r;

	use_kind(forms[_i].kind);
	before = params;
	r = workload_set_option(workload_find_option(kind, forms[_i].option), forms[_i].text, &params, &err);
	ck_assert_msg(r == forms[_i].result, "%s '%s': %d", forms[_i].option, forms[_i].text, r);
	if (r < 0) {
		ck_assert_str_ne(err.what, "");
		ck_assert_mem_eq(&before, &params, sizeof(params));
	}
}
END_TEST

START_TEST(written_forms_have_their_values)
{
	set("work", "3 passes");
	ck_assert_uint_eq(params.work.passes, 3);
	set("work", "1.5s");
	ck_assert_uint_eq(params.work.passes, 0);
	ck_assert_uint_eq(params.work.time_ns, 1500000000);
	set("pattern", "zipf");
	ck_assert_int_eq(params.pattern, PATTERN_ZIPF);
	set("write", "0.25");
	ck_assert_double_eq(params.write, 0.25);
	use_kind("file_read");
	set("file", "a");
	set("file", "b");
	ck_assert_str_eq(params.file, "b");
	set("block", "1M");
	ck_assert_uint_eq(4096U << params.block, 1048576);
}
END_TEST

/* Runs. */

/* The kinds that walk over memory or files of their own, and what of that writes: nothing, the fill, or all. */
static const struct walker {
	const char *name;
	enum { WRITES_NOTHING, WRITES_FILL, WRITES_ALL } writes;
	bool in_blocks;
} walkers[] = {
	{ "anon", WRITES_FILL, false },
	{ "file_map", WRITES_NOTHING, false },
	{ "file_read", WRITES_NOTHING, true },
	{ "file_write", WRITES_ALL, true },
	{ "heap", WRITES_FILL, false },
	{ "shm", WRITES_FILL, false },
};

static uint64_t written_of(const struct walker *walker)
{
	return walker->writes == WRITES_ALL  ? report.touched_pages :
	       walker->writes == WRITES_FILL ? PAGES :
					       0;
}

START_TEST(each_kind_fills_and_works)
{
	static const char *const patterns[] = { "sequential", "random", "zipf", "hot-cold" };

	use_kind(walkers[_i].name);
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		memset(&report, 0, sizeof(report));
		set("pattern", patterns[i]);
		set("work", "2 passes");
		run();
		ck_assert_uint_eq(report.state, WORKLOAD_DONE);
		ck_assert_uint_eq(report.filled_pages, PAGES);
		ck_assert_uint_eq(report.passes, 2);
		ck_assert_uint_eq(report.bad_pages, 0);
		/* 300 pages are 18 blocks of 16 and one of 12: random blocks need not be whole. */
		if (!walkers[_i].in_blocks || i == 0)
			ck_assert_uint_eq(report.touched_pages, 3 * PAGES);
		ck_assert_uint_eq(report.written_pages, written_of(&walkers[_i]));
		ck_assert_uint_gt(report.started_ns, 0);
		ck_assert_uint_ge(report.filled_ns, report.started_ns);
		ck_assert_uint_ge(report.done_ns, report.filled_ns);
		ck_assert_int_eq(report.error, 0);
		ck_assert_uint_eq(events(), 3);
	}
}
END_TEST

START_TEST(no_passes_are_the_fill_alone)
{
	use_kind(walkers[_i].name);
	set("work", "0 passes");
	run();
	ck_assert_uint_eq(report.state, WORKLOAD_DONE);
	ck_assert_uint_eq(report.touched_pages, PAGES);
	ck_assert_uint_eq(report.passes, 0);
	ck_assert_uint_eq(events(), 3);
}
END_TEST

START_TEST(the_smallest_size_works)
{
	use_kind(walkers[_i].name);
	env.size_bytes = CONTENT_PAGE;
	set("pattern", "hot-cold");
	run();
	ck_assert_uint_eq(report.touched_pages, 2);
}
END_TEST

static const struct walker *const sharers[] = { &walkers[0], &walkers[1], &walkers[4], &walkers[5] };

START_TEST(the_write_share_is_kept)
{
	uint64_t fill = sharers[_i]->writes == WRITES_FILL ? PAGES : 0;

	use_kind(sharers[_i]->name);
	set("pattern", "random");
	set("write", "0.3");
	set("work", "20 passes");
	run();
	ck_assert_double_eq_tol((double)(report.written_pages - fill) / (20 * PAGES), 0.3, 0.03);
	ck_assert_uint_eq(report.bad_pages, 0);
	memset(&report, 0, sizeof(report));
	set("write", "1");
	set("work", "1 pass");
	run();
	ck_assert_uint_eq(report.written_pages, fill + PAGES);
}
END_TEST

/* Whatever the number of threads: every page is filled once, and a pass is as many accesses as there are pages. */
START_TEST(threads_share_the_walk)
{
	static const char *const threads[] = { "1", "2", "7", "64" };

	use_kind(all_kinds[_i]);
	for (size_t i = 0; i < ARRAY_SIZE(threads) && workload_find_option(kind, "threads"); i++) {
		struct workload_counts sum;

		memset(&report, 0, sizeof(report));
		set("threads", threads[i]);
		set("work", "3 passes");
		run();
		sum = workload_sum(&report);
		ck_assert_uint_eq(sum.filled_pages, PAGES);
		ck_assert_uint_eq(sum.touched_pages, 4 * PAGES);
		ck_assert_uint_eq(sum.written_pages, fills_by_writing() ? PAGES : 0);
		ck_assert_uint_eq(report.passes, 3);
		ck_assert_uint_eq(report.bad_pages, 0);
		ck_assert_uint_eq(report.state, WORKLOAD_DONE);
		ck_assert_uint_eq(events(), 3);
		ck_assert((report.filled_pages == PAGES) == (i == 0));
	}
}
END_TEST

START_TEST(threads_write_the_same_pages_unharmed)
{
	set("threads", "8");
	set("verify", "true");
	set("pattern", "hot-cold");
	set("write", "0.5");
	set("work", "50 passes");
	set("touch", _i ? "read" : "write");
	run();
	ck_assert_uint_eq(workload_sum(&report).touched_pages, 51 * PAGES);
	ck_assert_uint_eq(report.bad_pages, 0);
}
END_TEST

static int touch_nothing(struct walk *walk, uint64_t unit, bool write, struct error *err)
{
	(void)unit;
	(void)write;
	if (walk_thread() == 2 && report.state == WORKLOAD_FILLED)
		return error_set(err, -EIO, walk->env->name, "thread 2 cannot go on");
	return 0;
}

/* The others would go on for a minute: Check would not wait so long. */
START_TEST(an_error_of_a_thread_ends_all)
{
	struct walk walk = { .env = &env, .unit_pages = 1, .fill = touch_nothing, .touch = touch_nothing };
	struct error err = { 0 };

	set("threads", "4");
	set("work", "60s");
	ck_assert_int_eq(walk_run(&walk, &err), -EIO);
	ck_assert_str_eq(err.what, "thread 2 cannot go on");
	ck_assert_uint_eq(workload_sum(&report).filled_pages, PAGES);
}
END_TEST

/* A thread that is ahead does not make a pass complete. */
START_TEST(a_pass_is_all_threads)
{
	static const char *const works[] = { "30ms", "300ms", "2s" }; /* a busy machine may need more for one pass */

	set("threads", "5");
	for (size_t i = 0; i < ARRAY_SIZE(works) && report.passes == 0; i++) {
		memset(&report, 0, sizeof(report));
		set("work", works[i]);
		run();
	}
	ck_assert_uint_gt(report.passes, 0);
	ck_assert_uint_ge(workload_sum(&report).touched_pages, (1 + report.passes) * PAGES);
}
END_TEST

/* What the fill only reads is no memory until it is written, and then has its content. */
START_TEST(the_fill_can_read)
{
	set("touch", "read");
	set("write", "1");
	set("work", "2 passes");
	run();
	ck_assert_uint_eq(report.filled_pages, PAGES);
	ck_assert_uint_eq(report.written_pages, 2 * PAGES);
	ck_assert_uint_eq(report.bad_pages, 0);
}
END_TEST

START_TEST(memory_is_advised_populated_and_locked)
{
	static const char *const settings[][2] = {
		{ "advice", "cold" }, { "advice", "pageout" }, { "advice", "free" },   { "advice", "dontneed" },
		{ "thp", "always" },  { "thp", "never" },      { "populate", "true" }, { "mlock", "true" },
	};

	for (size_t i = 0; i < 2 * ARRAY_SIZE(settings); i++) {
		memset(&report, 0, sizeof(report));
		use_kind("anon");
		set(settings[i / 2][0], settings[i / 2][1]);
		set("touch", i % 2 ? "read" : "write");
		run();
		ck_assert_uint_eq(report.filled_pages, PAGES);
		ck_assert_uint_eq(report.bad_pages, 0);
	}
}
END_TEST

static double figure(const char *name)
{
	for (uint32_t i = 0; i < report.n_figures; i++)
		if (streq(report.figures[i].name, name))
			return report.figures[i].value;
	return -1;
}

START_TEST(accesses_are_timed)
{
	set("latency", "true");
	set("threads", _i ? "3" : "1");
	set("work", "20 passes");
	run();
	ck_assert_double_gt(figure("access_p50_ns"), 0);
	ck_assert_double_le(figure("access_p50_ns"), figure("access_p99_ns"));
	ck_assert_double_le(figure("access_p99_ns"), figure("access_max_ns"));
	ck_assert_double_gt(figure("fill_p50_ns"), 0);
	/* No access can have taken longer than all of them, on the other clock. */
	ck_assert_double_le(figure("access_max_ns"), 1.02 * (double)(report.done_ns - report.filled_ns));
	ck_assert_double_le(figure("fill_max_ns"), 1.02 * (double)(report.filled_ns - report.started_ns));
}
END_TEST

/* The wait for the schedule is no part of an access. */
START_TEST(a_rate_is_no_latency)
{
	set("latency", "true");
	set("rate", "4000");
	run();
	ck_assert_double_lt(figure("access_p50_ns"), 100e3);
}
END_TEST

START_TEST(special_memory_tells_its_size)
{
	static const struct {
		const char *kind, *figure;
		double at_least;
	} kinds[] = {
		{ "locked", "locked_bytes", BYTES },
		{ "page_tables", "page_table_bytes", BYTES },
		{ "stack", "stack_bytes", BYTES },
	};

	use_kind(kinds[_i].kind);
	run();
	ck_assert_double_ge(figure(kinds[_i].figure), kinds[_i].at_least);
}
END_TEST

START_TEST(a_stack_grows_beyond_the_limit)
{
	struct rlimit limit;

	use_kind("stack");
	ck_assert_int_eq(getrlimit(RLIMIT_STACK, &limit), 0);
	limit.rlim_cur = BYTES / 2;
	ck_assert_int_eq(setrlimit(RLIMIT_STACK, &limit), 0);
	run();
	ck_assert_uint_eq(report.filled_pages, PAGES);
}
END_TEST

START_TEST(work_can_be_a_time)
{
	set("work", "30ms");
	run();
	ck_assert_uint_ge(report.done_ns - report.filled_ns, 30 * NSEC_PER_MSEC);
	ck_assert_uint_gt(report.passes, 1);
}
END_TEST

/* The fill takes part: page k is due k / rate after the start. Only lateness depends on the machine. */
START_TEST(the_rate_is_a_limit)
{
	set("rate", "6000");
	run();
	ck_assert_uint_eq(report.touched_pages, 2 * PAGES);
	ck_assert_uint_ge(report.done_ns - report.started_ns, 98 * NSEC_PER_MSEC);
}
END_TEST

START_TEST(a_time_ends_a_slow_walk)
{
	env.size_bytes = CONTENT_PAGE;
	set("rate", "1");
	set("work", "10ms");
	run();
	ck_assert_uint_eq(report.passes, 0);
	ck_assert_uint_lt(report.touched_pages, 3);
}
END_TEST

/* Ends the hold when the workload has got there. */
static void *release(void *unused)
{
	while (report.state != WORKLOAD_DONE)
		sched_yield();
	close(release_fds[1]);
	return unused;
}

START_TEST(a_hold_ends_with_the_pipe)
{
	pthread_t thread;

	use_kind(walkers[_i].name);
	set("hold", "true");
	ck_assert_int_eq(pthread_create(&thread, NULL, release, NULL), 0);
	run();
	pthread_join(thread, NULL);
	ck_assert_uint_eq(report.state, WORKLOAD_DONE);
}
END_TEST

START_TEST(too_much_memory_is_an_error)
{
	struct error err = { 0 };

	env.size_bytes = 1ULL << 60;
	ck_assert_int_eq(kind->run(&env, &err), -ENOMEM);
	ck_assert_str_eq(err.where, "db.0");
	ck_assert_uint_ne(report.state, WORKLOAD_DONE);
}
END_TEST

/* Data files. */

static uint64_t file_size(const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return (uint64_t)st.st_size;
}

static void flip_byte(const char *name, off_t at)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	_cleanup_close_ int fd = open(path, O_RDWR);
	unsigned char byte;

	ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
}

/* The last one does not read. */
static const char *const file_kinds[] = { "file_map", "file_read", "file_write" };

/* Each bad page counts once, however many passes meet it. */
START_TEST(a_flipped_byte_is_one_bad_page)
{
	use_kind(file_kinds[_i]);
	set("work", "3 passes");
	ck_assert_int_eq(kind->prepare(&env, NULL), 0);
	flip_byte("db.0", 17 * CONTENT_PAGE + 7);
	ck_assert_int_eq(kind->run(&env, NULL), 0);
	ck_assert_uint_eq(report.bad_pages, 1);
	ck_assert_uint_eq(report.state, WORKLOAD_DONE);
}
END_TEST

/* In the middle of a page, where only all of its words tell. */
START_TEST(verify_names_what_is_damaged)
{
	use_kind(file_kinds[_i]);
	set("verify", "true");
	set("work", "3 passes");
	ck_assert_int_eq(kind->prepare(&env, NULL), 0);
	flip_byte("db.0", 17 * CONTENT_PAGE + 2048 + 1);
	flip_byte("db.0", 200 * CONTENT_PAGE + 8);
	ck_assert_int_eq(kind->run(&env, NULL), 0);
	ck_assert_uint_eq(report.bad_pages, 2);
	ck_assert_msg(strstr(report.message, "page 17 is damaged at offset 71680: expected 0x0000000000000000, "
					     "got 0x0000000000000100") != NULL, "%s", report.message);

	memset(&report, 0, sizeof(report));
	set("verify", "false");
	ck_assert_int_eq(kind->run(&env, NULL), 0);
	ck_assert_uint_eq(report.bad_pages, 0);
}
END_TEST

START_TEST(workloads_share_a_file_by_its_name)
{
	use_kind("file_map");
	set("file", "shared");
	set("write", "0.5");
	set("sync", "sync");
	run();
	ck_assert_uint_eq(file_size("shared"), BYTES);

	use_kind("file_read");
	set("file", "shared");
	set("compressibility", "0.1");
	env.name = "other.0";
	env.seed = 99;
	env.size_bytes = 2 * BYTES;
	run();
	ck_assert_uint_eq(file_size("shared"), 2 * BYTES);
	ck_assert_uint_eq(report.bad_pages, 0);

	env.size_bytes = CONTENT_PAGE;
	run();
	ck_assert_uint_eq(file_size("shared"), 2 * BYTES);
	ck_assert_uint_eq(report.bad_pages, 0);
}
END_TEST

START_TEST(a_foreign_file_is_written_anew)
{
	_cleanup_free_ char *path = xasprintf("%s/db.0", dir);
	_cleanup_close_ int fd = open(path, O_CREAT | O_WRONLY, 0600);

	ck_assert_int_eq(ftruncate(fd, BYTES + 5), 0);
	use_kind("file_read");
	run();
	ck_assert_uint_eq(file_size("db.0"), BYTES);
	ck_assert_uint_eq(report.bad_pages, 0);
}
END_TEST

START_TEST(a_short_file_is_an_error)
{
	_cleanup_free_ char *path = xasprintf("%s/db.0", dir);
	struct error err = { 0 };

	use_kind(file_kinds[_i]);
	ck_assert_int_eq(kind->prepare(&env, &err), 0);
	ck_assert_int_eq(truncate(path, BYTES - 1), 0);
	ck_assert_int_eq(kind->run(&env, &err), -EIO);
	ck_assert_str_ne(err.what, "");
}
END_TEST

START_TEST(a_missing_file_or_disk_is_an_error)
{
	struct error err = { 0 };

	use_kind(file_kinds[_i]);
	ck_assert_int_eq(kind->run(&env, &err), -ENOENT);
	env.data_dir = "";
	ck_assert_int_eq(kind->prepare(&env, &err), -ENODEV);
	ck_assert_uint_eq(kind->disk_bytes(&env), BYTES);
}
END_TEST

START_TEST(blocks_of_each_size_read_the_whole_file)
{
	use_kind("file_read");
	set("block", workload_find_option(kind, "block")->choices[_i]);
	run();
	ck_assert_uint_eq(report.touched_pages, 2 * PAGES);
	ck_assert_uint_eq(report.bad_pages, 0);
}
END_TEST

/* What was there is overwritten with what belongs there. */
START_TEST(writes_what_readers_expect)
{
	use_kind("file_write");
	set("fsync", _i == 1 ? "end" : "none");
	set("fsync_every", _i == 2 ? "256K" : "0");
	set("drop_behind", _i == 3 ? "true" : "false");
	ck_assert_int_eq(kind->prepare(&env, NULL), 0);
	flip_byte("db.0", 17 * CONTENT_PAGE + 7);
	ck_assert_int_eq(kind->run(&env, NULL), 0);
	ck_assert_double_eq(figure("written_bytes"), 2 * BYTES);
	ck_assert(_i == 1 || _i == 2 ? figure("fsync_max_ns") > 0 : figure("fsync_max_ns") == -1);

	use_kind("file_read");
	set("drop_behind", "true");
	ck_assert_int_eq(kind->run(&env, NULL), 0);
	ck_assert_uint_eq(report.bad_pages, 0);
}
END_TEST

/* Which device there is depends on the machine; the lab's test reads one. */
START_TEST(a_directory_without_a_device_is_an_error)
{
	struct error err = { 0 };

	use_kind("block_read");
	env.data_dir = "/proc";
	ck_assert_int_eq(kind->run(&env, &err), -ENODEV);
	ck_assert_str_eq(err.where, "/proc");
	env.data_dir = "";
	ck_assert_int_eq(kind->run(&env, &err), -ENODEV);
	env.data_dir = "/nonexistent";
	ck_assert_int_eq(kind->run(&env, &err), -ENOENT);
	ck_assert_uint_eq(report.state, WORKLOAD_WAITING);
}
END_TEST

/* Memory. */

/* Blocks within a page, across pages, of many pages, and larger than all there is to fill. */
START_TEST(blocks_of_any_size_hold_the_content)
{
	static const char *const blocks[] = { "64", "1000", "4K", "5000", "100K", "2M" };

	use_kind("heap");
	set("block", blocks[_i]);
	set("write", "0.5");
	set("work", "3 passes");
	run();
	ck_assert_uint_eq(report.filled_pages, PAGES);
	ck_assert_uint_eq(report.touched_pages, 4 * PAGES);
	ck_assert_uint_eq(report.bad_pages, 0);
	/* What the process had free before is resident already. */
	ck_assert_double_ge(figure("resident_before_free_bytes"), 0.9 * BYTES);
	ck_assert_double_ge(figure("brk_bytes"), 0);
	ck_assert_double_ge(figure("mmap_bytes"), 0);
}
END_TEST

#ifndef __SANITIZE_ADDRESS__ /* which brings an allocator of its own */
static const struct {
	const char *block, *keep, *trim;
	double brk_min, mmap_min, after_min, after_max; /* shares of all */
} heaps[] = {
	{ "1K", "0.1", "false", 1, 0, 1, 1.05 },
	/* Every tenth block of 1040 bytes touches 1.25 of 2.54 pages, more or less with where the heap begins: 0.49. */
	{ "1K", "0.1", "true", 1, 0, 0.1, 0.6 },
	{ "1K", "0", "false", 1, 0, 0, 0.2 },
	{ "128K", "0.5", "false", 0, 1, 0.4, 0.6 },
	{ "128K", "0", "false", 0, 1, 0, 0.1 },
};

START_TEST(small_blocks_stay_and_large_ones_go)
{
	use_kind("heap");
	set("block", heaps[_i].block);
	set("keep", heaps[_i].keep);
	set("trim", heaps[_i].trim);
	run();
	ck_assert_double_ge(figure("brk_bytes"), heaps[_i].brk_min * BYTES);
	ck_assert_double_ge(figure("mmap_bytes"), heaps[_i].mmap_min * BYTES);
	ck_assert_double_ge(figure("resident_after_free_bytes"), heaps[_i].after_min * BYTES);
	ck_assert_double_le(figure("resident_after_free_bytes"), heaps[_i].after_max * BYTES);
}
END_TEST
#endif

static const char *const shm_types[] = { "memfd", "sysv", "tmpfs" };

START_TEST(shared_memory_of_each_type)
{
	struct error err = { 0 };
	int r;

	use_kind("shm");
	set("type", shm_types[_i]);
	set("write", "0.5");
	set("work", "3 passes");
	r = kind->run(&env, &err);
	if (r == -EPERM && streq(shm_types[_i], "tmpfs"))
		return; /* only root may mount */
	ck_assert_msg(r == 0, "%s", err.what);
	ck_assert_uint_eq(report.touched_pages, 4 * PAGES);
	ck_assert_uint_eq(report.bad_pages, 0);
}
END_TEST

/* System V segments made by the process that are there. */
static int segments_of(pid_t pid)
{
	_cleanup_fclose_ FILE *list = fopen("/proc/sysvipc/shm", "re");
	char line[512];
	int n = 0, creator;

	ck_assert_ptr_nonnull(list);
	while (fgets(line, sizeof(line), list))
		n += sscanf(line, "%*d %*d %*o %*u %d", &creator) == 1 && creator == pid;
	return n;
}

START_TEST(a_killed_holder_leaves_no_segment)
{
	struct workload_report *shared =
		mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	use_kind("shm");
	set("type", "sysv");
	set("hold", "true");
	env.report = shared;
	pid = fork();
	if (pid == 0)
		_exit(kind->run(&env, NULL) != 0);
	while (shared->state != WORKLOAD_DONE && waitpid(pid, NULL, WNOHANG) == 0)
		sched_yield();
	ck_assert_int_eq(segments_of(pid), 1);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(segments_of(pid), 0);
	munmap(shared, sizeof(*shared));
}
END_TEST

static TCase *options_case(void)
{
	TCase *tc = tcase_create("options");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, kinds_are_sorted_and_found);
	tcase_add_test(tc, options_belong_to_their_kind);
	tcase_add_test(tc, the_fallbacks_are_set);
	tcase_add_loop_test(tc, written_forms_are_read_strictly, 0, (int)ARRAY_SIZE(forms));
	tcase_add_test(tc, written_forms_have_their_values);
	return tc;
}

static TCase *runs_case(void)
{
	TCase *tc = tcase_create("runs");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, each_kind_fills_and_works, 0, (int)ARRAY_SIZE(walkers));
	tcase_add_loop_test(tc, no_passes_are_the_fill_alone, 0, (int)ARRAY_SIZE(walkers));
	tcase_add_loop_test(tc, the_smallest_size_works, 0, (int)ARRAY_SIZE(walkers));
	tcase_add_loop_test(tc, the_write_share_is_kept, 0, (int)ARRAY_SIZE(sharers));
	tcase_add_test(tc, work_can_be_a_time);
	tcase_add_test(tc, the_rate_is_a_limit);
	tcase_add_test(tc, a_time_ends_a_slow_walk);
	tcase_add_loop_test(tc, a_hold_ends_with_the_pipe, 0, (int)ARRAY_SIZE(walkers));
	tcase_add_loop_test(tc, threads_share_the_walk, 0, (int)ARRAY_SIZE(all_kinds));
	tcase_add_loop_test(tc, threads_write_the_same_pages_unharmed, 0, 2);
	tcase_add_test(tc, an_error_of_a_thread_ends_all);
	tcase_add_test(tc, a_pass_is_all_threads);
	tcase_add_test(tc, the_fill_can_read);
	tcase_add_test(tc, memory_is_advised_populated_and_locked);
	tcase_add_loop_test(tc, accesses_are_timed, 0, 2);
	tcase_add_test(tc, a_rate_is_no_latency);
	tcase_add_loop_test(tc, special_memory_tells_its_size, 0, 3);
	tcase_add_test(tc, a_stack_grows_beyond_the_limit);
	tcase_add_test(tc, too_much_memory_is_an_error);
	return tc;
}

static TCase *files_case(void)
{
	TCase *tc = tcase_create("files");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, a_flipped_byte_is_one_bad_page, 0, 2);
	tcase_add_loop_test(tc, verify_names_what_is_damaged, 0, 2);
	tcase_add_test(tc, workloads_share_a_file_by_its_name);
	tcase_add_test(tc, a_foreign_file_is_written_anew);
	tcase_add_loop_test(tc, a_short_file_is_an_error, 0, 3);
	tcase_add_loop_test(tc, a_missing_file_or_disk_is_an_error, 0, 3);
	tcase_add_loop_test(tc, blocks_of_each_size_read_the_whole_file, 0, 9);
	tcase_add_loop_test(tc, writes_what_readers_expect, 0, 4);
	tcase_add_test(tc, a_directory_without_a_device_is_an_error);
	return tc;
}

static TCase *memory_case(void)
{
	TCase *tc = tcase_create("memory");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, blocks_of_any_size_hold_the_content, 0, 6);
#ifndef __SANITIZE_ADDRESS__
	tcase_add_loop_test(tc, small_blocks_stay_and_large_ones_go, 0, (int)ARRAY_SIZE(heaps));
#endif
	tcase_add_loop_test(tc, shared_memory_of_each_type, 0, (int)ARRAY_SIZE(shm_types));
	tcase_add_test(tc, a_killed_holder_leaves_no_segment);
	return tc;
}

int main(void)
{
	Suite *suite = suite_create("workload");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, options_case());
	suite_add_tcase(suite, runs_case());
	suite_add_tcase(suite, files_case());
	suite_add_tcase(suite, memory_case());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
