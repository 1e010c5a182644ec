/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_METRICS_DERIVED_H
#define MEMRIG_RESULTS_METRICS_DERIVED_H

#include "results/metrics.h"

/* The `special` functions of metrics that are more than one sum; each says what `columns` of its row is. All
 * return a new reference, or NULL when the stream does not tell. */

/* "direct_reclaim p99_ns": a member of that latency record, of the node or group by the metric's name. Where
 * nothing was measured but would have been, "count" and "total_ns" are 0 and the others absent. */
json_t *metric_latency(const struct timeline *t, const struct metric *m, const char *who);

/* "scanned", "stolen" or "efficiency": what the counters by type have and those by reclaimer have not. */
json_t *metric_limit_reclaim(const struct timeline *t, const struct metric *m, const char *who);

/* The node's share of vmstat.pswpout: as its share of the anonymous pages that the trace point saw reclaimed.
 */
json_t *metric_node_swap_out(const struct timeline *t, const struct metric *m, const char *node);

/* "min", "low" or "high": the node's mark, zones summed, as the settings left it. */
json_t *metric_node_mark(const struct timeline *t, const struct metric *m, const char *node);
/* The same: how long a zone of the node was below it. */
json_t *metric_node_below(const struct timeline *t, const struct metric *m, const char *node);
/* The same: the node's least free memory over the mark. */
json_t *metric_node_over(const struct timeline *t, const struct metric *m, const char *node);

/* From the begin of the cell to the first kill; of that workload, when `who` names one. */
json_t *metric_first_kill(const struct timeline *t, const struct metric *m, const char *who);

#endif
