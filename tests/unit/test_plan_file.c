/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/cli/cli.h"
#include "runner/cli/family.h"
#include "runner/cli/plan_file.h"
#include "runner/cli/run.h"

/* Plans that are written down, and what the command line makes of them. */
static char dir[] = "/tmp/memrig-plan-XXXXXX", *plan_path;

static void set_up(void)
{
	snprintf(dir, sizeof(dir), "/tmp/memrig-plan-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	plan_path = xasprintf("%s/plan.json", dir);
}

static void tear_down(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", dir);

	ck_assert_int_eq(system(command), 0);
	free(plan_path);
}

static void put(const char *path, const char *text)
{
	ck_assert_int_eq(file_write_atomic(path, text, strlen(text), NULL), 0);
}

static struct plan_file *load(const char *text)
{
	struct plan_file *plan = NULL;
	struct diags diags = { 0 };
	_cleanup_free_ char *first = NULL;
	int r;

	put(plan_path, text);
	r = plan_file_load(plan_path, &plan, &diags);
	first = diags.n ? diag_format(&diags.list[0]) : NULL;
	ck_assert_msg(r == 0, "%s", first);
	ck_assert_uint_eq(diags.n, 0);
	return plan;
}

/* Its mistakes, a line each, without the path of the file. */
static char *mistakes(const char *text)
{
	struct plan_file *plan = NULL;
	struct diags diags = { 0 };
	char *all = xstrdup("");

	put(plan_path, text);
	ck_assert_int_lt(plan_file_load(plan_path, &plan, &diags), 0);
	ck_assert_ptr_null(plan);
	for (size_t i = 0; i < diags.n; i++) {
		_cleanup_free_ char *line = diag_format(&diags.list[i]), *before = all;

		all = xasprintf("%s%s\n", before, line + strlen(plan_path));
	}
	diags_release(&diags);
	return all;
}

/* "a b c" */
static char *joined(const char *const *list, size_t n)
{
	char *all = xstrdup("");

	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *before = all;

		all = xasprintf("%s%s%s", before, i ? " " : "", list[i]);
	}
	return all;
}

static void ck_names(const struct plan_names *names, const char *expected)
{
	_cleanup_free_ char *all = joined(names->list, names->n);

	ck_assert_str_eq(all, expected);
	ck_assert(names->n == 0 || names->list[names->n] == NULL);
}

START_TEST(a_plan_has_what_is_written)
{
	struct plan_file *p = load("{ \"$schema\": \"plan.json\", \"name\": \"p\", \"description\": \"d\","
				   "\"scenarios\": [\"cases\", \"smoke\"], \"profiles\": [\"redis\", \"mysql\"],"
				   "\"families\": [\"sap\"], \"kernels\": [\"6.1\", \"6.12\"], \"seeds\": 3, \"jobs\": 2,"
				   "\"cures\": true }");

	ck_assert_str_eq(p->name, "p");
	ck_names(&p->scenarios, "cases smoke");
	ck_names(&p->profiles, "redis mysql");
	ck_names(&p->families, "sap");
	ck_names(&p->kernels, "6.1 6.12");
	ck_assert_uint_eq(p->seeds, 3);
	ck_assert_uint_eq(p->jobs, 2);
	ck_assert(p->cures && !p->only);
	plan_file_free(p);
}
END_TEST

START_TEST(what_is_not_written_is_not_said)
{
	struct plan_file *p = load("{ \"name\": \"p\", \"scenarios\": [\"smoke\"] }");

	ck_assert_uint_eq(p->profiles.n + p->families.n + p->kernels.n, 0);
	ck_assert_uint_eq(p->seeds + p->jobs, 0);
	ck_assert(!p->cures && !p->only);
	plan_file_free(p);
}
END_TEST

