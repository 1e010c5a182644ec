/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/util.h"
#include "runner/cli/kind.h"
#include "runner/cli/profile.h"
#include "runner/setting_notes.h"
#include "tuners/tuner.h"

/* memrig profile: list, show, check, keys and schema; the others have files of their own. */

static json_t *to_json(const struct profile *profile)
{
	json_t *json = profile_to_json(profile);

	json_object_set_new(json, "description", json_string(profile->description));
	json_object_set_new(json, "source", json_string(profile->source));
	if (*profile->verified)
		json_object_set_new(json, "verified", json_string(profile->verified));
	if (*profile->family)
		json_object_set_new(json, "family", json_string(profile->family));
	return json;
}

static int load(const char *path, const char *kernel, struct kind_item *ret, struct diags *diags)
{
	struct profile *profile;
	int r = profile_load(path, kernel, &profile, diags);

	if (r == 0)
		*ret = (struct kind_item){ .object = profile,
					   .name = profile->name,
					   .description = profile->description,
					   .family = profile->family,
					   .json = to_json(profile) };
	return r;
}

int profile_get(const char *name, struct profile **ret)
{
	_cleanup_free_ char *path = NULL;
	struct diags diags = { 0 };
	struct error err = { 0 };
	int r = cli_find("profile", name, &path, &err);

	if (r < 0)
		cli_error(&err);
	else
		r = profile_load(path, NULL, ret, &diags);
	cli_diags(&diags);
	diags_release(&diags);
	return r < 0 ? EXIT_USAGE : EXIT_DONE;
}

static void free_profile(void *object)
{
	profile_free(object);
}

static int by_order(const void *a, const void *b)
{
	const struct setting *x = a, *y = b;

	return tunable_order(tunable_find(x->sysfs, x->key)) - tunable_order(tunable_find(y->sysfs, y->key));
}

static void print_profile(void *object)
{
	struct profile *profile = object;
	struct settings *settings = &profile->settings;

	printf("%s: %s\n", profile->name, profile->description);
	if (*profile->source)
		printf("source: %s%s%s\n", profile->source, *profile->verified ? ", read on " : "", profile->verified);
	if (*profile->family)
		printf("family: %s\n", profile->family);
	if (settings->n > 0)
		qsort(settings->list, settings->n, sizeof(*settings->list), by_order);
	printf("\napplied in this order:\n");
	for (size_t i = 0; i < settings->n; i++)
		printf("  %-45s %-10s %s\n", settings->list[i].key, settings->list[i].value,
		       tunable_find(settings->list[i].sysfs, settings->list[i].key)->doc);
}

static json_t *tunable_json(const struct tuner *tuner, const struct tunable *t)
{
	json_t *json = json_pack("{s:s, s:s, s:s, s:s}", "family", tuner->name, "in",
				 t->sysfs ? "sysfs" : "sysctl", "key", t->key, "doc", t->doc);

	if (t->type == TUNABLE_WORD) {
		json_t *words = json_array();

		for (const char *const *word = t->words; *word; word++)
			json_array_append_new(words, json_string(*word));
		json_object_set_new(json, "words", words);
		return json;
	}
	json_object_set_new(json, "min", json_integer(t->min));
	json_object_set_new(json, "max", json_integer(t->max));
	return json;
}

static int keys_main(int argc, char **argv)
{
	static const char doc[] = "Examples:\n  memrig profile keys\n\n"
				  "Lists every setting a profile may have, in the order of application.";
	struct kind_request request;
	json_t *all;

	if (!kind_parse(doc, argc, argv, &request))
		return EXIT_USAGE;
	all = json_array();
	for (const struct tuner *const *tuner = tuners; *tuner; tuner++)
		for (const struct tunable *t = (*tuner)->tunables; t->key; t++) {
			if (request.json)
				json_array_append_new(all, tunable_json(*tuner, t));
			else
				printf("%-7s %-52s %s\n", t->sysfs ? "sysfs" : "sysctl", t->key, t->doc);
		}
	if (request.json)
		return kind_print(json_pack("{s:s, s:o}", "schema", "memrig.keys/1", "keys", all));
	json_decref(all);
	return EXIT_DONE;
}

static void notes(const char *path, const char *kernel, void *object)
{
	const struct profile *profile = object;

	setting_notes_print(&(struct setting_notes){ .who = path, .settings = &profile->settings, .kernel = kernel });
}

static const struct kind kind = {
	.name = "profile",
	.name_width = 24,
	.kernel_matters = true,
	.show_doc = "Examples:\n  memrig profile show swap-averse\n"
		    "  memrig profile show ./mine.json --json\n\n"
		    "Shows a profile with everything it extends.",
	.check_doc = "Examples:\n  memrig profile check mine.json\n"
		     "  memrig profile check --kernel 5.4 *.json\n\n"
		     "Tells all mistakes of profiles, with line and column. Touches nothing.\v"
		     "Exit code: 0 all are good, 2 there are mistakes.",
	.load = load,
	.free = free_profile,
	.print = print_profile,
	.schema = profile_schema,
	.notes = notes,
};

static const struct verb list = { "list", "the profiles that come with memrig", kind_list, false };
static const struct verb show = { "show", "one profile with everything it extends", kind_show, false };
static const struct verb check = { "check", "all mistakes of files", kind_check, false };
static const struct verb keys = { "keys", "every setting a profile may have", keys_main, false };
static const struct verb schema = { "schema", "the JSON Schema of profiles", kind_schema, false };
static const struct verb apply = { "apply", "the settings on this machine, until 'memrig restore'", profile_apply_main,
				   false };
static const struct verb capture = { "capture", "this machine's settings as a profile", profile_capture_main, false };
static const struct verb export = { "export", "for sysctl.d, tmpfiles.d, TuneD or Ansible", profile_export_main, false };
static const struct verb import = { "import", "from a sysctl.conf or a TuneD profile", profile_import_main, false };
static const struct verb *const verbs[] = { &list, &show,    &check,  &apply, &capture,
					    &export, &import, &keys, &schema, NULL };

static int profile_main(int argc, char **argv)
{
	return kind_dispatch(&kind, verbs, argc, argv);
}

const struct verb verb_profile = { "profile", "named kernel settings: list, show, check, apply, capture, export, import",
				   profile_main, false };
