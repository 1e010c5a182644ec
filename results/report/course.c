/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/report/course.h"

#include <math.h>

#include "common/util.h"

const char *const course_units[] = { "MiB", "MiB/s", "% of the time" };

enum how {
	LEVEL_BYTES,
	LEVEL_PAGES,
	RATE_PAGES, /* a counter of pages */
	SHARE_US,   /* a counter of microseconds */
};

/* Names with a blank between; <N> is a node, <G> a group, * any word without a dot. `minus` is taken off. */
struct line_about {
	const char *label;
	enum how how;
	const char *plus, *minus;
};

struct chart_about {
	const char *title, *caption; /* %s: the node or group */
	const char *place;	     /* "<N>", "<G>", or NULL for the machine */
	enum course_unit unit;
	bool logarithmic;
	struct line_about lines[COURSE_LINES];
};

static const struct chart_about charts[] = {
	{ "Node %s: free memory and watermarks",
	  "Free memory of node %s on a logarithmic scale. Below low kswapd wakes and works until high is reached; at min "
	  "tasks reclaim for themselves.",
	  "<N>", COURSE_MIB, true,
	  { { "free", LEVEL_PAGES, "node<N>.*.free_pages", NULL },
	    { "high", LEVEL_PAGES, "node<N>.*.high_pages", NULL },
	    { "low", LEVEL_PAGES, "node<N>.*.low_pages", NULL },
	    { "min", LEVEL_PAGES, "node<N>.*.min_pages", NULL } } },
	{ "Node %s: reclaimed",
	  "What reclaim took from node %s: anonymous pages go to swap, file pages are dropped or written back.",
	  "<N>", COURSE_MIB_PER_S, false,
	  { { "anon", RATE_PAGES, "node<N>.reclaim.anon_reclaimed_pages", NULL },
	    { "file", RATE_PAGES, "node<N>.reclaim.file_reclaimed_pages", NULL } } },
	{ "Reclaim, by whom",
	  "kswapd works in the background; direct reclaim makes the tasks that allocate wait; the rest is at group limits.",
	  NULL, COURSE_MIB_PER_S, false,
	  { { "kswapd", RATE_PAGES, "vmstat.pgsteal_kswapd", NULL },
	    { "direct", RATE_PAGES, "vmstat.pgsteal_direct", NULL },
	    { "at group limits", RATE_PAGES, "vmstat.pgsteal_anon vmstat.pgsteal_file",
	      "vmstat.pgsteal_kswapd vmstat.pgsteal_direct vmstat.pgsteal_khugepaged vmstat.pgsteal_proactive" } } },
	{ "Swap", "Written to swap and read back from it.", NULL, COURSE_MIB_PER_S, false,
	  { { "out", RATE_PAGES, "vmstat.pswpout", NULL }, { "in", RATE_PAGES, "vmstat.pswpin", NULL } } },
	{ "Memory pressure (PSI)",
	  "Share of the time in which some task, or all that could run, waited for memory.", NULL, COURSE_PERCENT,
	  false,
	  { { "some", SHARE_US, "psi.memory.some_us", NULL }, { "full", SHARE_US, "psi.memory.full_us", NULL } } },
	{ "Group %s: memory and swap", "What group %s has in memory, and what it has in swap.", "<G>", COURSE_MIB, false,
	  { { "memory", LEVEL_BYTES, "group.<G>.memory.current_bytes", NULL },
	    { "swap", LEVEL_BYTES, "group.<G>.memory.swap.current_bytes", NULL } } },
};

/* ---- columns ---- */

/* Whether a name is the pattern with `who` for its place and one word for its star. */
static bool matches(const char *pattern, size_t len, const char *who, const char *name)
{
	const char *end = pattern + len;

	while (pattern < end) {
		if (*pattern == '<') {
			if (strncmp(name, who, strlen(who)) != 0)
				return false;
			name += strlen(who);
			pattern += 3;
		} else if (*pattern == '*') {
			name += strcspn(name, ".");
			pattern++;
		} else if (*pattern++ != *name++) {
			return false;
		}
	}
	return *name == '\0';
}

