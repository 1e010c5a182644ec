/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "common/file.h"
#include "results/store_index.h"
#include "tests/unit/stores.h"

static struct index *opened(void)
{
	struct index *index = NULL;

	ck_assert_int_eq(index_open(store, &index, NULL), 0);
	return index;
}

static struct index_counts counts(void)
{
	struct index *index = opened();
	struct index_counts n = { 0 };

	ck_assert_int_eq(index_count(index, &n, NULL), 0);
	index_close(index);
	return n;
}

static char *index_file(void)
{
	return xasprintf("%s/index.sqlite", store->dir);
}

START_TEST(a_store_that_is_not_there_is_empty_and_not_made)
{
	ck_assert_int_eq(counts().runs, 0);
	ck_assert_int_ne(access(store->dir, F_OK), 0);
}
END_TEST

START_TEST(follows_the_directories)
{
	_cleanup_free_ char *first = make_run(), *second = NULL, *path = NULL, *away = NULL;

	ck_assert_int_eq(counts().runs, 1);
	second = make_run();
	ck_assert_int_eq(counts().runs, 2);
	ck_assert_int_eq(counts().cells, 2);
	path = xasprintf("%s/%s", store->dir, first);
	away = xasprintf("%s/away", top);
	ck_assert_int_eq(rename(path, away), 0);
	ck_assert_int_eq(counts().runs, 1);
	ck_assert_int_eq(rename(away, path), 0);
	ck_assert_int_eq(counts().runs, 2);
}
END_TEST

START_TEST(says_what_the_summary_says)
{
	_cleanup_free_ char *id = make_run(), *path = NULL;
	struct index *index = opened();
	struct index_cells cells;
	json_t *run;
	const json_t *cell, *value;

	ck_assert_int_eq(store_find(store, id, &path, NULL), 0);
	ck_assert_int_eq(store_load(path, &run, NULL), 0);
	cell = json_array_get(json_object_get(run, "cells"), 0);
	value = json_object_get(json_object_get(cell, "metrics"), "swap.out_bytes");
	ck_assert_int_eq(index_find_cells(index, &(struct index_filter){ 0 }, "swap.out_bytes", &cells, NULL), 0);
	ck_assert_uint_eq(cells.n, 1);
	ck_assert_str_eq(cells.list[0].run, id);
	ck_assert_str_eq(cells.list[0].path, path);
	ck_assert_str_eq(cells.list[0].cell, SOME_CELL);
	ck_assert_str_eq(cells.list[0].scenario, record_text(cell, "scenario", ""));
	ck_assert_str_eq(cells.list[0].stream_sha256, record_text(cell, "stream_sha256", ""));
	ck_assert(cells.list[0].valid);
	ck_assert(cells.list[0].has_value);
	ck_assert_double_eq(cells.list[0].value, json_number_value(value));
	ck_assert_double_gt(cells.list[0].value, 0);
	index_cells_release(&cells);
	ck_assert_int_eq(index_find_cells(index, &(struct index_filter){ 0 }, "no.such_metric", &cells, NULL), 0);
	ck_assert(!cells.list[0].has_value);
	index_cells_release(&cells);
	index_close(index);
	json_decref(run);
}
END_TEST

START_TEST(verdicts_are_those_of_the_cell)
{
	_cleanup_free_ char *id = make_run(), *path = xasprintf("%s/%s", store->dir, id);
	struct index *index = opened();
	struct index_verdicts found;
	const json_t *expected;
	json_t *run;

	ck_assert_int_eq(store_load(path, &run, NULL), 0);
	expected = json_object_get(json_array_get(json_object_get(run, "cells"), 0), "verdicts");
	ck_assert_int_eq(index_find_verdicts(index, &(struct index_filter){ 0 }, &found, NULL), 0);
	ck_assert_uint_gt(found.n, 0);
	ck_assert_uint_eq(found.n, json_array_size(expected));
	for (size_t i = 0; i < found.n; i++)
		ck_assert_str_eq(found.list[i].name, record_text(json_array_get(expected, i), "name", ""));
	index_verdicts_release(&found);
	index_close(index);
	json_decref(run);
}
END_TEST

/* A cell of another kernel and seed. */
static void add_changed(struct run *run, const char *id, const char *kernel, int seed)
{
	struct summary *s = summary_of("cpuset.jsonl");
	json_t *cell = json_object(), *summary = summary_to_json(s, id, NULL);
	struct run_cell stored = { .id = id, .cell = cell, .stream = "", .summary = summary };

	json_object_set_new(summary, "kernel", json_string(kernel));
	json_object_set_new(summary, "seed", json_integer(seed));
	ck_assert_int_eq(run_add_cell(run, &stored, NULL), 0);
	json_decref(cell);
	json_decref(summary);
	summary_free(s);
}

