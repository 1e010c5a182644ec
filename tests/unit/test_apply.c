/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/apply.h"

#include <check.h>
#include <errno.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/profile_export.h"
#include "tests/unit/streams.h"

/* Profiles on a machine of files below a root of our own, and in other forms. */
static char root[] = "/tmp/memrig-apply-XXXXXX";
static char state[64];

static void put(const char *path, const char *content)
{
	_cleanup_free_ char *full = xasprintf("%s%s", root, path), *dir = xstrdup(full);

	*strrchr(dir, '/') = '\0';
	ck_assert_int_eq(file_make_dirs(dir, NULL), 0);
	ck_assert_int_eq(file_write_atomic(full, content, strlen(content), NULL), 0);
}

static void check_is(const char *path, const char *wanted)
{
	_cleanup_free_ char *got = NULL;

	ck_assert_int_eq(file_read_line(root, path, &got, NULL), 0);
	ck_assert_msg(streq(got, wanted), "%s is '%s', expected '%s'", path, got, wanted);
}

static void set_up(void)
{
	snprintf(root, sizeof(root), "/tmp/memrig-apply-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(state, sizeof(state), "%s/state", root);
	put("/proc/sys/vm/swappiness", "60\n");
	put("/proc/sys/vm/min_free_kbytes", "67584\n");
	put("/proc/meminfo", "MemTotal:        4194304 kB\n");
	put("/proc/sys/kernel/random/boot_id", "1111\n");
}

static void tear_down(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", root);

	ck_assert_int_eq(system(command), 0);
}

static struct profile profile_of(const char *swappiness, const char *min_free)
{
	struct profile profile = { .name = (char *)"mine", .description = (char *)"a test", .source = (char *)"" };

	settings_set(&profile.settings, false, "vm.swappiness", swappiness);
	if (min_free)
		settings_set(&profile.settings, false, "vm.min_free_kbytes", min_free);
	return profile;
}

static int apply(struct profile *profile, struct error *err)
{
	_cleanup_free_ struct tune *tunes = NULL;
	size_t n;
	int r = apply_plan(&profile->settings, &tunes, &n, err);

	if (r == 0)
		r = apply_profile(root, state, profile, tunes, n, err);
	settings_release(&profile->settings);
	return r;
}

static struct restored restore(bool force, bool forget, unsigned missing)
{
	struct restored done;
	struct error err = { 0 };
	int r = apply_restore(root, state, "/sys/fs/cgroup", force, forget, &done, &err);

	ck_assert_msg(r == 0, "%s: %s", err.where, err.what);
	ck_assert_uint_eq(done.missing, missing);
	undo_list_free(done.found.list);
	return done;
}

static int try_restore(void)
{
	struct restored done;

	return apply_restore(root, state, "/sys/fs/cgroup", false, false, &done, NULL);
}

START_TEST(a_profile_is_applied_and_put_back)
{
	struct profile profile = profile_of("10", "2%");

	ck_assert_int_eq(apply(&profile, NULL), 0);
	check_is("/proc/sys/vm/swappiness", "10");
	check_is("/proc/sys/vm/min_free_kbytes", "83886");
	ck_assert_str_eq(restore(false, false, 0).found.what, "profile mine");
	check_is("/proc/sys/vm/swappiness", "60");
	ck_assert_int_eq(try_restore(), -ENOENT);
}
END_TEST

START_TEST(a_second_profile_waits_for_the_restore_of_the_first)
{
	struct profile first = profile_of("10", NULL), second = profile_of("20", NULL);

	ck_assert_int_eq(apply(&first, NULL), 0);
	ck_assert_int_eq(apply(&second, NULL), -EEXIST);
	check_is("/proc/sys/vm/swappiness", "10");
	restore(false, false, 0);
	check_is("/proc/sys/vm/swappiness", "60");
}
END_TEST

/* A file of the test takes every value; one that cannot be written stands for a kernel that refuses. */
START_TEST(a_profile_that_fails_leaves_nothing_changed)
{
	struct profile profile = profile_of("10", "70000");
	_cleanup_free_ char *path = xasprintf("%s/proc/sys/vm/swappiness", root);
	struct error err = { 0 };

	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	ck_assert_int_lt(apply(&profile, &err), 0);
	check_is("/proc/sys/vm/min_free_kbytes", "67584");
	ck_assert_int_eq(try_restore(), -ENOENT);
}
END_TEST

START_TEST(what_somebody_else_has_changed_is_theirs_until_forced)
{
	struct profile profile = profile_of("10", NULL);

	ck_assert_int_eq(apply(&profile, NULL), 0);
	put("/proc/sys/vm/swappiness", "33\n");
	restore(false, false, 1);
	check_is("/proc/sys/vm/swappiness", "33");
	restore(true, false, 0);
	check_is("/proc/sys/vm/swappiness", "60");
}
END_TEST

START_TEST(what_somebody_else_has_changed_can_be_forgotten)
{
	struct profile profile = profile_of("10", NULL);

	ck_assert_int_eq(apply(&profile, NULL), 0);
	put("/proc/sys/vm/swappiness", "33\n");
	restore(false, true, 1);
	check_is("/proc/sys/vm/swappiness", "33");
	ck_assert_int_eq(try_restore(), -ENOENT);
}
END_TEST

START_TEST(after_another_boot_values_are_not_touched)
{
	struct profile profile = profile_of("10", NULL);

	ck_assert_int_eq(apply(&profile, NULL), 0);
	put("/proc/sys/kernel/random/boot_id", "2222\n");
	put("/proc/sys/vm/swappiness", "10\n");
	restore(false, false, 0);
	check_is("/proc/sys/vm/swappiness", "10");
	ck_assert_int_eq(try_restore(), -ENOENT);
}
END_TEST

/* ---- other forms ---- */

static char *exported(const char *format)
{
	struct profile profile = profile_of("10", "1%");
	_cleanup_free_ struct tune *tunes = NULL;
	char *text = NULL;
	size_t n, len;
	FILE *out;

	settings_set(&profile.settings, true, "kernel/mm/transparent_hugepage/enabled", "never");
	ck_assert_int_eq(export_resolve(&profile, 8 * GIB, &tunes, &n, NULL), 0);
	out = open_memstream(&text, &len);
	export_find(format)->write(out, &profile, tunes, n);
	fclose(out);
	settings_release(&profile.settings);
	return text;
}

static const struct {
	const char *format, *wanted;
} forms[] = {
	{ "sysctl.d", "\nvm.min_free_kbytes = 83886\nvm.swappiness = 10\n" },
	{ "sysctl.d", "# w /sys/kernel/mm/transparent_hugepage/enabled - - - - never\n" },
	{ "tmpfiles.d", "\nw /sys/kernel/mm/transparent_hugepage/enabled - - - - never\n" },
	{ "tuned", "[sysctl]\nvm.min_free_kbytes=83886\nvm.swappiness=10\n\n[sysfs]\n"
		   "/sys/kernel/mm/transparent_hugepage/enabled=never\n" },
	{ "ansible", "    name: vm.swappiness\n    value: \"10\"\n" },
	{ "ansible", "      w /sys/kernel/mm/transparent_hugepage/enabled - - - - never\n" },
};

START_TEST(a_profile_is_exported_with_its_shares_resolved)
{
	_cleanup_free_ char *text = exported(forms[_i].format);

	ck_assert_msg(strstr(text, forms[_i].wanted), "%s lacks\n%s\nin\n%s", forms[_i].format, forms[_i].wanted, text);
}
END_TEST

static json_t *imported(const char *text, size_t left_out)
{
	json_t *profile = NULL, *list = NULL;
	int r = import_text(text, "mine", &profile, &list, NULL);

	ck_assert_msg(json_array_size(list) == left_out, "%zu left out: %s", json_array_size(list),
		      json_string_value(json_array_get(list, 0)));
	ck_assert_int_eq(r, profile ? 0 : -ENODATA);
	json_decref(list);
	return profile;
}

static json_int_t sysctl_of(const json_t *profile, const char *key)
{
	return json_integer_value(json_object_get(json_object_get(profile, "sysctl"), key));
}

START_TEST(a_sysctl_conf_is_imported)
{
	json_t *profile = imported("# comment\n; another\nvm.swappiness=10\n -vm/vfs_cache_pressure = 50 \nnet.core.somaxconn = 4096\n"
				   "rubbish\nvm.swappiness = 20\nvm.zone_reclaim_mode = 99\n",
				   3);

	ck_assert_int_eq(sysctl_of(profile, "vm.swappiness"), 20);
	ck_assert_int_eq(sysctl_of(profile, "vm.vfs_cache_pressure"), 50);
	json_decref(profile);
}
END_TEST

/* What is said of a file goes to a terminal. */
START_TEST(what_was_left_out_is_said_without_control_characters)
{
	static const char *const lines[][2] = { { "a\033[31mb = 1", "a\\x1b[31mb: " },
						{ "caf\xc3\xa9 = 1", "caf\xc3\xa9: " },
						{ "a\xc2\x9b" "b = 1", "a\\xc2\\x9bb: " },
						{ "a\xff = 1", "a\\xff: " } };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		json_t *profile = NULL, *list = NULL;

		ck_assert_int_eq(import_text(lines[i][0], "mine", &profile, &list, NULL), -ENODATA);
		ck_assert_uint_eq(json_array_size(list), 1);
		ck_assert_msg(strncmp(json_string_value(json_array_get(list, 0)), lines[i][1], strlen(lines[i][1])) == 0,
			      "%s", json_string_value(json_array_get(list, 0)));
		json_decref(list);
	}
}
END_TEST

