/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/metrics.h"

#include <ctype.h>
#include <limits.h>

#include "common/size.h"
#include "common/util.h"

/* Most columns one metric sums: allocstall has one per zone type. */
#define MAX_COLUMNS 16

static json_t *integer(uint64_t value)
{
	return json_integer((json_int_t)value);
}

/* ---- names with a place ---- */

/* The place's letter, 0 when the name has none. */
static char place_of(const char *name)
{
	const char *open = strchr(name, '<');

	return open ? open[1] : '\0';
}

/* How many characters of the text the place takes: a node number, a group's or a workload's name; 0 when
 * none. */
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

/* Whether a list of columns, as the table has them, names this one. */
static bool list_has(const char *names, const char *column)
{
	while (names && *names) {
		size_t len = strcspn(names, " ?*"), end = strcspn(names, " ");
		_cleanup_free_ char *pattern = xasprintf("%.*s", (int)len, names);

		if (names[len] == '*' ? strncmp(pattern, column, len) == 0 : matches(pattern, column))
			return true;
		names += end + strspn(names + end, " ");
	}
	return false;
}

unsigned metric_column_rank(const char *column)
{
	unsigned rank = UINT_MAX, n = 0;

	for (const struct metric *m = metrics; m->name; m++, n++) {
		unsigned own = m->primary ? n : n + 10000;

		if (own < rank && (list_has(m->columns, column) || list_has(m->over, column)))
			rank = own;
	}
	return rank;
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

static json_t *rate(const struct timeline *t, const struct metric *m, const struct columns *c)
{
	uint64_t ns = t->n_samples > 0 ? t->times[t->n_samples - 1] - t->times[0] : 0;

	return ns > 0 ? json_real((double)sum_growth(t, c) * (double)m->rate_ns / (double)ns) : NULL;
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
	if (m->how == METRIC_RATE)
		return rate(t, m, &c);
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

/* What programs print has names of the scenario's own. */
static void add_figures(json_t *all, const struct timeline *t)
{
	static const char prefix[] = "figure.";
	size_t pos = 0;
	const json_t *record;
	const char *key;
	json_t *value;

	while ((record = timeline_next(t, "outcome", &pos)))
		json_object_foreach ((json_t *)record, key, value)
			if (strncmp(key, prefix, strlen(prefix)) == 0) {
				_cleanup_free_ char *name = xasprintf("workload.%s.%s", record_text(record, "workload", ""),
								      key + strlen(prefix));

				json_object_set(all, name, value);
			}
}

json_t *metrics_compute(const struct timeline *t)
{
	json_t *all = json_object();

	add_figures(all, t);

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

/* ---- for people ---- */

char *metric_value_text(const char *name, const json_t *value)
{
	const struct metric *m = metric_find(name);
	const char *unit = m ? m->unit : "";
	uint64_t n = (uint64_t)MAX(json_integer_value(value), 0);
	char buf[32];

	if (json_is_real(value))
		return xasprintf("%.4g", json_real_value(value));
	if (streq(unit, "bytes"))
		return xstrdup(size_format(n, buf, sizeof(buf)));
	if (streq(unit, "ns") || streq(unit, "us"))
		return xstrdup(duration_format(streq(unit, "us") ? n * 1000 : n, buf, sizeof(buf)));
	return xasprintf("%" JSON_INTEGER_FORMAT "%s%s", json_integer_value(value), *unit ? " " : "", unit);
}

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
	static const char *const words[] = { [METRIC_GROWTH] = "growth of ",
					     [METRIC_LOWEST] = "lowest ",
					     [METRIC_HIGHEST] = "highest ",
					     [METRIC_RATIO] = "growth of " };
	_cleanup_free_ char *sum = NULL, *over = NULL;

	if (m->how == METRIC_SPECIAL)
		return xstrdup(m->formula);
	sum = sum_text(m->columns);
	if (m->how == METRIC_RATE)
		return xasprintf("growth of (%s) / time of the samples%s", sum,
				 m->rate_ns == NSEC_PER_SEC ? ", a second" : "");
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
	FILE *out = xmemstream(&text, &len);

	fprintf(out, "| metric | unit | better | formula | meaning |\n| --- | --- | --- | --- | --- |\n");
	for (const struct metric *m = metrics; m->name; m++) {
		_cleanup_free_ char *formula = metric_formula(m);

		fprintf(out, "| `%s`%s | %s | %s | %s | %s |\n", m->name, m->primary ? " *" : "", m->unit,
			better[m->better], formula, m->doc);
	}
	xmemclose(out, &text);
	return text;
}
