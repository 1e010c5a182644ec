/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_PROGRESS_H
#define MEMRIG_RUNNER_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/* One line on a terminal's stderr, shown after a second and wiped at the end; nothing elsewhere. */
struct progress {
	bool on, shown;
	double started_s, drawn_s;
};

void progress_begin(struct progress *p, bool quiet);
void progress_show(struct progress *p, size_t finished, size_t running, size_t failed, size_t total,
		   double share); /* of the work that has ended */
void progress_end(struct progress *p);

#endif
