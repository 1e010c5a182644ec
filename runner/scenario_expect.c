/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/scenario_parts.h"

#include "common/suggest.h"
#include "common/util.h"

/* What a scenario expects of its cells. The names of verdicts and metrics belong to results/ and come in by
 * hooks. */

bool (*scenario_knows_metric)(const char *name);
bool (*scenario_knows_verdict)(const char *name);
bool (*scenario_knows_cause)(const char *verdict, const char *cause);
int (*scenario_check_formula)(const char *text, struct error *err);

static const char *const gates[] = {
	[GATE_ALWAYS] = "always",
	[GATE_CLASSIC_LRU] = "classic_lru",
	[GATE_MGLRU] = "mglru",
	[GATE_TIERS] = "tiers",
	[GATE_ONE_TIER] = "one_tier",
	NULL,
};
static const char *const outcomes[] = { "completed", "oom_killed", "timed_out", "crashed", "panicked", NULL };
static const char *const constraints[] = { "none", "cpuset", "mempolicy", "memcg", NULL };

struct expect_reader {
	const struct scenario *scenario;
	struct expectation *expect;
};

/* The index of a word, or -1 with the mistake reported. */
static int read_word(const struct form_value *value, const char *const *words)
{
	const char *text = json_string_value(value->json);
	struct word_miss miss;
	int index = word_find(text, words, &miss);

	if (index < 0)
		form_fail(value, miss.hint, "'%.60s' is not one of %s", text, miss.accepted);
	return index;
}

static void read_gate(const struct form_value *value, void *into)
{
	int gate = read_word(value, gates);

	if (gate >= 0)
		((struct expect_reader *)into)->expect->gate = (enum expect_gate)gate;
}

/* "< 6.16" or ">= 6.16" */
static void read_kernel(const struct form_value *value, void *into)
{
	struct expectation *expect = ((struct expect_reader *)into)->expect;
	const char *text = json_string_value(value->json), *end = text;
	bool before = strncmp(text, "< ", 2) == 0;

	if ((before || strncmp(text, ">= ", 3) == 0) && release_parse(text + (before ? 2 : 3), &expect->release, &end) && !*end)
		expect->kernels = before ? KERNELS_BEFORE : KERNELS_FROM;
	else
		form_fail(value, "write \"< 6.16\" or \">= 6.16\"", "names no releases of the kernel: '%.60s'", text);
}

static void read_verdict(const struct form_value *value, void *into)
{
	struct expect_reader *reader = into;
	const char *name = json_string_value(value->json);

	if (scenario_knows_verdict && !scenario_knows_verdict(name))
		form_fail(value, NULL, "there is no verdict '%.60s'", name);
	form_string(value, &reader->expect->name);
}

/* "workload.client.0.rps", of a program whose figures the scenario names. */
static bool is_own_figure(const struct scenario *scenario, const char *name)
{
	bool found = false;

	for (size_t g = 0; g < scenario->n_groups; g++)
		for (size_t i = 0; i < scenario->groups[g].n_workloads && !found; i++) {
			const struct scenario_workload *w = &scenario->groups[g].workloads[i];
			_cleanup_free_ char *begin = xasprintf("workload.%s.", w->name);
			json_t *figures = w->params.figures ? json_loads(w->params.figures, 0, NULL) : NULL;

			found = strncmp(name, begin, strlen(begin)) == 0 && json_object_get(figures, name + strlen(begin));
			json_decref(figures);
		}
	return found;
}

static void check_metric(const struct form_value *value, const struct scenario *scenario)
{
	const char *name = json_string_value(value->json);

	if (scenario_knows_metric && !scenario_knows_metric(name) && !is_own_figure(scenario, name))
		form_fail(value, NULL, "there is no metric '%.60s'", name);
}

static void read_metric(const struct form_value *value, void *into)
{
	struct expect_reader *reader = into;

	check_metric(value, reader->scenario);
	form_string(value, &reader->expect->name);
}

static void read_formula(const struct form_value *value, void *into)
{
	const char *text = json_string_value(value->json);
	struct error err = { 0 };

	if (scenario_check_formula && scenario_check_formula(text, &err) < 0)
		form_fail(value, err.hint, "not a formula: %s", err.what);
	form_string(value, &((struct expect_reader *)into)->expect->name);
}

static void read_cause(const struct form_value *value, void *into)
{
	form_string(value, &((struct expect_reader *)into)->expect->cause);
}

static void read_node(const struct form_value *value, void *into)
{
	struct expect_reader *reader = into;
	json_int_t node = json_integer_value(value->json);

	if (node < 0 || node >= MAX_NODES)
		form_fail(value, NULL, "nodes are numbered from 0 to %d", MAX_NODES - 1);
	else if (machine_check_nodes(&reader->scenario->machine, value, 1ULL << node))
		reader->expect->node = (int)node;
}

