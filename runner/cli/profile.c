/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/profile.h"

#include "common/util.h"
#include "runner/cli/check.h"
#include "runner/cli/cli.h"
#include "tuners/tuner.h"

/* memrig profile list|show|check|keys|schema */

struct arguments {
	bool json;
	char **names; /* NULL-terminated, in argv */
};

/* `check` loads for one kernel; loaders take a path alone. */
static const char *kernel;

enum { KEY_JSON = 'j', KEY_KERNEL = 'k' };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case KEY_JSON:
		arguments->json = true;
		return 0;
	case KEY_KERNEL:
		kernel = arg;
		return 0;
	case ARGP_KEY_ARGS:
		arguments->names = state->argv + state->next;
		state->next = state->argc;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "json", KEY_JSON, NULL, 0, "print a JSON document", 0 },
	{ 0 },
};

/* How many names a sub-verb takes; a wrong number is explained. */
static bool names_fit(const struct arguments *arguments, const char *verb, size_t min, size_t max)
{
	const char *accepted;
	size_t n = 0;

	while (arguments->names && arguments->names[n])
		n++;
	if (n >= min && n <= max)
		return true;
	accepted = max == 0 ? "takes no names" : max == 1 ? "takes one profile" : "takes at least one file";
	fprintf(stderr, "%s: %s; try '%s --help'\n", verb, accepted, verb);
	return false;
}

/* Loads by name or path, with mistakes printed. */
static struct profile *load(const char *name)
{
	_cleanup_free_ char *path = NULL;
	struct profile *profile = NULL;
	struct diags diags = { 0 };
	struct error err = { 0 };

	if (cli_find("profile", name, &path, &err) < 0)
		cli_error(&err);
	else
		profile_load(path, kernel, &profile, &diags);
	cli_diags(&diags);
	diags_release(&diags);
	return profile;
}

static json_t *to_json(const struct profile *profile)
{
	json_t *json = profile_to_json(profile);

	json_object_set_new(json, "description", json_string(profile->description));
	json_object_set_new(json, "source", json_string(profile->source));
	return json;
}

static int print_and_free(json_t *json)
{
	int r = cli_json(json);

	json_decref(json);
	return r < 0 ? EXIT_BROKEN : EXIT_DONE;
}

static int list_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Examples:\n  memrig profile list\n  memrig profile list --json\n\n"
		       "Lists the profiles that come with memrig.",
	};
	struct arguments arguments = { 0 };
	int code = EXIT_DONE;
	char **names;
	json_t *all;

	if (cli_parse(&argp, argc, argv, &arguments) || !names_fit(&arguments, argv[0], 0, 0))
		return EXIT_USAGE;
	all = json_array();
	names = cli_names("profile");
	for (char **name = names; *name; name++) {
		struct profile *profile = load(*name);

		if (!profile)
			code = EXIT_USAGE;
		else if (arguments.json)
			json_array_append_new(all, to_json(profile));
		else
			printf("%-20s %s\n", profile->name, profile->description);
		profile_free(profile);
	}
	cli_names_free(names);
	if (!arguments.json)
		json_decref(all);
	else if (print_and_free(json_pack("{s:s, s:o}", "schema", "memrig.profiles/1", "profiles", all)))
		return EXIT_BROKEN;
	return code;
}

static int by_order(const void *a, const void *b)
{
	const struct setting *x = a, *y = b;

	return tunable_order(tunable_find(x->sysfs, x->key)) - tunable_order(tunable_find(y->sysfs, y->key));
}

static void print_profile(struct profile *profile)
{
	struct settings *settings = &profile->settings;

	printf("%s: %s\n", profile->name, profile->description);
	if (*profile->source)
		printf("source: %s\n", profile->source);
	if (settings->n > 0)
		qsort(settings->list, settings->n, sizeof(*settings->list), by_order);
	printf("\napplied in this order:\n");
	for (size_t i = 0; i < settings->n; i++)
		printf("  %-45s %-10s %s\n", settings->list[i].key, settings->list[i].value,
		       tunable_find(settings->list[i].sysfs, settings->list[i].key)->doc);
}

