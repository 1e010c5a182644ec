/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_REPORT_REPORT_H
#define MEMRIG_RESULTS_REPORT_REPORT_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "results/timeline.h"

/*
 * Stored runs as one HTML page that needs nothing beside it: styles, scripts
 * and data are in it, and it reads without its scripts too. The page depends on
 * the documents and streams only.
 */
struct report_source {
	const json_t *const *runs; /* memrig.run/1, as store_load() gives them */
	size_t n_runs;		   /* at least 1 */
	const char *version;	   /* of the memrig that makes the page */
	/* The course of a cell; the report frees it. NULL when it cannot be had: the page says so. One at a time is in memory. */
	struct timeline *(*load)(void *context, const json_t *run, const char *cell);
	void *context;
};

/* Returns 0, -EINVAL for a document that is no run, or -EIO when the file cannot be written. */
int report_write(FILE *out, const struct report_source *source);

#endif
