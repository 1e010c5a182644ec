/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where two streams of one cell part. */
#include "results/divergence.h"
#include "results/metrics.h"
#include "streams.h"

#include <limits.h>
#include <time.h>

#define HEAD                                                                                                 \
	"{'type':'stream','schema':'memrig.stream/1','cell':{'profile':{'sysctl':{'vm.swappiness':60}}}}\n"  \
	"{'type':'tune','t_ns':5,'key':'vm.swappiness','effective':'60'}\n"                                  \
	"{'type':'columns','t_ns':9,'names':['vmstat.nr_mapped','vmstat.pswpout','vmstat.zeta']}\n"          \
	"{'type':'sample','t_ns':10,'set':[0,100,1,0,2,7]}\n"                                                \
	"{'type':'begin','t_ns':1000}\n"
#define MIDDLE                                                                                               \
	"{'type':'sample','t_ns':2000,'set':[0,101]}\n"                                                      \
	"{'type':'event','t_ns':2500,'workload':'db.0','state':'filled'}\n"
#define TAIL                                                                                                 \
	"{'type':'sample','t_ns':3000,'set':[0,102,1,5]}\n"                                                  \
	"{'type':'end','t_ns':4000,'outcome':'completed'}\n"

/* ' for ", as in streams.h; static buffers, two in turn. */
static const char *quoted(const char *text)
{
	static char buffers[2][4096];
	static int turn;
	char *at = buffers[turn ^= 1];

	snprintf(at, sizeof(buffers[0]), "%s", text);
	for (char *p = at; *p; p++)
		if (*p == '\'')
			*p = '"';
	return at;
}

static struct divergence *find(const char *a, const char *b)
{
	return divergence_find(quoted(a), quoted(b));
}

START_TEST(equal_streams_do_not_part)
{
	ck_assert_ptr_null(find(HEAD MIDDLE TAIL, HEAD MIDDLE TAIL));
	ck_assert_ptr_null(find("", ""));
}
END_TEST

START_TEST(the_sample_that_parts_is_named_with_both_values_of_its_counters)
{
	struct divergence *d =
		find(HEAD MIDDLE TAIL, HEAD MIDDLE "{'type':'sample','t_ns':3000,'set':[0,103,1,9]}\n");

	ck_assert_uint_eq(d->n, 1);
	ck_assert_str_eq(d->records[0].type, "sample");
	ck_assert_uint_eq(d->samples, 2);
	ck_assert_uint_eq(d->begin_ns, 1000);
	ck_assert_uint_eq(d->records[0].line[0], 8);
	ck_assert_uint_eq(d->records[0].t_ns[1], 3000);
	ck_assert_uint_eq(d->records[0].n_values, 2);
	/* swap.out_bytes is primary, mapped pages are in no metric */
	ck_assert_str_eq(d->records[0].values[0].name, "vmstat.pswpout");
	ck_assert_str_eq(d->records[0].values[0].texts[0], "5");
	ck_assert_str_eq(d->records[0].values[0].texts[1], "9");
	ck_assert_str_eq(d->records[0].values[1].name, "vmstat.nr_mapped");
	divergence_free(d);
}
END_TEST

START_TEST(a_counter_that_one_stream_did_not_write_has_its_value_of_before)
{
	struct divergence *d =
		find(HEAD MIDDLE TAIL, HEAD MIDDLE "{'type':'sample','t_ns':3000,'set':[0,102,2,8]}\n");

	ck_assert_uint_eq(d->records[0].n_values, 2);
	ck_assert_str_eq(d->records[0].values[0].name, "vmstat.pswpout");
	ck_assert_str_eq(d->records[0].values[0].texts[1], "0");
	ck_assert_str_eq(d->records[0].values[1].name, "vmstat.zeta");
	ck_assert_str_eq(d->records[0].values[1].texts[0], "7");
	ck_assert_str_eq(d->records[0].values[1].texts[1], "8");
	divergence_free(d);
}
END_TEST

START_TEST(the_time_of_a_sample_is_a_difference_too)
{
	struct divergence *d =
		find(HEAD MIDDLE TAIL, HEAD MIDDLE "{'type':'sample','t_ns':3001,'set':[0,102,1,5]}\n");

	ck_assert_uint_eq(d->n, 1);
	ck_assert_uint_eq(d->records[0].n_values, 1);
	ck_assert_str_eq(d->records[0].values[0].name, "t_ns");
	divergence_free(d);
}
END_TEST

