/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/profile.h"

#include <errno.h>
#include <time.h>

#include "common/json.h"
#include "common/util.h"
#include "runner/scenario_parts.h"

int (*profile_find)(const char *name, char **ret_path, struct error *err);

enum { CHAIN_LONGEST = 16 };

/* One file of a chain of `extends`, and the file that asked for it. */
struct link {
	const char *path;
	const char *kernel;
	const struct link *from;
};

/* The file as written, before what it extends is put below it. */
struct written {
	struct profile *profile;
	char *extends;
	const char *kernel;
};

static void read_settings(const struct form_value *value, bool sysfs, struct written *written)
{
	settings_read(value, sysfs, written->kernel, &written->profile->settings);
}

static void read_sysctl(const struct form_value *value, void *into)
{
	read_settings(value, false, into);
}

static void read_sysfs(const struct form_value *value, void *into)
{
	read_settings(value, true, into);
}

static void read_name(const struct form_value *value, void *into)
{
	name_read(value, &((struct written *)into)->profile->name);
}

/* Both end up in comments of what is exported, where a line of its own would be a setting or a task. */
static void read_description(const struct form_value *value, void *into)
{
	form_line(value, &((struct written *)into)->profile->description);
}

static void read_source(const struct form_value *value, void *into)
{
	form_line(value, &((struct written *)into)->profile->source);
}

static void read_family(const struct form_value *value, void *into)
{
	name_read(value, &((struct written *)into)->profile->family);
}

/* "2026-11-23" */
static void read_verified(const struct form_value *value, void *into)
{
	const char *text = json_string_value(value->json);
	struct tm day = { 0 };
	const char *end = strptime(text, "%Y-%m-%d", &day);

	if (!end || *end || strlen(text) != strlen("2026-11-23"))
		form_fail(value, "write it as \"2026-11-23\"", "not a day: '%.60s'", text);
	else
		form_string(value, &((struct written *)into)->profile->verified);
}

static json_t *verified_schema(void)
{
	return schema_pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
}

static void read_gives_way(const struct form_value *value, void *into)
{
	((struct written *)into)->profile->gives_way = json_is_true(value->json);
}

static void read_extends(const struct form_value *value, void *into)
{
	name_read(value, &((struct written *)into)->extends);
}

static const struct form_field fields[] = {
	{ "name", FORM_STRING, true, read_name, 0, name_schema, "the profile's name" },
	{ "description", FORM_STRING, false, read_description, 0, NULL, "one sentence" },
	{ "source", FORM_STRING, false, read_source, 0, NULL, "where the values come from" },
	{ "verified", FORM_STRING, false, read_verified, 0, verified_schema,
	  "the day on which the values were last compared with the source" },
	{ "family", FORM_STRING, false, read_family, 0, name_schema,
	  "what it is for; 'memrig run --profiles FAMILY' compares all of a family" },
	{ "extends", FORM_STRING, false, read_extends, 0, name_schema,
	  "a profile whose settings this one adds to" },
	{ "gives_way", FORM_BOOL, false, read_gives_way, 0, NULL,
	  "the scenario's own settings win over these; not inherited" },
	{ "sysctl", FORM_OBJECT, false, read_sysctl, 0, settings_schema_sysctl,
	  "kernel settings, by their sysctl names" },
	{ "sysfs", FORM_OBJECT, false, read_sysfs, 0, settings_schema_sysfs,
	  "kernel settings, by their paths below /sys" },
	{ 0 },
};

/* Beside the file that names it, else where profile_find() looks. */
static int find_extended(const struct link *link, const char *name, char **ret_path, struct error *err)
{
	const char *slash = strrchr(link->path, '/');
	int dir = slash ? (int)(slash - link->path) + 1 : 0;
	_cleanup_free_ char *beside = xasprintf("%.*s%s.json", dir, link->path, name);

	if (access(beside, F_OK) == 0) {
		*ret_path = TAKE_PTR(beside);
		return 0;
	}
	if (profile_find)
		return profile_find(name, ret_path, err);
	return error_set(err, -ENOENT, "", "there is no profile '%s'", name);
}

/* Whether the file is one of those that led to it; "a -> b -> a" into *ret_way. */
static bool in_chain(const struct link *link, const char *path, char **ret_way)
{
	_cleanup_free_ char *real = realpath(path, NULL), *way = xstrdup(path);
	unsigned length = 0;

	for (; link; link = link->from) {
		_cleanup_free_ char *other = realpath(link->path, NULL), *behind = way;

		way = xasprintf("%s -> %s", link->path, behind);
		if (++length >= CHAIN_LONGEST || (real && other && streq(real, other))) {
			*ret_way = TAKE_PTR(way);
			return true;
		}
	}
	return false;
}

