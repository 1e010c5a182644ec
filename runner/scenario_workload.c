/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/scenario_parts.h"

#include "common/suggest.h"
#include "common/util.h"

/* One workload: its kind, when it starts, where its memory goes, and the options of its kind. */

const char *const workload_state_names[] = {
	[WORKLOAD_WAITING] = "waiting",
	[WORKLOAD_STARTED] = "started",
	[WORKLOAD_FILLED] = "filled",
	[WORKLOAD_DONE] = "done",
};

struct workload_reader {
	const struct scenario *scenario;
	const struct scenario_group *group;
	struct scenario_workload *workload;
};

static const struct {
	const char *word;
	enum policy_kind kind;
	bool nodes;
} policies[] = {
	{ "default", POLICY_DEFAULT, false },
	{ "local", POLICY_LOCAL, false },
	{ "bind", POLICY_BIND, true },
	{ "preferred", POLICY_PREFERRED, true },
	{ "interleave", POLICY_INTERLEAVE, true },
};

static const char policy_pattern[] = "^(default|local|preferred:[0-9]+|(bind|interleave):[0-9]+(-[0-9]+)?"
				     "(,[0-9]+(-[0-9]+)?)*)$";

static int policy_parse(const char *text, struct policy *ret)
{
	size_t word = strcspn(text, ":");
	struct policy policy = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
		if (strlen(policies[i].word) != word || strncmp(text, policies[i].word, word) != 0)
			continue;
		if (policies[i].nodes != (text[word] == ':'))
			return -1;
		if (policies[i].nodes && idlist_parse(text + word + 1, &policy.nodes) < 0)
			return -1;
		policy.kind = policies[i].kind;
		*ret = policy;
		return 0;
	}
	return -1;
}

/* A policy's nodes must be among those of the group: the kernel refuses others, or uses what is left of them.
 */
static void check_policy(const struct form_value *value, const struct workload_reader *reader,
			 const struct policy *policy)
{
	const struct group_knob *mems = group_find_knob(reader->group, "cpuset.mems");
	uint64_t allowed = UINT64_MAX;
	char list[64];

	if (policy->kind == POLICY_PREFERRED && (policy->nodes & (policy->nodes - 1)))
		form_fail(value, "'bind' and 'interleave' take several", "'preferred' takes one node");
	if (!machine_check_nodes(&reader->scenario->machine, value, policy->nodes))
		return;
	if (mems)
		idlist_parse(mems->text, &allowed);
	if (policy->nodes & ~allowed)
		form_fail(value, NULL, "node %s is not in the group's cpuset.mems, '%s'",
			  idlist_format(policy->nodes & ~allowed, list, sizeof(list)), mems->text);
}

static void read_policy(const struct form_value *value, void *into)
{
	struct workload_reader *reader = into;
	struct policy policy;

	if (policy_parse(json_string_value(value->json), &policy) < 0) {
		form_fail(value,
			  "write \"bind:0\", \"preferred:1\", \"interleave:0-1\", \"local\" or \"default\"",
			  "not a policy: '%.60s'", json_string_value(value->json));
		return;
	}
	check_policy(value, reader, &policy);
	reader->workload->policy = policy;
}

static void read_start(const struct form_value *value, void *into)
{
	start_read(value, &((struct workload_reader *)into)->workload->start);
}

static void read_oom_score_adj(const struct form_value *value, void *into)
{
	json_int_t adj = json_integer_value(value->json);

	if (adj < -1000 || adj > 1000)
		form_fail(value, NULL, "not from -1000 to 1000");
	else
		((struct workload_reader *)into)->workload->oom_score_adj = (int)adj;
}

static json_t *oom_score_adj_schema(void)
{
	return json_pack("{s:i, s:i, s:i}", "minimum", -1000, "maximum", 1000, "default", 0);
}

static json_t *policy_schema(void)
{
	return json_pack("{s:s, s:s}", "pattern", policy_pattern, "default", "default");
}

