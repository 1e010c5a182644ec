/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <sys/resource.h>

#include "tests/unit/stores.h"

static unsigned open_to_others;

static int count_open(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)type;
	if (at->level > 0 && (st->st_mode & 077) != 0) {
		fprintf(stderr, "%s: mode %o\n", path, st->st_mode & 0777U);
		open_to_others++;
	}
	return 0;
}

START_TEST(what_is_stored_is_for_its_owner_alone)
{
	mode_t old = umask(0);
	_cleanup_free_ char *id = make_run();

	umask(old);
	open_to_others = 0;
	nftw(top, count_open, 16, FTW_PHYS);
	ck_assert_uint_eq(open_to_others, 0);
}
END_TEST

/* The temporary name is known beforehand: somebody may have laid a link there. */
START_TEST(a_new_file_is_not_written_through_a_link)
{
	_cleanup_free_ char *victim = xasprintf("%s/victim", top), *path = xasprintf("%s/new", top);
	_cleanup_free_ char *tmp = xasprintf("%s.tmp.%d", path, (int)getpid()), *text = NULL;
	struct stat st;

	ck_assert_int_eq(file_write_atomic(victim, "old", 3, NULL), 0);
	ck_assert_int_eq(symlink(victim, tmp), 0);
	ck_assert_int_eq(file_write_atomic(path, "new", 3, NULL), 0);
	ck_assert_int_eq(file_read(NULL, victim, &text, NULL, NULL), 0);
	ck_assert_str_eq(text, "old");
	ck_assert_int_eq(lstat(path, &st), 0);
	ck_assert(S_ISREG(st.st_mode));
}
END_TEST

START_TEST(cells_are_listed_by_their_place_not_by_their_end)
{
	struct run *run = begin();
	_cleanup_free_ char *id = xstrdup(run_id(run)), *path = NULL;
	json_t *document, *cells;

	ck_assert_int_eq(add_at(run, "c", 2, NULL), 0);
	ck_assert_int_eq(add_at(run, "a", 0, NULL), 0);
	ck_assert_int_eq(add_at(run, "b", 1, NULL), 0);
	ck_assert_int_eq(run_finish(run, "finished", NULL), 0);
	ck_assert_int_eq(store_find(store, id, &path, NULL), 0);
	ck_assert_int_eq(store_load(path, &document, NULL), 0);
	cells = json_object_get(document, "cells");
	ck_assert_str_eq(record_text(json_array_get(cells, 0), "id", ""), "a");
	ck_assert_str_eq(record_text(json_array_get(cells, 1), "id", ""), "b");
	ck_assert_str_eq(record_text(json_array_get(cells, 2), "id", ""), "c");
	json_decref(document);
}
END_TEST

START_TEST(what_goes_in_comes_out)
{
	_cleanup_free_ char *id = make_run(), *path = NULL, *stream = NULL, *expected = NULL;
	json_t *run, *cell;
	size_t len, expected_len;

	ck_assert_int_eq(store_find(store, id, &path, NULL), 0);
	ck_assert_int_eq(store_load(path, &run, NULL), 0);
	ck_assert_str_eq(record_text(run, "schema", ""), "memrig.run/1");
	ck_assert_str_eq(record_text(run, "run", ""), id);
	ck_assert_str_eq(record_text(run, "path", ""), path);
	ck_assert_str_eq(record_text(run, "status", ""), "finished");
	ck_assert_str_eq(record_text(run, "clock", ""), "virtual");
	ck_assert_uint_eq(json_array_size(json_object_get(run, "argv")), 3);
	cell = json_array_get(json_object_get(run, "cells"), 0);
	ck_assert_str_eq(record_text(cell, "id", ""), "smoke.kernel-default.s1");
	ck_assert_str_eq(record_text(cell, "outcome", ""), "completed");
	ck_assert_int_eq(store_read_stream(path, "smoke.kernel-default.s1", &stream, &len, NULL), 0);
	expected = stream_text_of("cpuset.jsonl", &expected_len);
	ck_assert_uint_eq(len, expected_len);
	ck_assert_mem_eq(stream, expected, len);
	ck_assert_uint_eq(entries(store->dir), 1);
	json_decref(run);
}
END_TEST