/* Adds the columns of the names, times `factor`, to the values of all samples; returns how many there were. */
static size_t add_columns(const struct timeline *t, const char *names, const char *who, double factor, double *values)
{
	size_t found = 0;

	for (const char *p = names; p && *p; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");

		for (size_t c = 0; c < t->n_columns; c++) {
			if (!t->seen[c] || !matches(p, len, who, t->columns[c]))
				continue;
			for (size_t i = 0; i < t->n_samples; i++)
				values[i] += factor * (double)timeline_value(t, i, (int)c);
			found++;
		}
		p += len;
	}
	return found;
}

/* A counter to its growth a second; nothing is known of the time before the first sample. */
static void to_rate(const struct timeline *t, double *values)
{
	double before = values[0];

	values[0] = NAN;
	for (size_t i = 1; i < t->n_samples; i++) {
		double now = values[i], span = (double)(t->times[i] - t->times[i - 1]) / (double)NSEC_PER_SEC;

		values[i] = span > 0 ? MAX(now - before, 0.0) / span : NAN;
		before = now;
	}
}

/* A value a sample in the chart's unit; NULL when the stream has none of the columns. */
static double *line_values(const struct timeline *t, const struct line_about *about, const char *who)
{
	static const double microseconds = 1e6;
	double *values = xcalloc(t->n_samples, sizeof(*values)), scale = 1 / (double)MIB;

	if (add_columns(t, about->plus, who, 1, values) == 0) {
		free(values);
		return NULL;
	}
	add_columns(t, about->minus, who, -1, values);
	if (about->how == LEVEL_PAGES || about->how == RATE_PAGES)
		scale = (double)t->page_bytes / (double)MIB;
	if (about->how == SHARE_US)
		scale = 100 / microseconds;
	if (about->how == RATE_PAGES || about->how == SHARE_US)
		to_rate(t, values);
	for (size_t i = 0; i < t->n_samples; i++) {
		values[i] *= scale;
		/* The kernel adds up stalls a little later than they were. */
		if (about->how == SHARE_US && values[i] > 100)
			values[i] = 100;
	}
	return values;
}

/* ---- thinning ---- */

static size_t stretches_of(size_t n, size_t most)
{
	return n <= most ? n : most / 2;
}

size_t course_thin(const double *values, size_t n, size_t most, double *ret)
{
	size_t stretches = stretches_of(n, most), k = 0;

	for (size_t s = 0; s < stretches; s++) {
		size_t from = s * n / stretches, to = (s + 1) * n / stretches, least = from, greatest = from;

		for (size_t i = from + 1; i < to; i++) {
			if (isnan(values[least]) || values[i] < values[least])
				least = i;
			if (isnan(values[greatest]) || values[i] > values[greatest])
				greatest = i;
		}
		ret[k++] = values[MIN(least, greatest)];
		if (n > most)
			ret[k++] = values[MAX(least, greatest)];
	}
	return k;
}

size_t course_thin_times(const double *times, size_t n, size_t most, double *ret)
{
	size_t stretches = stretches_of(n, most), k = 0;

	for (size_t s = 0; s < stretches; s++) {
		size_t from = s * n / stretches, to = (s + 1) * n / stretches;

		ret[k++] = times[from];
		/* Halfway to the next stretch, so that moments ascend even where a stretch is one sample. */
		if (n > most)
			ret[k++] = to < n ? (times[from] + times[to]) / 2 : times[n - 1] + (to - from == 1) * 1e-9;
	}
	return k;
}

/* ---- charts ---- */

static char *filled(const char *template, const char *who)
{
	const char *hole = strstr(template, "%s");

	return hole ? xasprintf("%.*s%s%s", (int)(hole - template), template, who, hole + 2) : xstrdup(template);
}