static const struct form_field workload_fields[] = {
	{ "kind", FORM_STRING, true, NULL, 0, NULL,
	  "what it does; 'memrig workload list' lists the kinds" },
	{ "start", FORM_STRING, false, read_start, 0, start_schema,
	  "\"at once\", \"at 5s\", \"after db filled\" (a group) or \"after db.0 done\" (one workload)" },
	{ "policy", FORM_STRING, false, read_policy, 0, policy_schema,
	  "memory policy: \"bind:0\", \"preferred:1\", \"interleave:0-1\", \"local\"" },
	{ "oom_score_adj", FORM_INTEGER, false, read_oom_score_adj, 0, oom_score_adj_schema,
	  "what the OOM killer adds to its score, in thousandths of the memory: -1000 never, 1000 first" },
	{ 0 },
};

static const struct workload_kind *find_kind(const struct form_value *object)
{
	json_t *json = json_object_get(object->json, "kind");
	const char *name = json_string_value(json);
	struct suggestion suggestion;
	const struct workload_kind *kind;
	char hint[96];

	if (!name)
		return NULL; /* reported when the fields are read */
	kind = workload_find(name);
	if (kind)
		return kind;
	suggestion = suggest_for(name);
	for (const struct workload_kind *const *k = workload_kinds; *k; k++)
		suggest_offer(&suggestion, (*k)->name);
	if (!suggest_hint(&suggestion, hint, sizeof(hint)))
		snprintf(hint, sizeof(hint), "'memrig workload list' lists them");
	_cleanup_free_ char *path = form_path(object->path, "kind");
	form_fail(&(struct form_value){ object->form, path, json }, hint, "there is no workload kind '%.60s'",
		  name);
	return NULL;
}

static void unknown_option(const struct form_value *value, const char *key, const struct workload_kind *kind)
{
	struct suggestion suggestion = suggest_for(key);
	const struct workload_option *option;
	char hint[128];

	for (const struct form_field *field = workload_fields; field->key; field++)
		suggest_offer(&suggestion, field->key);
	for (size_t i = 0; (option = workload_nth_option(kind, i)); i++)
		suggest_offer(&suggestion, option->name);
	if (!suggest_hint(&suggestion, hint, sizeof(hint)))
		hint[0] = '\0';
	for (const struct workload_kind *const *other = workload_kinds; *other; other++)
		if (workload_find_option(*other, key)) {
			snprintf(hint, sizeof(hint), "%s has it", (*other)->name);
			break;
		}
	form_fail_key(value, hint, "unknown key '%s' of %s", key, kind->name);
}

static unsigned option_types(enum workload_option_type type)
{
	static const unsigned types[] = {
		[OPTION_SIZE] = FORM_STRING | FORM_INTEGER,
		[OPTION_RATIO] = FORM_NUMBER,
		[OPTION_CHOICE] = FORM_STRING,
		[OPTION_WORK] = FORM_STRING,
		[OPTION_COUNT] = FORM_INTEGER,
		[OPTION_BOOL] = FORM_BOOL,
		[OPTION_FILENAME] = FORM_STRING,
		[OPTION_BYTES] = FORM_STRING | FORM_INTEGER,
		[OPTION_TIME] = FORM_STRING,
		[OPTION_RATE] = FORM_STRING | FORM_INTEGER,
		[OPTION_TEXT] = FORM_STRING,
		[OPTION_MAP] = FORM_OBJECT,
	};

	return types[type];
}

static void read_option(const struct form_value *value, const char *key, void *into)
{
	struct scenario_workload *workload = ((struct workload_reader *)into)->workload;
	const struct workload_option *option;
	_cleanup_free_ char *text = json_is_object(value->json) ? json_dumps(value->json, JSON_COMPACT)
								: form_scalar_text(value->json);
	struct error err = { 0 };

	if (!workload->kind)
		return; /* nobody knows which options it has */
	option = workload_find_option(workload->kind, key);
	if (!option)
		unknown_option(value, key, workload->kind);
	else if (form_check_type(value, option_types(option->type)) &&
		 workload_set_option(option, text, &workload->params, &err) < 0)
		form_fail(value, err.hint, "%s", err.what);
}