static int load(const struct link *link, struct profile **ret, struct diags *diags);

/* Puts the settings of the extended profile below those of `profile`. */
static int extend(const struct form *form, const struct link *link, const char *name, struct profile *profile)
{
	_cleanup_free_ char *path = NULL, *way = NULL;
	struct error err = { 0 };
	struct profile *base;
	int r = find_extended(link, name, &path, &err);

	if (r < 0) {
		form_fail_at(form, "extends", err.hint, "%s", err.what);
		return r;
	}
	if (in_chain(link, path, &way)) {
		form_fail_at(form, "extends", NULL, "extends itself: %s", way);
		return -EINVAL;
	}
	r = load(&(struct link){ path, link->kernel, link }, &base, form->diags);
	if (r < 0)
		return r;
	for (size_t i = 0; i < profile->settings.n; i++) {
		const struct setting *own = &profile->settings.list[i];

		settings_set(&base->settings, own->sysfs, own->key, own->value);
	}
	settings_release(&profile->settings);
	profile->settings = base->settings;
	base->settings = (struct settings){ 0 };
	profile_free(base);
	return 0;
}

static int load(const struct link *link, struct profile **ret, struct diags *diags)
{
	_cleanup_free_ char *text = NULL;
	struct written written = { xcalloc(1, sizeof(*written.profile)), NULL, link->kernel };
	struct form form = { link->path, NULL, diags };
	size_t before = diags->n;
	json_t *json = NULL;
	int r;

	r = json_file_load(link->path, &json, &text, diags);
	form.text = text;
	if (r == 0)
		form_read_object(&(struct form_value){ &form, "", json }, fields, NULL, &written);
	if (written.extends)
		extend(&form, link, written.extends, written.profile);
	json_decref(json);
	free(written.extends);
	if (diags->n > before) {
		profile_free(written.profile);
		return r < 0 ? r : -EINVAL;
	}
	if (!written.profile->description)
		written.profile->description = xstrdup("");
	if (!written.profile->source)
		written.profile->source = xstrdup("");
	if (!written.profile->verified)
		written.profile->verified = xstrdup("");
	if (!written.profile->family)
		written.profile->family = xstrdup("");
	*ret = written.profile;
	return 0;
}

int profile_load(const char *path, const char *kernel, struct profile **ret, struct diags *diags)
{
	return load(&(struct link){ path, kernel, NULL }, ret, diags);
}

void profile_free(struct profile *profile)
{
	if (!profile)
		return;
	free(profile->name);
	free(profile->description);
	free(profile->source);
	free(profile->verified);
	free(profile->family);
	settings_release(&profile->settings);
	free(profile);
}

static void merge(struct settings *into, const struct settings *from)
{
	for (size_t i = 0; i < from->n; i++)
		settings_set(into, from->list[i].sysfs, from->list[i].key, from->list[i].value);
}

struct settings profile_with_scenario(const struct profile *profile, const struct settings *scenario)
{
	struct settings all = { 0 };

	merge(&all, profile->gives_way ? &profile->settings : scenario);
	merge(&all, profile->gives_way ? scenario : &profile->settings);
	return all;
}

json_t *profile_to_json(const struct profile *profile)
{
	json_t *sysctl = json_object(), *sysfs = json_object(), *json;

	for (size_t i = 0; i < profile->settings.n; i++) {
		const struct setting *setting = &profile->settings.list[i];

		json_object_set_new(setting->sysfs ? sysfs : sysctl, setting->key,
				    json_string(setting->value));
	}
	json = json_pack("{s:s, s:o, s:o}", "name", profile->name, "sysctl", sysctl, "sysfs", sysfs);
	if (profile->gives_way)
		json_object_set_new(json, "gives_way", json_true());
	return json;
}

int profile_from_json(json_t *json, struct profile **ret, struct error *err)
{
	struct diags diags = { 0 };
	struct form form = { "profile", NULL, &diags };
	struct written written = { xcalloc(1, sizeof(*written.profile)), NULL, NULL };

	written.profile->description = xstrdup("");
	written.profile->source = xstrdup("");
	written.profile->verified = xstrdup("");
	written.profile->family = xstrdup("");
	form_read_object(&(struct form_value){ &form, "", json }, fields, NULL, &written);
	free(written.extends);
	if (diags.n > 0) {
		error_set(err, -EINVAL, diags.list[0].path, "%s", diags.list[0].message);
		diags_release(&diags);
		profile_free(written.profile);
		return -EINVAL;
	}
	*ret = written.profile;
	return 0;
}

json_t *profile_schema(void)
{
	json_t *schema = json_pack("{s:s, s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema",
				   "title", "memrig profile");
	json_t *form = form_schema(fields);

	json_object_update(schema, form);
	json_decref(form);
	return schema;
}
