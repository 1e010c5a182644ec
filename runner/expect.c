/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/expect.h"

#include <inttypes.h>
#include <math.h>

#include "common/size.h"
#include "common/util.h"
#include "results/formula.h"
#include "results/metrics.h"
#include "results/timeline.h"

/* ---- as text ---- */

/* A bound in the metric's unit, sizes and times as people write them. */
static char *bound_text(const char *name, double bound)
{
	const struct metric *m = metric_find(name);
	char buf[32];

	if (m && streq(m->unit, "bytes") && bound >= 0)
		return xstrdup(size_format((uint64_t)bound, buf, sizeof(buf)));
	if (m && streq(m->unit, "ns") && bound >= 0)
		return xstrdup(duration_format((uint64_t)bound, buf, sizeof(buf)));
	return xasprintf("%.15g%s%s", bound, m && !streq(m->unit, "ratio") ? " " : "",
			 m && !streq(m->unit, "ratio") ? m->unit : "");
}

static char *metric_text(const struct expectation *e)
{
	_cleanup_free_ char *min = e->has_min ? bound_text(e->name, e->min) : NULL;
	_cleanup_free_ char *max = e->has_max ? bound_text(e->name, e->max) : NULL;

	return xasprintf("%s%s%s%s%s%s", e->name, min ? " at least " : "", min ? min : "",
			 min && max ? " and" : "", max ? " at most " : "", max ? max : "");
}

static char *verdict_text(const struct expectation *e)
{
	char node[32] = "";

	if (e->node >= 0)
		snprintf(node, sizeof(node), " on node %d", e->node);
	return xasprintf("verdict %s%s%s%s", e->name, node, e->cause ? ", cause " : "",
			 e->cause ? e->cause : "");
}

char *expect_text(const struct expectation *e)
{
	switch (e->kind) {
	case EXPECT_VERDICT:
		return verdict_text(e);
	case EXPECT_NO_VERDICT:
		return xasprintf("no verdict %s", e->name);
	case EXPECT_METRIC:
	case EXPECT_VALUE:
		return metric_text(e);
	default:
		return xasprintf("%s%s%s%s%s", e->workload ? e->workload : "outcome",
				 e->workload ? " ends " : " ", e->name, e->constraint ? ", constraint " : "",
				 e->constraint ? e->constraint : "");
	}
}

/* ---- holding one against what happened ---- */

/* What came out: whether it is met, and what was found instead or indeed (new reference; NULL: nothing). */
struct finding {
	bool met;
	json_t *actual;
	char *reason;	/* why nothing could be compared; NULL otherwise. The caller frees it */
};

/* The causes found, as the actual value of both kinds of verdict expectations. */
static json_t *verdicts_found(const struct summary *s, const char *name)
{
	json_t *found = json_array();
	size_t i;
	const json_t *v;

	json_array_foreach (s->verdicts, i, v) {
		_cleanup_free_ char *text = NULL;

		if (!streq(record_text(v, "name", ""), name))
			continue;
		text = xasprintf("node %" PRIu64 ", cause %s", record_u64(v, "node", 0),
				 record_text(v, "cause", "?"));
		json_array_append_new(found, json_string(text));
	}
	return found;
}

static bool verdict_matches(const json_t *v, const struct expectation *e)
{
	if (!streq(record_text(v, "name", ""), e->name))
		return false;
	if (e->cause && !streq(record_text(v, "cause", ""), e->cause))
		return false;
	return e->node < 0 || record_u64(v, "node", MAX_NODES) == (uint64_t)e->node;
}

static struct finding check_verdict(const struct expectation *e, const struct summary *s)
{
	struct finding f = { .met = false, .actual = verdicts_found(s, e->name) };
	size_t i;
	const json_t *v;

	json_array_foreach (s->verdicts, i, v)
		f.met |= verdict_matches(v, e);
	return f;
}

static struct finding check_no_verdict(const struct expectation *e, const struct summary *s)
{
	struct finding f = { .actual = verdicts_found(s, e->name) };

	f.met = json_array_size(f.actual) == 0;
	return f;
}

static bool within(const struct expectation *e, double number)
{
	return (!e->has_min || number >= e->min) && (!e->has_max || number <= e->max);
}

static struct finding check_metric(const struct expectation *e, const struct summary *s)
{
	json_t *value = json_object_get(s->metrics, e->name);
	double number = json_number_value(value);

	if (!value)
		return (struct finding){ .reason = xstrdup("this cell does not have the metric") };
	return (struct finding){ .met = within(e, number), .actual = json_incref(value) };
}

static struct finding check_value(const struct expectation *e, const struct summary *s)
{
	const struct formula_cell cell = { s->timeline, s->metrics, s->settings };
	struct formula *formula = NULL;
	struct error err = { 0 };
	double number;
	int r = formula_parse(e->name, &formula, &err);