START_TEST(paths_are_relative_to_the_file)
{
	_cleanup_free_ char *scenario = xasprintf("%s/mine.json", dir), *profile = xasprintf("%s/own.json", dir);
	_cleanup_free_ char *image = xasprintf("%s/./bzImage", dir), *expected = xasprintf("6.1 %s:%s/./lib /boot/vmlinuz", image, dir);
	struct plan_file *p;

	put(scenario, "{}");
	put(profile, "{}");
	p = load("{ \"name\": \"p\", \"scenarios\": [\"mine.json\"], \"profiles\": [\"own.json\"],"
		 "\"kernels\": [\"6.1\", \"./bzImage:./lib\", \"/boot/vmlinuz\"] }");
	ck_names(&p->scenarios, scenario);
	ck_names(&p->profiles, profile);
	ck_names(&p->kernels, expected);
	plan_file_free(p);
}
END_TEST

START_TEST(every_mistake_is_told_with_its_place)
{
	_cleanup_free_ char *said = mistakes("{ \"name\": \"p\",\n"
					     "  \"scenarios\": [\"smok\", \"cases\", \"cases\", 3],\n"
					     "  \"profils\": [],\n"
					     "  \"families\": [\"sop\"],\n"
					     "  \"profiles\": [],\n"
					     "  \"seeds\": 0, \"jobs\": 257 }\n");

	ck_assert_ptr_nonnull(strstr(said, ":2:17: scenarios[0]: there is no scenario 'smok'"));
	ck_assert_ptr_nonnull(strstr(said, "did you mean 'smoke'?"));
	ck_assert_ptr_nonnull(strstr(said, ":2:34: scenarios[2]: 'cases' is here twice"));
	ck_assert_ptr_nonnull(strstr(said, ":2:43: scenarios[3]: must be a string"));
	ck_assert_ptr_nonnull(strstr(said, ":3:3: profils: unknown key 'profils' (did you mean 'profiles'?)"));
	ck_assert_ptr_nonnull(strstr(said, ":4:16: families[0]: there is no family of profiles 'sop'"));
	ck_assert_ptr_nonnull(strstr(said, ":5:15: profiles: names nothing"));
	ck_assert_ptr_nonnull(strstr(said, ":6:12: seeds: 0 is out of range, 1 to 10000"));
	ck_assert_ptr_nonnull(strstr(said, ":6:23: jobs: 257 is out of range, 1 to 256"));
}
END_TEST

START_TEST(a_plan_needs_scenarios)
{
	_cleanup_free_ char *said = mistakes("{ \"name\": \"p\" }"), *both = NULL;

	ck_assert_ptr_nonnull(strstr(said, "scenarios"));
	both = mistakes("{ \"name\": \"p\", \"scenarios\": [\"smoke\"], \"only\": true, \"cures\": true }");
	ck_assert_ptr_nonnull(strstr(both, ":1:63: cures: goes against \"only\""));
}
END_TEST

START_TEST(a_missing_plan_is_told)
{
	struct plan_file *plan = NULL;
	struct diags diags = { 0 };

	ck_assert_int_eq(plan_file_load("/nonexistent/plan.json", &plan, &diags), -ENOENT);
	ck_assert_uint_eq(diags.n, 1);
	diags_release(&diags);
}
END_TEST

/* The options borrow the words. */
static void parse(struct run_options *o, const char *words)
{
	static char copy[512];
	char *argv[32], *save = NULL;
	int argc = 0;

	snprintf(copy, sizeof(copy), "run --plan %s %s", plan_path, words);
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	argv[argc] = NULL;
	ck_assert_int_eq(run_options_parse(argc, argv, o), 0);
}

static void ck_list(const struct names *names, const char *expected)
{
	_cleanup_free_ char *all = joined(names->list, names->n);

	ck_assert_str_eq(all, expected);
}

#define PLAN                                                                                                                 \
	"{ \"name\": \"p\", \"scenarios\": [\"smoke\"], \"profiles\": [\"redis\"], \"kernels\": [\"6.12\"], \"seeds\": 3,"   \
	"\"jobs\": 2, \"cures\": true }"

