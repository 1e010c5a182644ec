/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_WATCH_SOURCE_H
#define MEMRIG_RUNNER_WATCH_SOURCE_H

#include "results/timeline.h"
#include "runner/watch_groups.h"

/*
 * A host as a stream that never ends: the sampler that records cells samples
 * it, the records verdicts need besides are made again and again, and a
 * timeline keeps the last minute of it. Reads only, as any user.
 */
struct watch_source;

struct watch_source_config {
	const char *root;    /* put before /proc and /sys; "" is this machine */
	uint64_t window_ns;  /* what the timeline keeps */
	uint64_t rescan_ns;  /* how often groups and settings are looked for */
	size_t most_groups;
};

/* Returns 0; -EOPNOTSUPP with a sentence where /proc/vmstat cannot be read. */
int watch_source_open(const struct watch_source_config *config, struct watch_source **ret, struct error *err);
void watch_source_close(struct watch_source *source);

/* One more sample, stamped now_ns. Looks for groups first when that is due. Returns 0 or a negative errno. */
int watch_source_sample(struct watch_source *source, uint64_t now_ns, struct error *err);

/* Borrowed; changes with the next sample. */
const struct timeline *watch_source_timeline(const struct watch_source *source);
const struct watch_groups *watch_source_groups(const struct watch_source *source);

/* What cannot be seen here: [{"what":"...","path":"...","why":"..."}]. Borrowed. */
const json_t *watch_source_missing(const struct watch_source *source);

#endif
