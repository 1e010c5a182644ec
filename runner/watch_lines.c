/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where there is no terminal: one line a sample, and one for each verdict that begins. */
#include "runner/watch_output.h"

#include <math.h>
#include <time.h>

#define BOLD  "\033[1m"
#define RED   "\033[1;31m"
#define PLAIN "\033[0m"

char *watch_short_size(double bytes, char *buf)
{
	static const char units[] = "BKMGTP";
	size_t unit = 0;

	if (isnan(bytes)) {
		snprintf(buf, 8, "-");
		return buf;
	}
	while (bytes >= 999.5 && unit < sizeof(units) - 2) {
		bytes /= 1024;
		unit++;
	}
	if (unit == 0)
		snprintf(buf, 8, bytes < 0.5 ? "0" : "%.0fB", bytes);
	else
		snprintf(buf, 8, bytes < 9.95 ? "%.1f%c" : "%.0f%c", bytes, units[unit]);
	return buf;
}

char *watch_short_ratio(double ratio, char *buf)
{
	double percent = MIN(ratio * 100, 100.0);

	if (isnan(ratio))
		snprintf(buf, 8, "-");
	else if (percent < 0.05)
		snprintf(buf, 8, "0%%");
	else
		snprintf(buf, 8, percent < 9.95 ? "%.1f%%" : "%.0f%%", percent);
	return buf;
}

static void print_time(FILE *out, const struct watch_frame *frame)
{
	time_t seconds = (time_t)frame->time_s;
	struct tm tm;
	char text[16];

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	fputs(text, out);
}

/* "below low" where kswapd works, "below min" where tasks do; NULL where the node is at ease. */
static const char *below(const struct watch_values *v)
{
	double free_bytes = v->now[NODE_FREE];

	if (free_bytes < v->now[NODE_MIN])
		return "<min";
	return free_bytes < v->now[NODE_LOW] ? "<low" : NULL;
}

static void print_figures(FILE *out, const struct watch_lines *lines, const struct watch_frame *frame)
{
	const double *swap = frame->swap.now, *reclaim = frame->reclaim.now, *psi = frame->psi.now;
	char a[8], b[8];

	print_time(out, frame);
	for (size_t i = 0; i < frame->n_nodes; i++) {
		const struct watch_values *v = &frame->nodes[i].v;
		const char *mark = below(v);

		fprintf(out, "  node%u %s/%s", frame->nodes[i].node, watch_short_size(v->now[NODE_FREE], a),
			watch_short_size(v->now[NODE_TOTAL], b));
		if (mark)
			fprintf(out, "%s%s%s", lines->color ? RED : "", mark, lines->color ? PLAIN : "");
	}
	fprintf(out, "  swap in %s/s", watch_short_size(swap[SWAP_IN], a));
	fprintf(out, " out %s/s", watch_short_size(swap[SWAP_OUT], a));
	fprintf(out, "  reclaim kswapd %s/s", watch_short_size(reclaim[RECLAIM_KSWAPD], a));
	fprintf(out, " direct %s/s", watch_short_size(reclaim[RECLAIM_DIRECT], a));
	fprintf(out, "  psi mem %s %s", watch_short_ratio(psi[PSI_MEMORY_SOME], a),
		watch_short_ratio(psi[PSI_MEMORY_FULL], b));
	if (frame->n_groups > 0 && frame->groups[0].v.now[GROUP_SOME] >= 0.01)
		fprintf(out, "  worst %s %s", frame->groups[0].name,
			watch_short_ratio(frame->groups[0].v.now[GROUP_SOME], a));
	fputc('\n', out);
}

static void print_verdict(FILE *out, const struct watch_lines *lines, const struct watch_frame *frame,
			  const json_t *verdict)
{
	print_time(out, frame);
	fprintf(out, "  %sverdict %s:%s %s %s\n", lines->color ? BOLD : "", record_text(verdict, "name", "?"),
		lines->color ? PLAIN : "", record_text(verdict, "summary", ""), record_text(verdict, "fix", ""));
}

void watch_lines_missing(FILE *out, const json_t *missing)
{
	size_t i;
	const json_t *entry;

	json_array_foreach (missing, i, entry)
		fprintf(out, "missing: %s: %s (%s)\n", record_text(entry, "what", ""), record_text(entry, "why", ""),
			record_text(entry, "path", ""));
}

void watch_lines_frame(FILE *out, struct watch_lines *lines, const struct watch_frame *frame)
{
	json_t *firing = json_object();
	size_t i;
	const json_t *verdict;

	if (!lines->verdicts_only)
		print_figures(out, lines, frame);
	json_array_foreach (frame->verdicts, i, verdict) {
		_cleanup_free_ char *key = watch_verdict_key(verdict);

		if (!json_object_get(lines->firing, key) && !json_object_get(firing, key))
			print_verdict(out, lines, frame, verdict);
		json_object_set_new(firing, key, json_true());
	}
	json_decref(lines->firing);
	lines->firing = firing;
}

void watch_lines_release(struct watch_lines *lines)
{
	json_decref(lines->firing);
	lines->firing = NULL;
}
