/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/rng.h"
#include "common/util.h"
#include "results/trace/figures.h"

#define DATA "tests/data/trace/"
#define MS   NSEC_PER_MSEC

enum { RING_BYTES = 32 * 1024 };

/* A ring as the kernel maps it, which a test fills. */
struct fake {
	struct perf_event_mmap_page page;
	uint8_t data[RING_BYTES];
	struct trace_ring ring;
};

static struct fake fakes[2];
static struct trace_ring *fake_list[] = { &fakes[0].ring, &fakes[1].ring };
static struct trace *trace;
static char tree[] = "/tmp/memrig-test-XXXXXX";

/* ---- a trace of 6.1 with two nodes, of one CPU each, and two groups ---- */

static void fill_tree(void)
{
	static const char *const dirs[] = { "/sys/devices/system/node/node0",
					    "/sys/devices/system/node/node1", "/sys/fs/cgroup/memrig/db",
					    "/sys/fs/cgroup/memrig/backup" };
	_cleanup_free_ char *command = NULL;

	ck_assert_ptr_nonnull(mkdtemp(tree));
	command = xasprintf("cp -r " DATA "6.1/sys " DATA "6.1/proc %s/", tree);
	ck_assert_int_eq(system(command), 0);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		_cleanup_free_ char *dir = xasprintf("%s%s", tree, dirs[i]);

		ck_assert_int_eq(file_make_dirs(dir, NULL), 0);
	}
}

static void remove_tree(void)
{
	_cleanup_free_ char *command = xasprintf("rm -rf %s", tree);

	ck_assert_int_eq(system(command), 0);
}

static void make_trace(void)
{
	static const char *const groups[] = { "db", "backup", NULL };
	struct trace_config config = { tree, "/sys/fs/cgroup/memrig", groups };

	ck_assert_int_eq(trace_prepare(&config, &trace, NULL), 0);
	memset(fakes, 0, sizeof(fakes));
	for (unsigned i = 0; i < 2; i++)
		fakes[i].ring = (struct trace_ring){ .page = &fakes[i].page,
						     .data = fakes[i].data,
						     .size = RING_BYTES,
						     .node = i,
						     .with_cgroup = true };
	trace->rings.list = fake_list;
	trace->rings.n = 2;
}

static void drop_trace(void)
{
	trace->rings = TRACE_NO_RINGS;
	trace_close(trace);
}

static uint64_t cgroup_of(const char *group)
{
	_cleanup_free_ char *dir = xasprintf("%s/sys/fs/cgroup/memrig/%s", tree, group);
	struct stat st;

	ck_assert_int_eq(stat(dir, &st), 0);
	return st.st_ino;
}

/* ---- records ---- */

static void put_bytes(struct fake *fake, const void *from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		fake->data[fake->page.data_head++ % RING_BYTES] = ((const uint8_t *)from)[i];
}

static const struct trace_event *event_of(enum trace_what what, enum trace_role role)
{
	for (size_t i = 0; i < trace->n_events; i++)
		if (trace->events[i].what == what && trace->events[i].role == role)
			return &trace->events[i];
	ck_abort_msg("no such event");
}

/* With the field the event has, of whatever size. */
static void put(unsigned cpu, enum trace_what what, enum trace_role role, uint32_t tid, uint64_t time,
		int64_t field, uint64_t cgroup)
{
	const struct trace_event *event = event_of(what, role);
	uint8_t raw[148] = { 0 };
	uint32_t ids[] = { tid, tid }, raw_len = sizeof(raw);
	struct perf_event_header header = { PERF_RECORD_SAMPLE, 0, 8 + 8 + 8 + 4 + sizeof(raw) + 8 };

	memcpy(raw, &event->id, sizeof(event->id));
	memcpy(raw + event->offset, &field, event->size); /* little endian */
	put_bytes(&fakes[cpu], &header, sizeof(header));
	put_bytes(&fakes[cpu], ids, sizeof(ids));
	put_bytes(&fakes[cpu], &time, sizeof(time));
	put_bytes(&fakes[cpu], &raw_len, sizeof(raw_len));
	put_bytes(&fakes[cpu], raw, sizeof(raw));
	put_bytes(&fakes[cpu], &cgroup, sizeof(cgroup));
}