static size_t matching(struct index *index, struct index_filter filter)
{
	struct index_cells cells;
	size_t n;

	ck_assert_int_eq(index_find_cells(index, &filter, NULL, &cells, NULL), 0);
	n = cells.n;
	index_cells_release(&cells);
	return n;
}

START_TEST(filters_by_kernel_and_seed_and_time)
{
	struct run *run = begin();
	struct index *index;
	int64_t seed = 2;

	add_changed(run, "a", "6.1.0-1", 1);
	add_changed(run, "b", "6.12.0-1", 2);
	ck_assert_int_eq(run_finish(run, "finished", NULL), 0);
	index = opened();
	ck_assert_uint_eq(matching(index, (struct index_filter){ .kernel = "6.1" }), 1);
	ck_assert_uint_eq(matching(index, (struct index_filter){ .kernel = "6.12" }), 1);
	ck_assert_uint_eq(matching(index, (struct index_filter){ .kernel = "6" }), 2);
	ck_assert_uint_eq(matching(index, (struct index_filter){ .seed = &seed }), 1);
	ck_assert_uint_eq(matching(index, (struct index_filter){ .scenario = "no-such" }), 0);
	ck_assert_uint_eq(matching(index, (struct index_filter){ .since = "2001-01-01" }), 2);
	ck_assert_uint_eq(matching(index, (struct index_filter){ .since = "9999-01-01" }), 0);
	index_close(index);
}
END_TEST

START_TEST(runs_come_oldest_first)
{
	_cleanup_free_ char *first = make_run(), *second = make_run(), *third = make_run();
	struct index *index = opened();
	struct index_runs runs;

	ck_assert_int_eq(index_find_runs(index, &(struct index_filter){ 0 }, &runs, NULL), 0);
	ck_assert_uint_eq(runs.n, 3);
	ck_assert_str_eq(runs.list[0].run, first);
	ck_assert_str_eq(runs.list[1].run, second);
	ck_assert_str_eq(runs.list[2].run, third);
	ck_assert_int_eq(runs.list[0].cells, 1);
	ck_assert_str_eq(runs.list[0].status, "finished");
	index_runs_release(&runs);
	index_close(index);
}
END_TEST

START_TEST(a_file_of_nonsense_is_made_anew)
{
	_cleanup_free_ char *id = make_run(), *file = index_file(), *text = NULL;

	ck_assert_int_eq(file_write_atomic(file, "nonsense that is no database at all", 35, NULL), 0);
	ck_assert_int_eq(counts().runs, 1);
	ck_assert_int_eq(file_read(NULL, file, &text, NULL, NULL), 0);
	ck_assert_str_eq(text, "SQLite format 3");
}
END_TEST

START_TEST(damage_anywhere_is_made_good)
{
	_cleanup_free_ char *id = make_run(), *file = index_file();
	off_t size;
	int fd;

	ck_assert_int_eq(counts().cells, 1);
	fd = open(file, O_RDWR | O_CLOEXEC);
	size = lseek(fd, 0, SEEK_END);
	close(fd);
	/* Every page in turn, the rest of the file as it was made. */
	for (off_t at = 0; at < size; at += 4096) {
		struct index *index;
		char nonsense[512];

		memset(nonsense, 0xa5, sizeof(nonsense));
		fd = open(file, O_RDWR | O_CLOEXEC);
		ck_assert_int_eq(pwrite(fd, nonsense, sizeof(nonsense), at), sizeof(nonsense));
		close(fd);
		index = opened();
		ck_assert_msg(matching(index, (struct index_filter){ 0 }) == 1, "page at %ld", (long)at);
		index_close(index);
		index = NULL;
		ck_assert_int_eq(index_rebuild(store, &index, NULL), 0);
		index_close(index);
	}
}
END_TEST

