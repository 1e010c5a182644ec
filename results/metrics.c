/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/metrics.h"

#include <ctype.h>
#include <inttypes.h>

#include "common/util.h"
#include "results/zones.h"

/* Most columns one metric sums: allocstall has one per zone type. */
#define MAX_COLUMNS 16

/* ---- metrics with a function of their own ---- */

static json_t *integer(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *highest_of(const struct timeline *t, int column)
{
	uint64_t highest = 0;

	if (column < 0)
		return NULL;
	for (size_t i = 0; i < t->n_samples; i++)
		highest = MAX(highest, timeline_value(t, i, column));
	return integer(highest);
}

/* The kernel's own peak where it keeps one; the samples see only what lasted until a sample. */
static json_t *group_peak(const struct timeline *t, const struct metric *m, const char *group)
{
	const json_t *peak =
		json_object_get(timeline_find(t, "group_end", "group", group), "peak_bytes");
	int column = timeline_columnf(t, "group.%s.memory.peak_bytes", group);

	(void)m;
	if (json_is_integer(peak))
		return integer((uint64_t)json_integer_value(peak));
	if (column < 0)
		column = timeline_columnf(t, "group.%s.memory.current_bytes", group);
	return highest_of(t, column);
}

/* The group was made for the cell, so its counters began at 0. */
static json_t *group_event(const struct timeline *t, const struct metric *m, const char *group)
{
	const json_t *end = timeline_find(t, "group_end", "group", group);
	const json_t *count = json_object_get(json_object_get(end, "events"), m->columns);

	if (json_is_integer(count))
		return integer((uint64_t)json_integer_value(count));
	return highest_of(t, timeline_columnf(t, "group.%s.events.%s", group, m->columns));
}

/* `columns` are the members of the outcome between which the time is; 0 is a state that was not reached. */
static json_t *workload_span(const struct timeline *t, const struct metric *m, const char *workload)
{
	const json_t *outcome = timeline_find(t, "outcome", "workload", workload);
	uint64_t from = record_u64(outcome, "started_ns", 0), to = record_u64(outcome, m->columns, 0);

	return from > 0 && to >= from ? integer(to - from) : NULL;
}

static json_t *below_low(const struct timeline *t, const struct metric *m, const char *node)
{
	uint64_t ns;

	(void)m;
	return zones_below_low_ns(t, (unsigned)strtoul(node, NULL, 10), &ns) == 0 ? integer(ns) : NULL;
}

/* `columns` is the clock: a virtual second and a real one are not the same thing and get two names. */
static json_t *cell_time(const struct timeline *t, const struct metric *m, const char *who)
{
	const json_t *cell = json_object_get(timeline_find(t, "stream", NULL, NULL), "cell");

	(void)who;
	if (!streq(record_text(cell, "clock", ""), m->columns) || t->begin_ns == 0 || t->end_ns < t->begin_ns)
		return NULL;
	return integer(t->end_ns - t->begin_ns);
}

/* ---- the table ---- */

#define STOLEN                                                                        \
	"vmstat.pgsteal_kswapd vmstat.pgsteal_direct vmstat.pgsteal_khugepaged? " \
	"vmstat.pgsteal_proactive?"
#define SCANNED                                                                       \
	"vmstat.pgscan_kswapd vmstat.pgscan_direct vmstat.pgscan_khugepaged? "    \
	"vmstat.pgscan_proactive?"
#define GROWTH(columns_)	.how = METRIC_GROWTH, .columns = (columns_)
#define LOWER			.better = BETTER_LOWER
#define HIGHER			.better = BETTER_HIGHER
#define PRIMARY			.primary = true
#define SPECIAL(fn, arg, text)	.how = METRIC_SPECIAL, .special = (fn), .columns = (arg), .formula = (text)
#define EVENT(key)		SPECIAL(group_event, key, "`" key "` of memory.events when the group ended, else its highest sample")

const struct metric metrics[] = {
	{ "swap.out_bytes", "bytes", LOWER, PRIMARY, GROWTH("vmstat.pswpout"), .of_pages = true,
	  .doc = "Written to swap devices, zram included. zswap and zero-filled pages are not in it." },
	{ "swap.in_bytes", "bytes", LOWER, PRIMARY, GROWTH("vmstat.pswpin"), .of_pages = true,
	  .doc = "Read back from swap devices, readahead included: what hurts." },
	{ "swap.out_zero_bytes", "bytes", LOWER, GROWTH("vmstat.swpout_zero"), .of_pages = true,
	  .doc = "Zero-filled pages that newer kernels swap out without any I/O." },

	{ "reclaim.scanned_pages", "pages", LOWER, GROWTH(SCANNED),
	  .doc = "Pages looked at by reclaim, by whoever did it." },
	{ "reclaim.stolen_pages", "pages", LOWER, PRIMARY, GROWTH(STOLEN),
	  .doc = "Pages reclaimed, by whoever did it. Up to 6.12 reclaim at a group's limit is not in it." },
	{ "reclaim.kswapd_scanned_pages", "pages", LOWER, GROWTH("vmstat.pgscan_kswapd"),
	  .doc = "Looked at in the background." },
	{ "reclaim.kswapd_stolen_pages", "pages", LOWER, GROWTH("vmstat.pgsteal_kswapd"),
	  .doc = "Reclaimed in the background." },
	{ "reclaim.direct_scanned_pages", "pages", LOWER, GROWTH("vmstat.pgscan_direct"),
	  .doc = "Looked at while an allocation waited, zone reclaim included." },
	{ "reclaim.direct_stolen_pages", "pages", LOWER, GROWTH("vmstat.pgsteal_direct"),
	  .doc = "Reclaimed while an allocation waited, zone reclaim included." },
	{ "reclaim.anon_stolen_pages", "pages", LOWER, GROWTH("vmstat.pgsteal_anon"),
	  .doc = "Anonymous pages reclaimed, at groups' limits too. The same pages as by reclaimer: never add the two." },
	{ "reclaim.file_stolen_pages", "pages", LOWER, GROWTH("vmstat.pgsteal_file"),
	  .doc = "File pages reclaimed, at groups' limits too." },
	{ "reclaim.efficiency_ratio", "ratio", HIGHER, .how = METRIC_RATIO, .columns = STOLEN, .over = SCANNED,
	  .doc = "Share of the pages looked at that could be reclaimed." },
	{ "reclaim.direct_share_ratio", "ratio", LOWER, .how = METRIC_RATIO, .columns = "vmstat.pgsteal_direct",
	  .over = STOLEN, .doc = "Share of the reclaim that allocations had to wait for." },

	{ "refault.anon_pages", "pages", LOWER, PRIMARY, GROWTH("vmstat.workingset_refault_anon"),
	  .doc = "Anonymous pages evicted and wanted again." },
	{ "refault.file_pages", "pages", LOWER, PRIMARY, GROWTH("vmstat.workingset_refault_file"),
	  .doc = "File pages evicted and wanted again." },
	{ "alloc.stalls", "events", LOWER, PRIMARY, GROWTH("vmstat.allocstall_*"),
	  .doc = "Allocations that had to reclaim for themselves, over all zones. Neither group limits nor zone reclaim." },
	{ "fault.major", "events", LOWER, GROWTH("vmstat.pgmajfault"), .doc = "Faults that needed I/O." },
	{ "oom.kills", "events", LOWER, PRIMARY, GROWTH("vmstat.oom_kill"),
	  .doc = "Kills by the OOM killer; with memory.oom.group the chosen victim counts twice." },
	{ "psi.memory_some_us", "us", LOWER, GROWTH("psi.memory.some_us"),
	  .doc = "Time in which some task waited for memory." },
	{ "psi.memory_full_us", "us", LOWER, GROWTH("psi.memory.full_us"),
	  .doc = "Time in which every task that could run waited for memory." },

	{ "numa.miss", "pages", LOWER, GROWTH("vmstat.numa_miss"),
	  .doc = "Allocations that ended on another node than they preferred." },
	{ "numa.foreign", "pages", LOWER, GROWTH("vmstat.numa_foreign"),
	  .doc = "The same seen from the node that was preferred; equal to numa.miss over the machine." },
	{ "zone_reclaim.failed", "events", LOWER, GROWTH("vmstat.zone_reclaim_failed"),
	  .doc = "Zone reclaim tried and found nothing." },
	{ "zone_reclaim.success", "events", LOWER, GROWTH("vmstat.zone_reclaim_success"),
	  .doc = "Zone reclaim freed what was asked; newer kernels only." },

	{ "node<N>.free_min_bytes", "bytes", HIGHER, PRIMARY, .how = METRIC_LOWEST,
	  .columns = "node<N>.meminfo.MemFree_bytes", .doc = "The least free memory of the node." },
	{ "node<N>.reclaimed_anon_pages", "pages", LOWER, PRIMARY, GROWTH("node<N>.reclaim.anon_reclaimed_pages"),
	  .doc = "Anonymous pages reclaimed from the node, by the inactive-list trace point." },
	{ "node<N>.reclaimed_file_pages", "pages", LOWER, PRIMARY, GROWTH("node<N>.reclaim.file_reclaimed_pages"),
	  .doc = "File pages reclaimed from the node, by the inactive-list trace point." },
	{ "node<N>.below_low_ns", "ns", LOWER,
	  SPECIAL(below_low, NULL, "sum of the intervals at whose end node<N>.ZONE.free_pages of some zone is below its low_pages"),
	  .doc = "How long a zone of the node was short enough to wake kswapd." },

	{ "group.<G>.peak_bytes", "bytes", .better = BETTER_NONE,
	  SPECIAL(group_peak, NULL, "memory.peak when the group ended, else the highest sample of memory.current"),
	  .doc = "The most memory charged to the group." },
	{ "group.<G>.swap_peak_bytes", "bytes", LOWER, .how = METRIC_HIGHEST,
	  .columns = "group.<G>.memory.swap.current_bytes", .doc = "The most swap the group held at a sample." },
	{ "group.<G>.events_low", "events", LOWER, EVENT("low"),
	  .doc = "Reclaimed although below memory.low." },
	{ "group.<G>.events_high", "events", LOWER, EVENT("high"), .doc = "Throttled above memory.high." },
	{ "group.<G>.events_max", "events", LOWER, EVENT("max"), .doc = "About to go over memory.max." },
	{ "group.<G>.events_oom", "events", LOWER, EVENT("oom"), .doc = "At memory.max and nothing to reclaim." },
	{ "group.<G>.events_oom_kill", "events", LOWER, EVENT("oom_kill"),
	  .doc = "Processes of the group killed by any OOM killer." },
	{ "group.<G>.psi_some_us", "us", LOWER, GROWTH("group.<G>.psi.some_us"),
	  .doc = "Time in which some task of the group waited for memory." },
	{ "group.<G>.psi_full_us", "us", LOWER, GROWTH("group.<G>.psi.full_us"),
	  .doc = "Time in which every task of the group waited for memory." },

	{ "workload.<W>.duration_ns", "ns", LOWER, PRIMARY,
	  SPECIAL(workload_span, "done_ns", "done_ns - started_ns of the outcome record"),
	  .doc = "From the start of the workload to its end; absent when it did not come so far." },
	{ "workload.<W>.fill_ns", "ns", LOWER,
	  SPECIAL(workload_span, "filled_ns", "filled_ns - started_ns of the outcome record"),
	  .doc = "From the start until it had touched all of its memory once." },

	{ "time.virtual_ns", "ns", LOWER, SPECIAL(cell_time, "virtual", "t_ns of the last record - t_ns of begin"),
	  .doc = "How long the cell took by the guest's virtual clock." },
	{ "time.real_ns", "ns", LOWER, SPECIAL(cell_time, "real", "t_ns of the last record - t_ns of begin"),
	  .doc = "How long the cell took where the clock is a real one." },
	{ .name = NULL },
};

/* ---- names with a place ---- */

/* The place's letter, 0 when the name has none. */
static char place_of(const char *name)
{
	const char *open = strchr(name, '<');

	return open ? open[1] : '\0';
}

/* How many characters of the text the place takes: a node number, a group's or a workload's name; 0 when none. */
static size_t place_len(char place, const char *text)
{
	size_t n = 0, digits;

	if (place == 'N')
		return strspn(text, "0123456789");
	if (!islower((unsigned char)text[0]))
		return 0;
	n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-");
	if (place == 'G' || text[n] != '.')
		return place == 'G' ? n : 0;
	digits = strspn(text + n + 1, "0123456789");
	return digits > 0 ? n + 1 + digits : 0;
}

static bool matches(const char *pattern, const char *name)
{
	const char *open = strchr(pattern, '<');
	size_t before, len;

	if (!open)
		return streq(pattern, name);
	before = (size_t)(open - pattern);
	if (strncmp(pattern, name, before) != 0)
		return false;
	len = place_len(open[1], name + before);
	return len > 0 && streq(open + 3, name + before + len);
}

const struct metric *metric_find(const char *name)
{
	for (const struct metric *m = metrics; m->name; m++)
		if (matches(m->name, name))
			return m;
	return NULL;
}

bool metric_known(const char *name)
{
	return metric_find(name) != NULL;
}

/* The name with the place filled in; the caller frees it. */
static char *fill_place(const char *pattern, size_t len, const char *who)
{
	const char *open = memchr(pattern, '<', len);
	size_t before = open ? (size_t)(open - pattern) : len;

	if (!open)
		return xasprintf("%.*s", (int)len, pattern);
	return xasprintf("%.*s%s%.*s", (int)before, pattern, who, (int)(len - before - 3), open + 3);
}

/* ---- metrics from columns ---- */

struct columns {
	int list[MAX_COLUMNS];
	size_t n;
};

static void add_begun(const struct timeline *t, const char *prefix, struct columns *c)
{
	size_t len = strlen(prefix);

	for (size_t i = 0; i < t->n_columns && c->n < MAX_COLUMNS; i++)
		if (strncmp(t->columns[i], prefix, len) == 0 && t->seen[i])
			c->list[c->n++] = (int)i;
}

/* Returns false when a column that is needed is absent, and the metric with it. */
static bool resolve(const struct timeline *t, const char *names, const char *who, struct columns *ret)
{
	struct columns c = { .n = 0 };

	while (*names) {
		size_t len = strcspn(names, " ?*"), end = strcspn(names, " ");
		_cleanup_free_ char *name = fill_place(names, len, who);
		int column = timeline_column(t, name);

		if (names[len] == '*')
			add_begun(t, name, &c);
		else if (column >= 0 && c.n < MAX_COLUMNS)
			c.list[c.n++] = column;
		else if (names[len] != '?')
			return false;
		names += end + strspn(names + end, " ");
	}
	*ret = c;
	return c.n > 0;
}

static uint64_t sum_growth(const struct timeline *t, const struct columns *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < c->n; i++)
		sum += timeline_delta(t, c->list[i]);
	return sum;
}

