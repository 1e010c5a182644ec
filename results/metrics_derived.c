/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/metrics_derived.h"

#include "common/util.h"
#include "results/zones.h"

static json_t *integer(uint64_t value)
{
	return json_integer((json_int_t)value);
}

/* ---- latencies ---- */

/* The machine's has neither node nor group. */
static bool is_of(const json_t *record, const char *name, const char *who)
{
	const json_t *node = json_object_get(record, "node");

	if (strncmp(name, "node", 4) == 0)
		return node && (uint64_t)json_integer_value(node) == strtoull(who, NULL, 10);
	if (strncmp(name, "group.", 6) == 0)
		return streq(record_text(record, "group", ""), who);
	return !node && !json_object_get(record, "group");
}

static bool was_measured(const struct timeline *t, const struct metric *m, const char *what, const char *who)
{
	const char *scope = strncmp(m->name, "node", 4) == 0     ? "node"
			    : strncmp(m->name, "group.", 6) == 0 ? "group."
								 : "";

	return timeline_columnf(t, "%s%s%strace.%s.count", scope, who, *scope ? "." : "", what) >= 0;
}

json_t *metric_latency(const struct timeline *t, const struct metric *m, const char *who)
{
	const char *member = strchr(m->columns, ' ') + 1;
	char what[32];
	size_t pos = 0;
	const json_t *record;

	snprintf(what, sizeof(what), "%.*s", (int)(member - m->columns - 1), m->columns);
	while ((record = timeline_next(t, "latency", &pos)))
		if (streq(record_text(record, "what", ""), what) && is_of(record, m->name, who))
			return json_incref(json_object_get(record, member));
	if ((streq(member, "count") || streq(member, "total_ns")) && was_measured(t, m, what, who))
		return integer(0);
	return NULL;
}

/* ---- reclaim ---- */

/* The growth of the columns "vmstat.<prefix><name>"; false when one that is needed is absent. */
static bool sum(const struct timeline *t, const char *prefix, const char *const *names, bool needed,
		uint64_t *ret)
{
	uint64_t total = 0;

	for (; *names; names++) {
		int column = timeline_columnf(t, "vmstat.%s%s", prefix, *names);

		if (column < 0 && needed)
			return false;
		if (column >= 0)
			total += timeline_delta(t, column);
	}
	*ret = total;
	return true;
}

static bool limit_pages(const struct timeline *t, const char *prefix, uint64_t *ret)
{
	static const char *const types[] = { "anon", "file", NULL };
	static const char *const by[] = { "kswapd", "direct", NULL };
	static const char *const later[] = { "khugepaged", "proactive", NULL };
	uint64_t whole, who, more;

	if (!sum(t, prefix, types, true, &whole) || !sum(t, prefix, by, true, &who) ||
	    !sum(t, prefix, later, false, &more))
		return false;
	*ret = whole > who + more ? whole - who - more : 0;
	return true;
}

json_t *metric_limit_reclaim(const struct timeline *t, const struct metric *m, const char *who)
{
	uint64_t scanned, stolen;

	(void)who;
	/* Kernels that count reclaim by node count that at limits as direct: nothing is left to tell it by.
	 */
	if (timeline_column(t, "node0.vmstat.pgscan_direct") >= 0 || !limit_pages(t, "pgscan_", &scanned) ||
	    !limit_pages(t, "pgsteal_", &stolen))
		return NULL;
	if (streq(m->columns, "scanned"))
		return integer(scanned);
	if (streq(m->columns, "stolen"))
		return integer(stolen);
	return scanned > 0 ? json_real((double)stolen / (double)scanned) : NULL;
}

static uint64_t reclaimed_anon(const struct timeline *t, unsigned node)
{
	int column = timeline_columnf(t, "node%u.reclaim.anon_reclaimed_pages", node);

	return column >= 0 ? timeline_delta(t, column) : 0;
}

/* Integers that add up to the whole: a node has what is below its end of the line less what is below its
 * begin. */
json_t *metric_node_swap_out(const struct timeline *t, const struct metric *m, const char *node)
{
	unsigned number = (unsigned)strtoul(node, NULL, 10);
	int out = timeline_column(t, "vmstat.pswpout");
	uint64_t all = 0, before = 0, pages;

	(void)m;
	if (out < 0 || timeline_columnf(t, "node%u.reclaim.anon_reclaimed_pages", number) < 0)
		return NULL;
	for (unsigned n = 0; n < MAX_NODES; n++) {
		all += reclaimed_anon(t, n);
		before += n < number ? reclaimed_anon(t, n) : 0;
	}
	pages = timeline_delta(t, out);
	if (pages > 0 && all == 0)
		return NULL;
	if (pages > 0) {
		double share = (double)pages / (double)all;

		pages = (uint64_t)(share * (double)(before + reclaimed_anon(t, number)) + 0.5) -
			(uint64_t)(share * (double)before + 0.5);
	}
	return integer(pages * t->page_bytes);
}

/* ---- free memory and its marks ---- */

static bool mark_of(const struct timeline *t, const char *which, const char *node, uint64_t *ret)
{
	struct watermarks marks;

	if (zones_watermarks(t, (unsigned)strtoul(node, NULL, 10), &marks) < 0)
		return false;
	*ret = streq(which, "min")   ? marks.min_bytes
	       : streq(which, "low") ? marks.low_bytes
				     : marks.high_bytes;
	return true;
}

json_t *metric_node_mark(const struct timeline *t, const struct metric *m, const char *node)
{
	uint64_t mark;

	return mark_of(t, m->columns, node, &mark) ? integer(mark) : NULL;
}

json_t *metric_node_below(const struct timeline *t, const struct metric *m, const char *node)
{
	_cleanup_free_ char *member = xasprintf("%s_pages", m->columns);
	uint64_t ns;

	return zones_below_ns(t, (unsigned)strtoul(node, NULL, 10), member, &ns) == 0 ? integer(ns) : NULL;
}

json_t *metric_node_over(const struct timeline *t, const struct metric *m, const char *node)
{
	int column = timeline_columnf(t, "node%s.meminfo.MemFree_bytes", node);
	uint64_t mark = 0, least = UINT64_MAX;

	if (!mark_of(t, m->columns, node, &mark) || column < 0 || mark == 0 || t->n_samples == 0)
		return NULL;
	for (size_t i = 0; i < t->n_samples; i++)
		least = MIN(least, timeline_value(t, i, column));
	return json_real((double)least / (double)mark);
}

/* ---- kills ---- */

json_t *metric_first_kill(const struct timeline *t, const struct metric *m, const char *who)
{
	const json_t *kill = timeline_find(t, "oom", *who ? "workload" : NULL, who);
	uint64_t at = record_u64(kill, "t_ns", 0);

	(void)m;
	return kill && t->begin_ns > 0 && at >= t->begin_ns ? integer(at - t->begin_ns) : NULL;
}