static void put_pair(enum trace_what what, uint32_t tid, uint64_t from, uint64_t to)
{
	put(0, what, TRACE_BEGIN, tid, from, 0, 0);
	put(0, what, TRACE_END, tid, to, 0, 0);
}

static void put_lost(unsigned cpu, uint64_t lost)
{
	struct perf_event_header header = { PERF_RECORD_LOST, 0, 24 };
	uint64_t body[] = { 1, lost };

	put_bytes(&fakes[cpu], &header, sizeof(header));
	put_bytes(&fakes[cpu], body, sizeof(body));
}

/* The figure of a place by its columns' prefix. */
static const struct trace_figure *figure(const char *place, enum trace_what what)
{
	for (size_t i = 0; i < trace->n_places; i++)
		if (streq(trace->places[i].name, place))
			return &trace->places[i].figures[what];
	ck_abort_msg("no place %s", place);
}

/* ---- formats ---- */

START_TEST(formats_of_both_kernels)
{
	static const struct {
		const char *root;
		uint16_t begin, pause;
	} kernels[] = { { DATA "6.1", 529, 835 }, { DATA "6.12", 607, 936 } };

	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++) {
		struct trace_event events[TRACE_MAX_EVENTS];

		ck_assert_uint_eq(trace_events_read(kernels[i].root, events), 11);
		ck_assert_uint_eq(events[0].id, kernels[i].begin);
		ck_assert_uint_eq(events[0].size, 0);
		ck_assert_uint_eq(events[4].offset, 8); /* nid of node reclaim */
		ck_assert_uint_eq(events[4].size, 4);
		ck_assert_uint_eq(events[8].size, 8); /* zone_start of compaction */
		ck_assert_uint_eq(events[10].id, kernels[i].pause);
		ck_assert_uint_eq(events[10].offset, 112); /* "pause", neither "paused" nor "dirtied_pause" */
		ck_assert_uint_eq(events[10].size, 8);
	}
}
END_TEST

START_TEST(a_text_that_is_no_format)
{
	static const char *const texts[] = { "",
					     "name: x\n",
					     "ID: \n",
					     "ID: 99999999999\n",
					     "ID: 0\n",
					     "ID: 7\n\tfield:int nid;\tsize:4;\n",
					     "ID: 7\n\tfield:int nid;\toffset:8;\n" };
	uint16_t id;
	unsigned offset, size;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		ck_assert_msg(!trace_format_parse(texts[i], "nid", &id, &offset, &size), "%s", texts[i]);
	ck_assert(trace_format_parse("ID: 7\n\tfield:;\n\tfield:nid\n", "nid", &id, &offset, &size));
	ck_assert_uint_eq(size, 0);
}
END_TEST

START_TEST(no_tracefs_is_no_trace)
{
	struct trace_config config = { "/nonexistent", "", NULL };
	struct error err;

	ck_assert_int_eq(trace_prepare(&config, &trace, &err), -ENOENT);
	ck_assert_str_eq(err.where, "/sys/kernel/tracing");
}
END_TEST

/* ---- pairs ---- */

START_TEST(begin_and_end_are_paired_by_thread)
{
	put(0, TRACE_DIRECT_RECLAIM, TRACE_BEGIN, 7, 10 * MS, 0, 0);
	put(0, TRACE_DIRECT_RECLAIM, TRACE_BEGIN, 8, 11 * MS, 0, 0);
	put(0, TRACE_MEMCG_RECLAIM, TRACE_BEGIN, 8, 12 * MS, 0, 0);
	put(0, TRACE_DIRECT_RECLAIM, TRACE_END, 8, 13 * MS, 0, 0);
	put(0, TRACE_DIRECT_RECLAIM, TRACE_END, 7, 15 * MS, 0, 0);
	trace_drain(trace, 100 * MS);
	ck_assert_uint_eq(figure("", TRACE_DIRECT_RECLAIM)->count, 2);
	ck_assert_uint_eq(figure("", TRACE_DIRECT_RECLAIM)->total_ns, 7 * MS);
	ck_assert_uint_eq(figure("", TRACE_DIRECT_RECLAIM)->max_ns, 5 * MS);
	ck_assert_uint_eq(figure("", TRACE_MEMCG_RECLAIM)->count, 0); /* not over */
	ck_assert_uint_eq(trace->spans.unpaired, 0);
}
END_TEST

