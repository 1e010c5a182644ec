/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums, tags, check and prune. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "common/file.h"
#include "results/store_check.h"
#include "results/store_prune.h"
#include "results/store_tag.h"
#include "tests/unit/stores.h"

static char last_where[512], last_what[512];

static void remember(void *opaque, const char *where, const char *what)
{
	(void)opaque;
	snprintf(last_where, sizeof(last_where), "%s", where);
	snprintf(last_what, sizeof(last_what), "%s", what);
}

static struct store_checked checked(void)
{
	struct store_checked counts = { 0 };

	ck_assert_int_eq(store_check(store, remember, NULL, &counts, NULL), 0);
	return counts;
}

static char *in_run(const char *id, const char *name)
{
	return xasprintf("%s/%s/%s", store->dir, id, name);
}

static char *path_of(const char *id)
{
	char *path = NULL;

	ck_assert_int_eq(store_find(store, id, &path, NULL), 0);
	return path;
}

START_TEST(a_sound_store_has_no_findings)
{
	_cleanup_free_ char *id = make_run();
	struct store_checked counts = checked();

	ck_assert_msg(counts.findings == 0, "%s %s", last_where, last_what);
	ck_assert_uint_eq(counts.runs, 1);
	ck_assert_uint_eq(counts.cells, 1);
	ck_assert_uint_eq(counts.without_sums, 0);
}
END_TEST

