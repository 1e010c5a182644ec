/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cell by cell: what happened in one and not in the other. */
#include "common/util.h"
#include "results/gate_column.h"
#include "results/outcome.h"
#include "results/stats/counts.h"
#include "results/timeline.h"

json_t *gate_add(struct gate_pair *pair, const char *kind, enum gate_result result, json_int_t seed,
		 char *text)
{
	json_t *entry = NULL, *found;
	size_t i;

	json_array_foreach (pair->findings, i, found)
		if (streq(record_text(found, "kind", ""), kind) &&
		    streq(record_text(found, "text", ""), text) && gate_result_of(found) == result)
			entry = found;
	if (!entry) {
		entry = json_pack("{s:s, s:s, s:s}", "kind", kind, "result", gate_result_names[result],
				  "text", text);
		json_array_append_new(pair->findings, entry);
		if (seed >= 0)
			json_object_set_new(entry, "seeds", json_array());
	}
	if (seed >= 0)
		json_array_append_new(json_object_get(entry, "seeds"), json_integer(seed));
	free(text);
	return entry;
}

json_int_t gate_seed(const json_t *cell)
{
	return json_integer_value(json_object_get(cell, "seed"));
}

const json_t *gate_cell(const struct compare_column *column, json_int_t seed)
{
	size_t i;
	const json_t *cell;

	json_array_foreach (column->cells, i, cell)
		if (gate_seed(cell) == seed)
			return cell;
	return NULL;
}

static bool is_valid(const json_t *cell)
{
	return json_is_true(json_object_get(cell, "valid"));
}

/* ---- outcomes and expectations ---- */

static void outcome_change(struct gate_pair *pair, json_int_t seed, const char *who, const json_t *base,
			   const json_t *other)
{
	const char *was = record_text(base, "outcome", ""), *is = record_text(other, "outcome", "");
	int badness = outcome_parse(is) - outcome_parse(was);

	if (!*was || !*is || badness == 0)
		return;
	gate_add(pair, "outcome", badness > 0 ? GATE_REGRESSION : GATE_IMPROVEMENT, seed,
		 xasprintf("%s %s, was %s", who, is, was));
}

static const json_t *named(const json_t *list, const char *key, const char *name)
{
	size_t i;
	const json_t *entry;

	json_array_foreach (list, i, entry)
		if (streq(record_text(entry, key, ""), name))
			return entry;
	return NULL;
}

static void outcomes(struct gate_pair *pair, json_int_t seed, const json_t *base, const json_t *other)
{
	size_t i;
	const json_t *workload;

	outcome_change(pair, seed, "cell", base, other);
	json_array_foreach (json_object_get(base, "workloads"), i, workload) {
		const char *name = record_text(workload, "name", "");

		outcome_change(pair, seed, name, workload,
			       named(json_object_get(other, "workloads"), "name", name));
	}
}

static void expectations(struct gate_pair *pair, json_int_t seed, const json_t *base, const json_t *other)
{
	size_t i;
	const json_t *now;

	json_array_foreach (json_object_get(other, "expectations"), i, now) {
		const char *text = record_text(now, "text", "");
		const json_t *before = named(json_object_get(base, "expectations"), "text", text);
		const json_t *was = json_object_get(before, "met"), *is = json_object_get(now, "met");

		if (!json_is_boolean(is) || !json_is_boolean(was) || json_equal(is, was))
			continue;
		gate_add(pair, "expectation", json_is_true(is) ? GATE_IMPROVEMENT : GATE_REGRESSION, seed,
			 xasprintf(json_is_true(is) ? "now met: %s" : "no longer met: %s", text));
	}
}

/* ---- verdicts ---- */

/* "swap_with_free_memory on node 0", "setting_without_effect, vm.swappiness": what is the same finding in two cells. */
static char *verdict_key(const json_t *verdict)
{
	const json_t *evidence = json_object_get(verdict, "evidence");
	const char *name = record_text(verdict, "name", "?"), *group = record_text(evidence, "group", ""),
		   *setting = record_text(evidence, "key", "");

	if (json_object_get(verdict, "node"))
		return xasprintf("%s on node %llu", name, (unsigned long long)record_u64(verdict, "node", 0));
	if (*setting)
		return xasprintf("%s, %s", name, setting);
	return *group ? xasprintf("%s in group %s", name, group) : xstrdup(name);
}

static const json_t *verdict_in(const json_t *cell, const char *key)
{
	size_t i;
	const json_t *verdict;

	json_array_foreach (json_object_get(cell, "verdicts"), i, verdict) {
		_cleanup_free_ char *own = verdict_key(verdict);

		if (streq(own, key))
			return verdict;
	}
	return NULL;
}

