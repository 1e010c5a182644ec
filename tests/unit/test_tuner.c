/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>

#include "common/file.h"
#include "common/util.h"
#include "tuners/tuner.h"

/* Settings are read and written below a root of our own. */
static char root[] = "/tmp/memrig-tuner-XXXXXX";

static char *full_path(const char *path)
{
	return xasprintf("%s%s", root, path);
}

static void put(const char *path, const char *content)
{
	_cleanup_free_ char *full = full_path(path), *dir = xstrdup(full);

	*strrchr(dir, '/') = '\0';
	ck_assert_int_eq(file_make_dirs(dir, NULL), 0);
	ck_assert_int_eq(file_write_atomic(full, content, strlen(content), NULL), 0);
}

static void check_content(const char *path, const char *wanted)
{
	_cleanup_free_ char *got = NULL;

	ck_assert_int_eq(file_read_line(root, path, &got, NULL), 0);
	ck_assert_str_eq(got, wanted);
}

static void set_up(void)
{
	snprintf(root, sizeof(root), "/tmp/memrig-tuner-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
}

static void tear_down(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", root);

	ck_assert_int_eq(system(command), 0);
}

static struct tune tune_of(bool sysfs, const char *key, const char *asked)
{
	struct tune tune = { .tunable = tunable_find(sysfs, key) };

	ck_assert_msg(tune.tunable, "%s is not known", key);
	snprintf(tune.asked, sizeof(tune.asked), "%s", asked);
	return tune;
}

static int order_of(bool sysfs, const char *key)
{
	return tunable_order(tunable_find(sysfs, key));
}

static int check(bool sysfs, const char *key, const char *value, const char *kernel, struct error *err)
{
	return tunable_check(tunable_find(sysfs, key), value, kernel, err);
}

START_TEST(settings_are_applied_in_the_order_that_keeps_them)
{
	static const struct {
		bool sysfs;
		const char *key;
	} order[] = {
		{ true, "kernel/mm/transparent_hugepage/enabled" },
		{ true, "kernel/mm/lru_gen/enabled" },
		{ false, "vm.watermark_boost_factor" },
		{ false, "vm.watermark_scale_factor" },
		{ false, "vm.min_free_kbytes" },
		{ false, "vm.zone_reclaim_mode" },
		{ false, "vm.swappiness" },
	};

	for (size_t i = 1; i < ARRAY_SIZE(order); i++)
		ck_assert_msg(order_of(order[i - 1].sysfs, order[i - 1].key) <
				      order_of(order[i].sysfs, order[i].key),
			      "%s does not come before %s", order[i - 1].key, order[i].key);
	ck_assert_int_eq(order_of(true, order[0].key), 0);
}
END_TEST

START_TEST(an_unknown_setting_has_no_place)
{
	const struct tunable unknown = { .key = "vm.unknown" };

	ck_assert_ptr_null(tunable_find(false, "vm.unknown"));
	ck_assert_ptr_null(tunable_find(true, "vm.swappiness"));
	ck_assert_int_eq(tunable_order(&unknown), -1);
}
END_TEST

START_TEST(every_table_entry_is_complete_and_unique)
{
	for (const struct tuner *const *tuner = tuners; *tuner; tuner++)
		for (const struct tunable *t = (*tuner)->tunables; t->key; t++) {
			ck_assert_msg(t->doc && *t->doc, "%s has no doc", t->key);
			ck_assert_msg(tunable_find(t->sysfs, t->key) == t, "%s is there twice", t->key);
			ck_assert_msg((t->type == TUNABLE_WORD) == !!t->words, "%s: words", t->key);
			ck_assert_msg(t->type == TUNABLE_WORD || t->min < t->max, "%s: range", t->key);
			ck_assert_msg(!t->twin || tunable_find(t->sysfs, t->twin), "%s: twin", t->key);
			ck_assert_msg(!strchr(t->key, '/') == !t->sysfs, "%s: form of the key", t->key);
		}
}
END_TEST

START_TEST(the_nearest_setting_is_suggested)
{
	ck_assert_str_eq(tunable_suggest(false, "vm.swapiness"), "vm.swappiness");
	ck_assert_str_eq(tunable_suggest(true, "kernel/mm/lrugen/enabled"), "kernel/mm/lru_gen/enabled");
	ck_assert_ptr_null(tunable_suggest(false, "net.ipv4.ip_forward"));
}
END_TEST

START_TEST(swappiness_went_to_100_before_linux_5_8)
{
	struct error err = { 0 };

	ck_assert_int_eq(check(false, "vm.swappiness", "200", NULL, NULL), 0);
	ck_assert_int_eq(check(false, "vm.swappiness", "200", "6.1.0-56-cloud-amd64", NULL), 0);
	ck_assert_int_eq(check(false, "vm.swappiness", "200", "5.8.0", NULL), 0);
	ck_assert_int_eq(check(false, "vm.swappiness", "200", "5.7.19", &err), -ERANGE);
	ck_assert_str_eq(err.what, "200 is out of range, 0 to 100 is accepted");
	ck_assert_str_eq(err.hint, "200 since Linux 5.8, checked for 5.7.19");
}
END_TEST

START_TEST(whole_numbers_are_taken_as_a_whole)
{
	static const char *const bad[] = { "", " 1", "1 ", "1x", "0x1", "1.0", "+1", "--1", "-", "one" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(check(false, "vm.swappiness", bad[i], NULL, NULL) == -EINVAL,
			      "'%s' was accepted", bad[i]);
	ck_assert_int_eq(check(false, "vm.swappiness", "-1", NULL, NULL), -ERANGE);
	ck_assert_int_eq(check(false, "vm.swappiness", "99999999999999999999", NULL, NULL), -ERANGE);
	ck_assert_int_eq(check(false, "vm.zone_reclaim_mode", "7", NULL, NULL), 0);
	ck_assert_int_eq(check(false, "vm.zone_reclaim_mode", "8", NULL, NULL), -ERANGE);
}
END_TEST

START_TEST(memory_kept_free_is_a_number_a_size_or_a_share)
{
	static const char *const good[] = { "1024", "65536", "1M", "64M", "1G", "1%", "0.5%", "20%" };
	static const char *const bad[] = { "", "%", "1 %", "64MB", "1% of ram", "x", "1.5M", "-1%" };
	static const char *const wrong[] = { "0", "1023", "512K", "20.01%", "100%", "4T", "-5" };

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		ck_assert_msg(check(false, "vm.min_free_kbytes", good[i], NULL, NULL) == 0,
			      "'%s' was refused", good[i]);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(check(false, "vm.min_free_kbytes", bad[i], NULL, NULL) == -EINVAL, "'%s'",
			      bad[i]);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		ck_assert_msg(check(false, "vm.min_free_kbytes", wrong[i], NULL, NULL) == -ERANGE, "'%s'",
			      wrong[i]);
}
END_TEST

static void check_resolved(const char *value, const char *wanted)
{
	char text[64] = "";

	ck_assert_int_eq(tunable_resolve(tunable_find(false, "vm.min_free_kbytes"), value, 743 * 1000 * KIB,
					 text, sizeof(text), NULL),
			 0);
	ck_assert_str_eq(text, wanted);
}

START_TEST(shares_become_kilobytes_of_this_machine)
{
	check_resolved("1%", "7430");
	check_resolved("0.5%", "3715");
	check_resolved("64M", "65536");
	check_resolved("8192", "8192");
}
END_TEST

START_TEST(a_small_share_is_not_below_the_least_value)
{
	check_resolved("0.01%", "1024");
}
END_TEST

START_TEST(more_than_a_fifth_of_the_memory_is_refused)
{
	struct error err = { 0 };
	char text[64] = "untouched";

	ck_assert_int_eq(tunable_resolve(tunable_find(false, "vm.min_free_kbytes"), "256M", 1 * GIB, text,
					 sizeof(text), &err),
			 -ERANGE);
	ck_assert_str_eq(err.what, "262144 KiB are more than 20% of this machine's 1048576 KiB");
	ck_assert_str_eq(text, "untouched");
}
END_TEST

START_TEST(a_size_can_have_a_share_as_its_ceiling)
{
	static const char *const bad[] = { "1% at most 5%", "64M at most", "64M at most 5", "64M at most 64M",
					   "64M at  most 5%", "at most 5%", "64M at most 5% of ram" };

	check_resolved("5G at most 2%", "14860");
	check_resolved("8M at most 2%", "8192");
	check_resolved("8192 at most 2%", "8192");
	ck_assert_int_eq(check(false, "vm.min_free_kbytes", "1280M at most 5%", NULL, NULL), 0);
	ck_assert_int_eq(check(false, "vm.min_free_kbytes", "1280M at most 21%", NULL, NULL), -ERANGE);
	ck_assert_int_eq(check(false, "vm.min_free_kbytes", "512K at most 5%", NULL, NULL), -ERANGE);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(check(false, "vm.min_free_kbytes", bad[i], NULL, NULL) == -EINVAL, "'%s'", bad[i]);
}
END_TEST

START_TEST(dirty_limits_are_bytes_sizes_or_shares)
{
	static const struct {
		const char *value, *bytes;
	} good[] = { { "67108864", "67108864" },
		     { "64M", "67108864" },
		     { "10%", "107374182" },
		     { "600M at most 20%", "214748364" },
		     { "64M at most 20%", "67108864" } };
	const struct tunable *t = tunable_find(false, "vm.dirty_bytes");
	struct error err = { 0 };
	char text[64];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		ck_assert_int_eq(tunable_check(t, good[i].value, NULL, NULL), 0);
		ck_assert_int_eq(tunable_resolve(t, good[i].value, 1 * GIB, text, sizeof(text), NULL), 0);
		ck_assert_str_eq(text, good[i].bytes);
	}
	ck_assert_int_eq(tunable_check(t, "4K", NULL, NULL), -ERANGE);
	ck_assert_int_eq(tunable_check(t, "64MB", NULL, &err), -EINVAL);
	ck_assert_str_eq(err.what, "not a number of bytes: '64MB', \"67108864\", \"64M\" or \"1%\" is accepted");
}
END_TEST

START_TEST(words_are_checked_against_the_list)
{
	struct error err = { 0 };

	ck_assert_int_eq(check(true, "kernel/mm/transparent_hugepage/defrag", "defer+madvise", NULL, NULL),
			 0);
	ck_assert_int_eq(check(true, "kernel/mm/transparent_hugepage/enabled", "nevr", NULL, &err), -EINVAL);
	ck_assert_str_eq(err.what, "'nevr' is not one of always, madvise, never");
	ck_assert_str_eq(err.hint, "did you mean 'never'?");
}
END_TEST

START_TEST(lru_gen_takes_letters_and_numbers)
{
	static const char *const good[] = { "y", "n", "0", "7", "0x0007" };
	static const char *const bad[] = { "", "yes", "Y", "-1", "0x", " 7" };

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		ck_assert_msg(check(true, "kernel/mm/lru_gen/enabled", good[i], NULL, NULL) == 0, "'%s'",
			      good[i]);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(check(true, "kernel/mm/lru_gen/enabled", bad[i], NULL, NULL) == -EINVAL, "'%s'",
			      bad[i]);
	ck_assert_int_eq(check(true, "kernel/mm/lru_gen/enabled", "8", NULL, NULL), -ERANGE);
}
END_TEST

START_TEST(a_setting_is_saved_set_and_undone)
{
	struct tune tune = tune_of(false, "vm.swappiness", "10");

	put("/proc/sys/vm/swappiness", "60\n");
	ck_assert_int_eq(tune_save(root, &tune, NULL), 0);
	ck_assert_str_eq(tune.before, "60");
	ck_assert_int_eq(tune_set(root, &tune, GIB, NULL), 0);
	check_content("/proc/sys/vm/swappiness", "10");
	ck_assert_str_eq(tune.target, "10");
	ck_assert_str_eq(tune.effective, "10");
	ck_assert(!tune_differs(&tune));
	ck_assert_int_eq(tune_undo(root, &tune, NULL), 0);
	ck_assert_str_eq(tune.after, "60");
	check_content("/proc/sys/vm/swappiness", "60");
}
END_TEST

START_TEST(a_setting_this_kernel_lacks_is_not_found)
{
	struct tune tune = tune_of(true, "kernel/mm/lru_gen/enabled", "y");

	ck_assert_int_eq(tune_save(root, &tune, NULL), -ENOENT);
	ck_assert(!tune.saved);
}
END_TEST

START_TEST(nothing_is_set_that_was_not_saved)
{
	struct tune tune = tune_of(false, "vm.swappiness", "10");

	put("/proc/sys/vm/swappiness", "60\n");
	ck_assert_int_eq(tune_set(root, &tune, GIB, NULL), -EINVAL);
	ck_assert_int_eq(tune_undo(root, &tune, NULL), -EINVAL);
	check_content("/proc/sys/vm/swappiness", "60");
}
END_TEST

START_TEST(a_value_out_of_range_changes_nothing)
{
	struct tune tune = tune_of(false, "vm.swappiness", "300");

	put("/proc/sys/vm/swappiness", "60\n");
	ck_assert_int_eq(tune_save(root, &tune, NULL), 0);
	ck_assert_int_eq(tune_set(root, &tune, GIB, NULL), -ERANGE);
	ck_assert(!tune.set);
	check_content("/proc/sys/vm/swappiness", "60");
}
END_TEST

START_TEST(a_share_is_written_in_kilobytes)
{
	struct tune tune = tune_of(false, "vm.min_free_kbytes", "1%");

	put("/proc/sys/vm/min_free_kbytes", "8192\n");
	ck_assert_int_eq(tune_save(root, &tune, NULL), 0);
	ck_assert_int_eq(tune_set(root, &tune, 743 * 1000 * KIB, NULL), 0);
	ck_assert_str_eq(tune.target, "7430");
	check_content("/proc/sys/vm/min_free_kbytes", "7430");
}
END_TEST

START_TEST(the_bracketed_word_is_the_value)
{
	char text[64] = "";

	put("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
	ck_assert_int_eq(tune_read(root, tunable_find(true, "kernel/mm/transparent_hugepage/enabled"), text,
				   sizeof(text), NULL),
			 0);
	ck_assert_str_eq(text, "madvise");
}
END_TEST

START_TEST(a_word_without_brackets_is_the_value)
{
	char text[64] = "";

	put("/sys/kernel/mm/numa/demotion_enabled", "false\n");
	ck_assert_int_eq(tune_read(root, tunable_find(true, "kernel/mm/numa/demotion_enabled"), text,
				   sizeof(text), NULL),
			 0);
	ck_assert_str_eq(text, "false");
}
END_TEST

START_TEST(a_value_longer_than_any_is_refused)
{
	char text[8] = "before";

	put("/proc/sys/vm/swappiness", "123456789\n");
	ck_assert_int_eq(tune_read(root, tunable_find(false, "vm.swappiness"), text, sizeof(text), NULL),
			 -EOVERFLOW);
	ck_assert_str_eq(text, "before");
}
END_TEST

START_TEST(undoing_a_limit_in_bytes_writes_the_ratio_back)
{
	struct tune tune = tune_of(false, "vm.dirty_bytes", "8192");

	put("/proc/sys/vm/dirty_bytes", "0\n");
	put("/proc/sys/vm/dirty_ratio", "20\n");
	ck_assert_int_eq(tune_save(root, &tune, NULL), 0);
	ck_assert_str_eq(tune.twin_before, "20");
	ck_assert_int_eq(tune_set(root, &tune, GIB, NULL), 0);
	/* What the kernel does to the other one of the two, at either write. */
	put("/proc/sys/vm/dirty_ratio", "00\n");
	put("/proc/sys/vm/dirty_bytes", "0\n");
	ck_assert_int_eq(tune_undo(root, &tune, NULL), 0);
	check_content("/proc/sys/vm/dirty_ratio", "20");
	check_content("/proc/sys/vm/dirty_bytes", "0");
}
END_TEST

START_TEST(an_undo_that_does_not_take_is_told)
{
	struct tune tune = tune_of(false, "vm.swappiness", "10");
	struct error err = { 0 };

	put("/proc/sys/vm/swappiness", "60\n");
	ck_assert_int_eq(tune_save(root, &tune, NULL), 0);
	snprintf(tune.before, sizeof(tune.before), "6");
	put("/proc/sys/vm/swappiness", "99\n");
	ck_assert_int_eq(tune_undo(root, &tune, &err), -EIO);
	ck_assert_str_eq(err.where, "vm.swappiness");
}
END_TEST

static bool differs(bool sysfs, const char *key, const char *target, const char *effective)
{
	struct tune tune = tune_of(sysfs, key, target);

	snprintf(tune.target, sizeof(tune.target), "%s", target);
	snprintf(tune.effective, sizeof(tune.effective), "%s", effective);
	return tune_differs(&tune);
}

START_TEST(values_are_compared_by_meaning)
{
	ck_assert(!differs(false, "vm.swappiness", "060", "60"));
	ck_assert(differs(false, "vm.swappiness", "60", "61"));
	ck_assert(!differs(true, "kernel/mm/lru_gen/enabled", "7", "0x0007"));
	ck_assert(!differs(true, "kernel/mm/lru_gen/enabled", "y", "0x0003"));
	ck_assert(differs(true, "kernel/mm/lru_gen/enabled", "y", "0x0000"));
	ck_assert(!differs(true, "kernel/mm/lru_gen/enabled", "n", "0x0000"));
	ck_assert(differs(true, "kernel/mm/lru_gen/enabled", "7", "0x0003"));
	ck_assert(differs(true, "kernel/mm/transparent_hugepage/enabled", "never", "always"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tuner");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, settings_are_applied_in_the_order_that_keeps_them);
	tcase_add_test(tcase, an_unknown_setting_has_no_place);
	tcase_add_test(tcase, every_table_entry_is_complete_and_unique);
	tcase_add_test(tcase, the_nearest_setting_is_suggested);
	tcase_add_test(tcase, swappiness_went_to_100_before_linux_5_8);
	tcase_add_test(tcase, whole_numbers_are_taken_as_a_whole);
	tcase_add_test(tcase, memory_kept_free_is_a_number_a_size_or_a_share);
	tcase_add_test(tcase, shares_become_kilobytes_of_this_machine);
	tcase_add_test(tcase, a_small_share_is_not_below_the_least_value);
	tcase_add_test(tcase, more_than_a_fifth_of_the_memory_is_refused);
	tcase_add_test(tcase, a_size_can_have_a_share_as_its_ceiling);
	tcase_add_test(tcase, dirty_limits_are_bytes_sizes_or_shares);
	tcase_add_test(tcase, words_are_checked_against_the_list);
	tcase_add_test(tcase, lru_gen_takes_letters_and_numbers);
	tcase_add_test(tcase, a_setting_is_saved_set_and_undone);
	tcase_add_test(tcase, a_setting_this_kernel_lacks_is_not_found);
	tcase_add_test(tcase, nothing_is_set_that_was_not_saved);
	tcase_add_test(tcase, a_value_out_of_range_changes_nothing);
	tcase_add_test(tcase, a_share_is_written_in_kilobytes);
	tcase_add_test(tcase, the_bracketed_word_is_the_value);
	tcase_add_test(tcase, a_word_without_brackets_is_the_value);
	tcase_add_test(tcase, a_value_longer_than_any_is_refused);
	tcase_add_test(tcase, undoing_a_limit_in_bytes_writes_the_ratio_back);
	tcase_add_test(tcase, an_undo_that_does_not_take_is_told);
	tcase_add_test(tcase, values_are_compared_by_meaning);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
