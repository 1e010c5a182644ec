/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>

#include "common/file.h"
#include "common/size.h"
#include "common/util.h"
#include "runner/cli/cli.h"
#include "runner/cli/family.h"
#include "runner/profile.h"
#include "tuners/tuner.h"

/* Profiles that are good; tests/unit/test_broken.c has those that are not. */
static char dir[] = "/tmp/memrig-profile-XXXXXX";

static void set_up(void)
{
	snprintf(dir, sizeof(dir), "/tmp/memrig-profile-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void tear_down(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", dir);

	ck_assert_int_eq(system(command), 0);
}

static char *put(const char *name, const char *content)
{
	char *path = xasprintf("%s/%s.json", dir, name);

	ck_assert_int_eq(file_write_atomic(path, content, strlen(content), NULL), 0);
	return path;
}

static struct profile *load_for(const char *path, const char *kernel)
{
	struct profile *profile = NULL;
	struct diags diags = { 0 };
	int r = profile_load(path, kernel, &profile, &diags);
	_cleanup_free_ char *first = diags.n ? diag_format(&diags.list[0]) : NULL;

	ck_assert_msg(r == 0, "%s", first);
	ck_assert_uint_eq(diags.n, 0);
	return profile;
}

static struct profile *load_text(const char *content)
{
	_cleanup_free_ char *path = put("p", content);

	return load_for(path, NULL);
}

static const char *value_of(const struct settings *settings, const char *key)
{
	for (size_t i = 0; i < settings->n; i++)
		if (streq(settings->list[i].key, key))
			return settings->list[i].value;
	return "(not there)";
}

START_TEST(a_profile_has_its_names_and_settings)
{
	struct profile *p =
		load_text("{ \"name\": \"p\", \"description\": \"d\", \"source\": \"s\","
			  "\"sysctl\": { \"vm.swappiness\": 1, \"vm.min_free_kbytes\": \"1%\" },"
			  "\"sysfs\": { \"kernel/mm/transparent_hugepage/enabled\": \"never\" } }");

	ck_assert_str_eq(p->name, "p");
	ck_assert_str_eq(p->description, "d");
	ck_assert_str_eq(p->source, "s");
	ck_assert_uint_eq(p->settings.n, 3);
	ck_assert_str_eq(value_of(&p->settings, "vm.swappiness"), "1");
	ck_assert_str_eq(value_of(&p->settings, "vm.min_free_kbytes"), "1%");
	ck_assert(!p->settings.list[0].sysfs);
	ck_assert(p->settings.list[2].sysfs);
	profile_free(p);
}
END_TEST

START_TEST(what_is_not_written_is_empty)
{
	struct profile *p = load_text("{ \"name\": \"p\" }");

	ck_assert_str_eq(p->description, "");
	ck_assert_str_eq(p->source, "");
	ck_assert_str_eq(p->verified, "");
	ck_assert_str_eq(p->family, "");
	ck_assert_uint_eq(p->settings.n, 0);
	profile_free(p);
}
END_TEST

START_TEST(an_extending_profile_wins_over_what_it_extends)
{
	_cleanup_free_ char *a = put("a", "{ \"name\": \"a\", \"sysctl\": { \"vm.swappiness\": 60,"
					  " \"vm.zone_reclaim_mode\": 0 } }");
	_cleanup_free_ char *b = put("b", "{ \"name\": \"b\", \"extends\": \"a\","
					  " \"sysctl\": { \"vm.swappiness\": 10 } }");
	_cleanup_free_ char *c = put("c", "{ \"name\": \"c\", \"extends\": \"b\","
					  " \"sysctl\": { \"vm.page-cluster\": 0 } }");
	struct profile *p = load_for(c, NULL);

	ck_assert_str_eq(p->name, "c");
	ck_assert_uint_eq(p->settings.n, 3);
	ck_assert_str_eq(value_of(&p->settings, "vm.swappiness"), "10");
	ck_assert_str_eq(value_of(&p->settings, "vm.zone_reclaim_mode"), "0");
	ck_assert_str_eq(value_of(&p->settings, "vm.page-cluster"), "0");
	profile_free(p);
}
END_TEST

START_TEST(a_limit_in_bytes_replaces_an_inherited_ratio)
{
	_cleanup_free_ char *a = put("a", "{ \"name\": \"a\", \"sysctl\": { \"vm.dirty_ratio\": 20 } }");
	_cleanup_free_ char *b = put("b", "{ \"name\": \"b\", \"extends\": \"a\","
					  " \"sysctl\": { \"vm.dirty_bytes\": 268435456 } }");
	struct profile *p = load_for(b, NULL);

	ck_assert_uint_eq(p->settings.n, 1);
	ck_assert_str_eq(p->settings.list[0].key, "vm.dirty_bytes");
	profile_free(p);
}
END_TEST