/* A bound: a number in the metric's unit, or "64M". */
static bool read_bound(const struct form_value *value, double *ret)
{
	_cleanup_free_ char *text = form_scalar_text(value->json);
	struct size size;

	if (json_is_number(value->json)) {
		*ret = json_number_value(value->json);
		return true;
	}
	if (size_parse(text, &size, NULL) < 0 || size.base != SIZE_ABSOLUTE) {
		form_fail(value, "write a number, or bytes as \"64M\"", "not a number: '%.60s'", text);
		return false;
	}
	*ret = (double)size.bytes;
	return true;
}

static void read_min(const struct form_value *value, void *into)
{
	struct expectation *expect = ((struct expect_reader *)into)->expect;

	expect->has_min = read_bound(value, &expect->min);
}

static void read_max(const struct form_value *value, void *into)
{
	struct expectation *expect = ((struct expect_reader *)into)->expect;

	expect->has_max = read_bound(value, &expect->max);
}

static void read_outcome(const struct form_value *value, void *into)
{
	read_word(value, outcomes);
	form_string(value, &((struct expect_reader *)into)->expect->name);
}

static void read_constraint(const struct form_value *value, void *into)
{
	read_word(value, constraints);
	form_string(value, &((struct expect_reader *)into)->expect->constraint);
}

static void read_workload(const struct form_value *value, void *into)
{
	struct expect_reader *reader = into;
	const char *name = json_string_value(value->json);
	struct suggestion suggestion = suggest_for(name);
	char hint[192];

	for (size_t i = 0; i < reader->scenario->n_groups; i++)
		for (size_t j = 0; j < reader->scenario->groups[i].n_workloads; j++)
			if (reader->scenario->groups[i].workloads[j].name)
				suggest_offer(&suggestion, reader->scenario->groups[i].workloads[j].name);
	if (!scenario_find_workload(reader->scenario, name))
		form_fail(value, suggest_hint(&suggestion, hint, sizeof(hint)),
			  "there is no workload '%.60s'", name);
	form_string(value, &reader->expect->workload);
}

static json_t *gate_schema(void)
{
	json_t *schema = schema_enum(gates);

	json_object_set_new(schema, "default", json_string(gates[0]));
	return schema;
}

static json_t *kernel_schema(void)
{
	return schema_pattern("^(<|>=) [0-9]{1,3}\\.[0-9]{1,3}$");
}

static json_t *outcome_schema(void)
{
	return schema_enum(outcomes);
}

static json_t *constraint_schema(void)
{
	return schema_enum(constraints);
}

static json_t *node_schema(void)
{
	return json_pack("{s:i, s:i}", "minimum", 0, "maximum", MAX_NODES - 1);
}

static json_t *bound_schema(void)
{
	return schema_pattern(PATTERN_BYTES);
}

/* of which cells it is expected */
#define WHEN                                                                                                                        \
	{ "when", FORM_STRING, false, read_gate, 0, gate_schema, "the kernel's LRU, or its memory tiers, for which this is expected" }, \
	{ "kernel", FORM_STRING, false, read_kernel, 0, kernel_schema, "the kernel's releases for which this is expected" }
#define FORM_BOUND (FORM_NUMBER | FORM_STRING)

static const struct form_field verdict_fields[] = {
	{ "verdict", FORM_STRING, true, read_verdict, 0, NULL, "the verdict is found" },
	{ "node", FORM_INTEGER, false, read_node, 0, node_schema, "for this node; absent: any" },
	{ "cause", FORM_STRING, false, read_cause, 0, NULL, "with this cause; absent: any" },
	WHEN,
	{ 0 },
};
static const struct form_field no_verdict_fields[] = {
	{ "no_verdict", FORM_STRING, true, read_verdict, 0, NULL, "the verdict is not found" },
	WHEN,
	{ 0 },
};
static const struct form_field metric_fields[] = {
	{ "metric", FORM_STRING, true, read_metric, 0, NULL, "the metric is within bounds" },
	{ "at_least", FORM_BOUND, false, read_min, 0, bound_schema, "in the metric's unit, or \"64M\"" },
	{ "at_most", FORM_BOUND, false, read_max, 0, bound_schema, "in the metric's unit, or \"64M\"" },
	WHEN,
	{ 0 },
};
static const struct form_field value_fields[] = {
	{ "value", FORM_STRING, true, read_formula, 0, NULL, "a formula over columns of the stream is within bounds" },
	{ "at_least", FORM_BOUND, false, read_min, 0, bound_schema, "a number, or \"64M\"" },
	{ "at_most", FORM_BOUND, false, read_max, 0, bound_schema, "a number, or \"64M\"" },
	WHEN,
	{ 0 },
};
static const struct form_field outcome_fields[] = {
	{ "outcome", FORM_STRING, true, read_outcome, 0, outcome_schema, "how it ends" },
	{ "workload", FORM_STRING, false, read_workload, 0, NULL, "of this workload; absent: of the cell" },
	{ "constraint", FORM_STRING, false, read_constraint, 0, constraint_schema,
	  "what the kernel's kill was about" },
	WHEN,
	{ 0 },
};