/* It begins on CPU 1, whose ring is read after that of CPU 0. */
START_TEST(a_thread_may_change_its_cpu)
{
	put(1, TRACE_DIRECT_RECLAIM, TRACE_BEGIN, 7, 10 * MS, 0, 0);
	put(0, TRACE_DIRECT_RECLAIM, TRACE_END, 7, 12 * MS, 0, 0);
	trace_drain(trace, 100 * MS);
	ck_assert_uint_eq(figure("", TRACE_DIRECT_RECLAIM)->count, 1);
	ck_assert_uint_eq(figure("node1.", TRACE_DIRECT_RECLAIM)->count, 1); /* where it began */
	ck_assert_uint_eq(figure("node0.", TRACE_DIRECT_RECLAIM)->count, 0);
}
END_TEST

START_TEST(what_came_after_the_sample_waits_for_the_next)
{
	put_pair(TRACE_DIRECT_RECLAIM, 7, 10 * MS, 12 * MS);
	trace_drain(trace, 11 * MS);
	ck_assert_uint_eq(figure("", TRACE_DIRECT_RECLAIM)->count, 0);
	trace_drain(trace, 12 * MS);
	ck_assert_uint_eq(figure("", TRACE_DIRECT_RECLAIM)->count, 1);
}
END_TEST

START_TEST(an_end_without_a_begin_is_counted_apart)
{
	put(0, TRACE_DIRECT_RECLAIM, TRACE_END, 7, 10 * MS, 0, 0);
	trace_drain(trace, 100 * MS);
	ck_assert_uint_eq(figure("", TRACE_DIRECT_RECLAIM)->count, 0);
	ck_assert_uint_eq(trace->spans.unpaired, 1);
}
END_TEST

/* The second end is not the end of the first begin. */
START_TEST(lost_records_end_what_was_open)
{
	put(0, TRACE_DIRECT_RECLAIM, TRACE_BEGIN, 7, 10 * MS, 0, 0);
	trace_drain(trace, 15 * MS);
	put_lost(0, 2);
	put(0, TRACE_DIRECT_RECLAIM, TRACE_END, 7, 90 * MS, 0, 0);
	put_pair(TRACE_DIRECT_RECLAIM, 7, 91 * MS, 92 * MS);
	trace_drain(trace, 100 * MS);
	ck_assert_uint_eq(figure("", TRACE_DIRECT_RECLAIM)->count, 1);
	ck_assert_uint_eq(figure("", TRACE_DIRECT_RECLAIM)->max_ns, MS);
	ck_assert_uint_eq(fakes[0].ring.lost, 2);
}
END_TEST

START_TEST(kswapd_is_awake_from_its_first_wake_to_its_sleep)
{
	put(0, TRACE_KSWAPD, TRACE_BEGIN, 40, 10 * MS, 1, 0);
	put(0, TRACE_KSWAPD, TRACE_BEGIN, 40, 20 * MS, 1, 0);
	put(0, TRACE_KSWAPD, TRACE_END, 40, 50 * MS, 1, 0);
	trace_drain(trace, 100 * MS);
	ck_assert_uint_eq(figure("node1.", TRACE_KSWAPD)->total_ns, 40 * MS);
	ck_assert_uint_eq(figure("node0.", TRACE_KSWAPD)->count, 0); /* where its CPU is */
}
END_TEST

