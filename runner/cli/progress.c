/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/util.h"

#define DELAY_S	   1.0
#define INTERVAL_S 0.5

/* A background job must not draw over somebody else's screen. */
static bool in_foreground(void)
{
	return isatty(STDERR_FILENO) && tcgetpgrp(STDERR_FILENO) == getpgrp();
}

void progress_begin(struct progress *p, bool quiet)
{
	const char *term = getenv("TERM");

	*p = (struct progress){ .on = !quiet && in_foreground() && term && !streq(term, "dumb"),
				.started_s = now_s() };
}

void progress_show(struct progress *p, size_t finished, size_t running, size_t failed, size_t total,
		   double share)
{
	double now = now_s(), spent = now - p->started_s;
	char left[32] = "";

	if (!p->on || spent < DELAY_S || now - p->drawn_s < INTERVAL_S || !in_foreground())
		return;
	if (share > 0 && finished < total)
		snprintf(left, sizeof(left), ", about %.0f s left", spent / share * (1 - share));
	fprintf(stderr, "\r%zu of %zu cells done, %zu running, %zu failed, %.0f s%s\033[K", finished, total, running,
		failed, spent, left);
	fflush(stderr);
	p->drawn_s = now;
	p->shown = true;
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->on = false;
}
