/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fnmatch.h>
#include <math.h>

#include "common/util.h"
#include "results/formula_parts.h"

/* ---- moments ---- */

/* When a workload came to a state: by its own report, which is more exact than the event, where there is one. */
static bool workload_moment(const struct timeline *t, const char *workload, const char *state, uint64_t *ret)
{
	_cleanup_free_ char *key = xasprintf("%s_ns", state);
	const json_t *outcome = timeline_find(t, "outcome", "workload", workload), *event;
	size_t pos = 0;

	if (json_object_get(outcome, key)) {
		*ret = record_u64(outcome, key, 0);
		return true;
	}
	while ((event = timeline_next(t, "event", &pos)))
		if (streq(record_text(event, "workload", ""), workload) && streq(record_text(event, "state", ""), state)) {
			*ret = record_u64(event, "t_ns", 0);
			return true;
		}
	return false;
}

/* "begin", "end", "oom" (the first kill) or "db.0 filled". */
static bool moment(const struct timeline *t, const char *text, uint64_t *ret)
{
	const char *blank = strrchr(text, ' ');
	_cleanup_free_ char *who = blank ? xasprintf("%.*s", (int)(blank - text), text) : NULL;
	const json_t *oom = timeline_find(t, "oom", NULL, NULL);

	if (streq(text, "begin") || streq(text, "end")) {
		/* The first sample is taken before anything has started, and the last when all has ended. */
		*ret = text[0] == 'b' ? 0 : UINT64_MAX;
		return true;
	}
	if (streq(text, "oom") && oom) {
		*ret = record_u64(oom, "t_ns", 0);
		return true;
	}
	return who && workload_moment(t, who, blank + 1, ret);
}

/* The first sample from then on; the last one when there is none. */
static size_t sample_from(const struct timeline *t, uint64_t at_ns)
{
	size_t i = 0;

	while (i + 1 < t->n_samples && t->times[i] < at_ns)
		i++;
	return i;
}

static int find_sample(const struct timeline *t, const char *text, size_t *ret, struct error *err)
{
	uint64_t at_ns;

	if (!moment(t, text, &at_ns))
		return error_set(err, -ENODATA, text, "the cell has no such moment");
	*ret = sample_from(t, at_ns);
	return 0;
}

/* ---- columns ---- */

static double in_sample(const struct timeline *t, int column, size_t from, size_t to)
{
	(void)from;
	return (double)timeline_value(t, to, column);
}

static double grown(const struct timeline *t, int column, size_t from, size_t to)
{
	return (double)timeline_growth(t, column, from, to);
}

static double lowest(const struct timeline *t, int column, size_t from, size_t to)
{
	uint64_t value = timeline_value(t, from, column);

	for (size_t i = from; i <= to; i++)
		value = MIN(value, timeline_value(t, i, column));
	return (double)value;
}

static double highest(const struct timeline *t, int column, size_t from, size_t to)
{
	uint64_t value = timeline_value(t, from, column);

	for (size_t i = from; i <= to; i++)
		value = MAX(value, timeline_value(t, i, column));
	return (double)value;
}

/* Over the columns that match: one where there is no `*`. */
static int sum_columns(const struct timeline *t, const char *pattern, size_t from, size_t to,
		       double (*of)(const struct timeline *, int, size_t, size_t), double *ret, struct error *err)
{
	double sum = 0;
	size_t n = 0;

	for (size_t c = 0; c < t->n_columns; c++)
		if (t->seen[c] && fnmatch(pattern, t->columns[c], 0) == 0) {
			sum += of(t, (int)c, from, to);
			n++;
		}
	if (n == 0)
		return error_set(err, -ENODATA, pattern, "the cell has no such column");
	*ret = sum;
	return 0;
}

static int call_column(const struct formula *f, const struct timeline *t, double *ret, struct error *err)
{
	static double (*const of[])(const struct timeline *, int, size_t, size_t) = {
		[CALL_GROWTH] = grown,	   [CALL_GROWTH_BETWEEN] = grown, [CALL_FIRST] = in_sample, [CALL_LAST] = in_sample,
		[CALL_LOWEST] = lowest, [CALL_HIGHEST] = highest,	  [CALL_AT] = in_sample,
	};
	size_t from = 0, to = f->call == CALL_FIRST ? 0 : t->n_samples - 1;
	int r = 0;

	if (t->n_samples == 0)
		return error_set(err, -ENODATA, f->words[0], "the cell has no samples");
	if (f->call == CALL_AT)
		r = find_sample(t, f->words[1], &to, err);
	if (f->call == CALL_GROWTH_BETWEEN) {
		r = find_sample(t, f->words[1], &from, err);
		if (r == 0)
			r = find_sample(t, f->words[2], &to, err);
	}
	if (r == 0 && from > to)
		r = error_set(err, -ENODATA, f->words[1], "it came after '%.60s'", f->words[2]);
	return r < 0 ? r : sum_columns(t, f->words[0], from, to, of[f->call], ret, err);
}

/* ---- the tree ---- */

static int call_name(const struct formula *f, const struct formula_cell *cell, double *ret, struct error *err)
{
	const char *name = f->words[0], *text;
	const json_t *metric = json_object_get(cell->metrics, name);
	char *end;

	if (f->call == CALL_METRIC) {
		if (!json_is_number(metric))
			return error_set(err, -ENODATA, name, "the cell does not have the metric");
		*ret = json_number_value(metric);
		return 0;
	}
	if (f->call == CALL_SIZE) {
		const json_t *workload = timeline_find(cell->timeline, "workload", "workload", name);

		if (!workload)
			return error_set(err, -ENODATA, name, "the cell has no such workload");
		*ret = (double)record_u64(workload, "size_bytes", 0);
		return 0;
	}
	text = record_text(json_object_get(cell->settings, name), "effective", "");
	*ret = strtod(text, &end);
	if (!*text || *end)
		return error_set(err, -ENODATA, name, "the cell has no number of that setting");
	return 0;
}

static int call_number(const struct formula *f, const struct formula_cell *cell, double *ret, struct error *err)
{
	double a = 0, b = 0;
	int r = formula_value(f->left, cell, &a, err);

	if (r == 0 && f->right)
		r = formula_value(f->right, cell, &b, err);
	if (r < 0)
		return r;
	*ret = f->call == CALL_FLOOR ? floor(a) : f->call == CALL_ABS ? fabs(a) : f->call == CALL_MIN ? MIN(a, b) : MAX(a, b);
	return 0;
}

static int operate(const struct formula *f, const struct formula_cell *cell, double *ret, struct error *err)
{
	double a = 0, b = 0;
	int r = formula_value(f->left, cell, &a, err);

	if (r == 0)
		r = formula_value(f->right, cell, &b, err);
	if (r < 0)
		return r;
	if (f->operator == '/' && b == 0)
		return error_set(err, -EDOM, "formula", "divided by 0");
	*ret = f->operator == '+' ? a + b : f->operator == '-' ? a - b : f->operator == '*' ? a * b : a / b;
	return 0;
}

int formula_value(const struct formula *f, const struct formula_cell *cell, double *ret, struct error *err)
{
	if (f->kind == FORMULA_NUMBER) {
		*ret = f->number;
		return 0;
	}
	if (f->kind == FORMULA_OPERATOR)
		return operate(f, cell, ret, err);
	if (formula_words(f->call) == 0)
		return call_number(f, cell, ret, err);
	return f->call >= CALL_METRIC ? call_name(f, cell, ret, err) : call_column(f, cell->timeline, ret, err);
}
