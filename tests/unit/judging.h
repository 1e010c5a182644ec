/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_TESTS_JUDGING_H
#define MEMRIG_TESTS_JUDGING_H

#include <check.h>
#include <jansson.h>

#include "common/util.h"
#include "results/judge.h"

/* Runs made of cells that have nothing but a seed, an end and metrics. */

static inline json_t *new_run_of(const char *id, const char *clock)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:[]}", "schema", "memrig.run/1", "run", id, "path", "/runs/x", "clock",
			 clock, "cells");
}

/* Borrowed by the run. */
static inline json_t *add_cell(json_t *run, const char *profile, int seed, const char *outcome)
{
	json_t *cell = json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:b, s:{}}", "id", "cell", "scenario", "made-up",
				 "profile", profile, "seed", seed, "kernel", "6.1", "outcome", outcome, "valid", 1,
				 "metrics");

	json_array_append_new(json_object_get(run, "cells"), cell);
	return cell;
}

static inline void set_metric(json_t *cell, const char *name, double value)
{
	json_object_set_new(json_object_get(cell, "metrics"), name, json_real(value));
}

/* A completed cell a value, seeds from 1 on. */
static inline void add_cells(json_t *run, const char *profile, const char *metric, const double *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		set_metric(add_cell(run, profile, (int)i + 1, "completed"), metric, values[i]);
}

/* The first column of the first group against its last one. */
static inline void judge_runs(const json_t *run, const json_t *other, const struct judge_options *options,
			      struct judgements *ret)
{
	struct compare_groups groups = compare_groups_of(run, other);
	const struct compare_group *g = &groups.list[0];

	ck_assert_uint_gt(groups.n, 0);
	ck_assert_uint_gt(g->n_columns, 1);
	judge_columns(&g->columns[0], &g->columns[g->n_columns - 1], options, ret);
	compare_groups_release(&groups);
}

#endif