static int find_elsewhere(const char *name, char **ret_path, struct error *err)
{
	if (!streq(name, "far"))
		return error_set(err, -ENOENT, "", "there is no profile '%s'", name);
	*ret_path = put("elsewhere", "{ \"name\": \"far\", \"sysctl\": { \"vm.swappiness\": 7 } }");
	return 0;
}

START_TEST(a_profile_elsewhere_is_found_by_name)
{
	struct profile *p;

	profile_find = find_elsewhere;
	p = load_text("{ \"name\": \"p\", \"extends\": \"far\" }");
	ck_assert_str_eq(value_of(&p->settings, "vm.swappiness"), "7");
	profile_free(p);
}
END_TEST

START_TEST(ranges_are_those_of_the_kernel_asked_for)
{
	_cleanup_free_ char *path = put("p", "{ \"name\": \"p\", \"sysctl\": { \"vm.swappiness\": 180 } }");
	struct profile *p = load_for(path, "5.10.0");
	struct diags diags = { 0 };

	profile_free(p);
	p = NULL;
	ck_assert_int_eq(profile_load(path, "5.4.0", &p, &diags), -EINVAL);
	ck_assert_ptr_null(p);
	ck_assert_uint_eq(diags.n, 1);
	ck_assert_str_eq(diags.list[0].message, "180 is out of range, 0 to 100 is accepted");
	diags_release(&diags);
}
END_TEST

START_TEST(a_missing_file_is_not_found)
{
	struct profile *p = NULL;
	struct diags diags = { 0 };

	ck_assert_int_eq(profile_load("/nonexistent.json", NULL, &p, &diags), -ENOENT);
	ck_assert_uint_eq(diags.n, 1);
	diags_release(&diags);
}
END_TEST

START_TEST(a_profile_goes_to_a_cell_and_back)
{
	struct profile *p = load_text("{ \"name\": \"p\", \"sysctl\": { \"vm.swappiness\": 1 },"
				      "\"sysfs\": { \"kernel/mm/lru_gen/enabled\": \"n\" } }"),
		       *again = NULL;
	json_t *json = profile_to_json(p);
	_cleanup_free_ char *text = json_dumps(json, JSON_COMPACT);

	ck_assert_str_eq(text, "{\"name\":\"p\",\"sysctl\":{\"vm.swappiness\":\"1\"},"
			       "\"sysfs\":{\"kernel/mm/lru_gen/enabled\":\"n\"}}");
	ck_assert_int_eq(profile_from_json(json, &again, NULL), 0);
	ck_assert_str_eq(again->name, "p");
	ck_assert_uint_eq(again->settings.n, 2);
	ck_assert_str_eq(value_of(&again->settings, "kernel/mm/lru_gen/enabled"), "n");
	json_decref(json);
	profile_free(p);
	profile_free(again);
}
END_TEST

START_TEST(a_profile_wins_unless_it_gives_way)
{
	for (int gives_way = 0; gives_way < 2; gives_way++) {
		struct profile *p = load_text(gives_way ? "{ \"name\": \"p\", \"gives_way\": true,"
							  "\"sysctl\": { \"vm.swappiness\": 1, \"vm.page-cluster\": 3 } }"
							: "{ \"name\": \"p\","
							  "\"sysctl\": { \"vm.swappiness\": 1, \"vm.page-cluster\": 3 } }"),
			       *again = NULL;
		struct settings scenario = { 0 }, all;
		json_t *json = profile_to_json(p);

		settings_set(&scenario, false, "vm.swappiness", "100");
		ck_assert_int_eq(profile_from_json(json, &again, NULL), 0);
		all = profile_with_scenario(again, &scenario);
		ck_assert_uint_eq(all.n, 2);
		ck_assert_str_eq(value_of(&all, "vm.swappiness"), gives_way ? "100" : "1");
		ck_assert_str_eq(value_of(&all, "vm.page-cluster"), "3");
		settings_release(&all);
		settings_release(&scenario);
		json_decref(json);
		profile_free(p);
		profile_free(again);
	}
}
END_TEST

START_TEST(a_cells_profile_is_checked_too)
{
	json_t *json = json_pack("{s:s, s:{s:s}}", "name", "p", "sysctl", "vm.swappiness", "much");
	struct profile *p = NULL;
	struct error err = { 0 };

	ck_assert_int_eq(profile_from_json(json, &p, &err), -EINVAL);
	ck_assert_ptr_null(p);
	ck_assert_str_eq(err.where, "sysctl.vm.swappiness");
	json_decref(json);
}
END_TEST

START_TEST(a_setting_set_again_is_replaced)
{
	struct settings settings = { 0 };

	settings_set(&settings, false, "vm.swappiness", "1");
	settings_set(&settings, true, "kernel/mm/lru_gen/enabled", "y");
	settings_set(&settings, false, "vm.swappiness", "2");
	ck_assert_uint_eq(settings.n, 2);
	ck_assert_str_eq(value_of(&settings, "vm.swappiness"), "2");
	settings_release(&settings);
	ck_assert_uint_eq(settings.n, 0);
}
END_TEST