START_TEST(a_run_is_invisible_until_it_is_finished)
{
	struct run *run = begin();
	json_t *list;
	_cleanup_free_ char *path = NULL;

	ck_assert_int_eq(store_list(store, &list, NULL), 0);
	ck_assert_uint_eq(json_array_size(list), 0);
	ck_assert_int_eq(store_find(store, "latest", &path, NULL), -ENOENT);
	ck_assert_int_ne(access(run_path(run), F_OK), 0);
	json_decref(list);
	run_abort(run, NULL);
	ck_assert_uint_eq(entries(store->dir), 0); /* nothing was measured, nothing is left */
}
END_TEST

START_TEST(an_interrupted_run_keeps_its_cells)
{
	struct run *run = begin();
	json_t *list;

	ck_assert_int_eq(add(run, "one", NULL), 0);
	ck_assert_int_eq(run_abort(run, NULL), 0);
	ck_assert_int_eq(store_list(store, &list, NULL), 0);
	ck_assert_str_eq(record_text(json_array_get(list, 0), "status", ""), "interrupted");
	json_decref(list);
}
END_TEST

START_TEST(finds_by_prefix_latest_and_path)
{
	_cleanup_free_ char *first = make_run(), *second = make_run(), *path = NULL, *again = NULL,
			    *unique = NULL;
	_cleanup_free_ char *missing = NULL, *prefix = NULL;
	struct error err;

	/* Their last four digits are random: those of two runs in a second may have three in common. */
	while (strncmp(first, second, strlen(second) - 1) == 0) {
		free(second);
		second = make_run();
	}
	prefix = xasprintf("%.*s", (int)strlen(second) - 1, second);

	ck_assert_int_eq(store_find(store, "latest", &path, NULL), 0);
	ck_assert_str_eq(strrchr(path, '/') + 1, second);
	ck_assert_int_eq(store_find(store, path, &again, NULL), 0);
	ck_assert_str_eq(again, path);
	ck_assert_int_eq(store_find(store, prefix, &unique, NULL), 0);
	ck_assert_str_eq(unique, path);
	ck_assert_int_eq(store_find(store, "20", &missing, &err), -ENOTUNIQ);
	ck_assert_ptr_nonnull(strstr(err.hint, first));
	ck_assert_int_eq(store_find(store, "19990101", &missing, &err), -ENOENT);
	ck_assert_int_eq(store_find(store, "", &missing, &err), -EINVAL);
	ck_assert_int_eq(store_find(store, "./nowhere", &missing, &err), -ENOENT);
	ck_assert_ptr_null(missing);
}
END_TEST

START_TEST(refuses_bad_cell_ids)
{
	static const char *const bad[] = { "", ".", "..", "a/b", "../x", "a b", ".hidden" };
	struct run *run = begin();

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(add(run, bad[i], NULL) == -EINVAL, "'%s' was taken", bad[i]);
	ck_assert_int_eq(add(run, "twice", NULL), 0);
	ck_assert_int_eq(add(run, "twice", NULL), -EEXIST);
	run_abort(run, NULL);
}
END_TEST

START_TEST(an_unwritable_store_is_said_before_anything_runs)
{
	_cleanup_free_ char *file = xasprintf("%s/file", top), *below = xasprintf("%s/file/store", top);
	struct store *other;
	struct run *run = NULL;
	struct error err;

	ck_assert_int_eq(file_write_atomic(file, "", 0, NULL), 0);
	ck_assert_int_eq(store_open(file, &other, &err), -ENOTDIR);
	ck_assert_int_eq(store_open(below, &other, &err), 0);
	ck_assert_int_lt(run_begin(other, NULL, NULL, NULL, "real", &run, &err), 0);
	ck_assert_ptr_null(run);
	ck_assert_ptr_nonnull(strstr(err.where, file));
	ck_assert_ptr_nonnull(strstr(err.hint, "--store"));
	store_close(other);
}
END_TEST

/* A limit on file sizes stands in for the full disk: the write fails in the same place. To be lifted before
 * anything is asserted, because Check writes files too. */