static uint64_t extreme(const struct timeline *t, const struct columns *c, bool lowest)
{
	uint64_t result = lowest ? UINT64_MAX : 0;

	for (size_t sample = 0; sample < t->n_samples; sample++) {
		uint64_t sum = 0;

		for (size_t i = 0; i < c->n; i++)
			sum += timeline_value(t, sample, c->list[i]);
		result = lowest ? MIN(result, sum) : MAX(result, sum);
	}
	return result;
}

static json_t *compute(const struct timeline *t, const struct metric *m, const char *who)
{
	struct columns c, over;
	uint64_t scale = m->of_pages ? t->page_bytes : 1, whole;

	if (m->how == METRIC_SPECIAL)
		return m->special(t, m, who);
	if (!resolve(t, m->columns, who, &c))
		return NULL;
	if (m->how == METRIC_GROWTH)
		return integer(sum_growth(t, &c) * scale);
	if (m->how != METRIC_RATIO)
		return integer(extreme(t, &c, m->how == METRIC_LOWEST) * scale);
	if (!resolve(t, m->over, who, &over) || (whole = sum_growth(t, &over)) == 0)
		return NULL;
	return json_real((double)sum_growth(t, &c) / (double)whole);
}

/* ---- all of them ---- */

static void add(json_t *all, const struct timeline *t, const struct metric *m, const char *who)
{
	json_t *value = compute(t, m, who);

	if (value) {
		_cleanup_free_ char *name = fill_place(m->name, strlen(m->name), who);

		json_object_set_new(all, name, value);
	}
}

