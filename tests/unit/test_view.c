/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "results/view.h"
#include "tests/unit/streams.h"

#define COLUMNS                                                                                                  \
	"'meminfo.MemTotal_bytes','meminfo.MemFree_bytes','meminfo.MemAvailable_bytes','meminfo.Buffers_bytes'," \
	"'meminfo.Cached_bytes','meminfo.SReclaimable_bytes','meminfo.Shmem_bytes','meminfo.SwapTotal_bytes',"   \
	"'meminfo.SwapFree_bytes',"                                                                              \
	"'task.db.0.VmSize_bytes','task.db.0.VmRSS_bytes','task.db.0.RssFile_bytes','task.db.0.RssShmem_bytes'," \
	"'task.db.0.state','task.db.0.cpu_ns','task.db.0.majflt',"                                               \
	"'node0.numastat.numa_hit','node1.numastat.numa_hit','node1.meminfo.MemFree_bytes',"                     \
	"'task.db.0.numa.N1_bytes','node0.DMA32.free_pages','node0.DMA32.low_pages','vmstat.pswpout',"           \
	"'task.db.0.filled_pages'"

/* Two samples a second apart; the cell begins at 1 s and ends at 3.5 s. */
static const char records[] =
	"{'type':'machine','t_ns':1,'page_bytes':4096,'nodes':[{'node':0},{'node':1}]}\n"
	"{'type':'zone','t_ns':2,'node':0,'zone':'DMA32'}\n"
	"{'type':'workload','t_ns':3,'workload':'db.0','pid':57}\n"
	"{'type':'workload','t_ns':3,'workload':'old.0'}\n"
	"{'type':'columns','t_ns':4,'names':[" COLUMNS "]}\n"
	"{'type':'sample','t_ns':999999999,'set':[0,1024000,1,512000,2,768000,3,1024,4,2048,5,4096,6,10240,7,20480,8,20480,"
	"9,4096000,10,102400,11,1024,12,2048,13,83,14,0,15,1,16,5,17,6,18,7168,19,8192,20,100,21,50,22,10,23,3]}\n"
	"{'type':'begin','t_ns':1000000000}\n"
	"{'type':'event','t_ns':1000000001,'workload':'db.0','state':'started'}\n"
	"{'type':'sample','t_ns':2000000000,'set':[2,256000,8,5120,13,82,14,500000000,15,9,22,30]}\n"
	"{'type':'sample','t_ns':3000000000,'set':[13,0,10,0,22,31]}\n"
	"{'type':'end','t_ns':3500000000,'outcome':'completed'}\n";

static struct timeline *stream(void)
{
	return timeline_of_records(records);
}

static json_t *row_of(const struct view_table *table, const char *name)
{
	size_t i;
	json_t *row;

	json_array_foreach (table->rows, i, row)
		if (streq(record_text(row, "name", ""), name))
			return row;
	ck_abort_msg("no row %s", name);
}

static uint64_t figure(const struct view_table *table, const char *row, const char *key)
{
	ck_assert_msg(json_is_integer(json_object_get(row_of(table, row), key)), "%s has no %s", row, key);
	return record_u64(row_of(table, row), key, 0);
}

static void assert_absent(const struct view_table *table, const char *row, const char *key)
{
	ck_assert_ptr_null(json_object_get(row_of(table, row), key));
}

START_TEST(free_has_the_formulas_of_procps)
{
	struct timeline *t = stream();
	struct view_table table;

	view_make(view_find("free"), t, 1, &table);
	ck_assert_uint_eq(figure(&table, "Mem", "total_bytes"), 1024000);
	ck_assert_uint_eq(figure(&table, "Mem", "used_bytes"), 768000); /* total - available */
	ck_assert_uint_eq(figure(&table, "Mem", "free_bytes"), 512000);
	ck_assert_uint_eq(figure(&table, "Mem", "shared_bytes"), 10240);
	ck_assert_uint_eq(figure(&table, "Mem", "buff_cache_bytes"), 7168); /* Buffers + Cached + SReclaimable */
	ck_assert_uint_eq(figure(&table, "Mem", "available_bytes"), 256000);
	ck_assert_uint_eq(figure(&table, "Swap", "used_bytes"), 15360);
	assert_absent(&table, "Swap", "available_bytes");
	view_release(&table);
	timeline_free(t);
}
END_TEST

