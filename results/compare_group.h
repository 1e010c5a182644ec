/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_COMPARE_GROUP_H
#define MEMRIG_RESULTS_COMPARE_GROUP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * What a comparison is made of: the cells of run documents sorted into groups
 * (one scenario with its cure and one kernel, or the kernels that only one of two runs has),
 * each with a column per profile that holds the cells of its seeds. Nothing
 * here prints.
 */
struct compare_column {
	const json_t *run;
	const char *profile, *kernel;
	bool cured;	/* of the scenario as its cure makes it */
	json_t *cells;  /* array */
	json_t *usable; /* array: those whose numbers count: valid, and completed where some did */
};

struct compare_group {
	const char *scenario, *kernel;  /* kernel "" when the columns may differ in it */
	const char *profile;		/* that of all columns when kernels are compared, else "" */
	struct compare_column *columns; /* the first is the baseline */
	size_t n_columns;
};

struct compare_groups {
	struct compare_group *list;
	size_t n;
};

/* What the column is called: the profile; "cured", with the profile unless it is kernel-default. The caller frees it. */
char *compare_column_title(const struct compare_column *c);

enum compare_by { COMPARE_PROFILES, COMPARE_KERNELS, COMPARE_RUNS };

/* Whether it is a run document. */
bool compare_is_run(const json_t *run);

/* `other` is a second run or NULL. With COMPARE_KERNELS a group is one scenario and profile, and the kernels are its
 * columns; with COMPARE_RUNS each profile of one run stands beside the same one of the other; with COMPARE_PROFILES a cure is a column beside what it cures. compare_groups_of() is by profiles, with each
 * cure in a group of its own: there a profile is one column. */
struct compare_groups compare_groups_by(const json_t *run, const json_t *other, enum compare_by by);
struct compare_groups compare_groups_of(const json_t *run, const json_t *other);

/* What a reader means who does not say: kernels where one run has one profile on several, else profiles. */
enum compare_by compare_by_what_differs(const json_t *run, const json_t *other);
void compare_groups_release(struct compare_groups *groups);

/* Whether two cells of the group have different values for a key; a cell without one is not known. */
bool compare_differs(const struct compare_group *g, const char *key);

/* The text all cells of the group have for a key; NULL when they differ or none has it. */
const char *compare_common(const struct compare_group *g, const char *key);

/* How many cells of the column are not valid. */
size_t compare_invalid(const struct compare_column *c);

/* A number over the usable cells of a column, from metric names with a blank between; "-name" is subtracted.
 */
struct compare_value {
	size_t n; /* cells that have it; 0: absent, and the rest is not set */
	double median, min, max;
};
struct compare_value compare_value(const struct compare_column *c, const char *sum);

/* Whether numbers of the two may be held against each other: they ended alike. */
bool compare_comparable(const struct compare_column *a, const struct compare_column *b);

#endif