START_TEST(every_shipped_profile_is_good_sourced_verified_and_named_as_its_file)
{
	char **names = cli_names("profile");

	ck_assert_ptr_nonnull(names[0]);
	for (char **name = names; *name; name++) {
		_cleanup_free_ char *path = NULL;
		struct profile *p;

		ck_assert_int_eq(cli_find("profile", *name, &path, NULL), 0);
		p = load_for(path, NULL);
		ck_assert_str_eq(p->name, *name);
		ck_assert_msg(*p->description, "%s has no description", *name);
		ck_assert_msg(*p->source, "%s has no source", *name);
		ck_assert_msg(*p->verified, "%s does not say when it was compared with its source", *name);
		ck_assert_msg(p->settings.n > 0, "%s sets nothing", *name);
		profile_free(p);
	}
	cli_names_free(names);
}
END_TEST

START_TEST(a_family_is_not_inherited)
{
	_cleanup_free_ char *a = put("a", "{ \"name\": \"a\", \"family\": \"databases\", \"verified\": \"2026-11-23\","
					  " \"sysctl\": { \"vm.swappiness\": 60 } }");
	_cleanup_free_ char *b = put("b", "{ \"name\": \"b\", \"extends\": \"a\" }");
	struct profile *p = load_for(a, NULL), *q = load_for(b, NULL);

	ck_assert_str_eq(p->family, "databases");
	ck_assert_str_eq(p->verified, "2026-11-23");
	ck_assert_str_eq(q->family, "");
	ck_assert_str_eq(q->verified, "");
	profile_free(p);
	profile_free(q);
}
END_TEST

static bool is_among(char **names, const char *wanted)
{
	for (char **name = names; *name; name++)
		if (streq(*name, wanted))
			return true;
	return false;
}

START_TEST(a_family_is_all_its_profiles_and_no_others)
{
	char **names;

	ck_assert_int_eq(family_profiles("databases", &names, NULL), 0);
	ck_assert(is_among(names, "postgresql"));
	ck_assert(is_among(names, "redis"));
	ck_assert(!is_among(names, "kernel-default"));
	ck_assert(!is_among(names, "pop-os"));
	cli_names_free(names);
}
END_TEST

START_TEST(an_unknown_family_is_told_with_those_there_are)
{
	struct error err = { 0 };
	char **names = NULL;

	ck_assert_int_eq(family_profiles("databas", &names, &err), -ENOENT);
	ck_assert_ptr_null(names);
	ck_assert_ptr_nonnull(strstr(err.hint, "databases"));
	ck_assert_ptr_nonnull(strstr(err.hint, "desktops"));
}
END_TEST

/* A guest's node is a small machine: whatever a profile asks for there, a fifth of it must not stay free. */
START_TEST(every_shipped_profile_fits_a_small_guest)
{
	char **names = cli_names("profile");

	for (char **name = names; *name; name++) {
		_cleanup_free_ char *path = NULL;
		struct profile *p;

		ck_assert_int_eq(cli_find("profile", *name, &path, NULL), 0);
		p = load_for(path, NULL);
		for (size_t i = 0; i < p->settings.n; i++) {
			const struct setting *s = &p->settings.list[i];
			char text[64];

			ck_assert_msg(tunable_resolve(tunable_find(s->sysfs, s->key), s->value, 256 * MIB, text,
						      sizeof(text), NULL) == 0,
				      "%s: %s=%s", *name, s->key, s->value);
		}
		profile_free(p);
	}
	cli_names_free(names);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("profile");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_profile_has_its_names_and_settings);
	tcase_add_test(tcase, what_is_not_written_is_empty);
	tcase_add_test(tcase, an_extending_profile_wins_over_what_it_extends);
	tcase_add_test(tcase, a_limit_in_bytes_replaces_an_inherited_ratio);
	tcase_add_test(tcase, a_profile_elsewhere_is_found_by_name);
	tcase_add_test(tcase, ranges_are_those_of_the_kernel_asked_for);
	tcase_add_test(tcase, a_missing_file_is_not_found);
	tcase_add_test(tcase, a_profile_goes_to_a_cell_and_back);
	tcase_add_test(tcase, a_profile_wins_unless_it_gives_way);
	tcase_add_test(tcase, a_cells_profile_is_checked_too);
	tcase_add_test(tcase, a_setting_set_again_is_replaced);
	tcase_add_test(tcase, every_shipped_profile_is_good_sourced_verified_and_named_as_its_file);
	tcase_add_test(tcase, every_shipped_profile_fits_a_small_guest);
	tcase_add_test(tcase, a_family_is_not_inherited);
	tcase_add_test(tcase, a_family_is_all_its_profiles_and_no_others);
	tcase_add_test(tcase, an_unknown_family_is_told_with_those_there_are);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