START_TEST(more_available_than_there_is_counts_as_free)
{
	struct timeline *t = timeline_of_records(
		"{'type':'columns','t_ns':1,'names':['meminfo.MemTotal_bytes','meminfo.MemFree_bytes',"
		"'meminfo.MemAvailable_bytes']}\n{'type':'sample','t_ns':2,'set':[0,100,1,30,2,400]}\n");
	struct view_table table;

	view_make(view_find("free"), t, 0, &table);
	ck_assert_uint_eq(figure(&table, "Mem", "used_bytes"), 70);
	assert_absent(&table, "Mem", "buff_cache_bytes");
	assert_absent(&table, "Swap", "total_bytes");
	view_release(&table);
	timeline_free(t);
}
END_TEST

START_TEST(top_shows_the_process_of_each_workload)
{
	struct timeline *t = stream();
	struct view_table table;

	view_make(view_find("top"), t, 1, &table);
	ck_assert_uint_eq(figure(&table, "db.0", "pid"), 57);
	ck_assert_uint_eq(figure(&table, "db.0", "virtual_bytes"), 4096000);
	ck_assert_uint_eq(figure(&table, "db.0", "resident_bytes"), 102400);
	ck_assert_uint_eq(figure(&table, "db.0", "shared_bytes"), 3072); /* RssFile + RssShmem */
	ck_assert_str_eq(record_text(row_of(&table, "db.0"), "state", ""), "R");
	ck_assert_double_eq_tol(json_real_value(json_object_get(row_of(&table, "db.0"), "memory_ratio")), 0.1, 1e-9);
	ck_assert_double_eq_tol(json_real_value(json_object_get(row_of(&table, "db.0"), "cpu_ratio")), 0.5, 1e-6);
	ck_assert_uint_eq(figure(&table, "db.0", "major_faults"), 9);
	assert_absent(&table, "db.0", "swap_bytes");
	assert_absent(&table, "old.0", "pid"); /* a stream of before has no columns for tasks */
	assert_absent(&table, "old.0", "resident_bytes");
	view_release(&table);
	view_make(view_find("top"), t, 2, &table);
	ck_assert_str_eq(record_text(row_of(&table, "db.0"), "state", ""), "-"); /* it has ended */
	view_release(&table);
	timeline_free(t);
}
END_TEST

START_TEST(numastat_has_a_column_for_each_node)
{
	struct timeline *t = stream();
	struct view_table table;

	view_make(view_find("numastat"), t, 1, &table);
	ck_assert_uint_eq(table.n_columns, 2);
	ck_assert_str_eq(table.columns[1].head, "node1");
	ck_assert_uint_eq(figure(&table, "numa_hit", "node0"), 5);
	ck_assert_uint_eq(figure(&table, "numa_hit", "node1"), 6);
	ck_assert_uint_eq(figure(&table, "MemFree_bytes", "node1"), 7168);
	ck_assert_uint_eq(figure(&table, "db.0_bytes", "node1"), 8192);
	assert_absent(&table, "MemFree_bytes", "node0");
	ck_assert_uint_eq(json_array_size(table.rows), 3); /* what no node has is no row */
	view_release(&table);
	timeline_free(t);
}
END_TEST

START_TEST(zones_have_their_marks)
{
	struct timeline *t = stream();
	struct view_table table;

	view_make(view_find("zones"), t, 1, &table);
	ck_assert_uint_eq(figure(&table, "node0.DMA32", "free_pages"), 100);
	ck_assert_uint_eq(figure(&table, "node0.DMA32", "low_pages"), 50);
	assert_absent(&table, "node0.DMA32", "inactive_anon_pages");
	view_release(&table);
	timeline_free(t);
}
END_TEST