START_TEST(a_plan_fills_the_options)
{
	struct run_options o;

	put(plan_path, PLAN);
	parse(&o, "");
	ck_list(&o.scenarios, "smoke");
	ck_list(&o.profiles, "redis");
	ck_list(&o.kernels, "6.12");
	ck_assert_uint_eq(o.seeds, 3);
	ck_assert_uint_eq(o.jobs, 2);
	ck_assert(o.cures && !o.only);
	run_options_release(&o);
}
END_TEST

START_TEST(the_command_line_wins)
{
	struct run_options o;

	put(plan_path, PLAN);
	parse(&o, "mixed-pressure -p mysql -k 6.1 --seeds 1 --jobs 1 --only");
	ck_list(&o.scenarios, "mixed-pressure");
	ck_list(&o.profiles, "mysql");
	ck_list(&o.kernels, "6.1");
	ck_assert_uint_eq(o.seeds, 1);
	ck_assert_uint_eq(o.jobs, 1);
	ck_assert(o.only && !o.cures);
	run_options_release(&o);
}
END_TEST

START_TEST(a_family_of_the_command_line_replaces_the_plans_profiles)
{
	struct run_options o;

	put(plan_path, PLAN);
	parse(&o, "--profiles sap");
	ck_assert_uint_gt(o.profiles.n, 2);
	ck_assert_str_eq(o.profiles.list[0], "kernel-default");
	for (size_t i = 0; i < o.profiles.n; i++)
		ck_assert_str_ne(o.profiles.list[i], "redis");
	run_options_release(&o);
}
END_TEST

START_TEST(kernels_and_jobs_are_the_labs)
{
	struct run_options o;

	put(plan_path, PLAN);
	parse(&o, "--place host");
	ck_list(&o.scenarios, "smoke");
	ck_assert_uint_eq(o.kernels.n, 0);
	ck_assert_uint_eq(o.jobs, 0);
	run_options_release(&o);
}
END_TEST

START_TEST(cases_are_all_cases_once)
{
	struct run_options o;
	char **cases = family_cases();
	size_t n = 0;

	put(plan_path, "{ \"name\": \"p\", \"scenarios\": [\"smoke\", \"cases\", \"min-free-too-high\"] }");
	parse(&o, "");
	ck_assert_str_eq(o.scenarios.list[0], "smoke");
	ck_assert_str_eq(o.scenarios.list[1], "min-free-too-high");
	for (; cases[n]; n++) {
		bool there = false;

		ck_assert_str_ne(cases[n], "redis-under-pressure");
		for (size_t i = 0; i < o.scenarios.n; i++)
			there = there || streq(o.scenarios.list[i], cases[n]);
		ck_assert_msg(there, "%s", cases[n]);
	}
	ck_assert_uint_gt(n, 30);
	ck_assert_uint_eq(o.scenarios.n, n + 1);
	cli_names_free(cases);
	run_options_release(&o);
}
END_TEST

START_TEST(the_shipped_plan_is_good)
{
	struct plan_file *plan = NULL;
	struct diags diags = { 0 };
	_cleanup_free_ char *path = xasprintf("%s/examples/nightly.json", cli_data_dir());

	ck_assert_int_eq(plan_file_load(path, &plan, &diags), 0);
	ck_assert_str_eq(plan->name, "nightly");
	plan_file_free(plan);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("plan_file");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60); /* fsync on a busy machine */
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_plan_has_what_is_written);
	tcase_add_test(tcase, what_is_not_written_is_not_said);
	tcase_add_test(tcase, paths_are_relative_to_the_file);
	tcase_add_test(tcase, every_mistake_is_told_with_its_place);
	tcase_add_test(tcase, a_plan_needs_scenarios);
	tcase_add_test(tcase, a_missing_plan_is_told);
	tcase_add_test(tcase, a_plan_fills_the_options);
	tcase_add_test(tcase, the_command_line_wins);
	tcase_add_test(tcase, a_family_of_the_command_line_replaces_the_plans_profiles);
	tcase_add_test(tcase, kernels_and_jobs_are_the_labs);
	tcase_add_test(tcase, cases_are_all_cases_once);
	tcase_add_test(tcase, the_shipped_plan_is_good);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