static void limit_files(rlim_t bytes)
{
	struct rlimit limit = { bytes, RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
}

START_TEST(a_full_disk_leaves_no_half_cell)
{
	struct run *run = begin();
	_cleanup_free_ char *cells = xasprintf("%s/.tmp-%s/cells", store->dir, run_id(run));
	size_t len;
	_cleanup_free_ char *text = stream_text_of("cpuset.jsonl", &len);
	json_t *small = json_object();
	struct run_cell half = { .id = "half", .cell = small, .stream = text, .stream_len = len, .summary = small };
	struct error err;
	int r;

	ck_assert_int_eq(add(run, "whole", NULL), 0);
	limit_files(600);
	r = run_add_cell(run, &half, &err);
	limit_files(RLIM_INFINITY);
	ck_assert_int_eq(r, -EFBIG);
	ck_assert_str_ne(err.what, "");
	ck_assert_uint_eq(entries(cells), 1);
	/* What was whole is kept as long as run.json still fits. */
	limit_files(600);
	r = run_abort(run, &err);
	limit_files(RLIM_INFINITY);
	ck_assert_int_eq(r, 0);
	ck_assert_uint_eq(entries(store->dir), 1);
	json_decref(small);
}
END_TEST

START_TEST(a_full_disk_at_the_end_leaves_nothing)
{
	struct run *run = begin();
	struct error err;
	int r;

	ck_assert_int_eq(add(run, "whole", NULL), 0);
	limit_files(10);
	r = run_finish(run, "finished", &err);
	limit_files(RLIM_INFINITY);
	ck_assert_int_eq(r, -EFBIG);
	ck_assert_uint_eq(entries(store->dir), 0);
}
END_TEST

START_TEST(damage_is_an_error_not_a_crash)
{
	_cleanup_free_ char *id = make_run(), *path = NULL, *file = NULL, *text = NULL;
	struct error err;
	json_t *run;
	size_t len;

	ck_assert_int_eq(store_find(store, id, &path, NULL), 0);
	file = xasprintf("%s/cells/smoke.kernel-default.s1/stream.jsonl.zst", path);
	ck_assert_int_eq(file_write_atomic(file, "nonsense", 8, NULL), 0);
	ck_assert_int_eq(store_read_stream(path, "smoke.kernel-default.s1", &text, &len, &err), -EBADMSG);
	free(file);
	file = xasprintf("%s/cells/smoke.kernel-default.s1/summary.json", path);
	ck_assert_int_eq(file_write_atomic(file, "{", 1, NULL), 0);
	ck_assert_int_eq(store_load(path, &run, &err), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(err.where, "summary.json"));
}
END_TEST

START_TEST(the_environment_says_where)
{
	struct store *s;

	setenv("MEMRIG_STORE", "/x/y", 1);
	ck_assert_int_eq(store_open(NULL, &s, NULL), 0);
	ck_assert_str_eq(s->dir, "/x/y");
	store_close(s);
	unsetenv("MEMRIG_STORE");
	setenv("XDG_DATA_HOME", "/data", 1);
	ck_assert_int_eq(store_open(NULL, &s, NULL), 0);
	ck_assert_str_eq(s->dir, "/data/memrig/runs");
	store_close(s);
	setenv("XDG_DATA_HOME", "relative", 1);
	setenv("HOME", "/home/me", 1);
	ck_assert_int_eq(store_open(NULL, &s, NULL), 0);
	ck_assert_str_eq(s->dir, "/home/me/.local/share/memrig/runs");
	store_close(s);
	unsetenv("HOME");
	ck_assert_int_eq(store_open(NULL, &s, NULL), -ENOENT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store");
	TCase *tcase = tcase_create("store");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, what_goes_in_comes_out);
	tcase_add_test(tcase, cells_are_listed_by_their_place_not_by_their_end);
	tcase_add_test(tcase, a_run_is_invisible_until_it_is_finished);
	tcase_add_test(tcase, an_interrupted_run_keeps_its_cells);
	tcase_add_test(tcase, finds_by_prefix_latest_and_path);
	tcase_add_test(tcase, refuses_bad_cell_ids);
	tcase_add_test(tcase, an_unwritable_store_is_said_before_anything_runs);
	tcase_add_test(tcase, a_full_disk_leaves_no_half_cell);
	tcase_add_test(tcase, what_is_stored_is_for_its_owner_alone);
	tcase_add_test(tcase, a_new_file_is_not_written_through_a_link);
	tcase_add_test(tcase, a_full_disk_at_the_end_leaves_nothing);
	tcase_add_test(tcase, damage_is_an_error_not_a_crash);
	tcase_add_test(tcase, the_environment_says_where);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
