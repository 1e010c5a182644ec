/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_COMPARE_EXPORT_H
#define MEMRIG_RESULTS_COMPARE_EXPORT_H

#include "results/compare.h"

/* A comparison for other programs and for pull requests. `other` as in compare_print(), with its return values. */

/* The document of docs/schema/compare.json; new reference. -EINVAL as above. */
int compare_to_json(json_t *run, json_t *other, const struct compare_options *options, json_t **ret);

/* A line a metric and comparison, with a line of heads; what is not known is empty. */
int compare_print_csv(FILE *out, const json_t *run, const json_t *other, const struct compare_options *options);

/* Tables for a pull request: outcomes first, primary metrics, the rest that differ. */
int compare_print_markdown(FILE *out, const json_t *run, const json_t *other, const struct compare_options *options);

#endif
