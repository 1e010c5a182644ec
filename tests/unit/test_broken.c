/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <dirent.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/profile.h"
#include "runner/scenario.h"

/*
 * tests/data/broken holds one mistake a file (a few have several), EXPECTED
 * every message about it, in the order of the files: place, key path, text and
 * hint. Nothing may be missing, and nothing else may be said.
 */
#define BROKEN "tests/data/broken"

static char **files;
static size_t n_files;
static char *expected;

static bool knows_metric(const char *name)
{
	return streq(name, "swap.out_bytes") || streq(name, "reclaim.stolen_pages");
}

static bool knows_verdict(const char *name)
{
	return streq(name, "swap_with_free_memory");
}

static bool knows_cause(const char *verdict, const char *cause)
{
	return !knows_verdict(verdict) || streq(cause, "cpuset");
}

static int is_json(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && streq(dot, ".json");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void find_files(void)
{
	struct dirent **entries = NULL;
	int n = scandir(".", &entries, is_json, by_name);

	n_files = n > 0 ? (size_t)n : 0;
	files = xcalloc(n_files, sizeof(*files));
	for (size_t i = 0; i < n_files; i++) {
		files[i] = xstrdup(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

static int load(const char *file, struct diags *diags)
{
	struct scenario *scenario = NULL;
	struct profile *profile = NULL;
	int r;

	r = strncmp(file, "profile-", 8) == 0 ? profile_load(file, NULL, &profile, diags)
					      : scenario_load(file, &scenario, diags);
	profile_free(profile);
	scenario_free(scenario);
	return r;
}

/* All messages about one file under a line with its name, as in EXPECTED. */
static char *messages(const char *file, int *ret_result)
{
	struct diags diags = { 0 };
	char *text = xasprintf("== %s\n", file);

	*ret_result = load(file, &diags);
	for (size_t i = 0; i < diags.n; i++) {
		_cleanup_free_ char *before = text, *line = diag_format(&diags.list[i]);

		text = xasprintf("%s%s\n", before, line);
	}
	diags_release(&diags);
	return text;
}

static char *expected_messages(const char *file)
{
	_cleanup_free_ char *head = xasprintf("== %s\n", file);
	const char *start = strstr(expected, head), *end = start ? strstr(start + 1, "\n== ") : NULL;

	if (!start)
		return xstrdup("(not in EXPECTED)");
	return end ? strndup(start, (size_t)(end - start) + 1) : xstrdup(start);
}

START_TEST(every_mistake_is_told_with_its_place)
{
	_cleanup_free_ char *wanted = expected_messages(files[_i]), *told = NULL;
	int r;

	told = messages(files[_i], &r);
	ck_assert_str_eq(told, wanted);
	ck_assert_int_lt(r, 0);
}
END_TEST

START_TEST(there_are_at_least_seventy_files)
{
	ck_assert_uint_ge(n_files, 70);
}
END_TEST

static void print_all(void)
{
	for (size_t i = 0; i < n_files; i++) {
		int r;
		_cleanup_free_ char *text = messages(files[i], &r);

		fputs(text, stdout);
	}
}

static int run_all(void)
{
	Suite *suite = suite_create("broken");
	TCase *tcase = tcase_create("files");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, there_are_at_least_seventy_files);
	tcase_add_loop_test(tcase, every_mistake_is_told_with_its_place, 0, (int)n_files);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void free_all(void)
{
	for (size_t i = 0; i < n_files; i++)
		free(files[i]);
	free(files);
	free(expected);
}

/* With an argument, EXPECTED is printed as the program would have it, to be read before it is kept. */
int main(int argc, char **argv)
{
	int code = EXIT_SUCCESS;

	(void)argv;
	scenario_knows_metric = knows_metric;
	scenario_knows_verdict = knows_verdict;
	scenario_knows_cause = knows_cause;
	if (chdir(BROKEN) < 0) {
		perror(BROKEN);
		return EXIT_FAILURE;
	}
	find_files();
	if (argc > 1)
		print_all();
	else if (file_read(NULL, "EXPECTED", &expected, NULL, NULL) < 0)
		code = EXIT_FAILURE;
	else
		code = run_all();
	free_all();
	return code;
}