START_TEST(the_summary_tells_levels_growth_and_states)
{
	struct timeline *t = stream();
	struct view_table table;

	view_make(&views[0], t, 2, &table);
	ck_assert_uint_eq(figure(&table, "node1.free_bytes", "now"), 7168);
	ck_assert_uint_eq(figure(&table, "swapped_out_bytes", "since_begin"), 21 * 4096);
	ck_assert_uint_eq(figure(&table, "swapped_out_bytes", "since_sample"), 4096);
	ck_assert_str_eq(record_text(row_of(&table, "db.0"), "now", ""), "started");
	ck_assert_uint_eq(figure(&table, "db.0.filled_bytes", "now"), 3 * 4096);
	view_release(&table);
	timeline_free(t);
}
END_TEST

START_TEST(a_moment_is_its_last_sample)
{
	static const struct {
		uint64_t at_ns;
		size_t sample;
	} moments[] = { { 0, 0 }, { 999999999, 0 }, { 1000000000, 1 }, { 1999999999, 1 }, { 2500000000, 2 } };
	struct timeline *t = stream();
	struct error err;
	size_t sample;

	for (size_t i = 0; i < ARRAY_SIZE(moments); i++) {
		ck_assert_int_eq(view_sample(t, moments[i].at_ns, &sample, &err), 0);
		ck_assert_uint_eq(sample, moments[i].sample);
	}
	timeline_free(t);
}
END_TEST

START_TEST(after_the_end_there_is_no_moment)
{
	struct timeline *t = stream(), *cut = timeline_of_records("{'type':'begin','t_ns':5}\n");
	struct error err;
	size_t sample;

	ck_assert_int_eq(view_sample(t, 2500000001, &sample, &err), -ERANGE);
	ck_assert_ptr_nonnull(strstr(err.what, "2.500 s"));
	ck_assert_int_eq(view_sample(cut, 0, &sample, &err), -ENODATA);
	timeline_free(cut);
	timeline_free(t);
}
END_TEST

START_TEST(the_text_has_the_heads_people_know)
{
	struct timeline *t = stream();
	struct table_style style = { false, 100, 4, false };
	struct view_table view;
	struct table table;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	view_make(view_find("free"), t, 1, &view);
	view_text(&view, &table);
	table_print(f, &table, &style);
	fclose(f);
	ck_assert_ptr_nonnull(strstr(text, "buff/cache"));
	ck_assert_ptr_nonnull(strstr(text, "\nMem   1000   750   500   10      7           250"));
	free(text);
	table_release(&table);
	view_release(&view);
	timeline_free(t);
}
END_TEST

/* What any stored stream may look like. */
START_TEST(every_view_takes_every_stream)
{
	static const char *const streams[] = { "both_full.jsonl", "cut.jsonl", "failed.jsonl", "local_preference.jsonl",
					       "unfilled.jsonl", "oom_memcg.jsonl" };

	for (size_t i = 0; i < ARRAY_SIZE(streams); i++) {
		struct timeline *t = timeline_of(streams[i]);

		for (const struct view *view = views; view->name && t->n_samples; view++) {
			struct view_table table;
			struct table text;

			view_make(view, t, t->n_samples - 1, &table);
			view_text(&table, &text);
			table_release(&text);
			view_release(&table);
		}
		timeline_free(t);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("view");
	TCase *tests = tcase_create("all");

	tcase_add_test(tests, free_has_the_formulas_of_procps);
	tcase_add_test(tests, more_available_than_there_is_counts_as_free);
	tcase_add_test(tests, top_shows_the_process_of_each_workload);
	tcase_add_test(tests, numastat_has_a_column_for_each_node);
	tcase_add_test(tests, zones_have_their_marks);
	tcase_add_test(tests, the_summary_tells_levels_growth_and_states);
	tcase_add_test(tests, a_moment_is_its_last_sample);
	tcase_add_test(tests, after_the_end_there_is_no_moment);
	tcase_add_test(tests, the_text_has_the_heads_people_know);
	tcase_add_test(tests, every_view_takes_every_stream);
	suite_add_tcase(suite, tests);
	return run_suite(suite);
}