START_TEST(of_a_pair_the_later_wins)
{
	json_t *profile = imported("vm.dirty_ratio = 10\nvm.dirty_bytes = 1048576\n", 0);

	ck_assert_ptr_null(json_object_get(json_object_get(profile, "sysctl"), "vm.dirty_ratio"));
	ck_assert_int_eq(sysctl_of(profile, "vm.dirty_bytes"), 1048576);
	json_decref(profile);
}
END_TEST

START_TEST(a_tuned_profile_is_imported)
{
	json_t *profile = imported("[main]\nsummary=x\ninclude=throughput-performance\n[cpu]\ngovernor=performance\n[vm]\n"
				   "transparent_hugepages=never\n[sysctl]\nvm.swappiness=10\n[sysfs]\n"
				   "/sys/kernel/mm/lru_gen/enabled=y\n",
				   2);

	ck_assert_int_eq(sysctl_of(profile, "vm.swappiness"), 10);
	ck_assert_str_eq(record_text(json_object_get(profile, "sysfs"), "kernel/mm/transparent_hugepage/enabled", ""),
			 "never");
	ck_assert_str_eq(record_text(json_object_get(profile, "sysfs"), "kernel/mm/lru_gen/enabled", ""), "y");
	json_decref(profile);
}
END_TEST