START_TEST(sha256sum_reads_the_list)
{
	_cleanup_free_ char *id = make_run(), *command = NULL;

	command = xasprintf("cd %s/%s && sha256sum --quiet --strict -c SHA256SUMS", store->dir, id);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(a_changed_file_is_found)
{
	static const char *const files[] = { "run.json", "cells/" SOME_CELL "/cell.json", "cells/" SOME_CELL "/console.log",
					     "cells/" SOME_CELL "/stream.jsonl.zst", "cells/" SOME_CELL "/summary.json" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_free_ char *id = make_run(), *file = in_run(id, files[i]), *before = NULL;
		size_t len;

		ck_assert_int_eq(file_read(NULL, file, &before, &len, NULL), 0);
		ck_assert_uint_eq(checked().findings, 0); /* and indexed, as it was written */
		before[len / 2] ^= 1;
		ck_assert_int_eq(file_write_atomic(file, before, len, NULL), 0);
		ck_assert_msg(checked().findings >= 1, "%s", files[i]);
		before[len / 2] ^= 1;
		ck_assert_int_eq(file_write_atomic(file, before, len, NULL), 0);
		ck_assert_msg(checked().findings == 0, "%s: %s %s", files[i], last_where, last_what);
	}
}
END_TEST

START_TEST(a_missing_and_an_added_file_are_found)
{
	_cleanup_free_ char *id = make_run(), *added = in_run(id, "notes.txt"), *log = in_run(id, "cells/" SOME_CELL "/console.log");

	ck_assert_int_eq(file_write_atomic(added, "x", 1, NULL), 0);
	ck_assert_uint_eq(checked().findings, 1);
	ck_assert_str_eq(last_where, added);
	unlink(added);
	unlink(log);
	ck_assert_uint_eq(checked().findings, 1);
	ck_assert_str_eq(last_where, log);
}
END_TEST

START_TEST(a_run_without_sums_is_counted_not_found)
{
	_cleanup_free_ char *id = make_run(), *sums = in_run(id, "SHA256SUMS");

	unlink(sums);
	ck_assert_uint_eq(checked().findings, 0);
	ck_assert_uint_eq(checked().without_sums, 1);
}
END_TEST

/* ---- tags ---- */

START_TEST(a_tag_finds_its_run_and_moves)
{
	_cleanup_free_ char *first = make_run(), *second = make_run(), *first_path = path_of(first), *second_path = path_of(second);
	_cleanup_free_ char *before = NULL, *again = NULL, *found = NULL, *moved = NULL;

	ck_assert_int_eq(tag_set(store, "good", first_path, &before, NULL), 0);
	ck_assert_ptr_null(before);
	ck_assert_int_eq(store_find(store, "good", &found, NULL), 0);
	ck_assert_str_eq(found, first_path);
	ck_assert_int_eq(tag_set(store, "good", second_path, &again, NULL), 0);
	ck_assert_str_eq(again, first);
	ck_assert_int_eq(store_find(store, "good", &moved, NULL), 0);
	ck_assert_str_eq(moved, second_path);
	ck_assert_int_eq(tag_remove(store, "good", NULL), 0);
	ck_assert_int_eq(tag_remove(store, "good", NULL), -ENOENT);
	ck_assert_int_eq(store_find(store, "good", &moved, NULL), -ENOENT);
}
END_TEST

START_TEST(bad_names_are_refused)
{
	static const char *const bad[] = { "", "latest", "2026", "../x", "a/b", "a b", ".a", "-a" };
	_cleanup_free_ char *id = make_run(), *path = path_of(id), *before = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(tag_set(store, bad[i], path, &before, NULL) == -EINVAL, "'%s' was taken", bad[i]);
	ck_assert(tag_is_name("v6.12-good_1"));
}
END_TEST

START_TEST(a_run_of_another_store_gets_no_tag)
{
	_cleanup_free_ char *id = make_run(), *path = path_of(id), *away = xasprintf("%s/away", top), *before = NULL;

	ck_assert_int_eq(rename(path, away), 0);
	ck_assert_int_eq(tag_set(store, "good", away, &before, NULL), -EINVAL);
}
END_TEST

START_TEST(a_tag_without_its_run_is_found)
{
	_cleanup_free_ char *id = make_run(), *path = path_of(id), *away = xasprintf("%s/away", top), *before = NULL;

	ck_assert_int_eq(tag_set(store, "good", path, &before, NULL), 0);
	ck_assert_uint_eq(checked().findings, 0);
	ck_assert_int_eq(rename(path, away), 0);
	ck_assert_uint_eq(checked().findings, 1);
	ck_assert_ptr_nonnull(strstr(last_where, "tags/good"));
}
END_TEST

/* ---- prune ---- */

static struct prune_plan planned(struct prune_rules rules, time_t now)
{
	struct prune_plan plan = { 0 };

	ck_assert_int_eq(prune_make(store, &rules, now, &plan, NULL), 0);
	return plan;
}

START_TEST(keep_leaves_the_newest)
{
	_cleanup_free_ char *first = make_run(), *second = make_run(), *third = make_run();
	struct prune_plan plan = planned((struct prune_rules){ .keep = 1 }, time(NULL));

	ck_assert_uint_eq(plan.n, 2);
	ck_assert_str_eq(plan.list[0].name, first);
	ck_assert_str_eq(plan.list[1].name, second);
	ck_assert_uint_eq(plan.list[0].cells, 1);
	ck_assert_uint_gt(plan.list[0].bytes, 0);
	ck_assert_int_eq(prune_delete(store, &plan.list[0], NULL), 0);
	ck_assert_uint_eq(entries(store->dir), 2);
	prune_release(&plan);
}
END_TEST

START_TEST(without_a_rule_no_finished_run_goes)
{
	_cleanup_free_ char *id = make_run();
	struct prune_plan plan = planned((struct prune_rules){ .unfinished = true }, time(NULL) + 1000000);

	ck_assert_uint_eq(plan.n, 0);
	prune_release(&plan);
}
END_TEST

START_TEST(both_rules_must_let_it_go)
{
	_cleanup_free_ char *first = make_run(), *second = make_run();
	time_t later = time(NULL) + 3600;
	struct prune_plan plan = planned((struct prune_rules){ .older_than_s = 1800 }, later);

	ck_assert_uint_eq(plan.n, 2);
	prune_release(&plan);
	plan = planned((struct prune_rules){ .older_than_s = 1800, .keep = 1 }, later);
	ck_assert_uint_eq(plan.n, 1);
	ck_assert_str_eq(plan.list[0].name, first);
	prune_release(&plan);
	plan = planned((struct prune_rules){ .older_than_s = 7200, .keep = 1 }, later);
	ck_assert_uint_eq(plan.n, 0);
	prune_release(&plan);
}
END_TEST

START_TEST(a_tagged_run_is_never_pruned)
{
	_cleanup_free_ char *first = make_run(), *second = make_run(), *path = path_of(first), *before = NULL;
	struct prune_plan plan = planned((struct prune_rules){ .keep = 1 }, time(NULL));

	ck_assert_uint_eq(plan.n, 1);
	/* Tagged between the plan and the deed. */
	ck_assert_int_eq(tag_set(store, "good", path, &before, NULL), 0);
	ck_assert_int_eq(prune_delete(store, &plan.list[0], NULL), -EBUSY);
	ck_assert_int_eq(access(path, F_OK), 0);
	prune_release(&plan);
	plan = planned((struct prune_rules){ .keep = 1 }, time(NULL));
	ck_assert_uint_eq(plan.n, 0);
	ck_assert_uint_eq(plan.tagged, 1);
	prune_release(&plan);
}
END_TEST

START_TEST(a_run_that_is_being_written_stays)
{
	struct run *run = begin();
	struct prune_plan plan = planned((struct prune_rules){ .unfinished = true }, time(NULL));

	ck_assert_uint_eq(plan.n, 0);
	prune_release(&plan);
	ck_assert_int_eq(add(run, SOME_CELL, NULL), 0);
	ck_assert_int_eq(run_finish(run, "finished", NULL), 0);
}
END_TEST

START_TEST(what_a_killed_run_left_goes)
{
	int status;
	pid_t child = fork();
	struct prune_plan plan;

	if (child == 0) {
		struct run *run = begin();

		add(run, SOME_CELL, NULL);
		kill(getpid(), SIGKILL);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	ck_assert_uint_eq(entries(store->dir), 1);
	plan = planned((struct prune_rules){ .unfinished = true }, time(NULL));
	ck_assert_uint_eq(plan.n, 1);
	ck_assert(plan.list[0].unfinished);
	ck_assert_uint_eq(plan.list[0].cells, 1);
	ck_assert_int_eq(prune_delete(store, &plan.list[0], NULL), 0);
	ck_assert_uint_eq(entries(store->dir), 0);
	prune_release(&plan);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store_care");
	TCase *tcase = tcase_create("store_care");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_sound_store_has_no_findings);
	tcase_add_test(tcase, sha256sum_reads_the_list);
	tcase_add_test(tcase, a_changed_file_is_found);
	tcase_add_test(tcase, a_missing_and_an_added_file_are_found);
	tcase_add_test(tcase, a_run_without_sums_is_counted_not_found);
	tcase_add_test(tcase, a_tag_finds_its_run_and_moves);
	tcase_add_test(tcase, bad_names_are_refused);
	tcase_add_test(tcase, a_run_of_another_store_gets_no_tag);
	tcase_add_test(tcase, a_tag_without_its_run_is_found);
	tcase_add_test(tcase, keep_leaves_the_newest);
	tcase_add_test(tcase, without_a_rule_no_finished_run_goes);
	tcase_add_test(tcase, both_rules_must_let_it_go);
	tcase_add_test(tcase, a_tagged_run_is_never_pruned);
	tcase_add_test(tcase, a_run_that_is_being_written_stays);
	tcase_add_test(tcase, what_a_killed_run_left_goes);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