	if (r == 0)
		r = formula_value(formula, &cell, &number, &err);
	formula_free(formula);
	if (r != 0)
		return (struct finding){ .reason = xasprintf("%s: %s", err.where, err.what) };
	/* Sums of counters are whole, and shall look so. */
	return (struct finding){ .met = within(e, number),
				 .actual = number == floor(number) && fabs(number) < 1e15 ? json_integer((json_int_t)number)
											  : json_real(number) };
}

/* Kills that a constraint was asked for: of the workload, or of any process in the cell. */
static bool killed_by(const struct expectation *e, const struct summary *s)
{
	size_t i;
	const json_t *oom;

	json_array_foreach (s->oom, i, oom)
		if (streq(record_text(oom, "constraint", ""), e->constraint) &&
		    (!e->workload || streq(record_text(oom, "workload", ""), e->workload)))
			return true;
	return false;
}

static struct finding check_outcome(const struct expectation *e, const struct summary *s)
{
	const char *actual =
		e->workload ? summary_workload_outcome(s, e->workload) : outcome_names[s->outcome];

	if (!actual)
		return (struct finding){ .reason = xstrdup("the outcome of the workload was not recorded") };
	return (struct finding){ .met = streq(actual, e->name) && (!e->constraint || killed_by(e, s)),
				 .actual = json_string(actual) };
}

static struct finding check(const struct expectation *e, const struct summary *s)
{
	switch (e->kind) {
	case EXPECT_VERDICT:
		return check_verdict(e, s);
	case EXPECT_NO_VERDICT:
		return check_no_verdict(e, s);
	case EXPECT_METRIC:
		return check_metric(e, s);
	case EXPECT_VALUE:
		return check_value(e, s);
	default:
		return check_outcome(e, s);
	}
}

/* A release's kernel that got a later one's change, as distributions' do, is taken by its number. */
static const char *other_release(const struct expectation *e, const struct summary *s)
{
	struct release release;

	if (e->kernels == KERNELS_ALL)
		return NULL;
	if (!release_parse(s->kernel, &release, NULL))
		return "it is not known which kernel this was";
	if ((release_compare(release, e->release) < 0) == (e->kernels == KERNELS_BEFORE))
		return NULL;
	return e->kernels == KERNELS_BEFORE ? "for kernels before this one" : "for later kernels";
}

static const char *other_kind(const struct expectation *e, const struct summary *s)
{
	if (e->gate == GATE_ALWAYS)
		return NULL;
	if (e->gate == GATE_TIERS)
		return s->tiers > 1 ? NULL : "for several memory tiers; the kernel made one of all nodes";
	if (e->gate == GATE_ONE_TIER)
		return s->tiers > 1 ? "for one memory tier; the kernel made several" : NULL;
	if (!s->lru)
		return "it is not known which LRU the kernel had";
	if (e->gate == GATE_CLASSIC_LRU && !streq(s->lru, "classic"))
		return "for the classic LRU; this cell ran with mglru";
	if (e->gate == GATE_MGLRU && !streq(s->lru, "mglru"))
		return "for mglru; this cell ran with the classic LRU";
	return NULL;
}

/* Why an expectation says nothing about this cell; NULL when it does. */
static const char *not_applicable(const struct expectation *e, const struct summary *s)
{
	const char *reason = other_release(e, s);

	return reason ? reason : other_kind(e, s);
}

static json_t *evaluate(const struct expectation *e, const struct summary *s)
{
	_cleanup_free_ char *text = expect_text(e);
	const char *reason = not_applicable(e, s);
	json_t *entry = json_object();
	struct finding f;

	json_object_set_new(entry, "text", json_string(text));
	if (reason) {
		json_object_set_new(entry, "applies", json_false());
		json_object_set_new(entry, "reason", json_string(reason));
		return entry;
	}
	f = check(e, s);
	json_object_set_new(entry, "met", json_boolean(f.met));
	if (f.actual)
		json_object_set_new(entry, "actual", f.actual);
	if (f.reason)
		json_object_set_new(entry, "reason", json_string(f.reason));
	free(f.reason);
	return entry;
}

json_t *expect_evaluate(const struct scenario *scenario, const struct summary *summary)
{
	json_t *list = json_array();

	for (size_t i = 0; i < scenario->n_expects; i++)
		json_array_append_new(list, evaluate(&scenario->expects[i], summary));
	return list;
}

size_t expect_unmet(const json_t *expectations)
{
	size_t i, n = 0;
	const json_t *e;

	json_array_foreach (expectations, i, e)
		n += json_is_false(json_object_get(e, "met"));
	return n;
}
