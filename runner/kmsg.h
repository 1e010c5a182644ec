/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_KMSG_H
#define MEMRIG_RUNNER_KMSG_H

#include <stdint.h>

#include "common/error.h"
#include "runner/oom_report.h"

/* OOM kills, from the kernel's log. */

/* Takes one record as /dev/kmsg gives it, as oom_report_line() does its text. Records that programs have written are
 * passed over. */
int kmsg_parse_line(const char *record, struct oom_report *ret);

struct kmsg {
	int fd; /* readable (poll) when there are records */
	struct oom_report oom;
	uint64_t overruns; /* times the kernel's buffer was faster than the reader: kills may be missing */
	char record[8192]; /* as long as the kernel's records get; reading one into less is -EINVAL */
};

/* Opens the log at its end: what was logged before is not seen. Path is "/dev/kmsg". */
int kmsg_open(const char *path, struct kmsg *ret, struct error *err);
void kmsg_close(struct kmsg *kmsg);

/* Never blocks. Returns 1 and a kill, 0 when there is nothing more now, or a negative errno. */
int kmsg_next(struct kmsg *kmsg, struct oom_report *ret);

#endif