START_TEST(more_threads_than_there_is_room_for)
{
	for (uint32_t tid = 1; tid <= TRACE_MAX_SPANS + 5; tid++) {
		put(0, TRACE_DIRECT_RECLAIM, TRACE_BEGIN, tid, tid, 0, 0);
		trace_drain(trace, 100 * MS);
	}
	ck_assert_uint_eq(trace->spans.n, TRACE_MAX_SPANS);
	ck_assert_uint_eq(trace->spans.unpaired, 5);
}
END_TEST

START_TEST(the_end_tells_how_much_was_reclaimed)
{
	put(0, TRACE_DIRECT_RECLAIM, TRACE_BEGIN, 7, 10 * MS, 0, cgroup_of("db"));
	put(0, TRACE_DIRECT_RECLAIM, TRACE_END, 7, 13 * MS, 32, cgroup_of("db"));
	put(0, TRACE_DIRECT_RECLAIM, TRACE_BEGIN, 7, 14 * MS, 0, cgroup_of("db"));
	put(0, TRACE_DIRECT_RECLAIM, TRACE_END, 7, 15 * MS, 7, cgroup_of("db"));
	trace_drain(trace, 100 * MS);
	ck_assert_uint_eq(figure("", TRACE_DIRECT_RECLAIM)->reclaimed_pages, 39);
	ck_assert_uint_eq(figure("group.db.", TRACE_DIRECT_RECLAIM)->reclaimed_pages, 39);
}
END_TEST

/* ---- where ---- */

START_TEST(the_cgroup_tells_the_group)
{
	put(0, TRACE_MEMCG_RECLAIM, TRACE_BEGIN, 7, 10 * MS, 0, cgroup_of("db"));
	put(0, TRACE_MEMCG_RECLAIM, TRACE_END, 7, 13 * MS, 0, cgroup_of("db"));
	put(0, TRACE_MEMCG_RECLAIM, TRACE_BEGIN, 8, 20 * MS, 0, 1);
	put(0, TRACE_MEMCG_RECLAIM, TRACE_END, 8, 21 * MS, 0, 1);
	trace_drain(trace, 100 * MS);
	ck_assert_uint_eq(figure("", TRACE_MEMCG_RECLAIM)->count, 2);
	ck_assert_uint_eq(figure("group.db.", TRACE_MEMCG_RECLAIM)->count, 1);
	ck_assert_uint_eq(figure("group.db.", TRACE_MEMCG_RECLAIM)->total_ns, 3 * MS);
	ck_assert_uint_eq(figure("group.backup.", TRACE_MEMCG_RECLAIM)->count, 0);
}
END_TEST

START_TEST(the_event_tells_the_node_where_it_can)
{
	put(0, TRACE_NODE_RECLAIM, TRACE_BEGIN, 7, 10 * MS, 1, 0);
	put(0, TRACE_NODE_RECLAIM, TRACE_END, 7, 11 * MS, 0, 0);
	put(0, TRACE_COMPACTION, TRACE_BEGIN, 7, 20 * MS, 98304, 0); /* start_pfn of node 1's DMA32 */
	put(0, TRACE_COMPACTION, TRACE_END, 7, 22 * MS, 0, 0);
	put(1, TRACE_COMPACTION, TRACE_BEGIN, 7, 30 * MS, 12345, 0); /* no zone's: the CPU's node */
	put(1, TRACE_COMPACTION, TRACE_END, 7, 33 * MS, 0, 0);
	put(1, TRACE_NODE_RECLAIM, TRACE_BEGIN, 7, 40 * MS, -1, 0); /* no node's */
	put(1, TRACE_NODE_RECLAIM, TRACE_END, 7, 41 * MS, 0, 0);
	trace_drain(trace, 100 * MS);
	ck_assert_uint_eq(figure("node1.", TRACE_NODE_RECLAIM)->count, 2);
	ck_assert_uint_eq(figure("node1.", TRACE_COMPACTION)->total_ns, 5 * MS);
	ck_assert_uint_eq(figure("node0.", TRACE_COMPACTION)->count, 0);
}
END_TEST

