/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_OOM_RECORD_H
#define MEMRIG_RUNNER_OOM_RECORD_H

#include "results/stream.h"
#include "runner/oom_report.h"

/* Writes the "oom" record and those of its tables. `group` and `workload` are the victim's where they are known, else NULL. */
void oom_record(struct stream_writer *w, const struct oom_report *oom, uint64_t t_ns, const char *group,
		const char *workload);

#endif
