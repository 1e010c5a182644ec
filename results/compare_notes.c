/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/compare_notes.h"

#include <inttypes.h>

#include "common/util.h"
#include "results/compare_judged.h"
#include "results/metrics.h"
#include "results/timeline.h"

/* ---- the title ---- */

/* How many different seeds; *ret_first is the first one's. */
static size_t count_seeds(const struct compare_group *g, json_int_t *ret_first)
{
	json_t *seen = json_object();
	size_t n;

	for (size_t k = 0; k < g->n_columns; k++) {
		size_t i;
		const json_t *cell;

		json_array_foreach (g->columns[k].cells, i, cell) {
			json_int_t seed = json_integer_value(json_object_get(cell, "seed"));
			_cleanup_free_ char *name = xasprintf("%" JSON_INTEGER_FORMAT, seed);

			if (json_object_size(seen) == 0)
				*ret_first = seed;
			json_object_set_new(seen, name, json_true());
		}
	}
	n = json_object_size(seen);
	json_decref(seen);
	return n;
}

static bool cells_have_clocks(const struct compare_group *g)
{
	for (size_t k = 0; k < g->n_columns; k++) {
		size_t i;
		const json_t *cell;

		json_array_foreach (g->columns[k].cells, i, cell)
			if (*record_text(cell, "clock", ""))
				return true;
	}
	return false;
}

/* The clock of all runs; NULL when they differ or one has none. */
static const char *clock_of_runs(const struct compare_group *g)
{
	const char *clock = record_text(g->columns[0].run, "clock", NULL);

	for (size_t k = 1; clock && k < g->n_columns; k++)
		if (!streq(record_text(g->columns[k].run, "clock", ""), clock))
			return NULL;
	return clock;
}

/* The clock of all cells; that of the runs only where no cell has one. NULL when they differ. */
static const char *clock_of(const struct compare_group *g)
{
	return cells_have_clocks(g) ? compare_common(g, "clock") : clock_of_runs(g);
}

static bool has_clock(const struct compare_group *g, const char *clock)
{
	bool of_cells = cells_have_clocks(g);

	for (size_t k = 0; k < g->n_columns; k++) {
		size_t i;
		const json_t *cell;

		json_array_foreach (g->columns[k].cells, i, cell)
			if (streq(record_text(of_cells ? cell : g->columns[k].run, "clock", ""), clock))
				return true;
	}
	return false;
}

void compare_print_title(FILE *out, const struct compare_group *g, const struct compare_options *options)
{
	const char *dot = options->utf8 ? " · " : " - ", *kernel = compare_common(g, "kernel");
	const char *lru = compare_common(g, "lru"), *clock = clock_of(g);
	json_int_t seed = 0;
	size_t seeds = count_seeds(g, &seed);

	fprintf(out, "%s", g->scenario);
	if (*g->profile)
		fprintf(out, "%sprofile %s", dot, g->profile);
	if (kernel)
		fprintf(out, "%skernel %s", dot, kernel);
	if (lru)
		fprintf(out, "%s%s LRU", dot, streq(lru, "mglru") ? "multi-generational" : lru);
	if (clock)
		fprintf(out, "%s%s clock", dot, clock);
	if (seeds == 1)
		fprintf(out, "%sseed %" JSON_INTEGER_FORMAT "\n", dot, seed);
	else
		fprintf(out, "%s%zu seeds\n", dot, seeds);
}

/* ---- how to read the numbers ---- */

static void note(FILE *out, const struct compare_options *options, const char *text)
{
	text_wrap(out, text, options->width, 0, 0);
}

/* What a difference between columns is worth where each is one run. */
static const char *worth_of_one(const struct compare_group *g)
{
	const char *clock = clock_of(g);
	json_int_t seed;

	if (!clock)
		return "One run of each: small differences may be noise.";
	if (!streq(clock, "virtual"))
		return "One run of each under a real clock: small differences may be noise.";
	if (count_seeds(g, &seed) != 1)
		return "The columns have different seeds: small differences may come from those.";
	return "One seed under the virtual clock: the differences are exact, for this seed. Whether small ones would be there with "
	       "another tells --seeds 10.";
}