/* The kernel tells of writers that it does not make wait, too: with 0, or the time they are late. */
START_TEST(only_pauses_that_are_made_count)
{
	put(0, TRACE_DIRTY_WAIT, TRACE_PAUSE, 7, 10 * MS, 0, cgroup_of("db"));
	put(0, TRACE_DIRTY_WAIT, TRACE_PAUSE, 7, 11 * MS, -8, cgroup_of("db"));
	put(0, TRACE_DIRTY_WAIT, TRACE_PAUSE, 7, 12 * MS, 200, cgroup_of("db"));
	trace_drain(trace, 100 * MS);
	ck_assert_uint_eq(figure("group.db.", TRACE_DIRTY_WAIT)->count, 1);
	ck_assert_uint_eq(figure("group.db.", TRACE_DIRTY_WAIT)->total_ns, 200 * MS);
}
END_TEST

START_TEST(paused_threads_are_counted_once_each)
{
	for (unsigned i = 0; i < 3; i++)
		put(0, TRACE_DIRTY_WAIT, TRACE_PAUSE, 7, (10 + i) * MS, 4, cgroup_of("db"));
	put(0, TRACE_DIRTY_WAIT, TRACE_PAUSE, 8, 13 * MS, 4, cgroup_of("backup"));
	put(0, TRACE_DIRTY_WAIT, TRACE_PAUSE, 9, 14 * MS, 0, cgroup_of("db")); /* not made to wait */
	trace_drain(trace, 100 * MS);
	ck_assert_uint_eq(trace->writers.n, 2);
}
END_TEST

/* ---- rings ---- */

START_TEST(records_lie_around_the_end_of_the_ring)
{
	for (uint64_t i = 0; i < 1000; i++) {
		put_pair(TRACE_DIRECT_RECLAIM, 7, 2 * i * MS, (2 * i + 1) * MS);
		trace_drain(trace, UINT64_MAX);
	}
	ck_assert_uint_gt(fakes[0].page.data_head, 4 * RING_BYTES);
	ck_assert_uint_eq(figure("", TRACE_DIRECT_RECLAIM)->count, 1000);
	ck_assert_uint_eq(figure("", TRACE_DIRECT_RECLAIM)->total_ns, 1000 * MS);
}
END_TEST

/* A record cut at every length is not taken for one; what follows it is found again where the ring goes on.
 */
START_TEST(a_record_that_is_cut)
{
	struct trace_record record;
	uint8_t *data = fakes[0].data;

	put(0, TRACE_DIRECT_RECLAIM, TRACE_BEGIN, 7, 1, 0, 0);
	for (size_t len = 0; len < fakes[0].page.data_head; len++)
		ck_assert(!trace_record_parse(data, len, true, &record));
	ck_assert(trace_record_parse(data, fakes[0].page.data_head, true, &record));
	memset(data + 24, 0xff, 4); /* the length of the event */
	ck_assert(!trace_record_parse(data, fakes[0].page.data_head, true, &record));
	trace_drain(trace, UINT64_MAX);
	ck_assert_uint_eq(trace->spans.n, 0);
	put_pair(TRACE_DIRECT_RECLAIM, 7, 2, 3);
	trace_drain(trace, UINT64_MAX);
	ck_assert_uint_eq(figure("", TRACE_DIRECT_RECLAIM)->count, 1);
}
END_TEST

START_TEST(a_ring_without_sense_is_emptied)
{
	static const uint16_t sizes[] = { 0, 4, 7, 9, 65528 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct perf_event_header header = { PERF_RECORD_SAMPLE, 0, sizes[i] };

		put_bytes(&fakes[0], &header, sizeof(header));
		put_bytes(&fakes[0], fakes[1].data, 1000);
		trace_drain(trace, UINT64_MAX);
		ck_assert_uint_eq(fakes[0].page.data_tail, fakes[0].page.data_head);
		ck_assert_uint_eq(fakes[0].ring.lost, i + 1);
	}
	fakes[0].page.data_head += 8 * RING_BYTES; /* more than there can be */
	trace_drain(trace, UINT64_MAX);
	ck_assert_uint_eq(fakes[0].page.data_tail, fakes[0].page.data_head);
}
END_TEST

