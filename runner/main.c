/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig: one verb a file under runner/cli/; this is their list, and what ties the parts together. */
#include <fcntl.h>
#include <jansson.h>
#include <locale.h>

#include "build/version.h"
#include "common/util.h"
#include "results/formula.h"
#include "results/metrics.h"
#include "results/verdict.h"
#include "runner/cli/cli.h"
#include "runner/cli/man.h"
#include "runner/profile.h"

const char *argp_program_version = "memrig " MEMRIG_VERSION;

static const struct verb *const verbs[] = {
	/* In the order of the help. */
	&verb_run,
	&verb_rerun,
	&verb_compare,
	&verb_explain,
	&verb_report,
	&verb_gate,
	&verb_history,
	&verb_list,
	&verb_show,
	&verb_store,
	&verb_watch,
	&verb_profile,
	&verb_scenario,
	&verb_workload,
	&verb_verdict,
	&verb_verify,
	&verb_doctor,
	&verb_restore,
	&verb_lab,
	NULL,
};

static int find_profile(const char *name, char **ret_path, struct error *err)
{
	return cli_find("profile", name, ret_path, err);
}

static bool knows_cause(const char *verdict_name, const char *cause)
{
	const struct verdict *verdict = verdict_find(verdict_name);

	return !verdict || verdict_find_cause(verdict, cause);
}

static int check_formula(const char *text, struct error *err)
{
	struct formula *formula = NULL;
	int r = formula_parse(text, &formula, err);

	formula_free(formula);
	return r;
}

/* A file opened by us must not become what everybody takes for standard output. */
static void open_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY); /* writing there fails, as it would have */
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* Said without stdio, which allocates; what is undone when a runner dies is undone now as well (docs/host.md). */
static void no_memory(void)
{
	static const char text[] = "memrig: out of memory: nothing more was done\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(EXIT_BROKEN);
	_exit(EXIT_BROKEN);
}

int main(int argc, char **argv)
{
	open_standard_files();
	out_of_memory_end = no_memory;
	json_set_alloc_funcs(xmalloc, free); /* building a document never fails then */
	setlocale(LC_CTYPE, ""); /* numbers stay as C writes them */
	profile_find = find_profile;
	scenario_knows_metric = metric_known;
	scenario_knows_verdict = verdict_known;
	scenario_knows_cause = knows_cause;
	scenario_check_formula = check_formula;

	if (argc > 1 && (streq(argv[1], "--version") || streq(argv[1], "-V"))) {
		printf("%s\n", argp_program_version);
		return EXIT_DONE;
	}
	if (argc > 1 && streq(argv[1], "man"))
		return cli_finish(man_main(verbs, argc - 1, argv + 1));
	return cli_finish(cli_dispatch(verbs, "memrig", argc, argv));
}