static int show_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "NAME|FILE",
		.doc = "Examples:\n  memrig profile show swap-averse\n"
		       "  memrig profile show ./mine.json --json\n\n"
		       "Shows a profile with everything it extends.",
	};
	struct arguments arguments = { 0 };
	struct profile *profile;
	int code = EXIT_DONE;

	if (cli_parse(&argp, argc, argv, &arguments) || !names_fit(&arguments, argv[0], 1, 1))
		return EXIT_USAGE;
	profile = load(arguments.names[0]);
	if (!profile)
		return EXIT_USAGE;
	if (arguments.json)
		code = print_and_free(to_json(profile));
	else
		print_profile(profile);
	profile_free(profile);
	return code;
}

static int check_one(const char *path, struct diags *diags)
{
	struct profile *profile = NULL;
	int r = profile_load(path, kernel, &profile, diags);

	profile_free(profile);
	return r;
}

static int check_main(int argc, char **argv)
{
	static const struct argp_option check_options[] = {
		{ "json", KEY_JSON, NULL, 0, "print a JSON document", 0 },
		{ "kernel", KEY_KERNEL, "RELEASE", 0, "check ranges for this kernel, not for the newest", 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = check_options,
		.parser = parse,
		.args_doc = "FILE...",
		.doc = "Examples:\n  memrig profile check mine.json\n"
		       "  memrig profile check --kernel 5.4 *.json\n\n"
		       "Tells all mistakes of profiles, with line and column. Touches nothing.\v"
		       "Exit code: 0 all are good, 2 there are mistakes.",
	};
	struct arguments arguments = { 0 };

	if (cli_parse(&argp, argc, argv, &arguments) || !names_fit(&arguments, argv[0], 1, SIZE_MAX))
		return EXIT_USAGE;
	return cli_check("profile", arguments.names, arguments.json, check_one);
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
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Examples:\n  memrig profile keys\n\n"
		       "Lists every setting a profile may have, in the order of application.",
	};
	struct arguments arguments = { 0 };
	json_t *all;

	if (cli_parse(&argp, argc, argv, &arguments) || !names_fit(&arguments, argv[0], 0, 0))
		return EXIT_USAGE;
	all = json_array();
	for (const struct tuner *const *tuner = tuners; *tuner; tuner++)
		for (const struct tunable *t = (*tuner)->tunables; t->key; t++) {
			if (arguments.json)
				json_array_append_new(all, tunable_json(*tuner, t));
			else
				printf("%-7s %-52s %s\n", t->sysfs ? "sysfs" : "sysctl", t->key, t->doc);
		}
	if (arguments.json)
		return print_and_free(json_pack("{s:s, s:o}", "schema", "memrig.keys/1", "keys", all));
	json_decref(all);
	return EXIT_DONE;
}

static int schema_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Examples:\n  memrig profile schema >profile.schema.json\n\n"
		       "Prints the JSON Schema of profiles.",
	};
	struct arguments arguments = { 0 };

	if (cli_parse(&argp, argc, argv, &arguments) || !names_fit(&arguments, argv[0], 0, 0))
		return EXIT_USAGE;
	return print_and_free(profile_schema());
}

static const struct verb list = { "list", "the profiles that come with memrig", list_main, false };
static const struct verb show = { "show", "one profile with everything it extends", show_main, false };
static const struct verb check = { "check", "all mistakes of files", check_main, false };
static const struct verb keys = { "keys", "every setting a profile may have", keys_main, false };
static const struct verb schema = { "schema", "the JSON Schema of profiles", schema_main, false };
static const struct verb *const verbs[] = { &list, &show, &check, &keys, &schema, NULL };

static int profile_main(int argc, char **argv)
{
	return cli_dispatch(verbs, "memrig profile", argc, argv);
}

const struct verb verb_profile = { "profile", "named kernel settings: list, show, check, keys, schema",
				   profile_main, false };
