/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/scenario_parts.h"

#include "common/util.h"
#include "tuners/tuner.h"

void settings_release(struct settings *settings)
{
	for (size_t i = 0; i < settings->n; i++) {
		free(settings->list[i].key);
		free(settings->list[i].value);
	}
	free(settings->list);
	*settings = (struct settings){ 0 };
}

static struct setting *find(const struct settings *settings, bool sysfs, const char *key)
{
	for (size_t i = 0; i < settings->n; i++)
		if (settings->list[i].sysfs == sysfs && streq(settings->list[i].key, key))
			return &settings->list[i];
	return NULL;
}

/* vm.dirty_bytes puts vm.dirty_ratio out of force, so that a later one of the two replaces the earlier. */
static struct setting *find_twin(const struct settings *settings, bool sysfs, const char *key)
{
	const struct tunable *t = tunable_find(sysfs, key);

	return t && t->twin ? find(settings, sysfs, t->twin) : NULL;
}

void settings_set(struct settings *settings, bool sysfs, const char *key, const char *value)
{
	struct setting *setting = find(settings, sysfs, key);

	if (!setting)
		setting = find_twin(settings, sysfs, key);
	if (!setting) {
		settings->list = xrealloc(settings->list, (settings->n + 1) * sizeof(*settings->list));
		setting = &settings->list[settings->n++];
		*setting = (struct setting){ .sysfs = sysfs };
	}
	free(setting->key);
	free(setting->value);
	setting->key = xstrdup(key);
	setting->value = xstrdup(value);
}

static void unknown_setting(const struct form_value *value, bool sysfs, const char *key)
{
	const char *near = tunable_suggest(sysfs, key),
		   *form = sysfs ? "a path below /sys" : "a name with dots";
	char hint[192] = "";

	if (tunable_find(!sysfs, key))
		snprintf(hint, sizeof(hint), "it belongs in '%s'", sysfs ? "sysctl" : "sysfs");
	else if (near)
		snprintf(hint, sizeof(hint), "did you mean '%s'?", near);
	else if (!sysfs == !strchr(key, '/'))
		snprintf(hint, sizeof(hint), "'memrig profile keys' lists them");
	else
		snprintf(hint, sizeof(hint), "write %s; 'memrig profile keys' lists them", form);
	form_fail_key(value, hint, "no %s that memrig knows: '%s'", sysfs ? "/sys setting" : "sysctl", key);
}

static void read_setting(const struct form_value *value, const char *key, bool sysfs, const char *kernel,
			 struct settings *into)
{
	const struct tunable *t = tunable_find(sysfs, key);
	_cleanup_free_ char *text = form_scalar_text(value->json);
	struct error err = { 0 };

	if (!t)
		unknown_setting(value, sysfs, key);
	else if (!form_check_type(value, FORM_STRING | FORM_INTEGER))
		return;
	else if (tunable_check(t, text, kernel, &err) < 0)
		form_fail(value, err.hint, "%s", err.what);
	else if (strlen(text) >= sizeof(((struct tune *)0)->asked))
		form_fail(value, NULL, "longer than any value of this setting");
	else
		settings_set(into, sysfs, key, text);
}

void settings_read(const struct form_value *object, bool sysfs, const char *kernel, struct settings *into)
{
	const char *key;
	json_t *json;

	json_object_foreach(object->json, key, json)
	{
		_cleanup_free_ char *path = form_path(object->path, key);
		struct form_value member = { object->form, path, json };
		const struct tunable *t = tunable_find(sysfs, key);

		if (t && t->twin && strcmp(key, t->twin) > 0 && json_object_get(object->json, t->twin))
			form_fail_key(&member, "state one of the two",
				      "'%s' and '%s' put each other out of force", key, t->twin);
		else
			read_setting(&member, key, sysfs, kernel, into);
	}
}

static json_t *tunable_schema(const struct tunable *t)
{
	json_t *schema =
		form_schema_types(t->type == TUNABLE_WORD ? FORM_STRING : FORM_STRING | FORM_INTEGER, t->doc);

	switch (t->type) {
	case TUNABLE_WORD:
		json_object_update_new(schema, schema_enum(t->words));
		return schema;
	case TUNABLE_KBYTES:
	case TUNABLE_BYTES:
		json_object_update_new(schema, schema_pattern("^([0-9]+[KMGT]?( at most [0-9]+(\\.[0-9]{1,2})?%)?|"
							      "[0-9]+(\\.[0-9]{1,2})?%)$"));
		break;
	case TUNABLE_HEX:
		json_object_update_new(schema, schema_pattern("^(y|n|[0-9]+|0x[0-9a-fA-F]+)$"));
		break;
	case TUNABLE_INT:
		json_object_update_new(schema, schema_pattern("^[0-9]+$"));
		break;
	}
	json_object_set_new(schema, "minimum", json_integer(t->min));
	if (t->max < INT32_MAX)
		json_object_set_new(schema, "maximum", json_integer(t->max));
	return schema;
}

static json_t *settings_schema(bool sysfs)
{
	json_t *properties = json_object();

	for (const struct tuner *const *tuner = tuners; *tuner; tuner++)
		for (const struct tunable *t = (*tuner)->tunables; t->key; t++)
			if (t->sysfs == sysfs)
				json_object_set_new(properties, t->key, tunable_schema(t));
	return json_pack("{s:o, s:b}", "properties", properties, "additionalProperties", 0);
}

json_t *settings_schema_sysctl(void)
{
	return settings_schema(false);
}

json_t *settings_schema_sysfs(void)
{
	return settings_schema(true);
}