/* One metric per "group" or "workload" record. */
static void add_per_record(json_t *all, const struct timeline *t, const struct metric *m, const char *type)
{
	size_t pos = 0;
	const json_t *record;

	while ((record = timeline_next(t, type, &pos)))
		add(all, t, m, record_text(record, type, ""));
}

static void add_per_node(json_t *all, const struct timeline *t, const struct metric *m)
{
	uint64_t nodes = timeline_nodes(t);

	for (unsigned n = 0; n < MAX_NODES; n++) {
		char who[8];

		snprintf(who, sizeof(who), "%u", n);
		if (nodes & (1ULL << n))
			add(all, t, m, who);
	}
}

json_t *metrics_compute(const struct timeline *t)
{
	json_t *all = json_object();

	for (const struct metric *m = metrics; m->name; m++) {
		switch (place_of(m->name)) {
		case 'N':
			add_per_node(all, t, m);
			break;
		case 'G':
			add_per_record(all, t, m, "group");
			break;
		case 'W':
			add_per_record(all, t, m, "workload");
			break;
		default:
			add(all, t, m, "");
		}
	}
	return all;
}

/* ---- the reference ---- */

/* "a + b + c", with what may be absent in brackets. */
static char *sum_text(const char *names)
{
	char *text = xstrdup("");

	while (*names) {
		size_t len = strcspn(names, " ?"), end = strcspn(names, " ");
		char *longer = xasprintf(names[len] == '?' ? "%s%s[%.*s]" : "%s%s%.*s", text,
					 *text ? " + " : "", (int)len, names);

		free(text);
		text = longer;
		names += end + strspn(names + end, " ");
	}
	return text;
}