START_TEST(any_bytes_do_no_harm)
{
	struct rng rng = { 1 };

	for (unsigned round = 0; round < 300; round++) {
		uint8_t noise[512];

		for (size_t i = 0; i < sizeof(noise); i++)
			noise[i] = (uint8_t)rng_below(&rng, 256);
		noise[6] &= 0x78; /* a size that often is one */
		noise[7] &= 0x01;
		put_bytes(&fakes[round % 2], noise, sizeof(noise));
		trace_drain(trace, UINT64_MAX);
		ck_assert_uint_eq(fakes[round % 2].page.data_tail, fakes[round % 2].page.data_head);
	}
}
END_TEST

/* ---- columns and records ---- */

START_TEST(columns_are_named_and_filled)
{
	struct probe_columns columns = { 0 };
	struct probe_cursor cursor = { .columns = &columns, .prefix = "" };
	bool found = false;

	put_pair(TRACE_DIRECT_RECLAIM, 7, 10 * MS, 12 * MS);
	trace_drain(trace, 100 * MS);
	trace_put(trace, &cursor);
	ck_assert_uint_eq(columns.n, 5 * (TRACE_N_WHAT * 3 + 3) + 3); /* machine, 2 nodes, 2 groups */
	ck_assert_str_eq(columns.list[0].name, "trace.direct_reclaim.count");
	ck_assert_str_eq(columns.list[columns.n - 2].name, "trace.lost");
	for (size_t i = 0; i < columns.n; i++)
		if (streq(columns.list[i].name, "node0.trace.direct_reclaim.total_ns")) {
			ck_assert_uint_eq(columns.values[i], 2 * MS);
			found = true;
		}
	ck_assert(found);
	put_pair(TRACE_DIRECT_RECLAIM, 7, 20 * MS, 21 * MS);
	trace_drain(trace, 100 * MS);
	cursor = (struct probe_cursor){ .columns = &columns, .end = columns.n };
	trace_put(trace, &cursor);
	ck_assert_uint_eq(columns.values[0], 2);
	probe_columns_release(&columns);
}
END_TEST

static char line[8192];

static int collect(void *opaque, const char *data, size_t len)
{
	size_t at = strlen(line);

	(void)opaque;
	ck_assert_uint_lt(at + len, sizeof(line));
	memcpy(line + at, data, len);
	return 0;
}

START_TEST(records_have_the_quantiles)
{
	struct stream_writer w;

	line[0] = '\0';
	for (uint64_t i = 1; i <= 100; i++)
		put(0, TRACE_DIRTY_WAIT, TRACE_PAUSE, 7, i, i == 100 ? 200 : 10, cgroup_of("db"));
	trace_drain(trace, 100 * MS);
	ck_assert_int_eq(stream_writer_init(&w, (struct stream_sink){ collect, NULL }, NULL), 0);
	trace_write_records(trace, 5, &w);
	stream_writer_release(&w);
	ck_assert_str_eq(line, /* 10 ms lies in the bucket from 9,961,472 to 10,485,759 ns */
			 "{\"type\":\"latency\",\"t_ns\":5,\"what\":\"dirty_wait\",\"count\":100,\"total_"
			 "ns\":1190000000,"
			 "\"p50_ns\":10223616,\"p99_ns\":10223616,\"max_ns\":200000000,\"buckets\":[9961472,"
			 "99,192937984,1]}\n"
			 "{\"type\":\"latency\",\"t_ns\":5,\"what\":\"dirty_wait\",\"node\":0,\"count\":100,"
			 "\"total_ns\":1190000000,"
			 "\"p50_ns\":10223616,\"p99_ns\":10223616,\"max_ns\":200000000,\"buckets\":[9961472,"
			 "99,192937984,1]}\n"
			 "{\"type\":\"latency\",\"t_ns\":5,\"what\":\"dirty_wait\",\"group\":\"db\","
			 "\"count\":100,\"total_ns\":1190000000,"
			 "\"p50_ns\":10223616,\"p99_ns\":10223616,\"max_ns\":200000000,\"buckets\":[9961472,"
			 "99,192937984,1]}\n");
}
END_TEST