static void check_required(const struct form_value *object, const struct workload_kind *kind)
{
	const struct workload_option *option;

	for (size_t i = 0; (option = workload_nth_option(kind, i)); i++)
		if (!option->fallback && !json_object_get(object->json, option->name))
			form_fail_missing(object, option->name, option->doc, "missing, %s needs it",
					  kind->name);
}

void workload_read(const struct form_value *value, const struct scenario *scenario,
		   const struct scenario_group *group, struct scenario_workload *into)
{
	struct workload_reader reader = { scenario, group, into };
	size_t before = value->form->diags->n;

	into->kind = find_kind(value);
	if (into->kind)
		workload_params_init(into->kind, &into->params);
	form_read_object(value, workload_fields, read_option, &reader);
	if (into->kind)
		check_required(value, into->kind);
	if (into->kind && value->form->diags->n == before)
		fit_check_workload(value, scenario, group, into);
}

static json_t *option_schema(const struct workload_option *option)
{
	json_t *schema = form_schema_types(option_types(option->type), option->doc);

	switch (option->type) {
	case OPTION_SIZE:
		json_object_update_new(schema, schema_pattern(PATTERN_SIZE));
		json_object_set_new(schema, "minimum", json_integer(4096));
		break;
	case OPTION_RATIO:
		json_object_set_new(schema, "minimum", json_real(option->min));
		json_object_set_new(schema, "maximum", json_real(option->max));
		break;
	case OPTION_COUNT:
		json_object_set_new(schema, "minimum", json_integer((json_int_t)option->min));
		json_object_set_new(schema, "maximum", json_integer((json_int_t)option->max));
		break;
	case OPTION_CHOICE:
		json_object_update_new(schema, schema_enum(option->choices));
		break;
	case OPTION_WORK:
		json_object_update_new(schema, schema_pattern("^[0-9]+ pass(es)?$|" PATTERN_DURATION));
		break;
	case OPTION_FILENAME:
		json_object_update_new(schema, schema_pattern("^[A-Za-z0-9._-]{1,64}$"));
		break;
	case OPTION_BYTES:
		json_object_update_new(schema, schema_pattern(PATTERN_BYTES));
		break;
	case OPTION_TIME:
		json_object_update_new(schema, schema_pattern(PATTERN_DURATION));
		break;
	case OPTION_RATE:
		json_object_update_new(schema, schema_pattern("^[0-9]+[KMGT]?/s$"));
		json_object_set_new(schema, "minimum", json_integer(0));
		break;
	case OPTION_MAP:
		json_object_set_new(schema, "additionalProperties", json_pack("{s:s, s:s}", "type", "string", "pattern", "^(regex:|json:(/|$))"));
		break;
	case OPTION_TEXT:
		json_object_set_new(schema, "maxLength", json_integer(4000));
		break;
	case OPTION_BOOL:
		break;
	}
	return schema;
}

static json_t *kind_schema(const struct workload_kind *kind)
{
	json_t *schema = form_schema(workload_fields), *properties = json_object_get(schema, "properties");
	json_t *required = json_object_get(schema, "required");
	const struct workload_option *option;

	json_object_set_new(schema, "description", json_string(kind->summary));
	json_object_set_new(properties, "kind", json_pack("{s:s}", "const", kind->name));
	for (size_t i = 0; (option = workload_nth_option(kind, i)); i++) {
		json_object_set_new(properties, option->name, option_schema(option));
		if (!option->fallback)
			json_array_append_new(required, json_string(option->name));
	}
	return schema;
}

json_t *workload_schema(void)
{
	json_t *kinds = json_array();

	for (const struct workload_kind *const *kind = workload_kinds; *kind; kind++)
		json_array_append_new(kinds, kind_schema(*kind));
	return json_pack("{s:o}", "oneOf", kinds);
}