static void chart_release(struct course_chart *chart)
{
	for (size_t i = 0; i < chart->n_lines; i++)
		free(chart->lines[i].values);
	free(chart->title);
	free(chart->caption);
}

static void note_range(struct course_chart *chart, const double *values, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!(values[i] > 0))
			continue;
		chart->least = chart->most > 0 ? MIN(chart->least, values[i]) : values[i];
		chart->most = MAX(chart->most, values[i]);
	}
}

static void add_line(const struct timeline *t, const struct line_about *about, const char *who, size_t most_points,
		     struct course_chart *chart)
{
	_cleanup_free_ double *all = line_values(t, about, who);
	double *thin;
	size_t n;

	if (!all)
		return;
	thin = xcalloc(MAX(most_points, t->n_samples), sizeof(*thin));
	n = course_thin(all, t->n_samples, most_points, thin);
	note_range(chart, thin, n);
	chart->lines[chart->n_lines++] = (struct course_line){ about->label, thin };
}

static void add_chart(const struct timeline *t, const struct chart_about *about, const char *who, size_t most_points,
		      struct course *ret)
{
	struct course_chart chart = { filled(about->title, who), filled(about->caption, who), about->unit,
				      about->logarithmic, about->lines[0].how >= RATE_PAGES, { { 0 } }, 0, 0, 0 };

	for (size_t i = 0; i < COURSE_LINES && about->lines[i].label; i++)
		add_line(t, &about->lines[i], who, most_points, &chart);
	if (chart.n_lines > 0 && chart.most > 0) {
		ret->charts = xrealloc(ret->charts, (ret->n_charts + 1) * sizeof(*ret->charts));
		ret->charts[ret->n_charts++] = chart;
		return;
	}
	if (chart.n_lines > 0) {
		char *longer = xasprintf("%s%s%s", ret->flat, *ret->flat ? "; " : "", chart.title);

		free(ret->flat);
		ret->flat = longer;
	}
	chart_release(&chart);
}

static void add_place(const struct timeline *t, const char *place, const char *who, size_t most_points,
		      struct course *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(charts); i++)
		if (place ? charts[i].place && streq(charts[i].place, place) : !charts[i].place)
			add_chart(t, &charts[i], who, most_points, ret);
}

static void make_times(const struct timeline *t, size_t most_points, struct course *ret)
{
	_cleanup_free_ double *all = xcalloc(t->n_samples, sizeof(*all));

	for (size_t i = 0; i < t->n_samples; i++)
		all[i] = ((double)t->times[i] - (double)t->begin_ns) / (double)NSEC_PER_SEC;
	ret->times = xcalloc(MAX(most_points, t->n_samples), sizeof(*ret->times));
	ret->n_points = course_thin_times(all, t->n_samples, most_points, ret->times);
	ret->n_samples = t->n_samples;
}

void course_make(const struct timeline *t, size_t most_points, struct course *ret)
{
	uint64_t nodes = timeline_nodes(t);
	size_t pos = 0;
	const json_t *group;

	*ret = (struct course){ .flat = xstrdup("") };
	if (t->n_samples < 2)
		return;
	make_times(t, most_points, ret);
	for (unsigned n = 0; n < MAX_NODES; n++) {
		char number[16];

		snprintf(number, sizeof(number), "%u", n);
		if (nodes >> n & 1)
			add_place(t, "<N>", number, most_points, ret);
	}
	add_place(t, NULL, "", most_points, ret);
	while ((group = timeline_next(t, "group", &pos)))
		add_place(t, "<G>", record_text(group, "group", ""), most_points, ret);
}

void course_release(struct course *course)
{
	for (size_t i = 0; i < course->n_charts; i++)
		chart_release(&course->charts[i]);
	free(course->charts);
	free(course->times);
	free(course->flat);
	*course = (struct course){ 0 };
}