char *metric_formula(const struct metric *m)
{
	static const char *const words[] = { [METRIC_GROWTH] = "growth of ", [METRIC_LOWEST] = "lowest ",
					     [METRIC_HIGHEST] = "highest ", [METRIC_RATIO] = "growth of " };
	_cleanup_free_ char *sum = NULL, *over = NULL;

	if (m->how == METRIC_SPECIAL)
		return xstrdup(m->formula);
	sum = sum_text(m->columns);
	if (m->how != METRIC_RATIO)
		return xasprintf("%s%s%s", words[m->how], sum, m->of_pages ? ", x page size" : "");
	over = sum_text(m->over);
	return xasprintf("%s(%s) / growth of (%s)", words[m->how], sum, over);
}

char *metrics_markdown(void)
{
	static const char *const better[] = { "-", "lower", "higher" };
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	fprintf(out, "| metric | unit | better | formula | meaning |\n| --- | --- | --- | --- | --- |\n");
	for (const struct metric *m = metrics; m->name; m++) {
		_cleanup_free_ char *formula = metric_formula(m);

		fprintf(out, "| `%s`%s | %s | %s | %s | %s |\n", m->name, m->primary ? " *" : "", m->unit,
			better[m->better], formula, m->doc);
	}
	fclose(out);
	return text;
}