/* Records of a guest's two CPUs (cgroups are those of that guest); the sums are from another program. */
static void load_rings(const char *kernel)
{
	for (unsigned i = 0; i < 2; i++) {
		_cleanup_free_ char *path = xasprintf("/ring%u", i), *text = NULL,
				    *root = xasprintf(DATA "%s", kernel);
		size_t len;

		ck_assert_int_eq(file_read(root, path, &text, &len, NULL), 0);
		put_bytes(&fakes[i], text, len);
	}
}

static void assert_figure(enum trace_what what, uint64_t count, uint64_t total_ns)
{
	ck_assert_uint_eq(figure("", what)->count, count);
	ck_assert_uint_eq(figure("", what)->total_ns, total_ns);
	ck_assert_uint_eq(figure("node0.", what)->count + figure("node1.", what)->count, count);
}

START_TEST(the_records_of_6_1)
{
	load_rings("6.1");
	trace_drain(trace, UINT64_MAX);
	assert_figure(TRACE_DIRECT_RECLAIM, 40, 971243072);
	assert_figure(TRACE_MEMCG_RECLAIM, 40, 168868868);
	assert_figure(TRACE_KSWAPD, 4, 4239495792);
	assert_figure(TRACE_COMPACTION, 4, 513794512);
	assert_figure(TRACE_DIRTY_WAIT, 1, 12000000);
	ck_assert_uint_eq(trace->spans.unpaired + trace->spans.n, 0);
}
END_TEST

START_TEST(the_records_of_6_12)
{
	trace->n_events = trace_events_read(DATA "6.12", trace->events);
	load_rings("6.12");
	trace_drain(trace, UINT64_MAX);
	assert_figure(TRACE_DIRECT_RECLAIM, 8, 29572768);
	assert_figure(TRACE_MEMCG_RECLAIM, 40, 346831124);
	assert_figure(TRACE_KSWAPD, 6, 2893402884);
	assert_figure(TRACE_COMPACTION, 6, 107711416);
	assert_figure(TRACE_DIRTY_WAIT, 3, 28000000);
	ck_assert_uint_eq(trace->spans.unpaired + trace->spans.n, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trace");
	TCase *texts = tcase_create("texts"), *tests = tcase_create("records");
	SRunner *runner;
	int failed;

	tcase_add_test(texts, formats_of_both_kernels);
	tcase_add_test(texts, a_text_that_is_no_format);
	tcase_add_test(texts, no_tracefs_is_no_trace);
	tcase_add_unchecked_fixture(tests, fill_tree, remove_tree);
	tcase_add_checked_fixture(tests, make_trace, drop_trace);
	tcase_add_test(tests, begin_and_end_are_paired_by_thread);
	tcase_add_test(tests, a_thread_may_change_its_cpu);
	tcase_add_test(tests, what_came_after_the_sample_waits_for_the_next);
	tcase_add_test(tests, an_end_without_a_begin_is_counted_apart);
	tcase_add_test(tests, lost_records_end_what_was_open);
	tcase_add_test(tests, kswapd_is_awake_from_its_first_wake_to_its_sleep);
	tcase_add_test(tests, more_threads_than_there_is_room_for);
	tcase_add_test(tests, the_end_tells_how_much_was_reclaimed);
	tcase_add_test(tests, the_cgroup_tells_the_group);
	tcase_add_test(tests, the_event_tells_the_node_where_it_can);
	tcase_add_test(tests, only_pauses_that_are_made_count);
	tcase_add_test(tests, paused_threads_are_counted_once_each);
	tcase_add_test(tests, records_lie_around_the_end_of_the_ring);
	tcase_add_test(tests, a_record_that_is_cut);
	tcase_add_test(tests, a_ring_without_sense_is_emptied);
	tcase_add_test(tests, any_bytes_do_no_harm);
	tcase_add_test(tests, the_records_of_6_1);
	tcase_add_test(tests, the_records_of_6_12);
	tcase_add_test(tests, columns_are_named_and_filled);
	tcase_add_test(tests, records_have_the_quantiles);
	suite_add_tcase(suite, texts);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
