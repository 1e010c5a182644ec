/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_CHANGES_H
#define MEMRIG_RESULTS_CHANGES_H

#include <jansson.h>
#include <stdbool.h>

/*
 * What is not the same in what two cells ran, and with what: kernel, profile,
 * scenario, memrig, QEMU, machine. A change of level that comes with one of
 * these is first of all explained by it.
 */

/* One side: a run document, one of its cells (an entry of "cells"), and the description that was run
 * (cell.json); the last two may be NULL, and then what they say is not compared. */
struct changes_of {
	const json_t *run, *cell, *description;
};

/* [{"what":"kernel","before":"6.1.0-56","after":"6.1.0-57"}, {"what":"profile vm.swappiness",...}], in the
 * order given above; what a side does not know is left out. An array, empty when all is the same; new
 * reference. */
json_t *changes_find(const struct changes_of *before, const struct changes_of *after);

/* "kernel 6.1.0-56 -> 6.1.0-57"; the caller frees it. */
char *changes_text(const json_t *change);

/* Those that make times and rates of a real clock worthless to compare: place, accelerator, CPU. As
 * changes_find(). */
json_t *changes_of_machine(const json_t *before, const json_t *after);

/* cell.json of a stored cell; NULL when it cannot be read. New reference. */
json_t *changes_description(const json_t *run, const char *cell);

#endif