START_TEST(records_before_the_sample_are_told_with_the_member_that_differs)
{
	static const char other[] =
		"{'type':'stream','schema':'memrig.stream/"
		"1','cell':{'profile':{'sysctl':{'vm.swappiness':100}}}}\n"
		"{'type':'tune','t_ns':5,'key':'vm.swappiness','effective':'100'}\n"
		"{'type':'columns','t_ns':9,'names':['vmstat.nr_mapped','vmstat.pswpout','vmstat.zeta']}\n"
		"{'type':'sample','t_ns':10,'set':[0,100,1,0,2,7]}\n"
		"{'type':'begin','t_ns':1000}\n"
		"{'type':'sample','t_ns':2000,'set':[0,101,1,4]}\n";
	struct divergence *d = find(HEAD MIDDLE TAIL, other);

	ck_assert_uint_eq(d->n, 3);
	ck_assert_str_eq(d->records[0].type, "stream");
	ck_assert_uint_eq(d->records[0].n_values, 1);
	ck_assert_str_eq(d->records[0].values[0].name, "cell.profile.sysctl.vm.swappiness");
	ck_assert_str_eq(d->records[0].values[0].texts[1], "100");
	ck_assert_str_eq(d->records[1].type, "tune");
	ck_assert_str_eq(d->records[1].values[0].name, "effective");
	ck_assert_str_eq(d->records[2].type, "sample");
	ck_assert_uint_eq(d->samples, 1);
	ck_assert_uint_eq(d->records[2].n_values, 1);
	divergence_free(d);
}
END_TEST

START_TEST(a_record_that_one_stream_has_more_does_not_make_the_rest_differ)
{
	struct divergence *d =
		find(HEAD MIDDLE TAIL, HEAD MIDDLE "{'type':'oom','t_ns':2600,'victim':'db.0'}\n" TAIL);

	ck_assert_uint_eq(d->n, 1);
	ck_assert_str_eq(d->records[0].type, "oom");
	ck_assert_uint_eq(d->records[0].line[0], 0);
	ck_assert_uint_eq(d->records[0].line[1], 8);
	divergence_free(d);
	/* of the same type as its neighbour, and before it */
	d = find(HEAD MIDDLE TAIL,
		 HEAD "{'type':'sample','t_ns':2000,'set':[0,101]}\n"
		      "{'type':'event','t_ns':2400,'workload':'web.0','state':'filled'}\n"
		      "{'type':'event','t_ns':2500,'workload':'db.0','state':'filled'}\n" TAIL);
	ck_assert_uint_eq(d->n, 1);
	ck_assert_uint_eq(d->records[0].line[0], 0);
	ck_assert_uint_eq(d->records[0].t_ns[1], 2400);
	divergence_free(d);
}
END_TEST

START_TEST(a_stream_that_was_cut_parts_where_it_ends)
{
	struct divergence *d = find(HEAD MIDDLE TAIL, HEAD MIDDLE);

	ck_assert_uint_eq(d->n, 1);
	ck_assert_str_eq(d->records[0].type, "sample");
	ck_assert_uint_eq(d->records[0].line[1], 0);
	divergence_free(d);
	d = find("", HEAD);
	ck_assert_uint_eq(d->records[0].line[0], 0);
	divergence_free(d);
	d = find("garbage\n", HEAD);
	ck_assert_uint_gt(d->n, 0);
	divergence_free(d);
}
END_TEST

START_TEST(columns_that_only_one_stream_has_are_compared_by_name)
{
	static const char other[] = "{'type':'stream','schema':'memrig.stream/"
				    "1','cell':{'profile':{'sysctl':{'vm.swappiness':60}}}}\n"
				    "{'type':'tune','t_ns':5,'key':'vm.swappiness','effective':'60'}\n"
				    "{'type':'columns','t_ns':9,'names':['vmstat.new','vmstat.nr_mapped','"
				    "vmstat.pswpout','vmstat.zeta']}\n"
				    "{'type':'sample','t_ns':10,'set':[0,1,1,100,2,3,3,7]}\n";
	struct divergence *d = find(HEAD MIDDLE TAIL, other);

	ck_assert_uint_eq(d->n, 2);
	ck_assert_str_eq(d->records[0].type, "columns");
	ck_assert_str_eq(d->records[0].values[0].name, "vmstat.new");
	ck_assert_ptr_null(d->records[0].values[0].texts[0]);
	ck_assert_uint_eq(d->records[1].n_values, 2);
	ck_assert_str_eq(d->records[1].values[0].name, "vmstat.pswpout");
	ck_assert_str_eq(d->records[1].values[1].name, "vmstat.new");
	ck_assert_ptr_null(d->records[1].values[1].texts[0]);
	divergence_free(d);
}
END_TEST