static void print_reading(FILE *out, const struct compare_group *g, const struct compare_options *options)
{
	size_t most = 0;
	bool unlike = false, partial = false;

	for (size_t k = 0; k < g->n_columns; k++) {
		const struct compare_column *c = &g->columns[k];

		most = MAX(most, json_array_size(c->cells));
		unlike |= !compare_comparable(&g->columns[0], c);
		partial |= json_array_size(c->usable) + compare_invalid(c) < json_array_size(c->cells);
	}
	if (most > 1)
		note(out, options, "Medians over the seeds; min..max below where they differ.");
	if (partial)
		note(out, options, "Where some seeds did not complete, the numbers are of those that did.");
	if (g->n_columns < 2)
		return;
	if (has_clock(g, "virtual") && has_clock(g, "real"))
		note(out, options,
		     "The clocks differ, virtual and real: so may the numbers, the times above all.");
	else if (most == 1)
		note(out, options, worth_of_one(g));
	if (*g->profile && compare_differs(g, "lru"))
		note(out, options,
		     "The kernels have different LRUs. What is due to that tells a profile with "
		     "kernel/mm/lru_gen/enabled=n, which runs both with the classic one.");
	if (unlike)
		note(out, options, "No change is shown for a column that ended differently from the first.");
}

/* ---- sentences ---- */

void compare_print_fix(FILE *out, const json_t *verdict, const struct compare_options *options)
{
	_cleanup_free_ char *fix =
		xasprintf("%s %s", options->utf8 ? "→" : "->", record_text(verdict, "fix", ""));

	if (json_object_get(verdict, "fix"))
		text_wrap(out, fix, options->width, 4, 6);
}

/* "db.0 crashed: mmap: Cannot allocate memory": in its own words, else by signal or exit code. */
static void print_crash(FILE *out, const json_t *workload, const char *who, const struct compare_options *options)
{
	const json_t *signal = json_object_get(workload, "signal"), *code = json_object_get(workload, "exit");
	_cleanup_free_ char *how = NULL, *line = NULL;

	if (!streq(record_text(workload, "outcome", ""), "crashed"))
		return;
	if (*record_text(workload, "message", ""))
		how = xstrdup(record_text(workload, "message", ""));
	else if (signal)
		how = xasprintf("by signal %" PRId64, (int64_t)json_integer_value(signal));
	else
		how = xasprintf("with exit code %" PRId64, (int64_t)json_integer_value(code));
	line = xasprintf("%s%s crashed: %s", who, record_text(workload, "name", "?"), how);
	text_wrap(out, line, options->width, 2, 4);
}

static void print_reasons(FILE *out, const json_t *cell, const char *who,
			  const struct compare_options *options)
{
	size_t i;
	const json_t *reason, *workload;

	/* Of a cell that is not valid the reasons say it. */
	json_array_foreach (json_object_get(cell, "workloads"), i, workload)
		if (json_is_true(json_object_get(cell, "valid")))
			print_crash(out, workload, who, options);

	json_array_foreach (json_object_get(cell, "invalid_reasons"), i, reason) {
		_cleanup_free_ char *line = xasprintf("%snot valid: %s", who, json_string_value(reason));

		text_wrap(out, line, options->width, 2, 4);
	}
}

/* "met", "not met" or "not applicable" */
static const char *state_of(const json_t *expectation)
{
	if (json_is_false(json_object_get(expectation, "applies")))
		return "not applicable";
	return json_is_true(json_object_get(expectation, "met")) ? "met" : "not met";
}

/* What was found instead, or indeed; NULL when nothing was. The text of a metric's expectation begins with
 * its name. */
static char *actual_text(const json_t *expectation)
{
	const char *text = record_text(expectation, "text", "");
	const json_t *actual = json_object_get(expectation, "actual");
	_cleanup_free_ char *name = xasprintf("%.*s", (int)strcspn(text, " "), text);

	if (json_is_number(actual))
		return metric_value_text(name, actual);
	if (json_is_string(actual))
		return xstrdup(json_string_value(actual));
	if (json_array_size(actual) > 0)
		return xstrdup(json_string_value(json_array_get(actual, 0)));
	return json_is_array(actual) ? xstrdup("none") : NULL;
}

