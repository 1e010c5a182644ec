/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_RUN_H
#define MEMRIG_RUNNER_CLI_RUN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan;
struct plan_file;
struct resume;

/* What `memrig run` was asked for. */
struct names {
	const char **list; /* NULL-terminated */
	size_t n;
};

struct run_options {
	struct names scenarios, profiles, kernels, families; /* the profiles of the families are among the profiles */
	char ***of_families;				      /* whose names those are; NULL-terminated */
	char **cases;					      /* the names for "cases" among the scenarios; NULL: it was not */
	struct plan_file *plan_file;			      /* whose texts are in the lists, too; NULL: there is none */
	unsigned seeds, jobs, stall_s; /* 0: not said */
	uint64_t seed, keep_bytes, swap_bytes;
	const char *place, *clock, *store, *resume, *data_dir, *plan;
	/* Shows the stored run in place of the comparison, and says the exit code of a run whose cells are all valid; NULL: as
	 * `memrig run` does. */
	int (*show)(const struct run_options *options, const json_t *run);
	/* Told what the run is made with, before its first cell; NULL: nobody is. */
	void (*begins)(const struct run_options *options, const json_t *provenance);
	void *opaque;	      /* for these two */
	const char *rerun_of; /* the id of the run that is done again; NULL: none is */
	bool only, cures, plan_schema, check_repeat, no_snapshot, timings, dry_run, json, quiet;
};

/* Plans, runs, stores and shows; `argv` is what the run is recorded with. Returns an exit code. */
int run_all(const struct run_options *options, json_t *argv);

/* As run_all(), of the plan that a run's directory has; `only` is the id of one cell, NULL: all. What `options` does not
 * say (place, clock, ...) is as it was then. */
int run_stored(const struct run_options *options, const char *path, const char *only, json_t *argv);

/* As run_all(), of the cells that had not ended in the run that options->resume names. */
int run_resumed(const struct run_options *options);

/* With --dry-run shows the plan, else runs, stores and shows it; `resume` may be NULL. Returns an exit code. */
int run_or_show(const struct run_options *options, struct resume *resume, struct plan *plan, json_t *argv);

/* What takes a while is said on stderr while it goes on. */
void run_note(const char *text);

/* Fills *ret, with defaults for what was not said. Returns an exit code; run_options_release() in any case. */
int run_options_parse(int argc, char **argv, struct run_options *ret);
void run_options_release(struct run_options *options);

static inline bool run_on_host(const struct run_options *options)
{
	return options->place[0] == 'h';
}

#endif