static json_t *add_verdict(struct gate_pair *pair, enum gate_result result, json_int_t seed, char *text,
			   const json_t *verdict)
{
	json_t *entry = gate_add(pair, "verdict", result, seed, text);

	json_object_set(entry, "verdict", json_object_get(verdict, "name"));
	return entry;
}

static void verdicts_of(struct gate_pair *pair, json_int_t seed, const json_t *base, const json_t *other)
{
	size_t i;
	const json_t *verdict;

	json_array_foreach (json_object_get(other, "verdicts"), i, verdict) {
		_cleanup_free_ char *key = verdict_key(verdict);
		const json_t *before = verdict_in(base, key);
		const char *cause = record_text(verdict, "cause", "?");

		if (!before)
			add_verdict(pair, GATE_REGRESSION, seed,
				    xasprintf("new: %s, cause %s. %s", key, cause,
					      record_text(verdict, "summary", "")),
				    verdict);
		else if (!streq(record_text(before, "cause", "?"), cause))
			add_verdict(pair, GATE_CHANGE, seed,
				    xasprintf("%s: cause %s, was %s", key, cause,
					      record_text(before, "cause", "?")),
				    verdict);
	}
	json_array_foreach (json_object_get(base, "verdicts"), i, verdict) {
		_cleanup_free_ char *key = verdict_key(verdict);

		if (!verdict_in(other, key))
			add_verdict(pair, GATE_IMPROVEMENT, seed,
				    xasprintf("gone: %s, cause %s", key, record_text(verdict, "cause", "?")),
				    verdict);
	}
}

/* ---- real clocks: in how many cells ---- */

static size_t count_verdict(const struct compare_column *c, const char *key, size_t *ret_of)
{
	size_t i, n = 0;
	const json_t *cell;

	*ret_of = 0;
	json_array_foreach (c->cells, i, cell) {
		if (!is_valid(cell))
			continue;
		++*ret_of;
		n += verdict_in(cell, key) != NULL;
	}
	return n;
}

/* By Fisher's test; where so few cells could not show anything, there is nothing to say: the metrics say how
 * many. */
static void verdict_share(struct gate_pair *pair, const char *key, double alpha)
{
	size_t n, m, was = count_verdict(pair->base, key, &n), is = count_verdict(pair->other, key, &m);

	if (n == 0 || m == 0 || stats_fisher(was, n, is, m) > alpha)
		return;
	gate_add(pair, "verdict", is * n > was * m ? GATE_REGRESSION : GATE_IMPROVEMENT, -1,
		 xasprintf("%s: in %zu of %zu cells, was %zu of %zu", key, is, m, was, n));
}

static void verdict_shares(struct gate_pair *pair)
{
	const struct compare_column *columns[] = { pair->base, pair->other };
	json_t *keys = json_object();
	const char *key;
	json_t *value;

	for (size_t k = 0; k < ARRAY_SIZE(columns); k++) {
		size_t i, j;
		const json_t *cell, *verdict;

		json_array_foreach (columns[k]->cells, i, cell)
			json_array_foreach (json_object_get(cell, "verdicts"), j, verdict) {
				_cleanup_free_ char *own = verdict_key(verdict);

				json_object_set_new(keys, own, json_true());
			}
	}
	json_object_foreach (keys, key, value)
		verdict_share(pair, key, JUDGE_ALPHA);
	json_decref(keys);
}

/* ---- all of them ---- */

static char *first_reason(const json_t *cell)
{
	const char *reason = json_string_value(json_array_get(json_object_get(cell, "invalid_reasons"), 0));

	return xasprintf("not valid: %s", reason ? reason : "no reason given");
}

void gate_find_in_cells(struct gate_pair *pair)
{
	size_t i;
	const json_t *base;

	json_array_foreach (pair->base->cells, i, base) {
		json_int_t seed = gate_seed(base);
		const json_t *other = gate_cell(pair->other, seed);

		if (!other) {
			gate_add(pair, "missing", GATE_REGRESSION, seed, xstrdup("the run has no such cell"));
			continue;
		}
		if (is_valid(base) != is_valid(other)) {
			/* A real machine may have been disturbed; nothing disturbs a virtual one. */
			enum gate_result worse = pair->exact ? GATE_REGRESSION : GATE_NOT_ENOUGH;

			gate_add(pair, "validity", is_valid(base) ? worse : GATE_IMPROVEMENT, seed,
				 is_valid(base) ? first_reason(other) : xstrdup("valid, was not"));
		}
		if (!pair->exact || !is_valid(base) || !is_valid(other))
			continue;
		outcomes(pair, seed, base, other);
		expectations(pair, seed, base, other);
		verdicts_of(pair, seed, base, other);
	}
	if (!pair->exact)
		verdict_shares(pair);
}