static void print_expectations(FILE *out, const json_t *cell, const char *who, bool all,
			       const struct compare_options *options)
{
	size_t i;
	const json_t *e;

	json_array_foreach (json_object_get(cell, "expectations"), i, e) {
		_cleanup_free_ char *was = actual_text(e);
		const char *reason = record_text(e, "reason", was), *state = state_of(e);
		_cleanup_free_ char *line =
			xasprintf("%s%s: %s%s%s%s", who, state, record_text(e, "text", "?"),
				  reason ? " (" : "", reason ? reason : "", reason ? ")" : "");

		if (all || streq(state, "not met"))
			text_wrap(out, line, options->width, 2, 4);
	}
}

static size_t count_state(const struct compare_group *g, const char *state)
{
	size_t i, k, n = 0;
	const json_t *cell, *e;

	for (size_t c = 0; c < g->n_columns; c++) {
		json_array_foreach (g->columns[c].cells, i, cell) {
			json_array_foreach (json_object_get(cell, "expectations"), k, e)
				n += streq(state_of(e), state);
		}
	}
	return n;
}

typedef void cell_printer(FILE *out, const json_t *cell, const char *who,
			  const struct compare_options *options);

static void print_unmet(FILE *out, const json_t *cell, const char *who, const struct compare_options *options)
{
	print_expectations(out, cell, who, false, options);
}

/* Each line begins with the profile, and the seed where there are several. */
static void for_each_cell(FILE *out, const struct compare_group *g, cell_printer *print,
			  const struct compare_options *options)
{
	for (size_t k = 0; k < g->n_columns; k++) {
		const struct compare_column *c = &g->columns[k];
		_cleanup_free_ char *label = compare_column_name(g, c);
		size_t i;
		const json_t *cell;

		json_array_foreach (c->cells, i, cell) {
			_cleanup_free_ char *who = json_array_size(c->cells) > 1
							   ? xasprintf("%s, seed %" PRIu64 ": ", label,
								       record_u64(cell, "seed", 0))
							   : xasprintf("%s: ", label);

			print(out, cell, who, options);
		}
	}
}

/* What the cured column has otherwise: "cured: the other node is open too (groups[0].cpuset.mems=0-1)". */
static void print_cure(FILE *out, const struct compare_group *g, const struct compare_options *options)
{
	_cleanup_free_ char *line = NULL, *changes = xstrdup("");
	const json_t *cell = NULL;
	const char *place;
	json_t *value;

	for (size_t k = 0; k < g->n_columns && !cell; k++)
		if (g->columns[k].cured)
			cell = json_array_get(g->columns[k].cells, 0);
	if (!cell)
		return;
	json_object_foreach (json_object_get(cell, "cured_by"), place, value) {
		_cleanup_free_ char *text = json_is_string(value) ? xstrdup(json_string_value(value))
								 : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
		_cleanup_free_ char *before = changes;

		changes = xasprintf("%s%s%s=%s", before, *before ? ", " : "", place, text);
	}
	line = xasprintf("cured: %s", changes);
	text_wrap(out, line, options->width, 2, 4);
}

void compare_print_notes(FILE *out, const struct compare_group *g, const struct compare_options *options)
{
	size_t met = count_state(g, "met"), unmet = count_state(g, "not met"),
	       other = count_state(g, "not applicable");

	print_reading(out, g, options);
	print_cure(out, g, options);
	compare_print_sentences(out, g, options);
	for_each_cell(out, g, print_reasons, options);
	if (met + unmet + other > 0) {
		fprintf(out, "Expectations: %zu met, %zu not met", met, unmet);
		fprintf(out, other ? ", %zu not applicable\n" : "\n", other);
		for_each_cell(out, g, print_unmet, options);
	}
	fputc('\n', out);
}

void compare_print_cell_notes(FILE *out, const json_t *cell, const struct compare_options *options)
{
	size_t i;
	const json_t *verdict;

	json_array_foreach (json_object_get(cell, "verdicts"), i, verdict) {
		text_wrap(out, record_text(verdict, "summary", "?"), options->width, 2, 4);
		compare_print_fix(out, verdict, options);
	}
	print_reasons(out, cell, "", options);
	print_expectations(out, cell, "", true, options);
}