/* The first key of each table tells the forms apart. */
static const struct form_field *const forms[] = {
	[EXPECT_VERDICT] = verdict_fields,
	[EXPECT_NO_VERDICT] = no_verdict_fields,
	[EXPECT_METRIC] = metric_fields,
	[EXPECT_OUTCOME] = outcome_fields,
	[EXPECT_VALUE] = value_fields,
};

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && streq(text + len - end_len, end);
}

/* "64M" is bytes; of a metric in pages it would be taken for 64 million of them. */
static void check_unit(const struct form_value *value, const struct expectation *expect, const char *key)
{
	_cleanup_free_ char *path = form_path(value->path, key);

	if (json_is_string(json_object_get(value->json, key)) && expect->name && !ends_with(expect->name, "_bytes"))
		form_fail_at(value->form, path, "write a plain number in the metric's unit",
			     "a size is for metrics in bytes, not for '%.60s'", expect->name);
}

/* What the fields say together. */
static void check_together(const struct form_value *value, const struct expectation *expect)
{
	if (expect->kind == EXPECT_VERDICT && expect->cause && scenario_knows_cause && expect->name &&
	    !scenario_knows_cause(expect->name, expect->cause)) {
		_cleanup_free_ char *path = form_path(value->path, "cause");

		form_fail_at(value->form, path, NULL, "the verdict has no cause '%.60s'", expect->cause);
	}
	if ((expect->kind == EXPECT_METRIC || expect->kind == EXPECT_VALUE) &&
	    !json_object_get(value->json, "at_least") && !json_object_get(value->json, "at_most"))
		form_fail(value, NULL, "expects nothing of the %s: 'at_least' or 'at_most' is missing",
			  forms[expect->kind][0].key);
	if (expect->kind == EXPECT_METRIC && expect->has_min)
		check_unit(value, expect, "at_least");
	if (expect->kind == EXPECT_METRIC && expect->has_max)
		check_unit(value, expect, "at_most");
	if (expect->has_min && expect->has_max && expect->min > expect->max)
		form_fail(value, NULL, "'at_least' is above 'at_most'");
	if (expect->kind == EXPECT_OUTCOME && expect->constraint && expect->name &&
	    !streq(expect->name, "oom_killed"))
		form_fail(value, NULL, "'constraint' goes with the outcome oom_killed alone");
	if (expect->kind == EXPECT_OUTCOME && expect->workload && expect->name &&
	    streq(expect->name, "panicked"))
		form_fail(value, NULL, "a cell panics, not a workload");
}

static void read_expect(const struct form_value *value, size_t index, void *into)
{
	struct scenario *scenario = into;
	struct expect_reader reader = { scenario, &scenario->expects[index] };
	int kind = -1;

	reader.expect->node = -1;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (!json_object_get(value->json, forms[i][0].key))
			continue;
		if (kind >= 0) {
			form_fail(value, "make two of it", "both '%s' and '%s'", forms[kind][0].key,
				  forms[i][0].key);
			return;
		}
		kind = (int)i;
	}
	if (kind < 0) {
		form_fail(value, NULL, "one of 'verdict', 'no_verdict', 'metric', 'value', 'outcome' is missing");
		return;
	}
	reader.expect->kind = (enum expect_kind)kind;
	form_read_object(value, forms[kind], NULL, &reader);
	check_together(value, reader.expect);
}

void expects_read(const struct form_value *list, struct scenario *scenario)
{
	size_t n = json_array_size(list->json);

	scenario->expects = xcalloc(n, sizeof(*scenario->expects));
	scenario->n_expects = n;
	form_read_list(list, FORM_OBJECT, read_expect, scenario);
}

json_t *expects_schema(void)
{
	json_t *kinds = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		json_array_append_new(kinds, form_schema(forms[i]));
	return json_pack("{s:{s:o}}", "items", "oneOf", kinds);
}

/* ---- what it is judged by ---- */

static void read_primary(const struct form_value *value, size_t index, void *into)
{
	(void)index;
	check_metric(value, into);
}

/* The names stay in the document: the runner stores them with each cell. */
void primary_read(const struct form_value *list, struct scenario *scenario)
{
	if (json_array_size(list->json) == 0)
		form_fail(list, "leave it out for those that docs/metrics.md marks", "must name a metric");
	form_read_list(list, FORM_STRING, read_primary, scenario);
}

json_t *primary_schema(void)
{
	return json_pack("{s:{s:s}, s:i, s:b}", "items", "type", "string", "minItems", 1, "uniqueItems", 1);
}