START_TEST(a_file_without_memory_settings_gives_no_profile)
{
	ck_assert_ptr_null(imported("net.core.somaxconn = 4096\n", 1));
	ck_assert_ptr_null(imported("", 0));
	ck_assert_ptr_null(imported("[sysctl\n=\n= =\n[]\nx\n", 4));
}
END_TEST

/* What is exported is imported the same. */
START_TEST(tuned_goes_round)
{
	_cleanup_free_ char *text = exported("tuned");
	json_t *profile = imported(text, 0);

	ck_assert_int_eq(sysctl_of(profile, "vm.min_free_kbytes"), 83886);
	ck_assert_int_eq(sysctl_of(profile, "vm.swappiness"), 10);
	json_decref(profile);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("apply");
	TCase *tcase = tcase_create("apply");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_profile_is_applied_and_put_back);
	tcase_add_test(tcase, a_second_profile_waits_for_the_restore_of_the_first);
	tcase_add_test(tcase, a_profile_that_fails_leaves_nothing_changed);
	tcase_add_test(tcase, what_somebody_else_has_changed_is_theirs_until_forced);
	tcase_add_test(tcase, what_somebody_else_has_changed_can_be_forgotten);
	tcase_add_test(tcase, after_another_boot_values_are_not_touched);
	tcase_add_loop_test(tcase, a_profile_is_exported_with_its_shares_resolved, 0, ARRAY_SIZE(forms));
	tcase_add_test(tcase, a_sysctl_conf_is_imported);
	tcase_add_test(tcase, what_was_left_out_is_said_without_control_characters);
	tcase_add_test(tcase, of_a_pair_the_later_wins);
	tcase_add_test(tcase, a_tuned_profile_is_imported);
	tcase_add_test(tcase, a_file_without_memory_settings_gives_no_profile);
	tcase_add_test(tcase, tuned_goes_round);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