static void change_file(const char *sql)
{
	_cleanup_free_ char *file = index_file();
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(file, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

START_TEST(an_older_version_is_made_anew)
{
	_cleanup_free_ char *id = make_run();

	ck_assert_int_eq(counts().runs, 1);
	change_file("DROP TABLE cells; CREATE TABLE cells (something_else); PRAGMA user_version=0");
	ck_assert_int_eq(counts().cells, 1);
	ck_assert_int_eq(index_check(store, NULL), 0);
}
END_TEST

START_TEST(missing_tables_are_made_anew)
{
	_cleanup_free_ char *id = make_run();
	struct index *index;

	ck_assert_int_eq(counts().runs, 1);
	change_file("DROP TABLE cells");
	index = opened();
	ck_assert_uint_eq(matching(index, (struct index_filter){ 0 }), 1);
	index_close(index);
}
END_TEST

START_TEST(a_newer_version_is_left_alone)
{
	_cleanup_free_ char *id = make_run(), *file = index_file(), *before = NULL, *after = NULL;
	size_t len, len_after;

	ck_assert_int_eq(counts().runs, 1);
	change_file("PRAGMA user_version=1000");
	ck_assert_int_eq(file_read(NULL, file, &before, &len, NULL), 0);
	ck_assert_int_eq(counts().runs, 1);
	ck_assert_int_eq(file_read(NULL, file, &after, &len_after, NULL), 0);
	ck_assert_uint_eq(len, len_after);
	ck_assert_mem_eq(before, after, len);
}
END_TEST

START_TEST(check_finds_what_was_changed)
{
	_cleanup_free_ char *id = make_run();
	struct error err;

	ck_assert_int_eq(counts().runs, 1);
	ck_assert_int_eq(index_check(store, &err), 0);
	change_file("UPDATE cells SET outcome = 'panicked'");
	ck_assert_int_eq(index_check(store, &err), 1);
	ck_assert_str_eq(err.where, id);
}
END_TEST

START_TEST(an_unreadable_run_is_counted_and_left_out)
{
	_cleanup_free_ char *good = make_run(), *bad = make_run();
	_cleanup_free_ char *file = xasprintf("%s/%s/run.json", store->dir, bad);
	struct index *index;
	struct index_runs runs;

	ck_assert_int_eq(file_write_atomic(file, "{", 1, NULL), 0);
	ck_assert_int_eq(counts().unreadable, 1);
	index = opened();
	ck_assert_int_eq(index_find_runs(index, &(struct index_filter){ 0 }, &runs, NULL), 0);
	ck_assert_uint_eq(runs.n, 1);
	ck_assert_str_eq(runs.list[0].run, good);
	index_runs_release(&runs);
	index_close(index);
}
END_TEST

START_TEST(where_it_cannot_be_a_file_it_is_in_memory)
{
	_cleanup_free_ char *id = make_run(), *file = index_file();

	/* Root may write everywhere: a directory of that name stands in for the read-only store. */
	ck_assert_int_eq(mkdir(file, 0755), 0);
	ck_assert_int_eq(counts().runs, 1);
	ck_assert_int_eq(rmdir(file), 0);
}
END_TEST

/* Each adds runs and asks for all it can see; none may fail, and at the end all are there, once. */
static void work(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		free(make_run());
		if (counts().runs < i + 1)
			_exit(1);
	}
	_exit(0);
}

START_TEST(processes_at_once_do_not_disturb_one_another)
{
	enum { PROCESSES = 4, RUNS = 6 };
	struct index *index;
	struct index_cells cells;

	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0)
			work(RUNS);
	for (int i = 0; i < PROCESSES; i++) {
		int status = 0;

		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	index = opened();
	ck_assert_int_eq(index_find_cells(index, &(struct index_filter){ 0 }, NULL, &cells, NULL), 0);
	ck_assert_uint_eq(cells.n, PROCESSES * RUNS);
	index_cells_release(&cells);
	index_close(index);
	ck_assert_int_eq(index_check(store, NULL), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store_index");
	TCase *tcase = tcase_create("store_index");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_store_that_is_not_there_is_empty_and_not_made);
	tcase_add_test(tcase, follows_the_directories);
	tcase_add_test(tcase, says_what_the_summary_says);
	tcase_add_test(tcase, verdicts_are_those_of_the_cell);
	tcase_add_test(tcase, filters_by_kernel_and_seed_and_time);
	tcase_add_test(tcase, runs_come_oldest_first);
	tcase_add_test(tcase, a_file_of_nonsense_is_made_anew);
	tcase_add_test(tcase, damage_anywhere_is_made_good);
	tcase_add_test(tcase, an_older_version_is_made_anew);
	tcase_add_test(tcase, missing_tables_are_made_anew);
	tcase_add_test(tcase, a_newer_version_is_left_alone);
	tcase_add_test(tcase, check_finds_what_was_changed);
	tcase_add_test(tcase, an_unreadable_run_is_counted_and_left_out);
	tcase_add_test(tcase, where_it_cannot_be_a_file_it_is_in_memory);
	tcase_add_test(tcase, processes_at_once_do_not_disturb_one_another);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
