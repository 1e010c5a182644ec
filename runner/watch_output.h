/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_WATCH_OUTPUT_H
#define MEMRIG_RUNNER_WATCH_OUTPUT_H

#include <stdio.h>

#include "common/error.h"
#include "runner/watch_frame.h"

/* The forms a frame is shown in. */

/* The document memrig.watch/1 (docs/schema/watch.json); new reference. */
json_t *watch_json(const struct watch_frame *frame);
/* The schema of it, made of the same tables; new reference. */
json_t *watch_json_schema(void);

/* A line for the figures, and one for each verdict that has begun to fire since the frame before. */
struct watch_lines {
	bool color;
	bool verdicts_only;
	json_t *firing; /* object: keys of the verdicts of the last frame; start with NULL */
};
void watch_lines_missing(FILE *out, const json_t *missing);
void watch_lines_frame(FILE *out, struct watch_lines *lines, const struct watch_frame *frame);
void watch_lines_release(struct watch_lines *lines);

/* The text form that node_exporter's textfile collector reads, put in place by rename(2). Returns 0 or a negative
 * errno. */
int watch_prometheus_write(const char *path, const struct watch_frame *frame, struct error *err);
/* The text itself; the caller frees it. */
char *watch_prometheus_text(const struct watch_frame *frame);

/* "1.2M", "340K", "0": five characters at most, for tables. Returns buf, of 8 bytes at least; "-" for NAN. */
char *watch_short_size(double bytes, char *buf);
/* "12%", "0.3%", "0": five characters at most; "-" for NAN. */
char *watch_short_ratio(double ratio, char *buf);

/* The terminal view. */
struct watch_view;
/* Takes the terminal of out (any FILE on a terminal). Returns 0 or -ENOTTY. */
int watch_view_open(FILE *out, FILE *in, bool color, struct watch_view **ret, struct error *err);
/* Puts the terminal back as it was. */
void watch_view_close(struct watch_view *view);
/* frame may be NULL before the first: says that it waits. */
void watch_view_draw(struct watch_view *view, const struct watch_frame *frame);
/* The window has another size; draws again what was drawn last is the caller's. */
void watch_view_resize(struct watch_view *view, int fd);
/* The keys that were pressed: true when one of them ends the watch. Never blocks. */
bool watch_view_quits(struct watch_view *view);

#endif