START_TEST(it_is_told_in_a_sentence_and_as_json)
{
	struct divergence *d =
		find(HEAD MIDDLE TAIL, HEAD MIDDLE "{'type':'sample','t_ns':3000,'set':[0,103,1,9]}\n");
	_cleanup_free_ char *text = divergence_sentence(d);
	json_t *json = divergence_json(d, 1), *record = json_array_get(json_object_get(json, "records"), 0);

	ck_assert_str_eq(text, "sample 3, 2 us after the begin: vmstat.pswpout 5, 9 (and 1 more)");
	ck_assert_int_eq(json_integer_value(json_object_get(json, "at_ns")), 2000);
	ck_assert_int_eq(json_integer_value(json_object_get(record, "values_left_out")), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(
				 json_array_get(json_object_get(record, "values"), 0), "second")),
			 9);
	json_decref(json);
	divergence_free(d);
}
END_TEST

START_TEST(counters_of_primary_metrics_rank_first)
{
	ck_assert_uint_lt(metric_column_rank("vmstat.pswpout"), metric_column_rank("vmstat.pgscan_kswapd"));
	ck_assert_uint_lt(metric_column_rank("node3.reclaim.anon_reclaimed_pages"), 10000);
	ck_assert_uint_eq(metric_column_rank("vmstat.nr_mapped"), UINT_MAX);
}
END_TEST

START_TEST(megabytes_are_walked_at_once)
{
	size_t n = 1000, room = 2048 * n;
	char *text = xcalloc(1, room + 8192), *at = text, *other;
	struct timespec from, to;
	struct divergence *d;

	at += sprintf(at, "{\"type\":\"columns\",\"t_ns\":1,\"names\":[\"c0\"");
	for (int i = 1; i < 300; i++)
		at += sprintf(at, ",\"c%d\"", i);
	at += sprintf(at, "]}\n");
	for (size_t s = 0; s < n; s++) {
		at += sprintf(at, "{\"type\":\"sample\",\"t_ns\":%zu,\"set\":[0,%zu", s, s);
		for (int i = 1; i < 140; i++)
			at += sprintf(at, ",%d,%zu", i, s * 7 + (size_t)i);
		at += sprintf(at, "]}\n");
	}
	other = xstrdup(text);
	other[strlen(other) - 4] ^= 1;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	d = divergence_find(text, other);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	ck_assert_uint_eq(d->samples, n - 1);
	ck_assert_uint_eq(d->records[0].n_values, 1);
	printf("%zu bytes twice\n", strlen(text));
	/* a fiftieth of this without a sanitizer */
	ck_assert_double_lt((double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9,
			    1.0);
	divergence_free(d);
	free(other);
	free(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("divergence");
	TCase *tc = tcase_create("divergence");

	tcase_add_test(tc, equal_streams_do_not_part);
	tcase_add_test(tc, the_sample_that_parts_is_named_with_both_values_of_its_counters);
	tcase_add_test(tc, a_counter_that_one_stream_did_not_write_has_its_value_of_before);
	tcase_add_test(tc, the_time_of_a_sample_is_a_difference_too);
	tcase_add_test(tc, records_before_the_sample_are_told_with_the_member_that_differs);
	tcase_add_test(tc, a_record_that_one_stream_has_more_does_not_make_the_rest_differ);
	tcase_add_test(tc, a_stream_that_was_cut_parts_where_it_ends);
	tcase_add_test(tc, columns_that_only_one_stream_has_are_compared_by_name);
	tcase_add_test(tc, it_is_told_in_a_sentence_and_as_json);
	tcase_add_test(tc, counters_of_primary_metrics_rank_first);
	tcase_add_test(tc, megabytes_are_walked_at_once);
	tcase_set_timeout(tc, 60); /* of the wall: other tests run beside it */
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
