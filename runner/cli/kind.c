/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/cli/kind.h"

#include <stdint.h>

#include "common/util.h"

/* Sub-verbs of "memrig profile" and "memrig scenario". */

static const struct kind *kind; /* the one that the command line is about */

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct kind_request *request = state->input;

	switch (key) {
	case 'j':
		request->json = true;
		return 0;
	case 'k':
		request->kernel = arg;
		return 0;
	case ARGP_KEY_ARGS:
		request->names = state->argv + state->next;
		state->next = state->argc;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* All of them are for "check" where the kernel matters, else all but the first. */
static const struct argp_option check_options[] = {
	{ "kernel", 'k', "RELEASE", 0, "check ranges for this kernel, not for the newest", 0 },
	{ "json", 'j', NULL, 0, "print a JSON document", 0 },
	{ 0 },
};
static const struct argp_option *const options = check_options + 1;

/* How many names a sub-verb takes; a wrong number is explained. */
static bool names_fit(const struct kind_request *request, const char *verb, size_t min, size_t max)
{
	_cleanup_free_ char *one = xasprintf("one %s", kind->name);
	size_t n = 0;

	while (request->names && request->names[n])
		n++;
	if (n >= min && n <= max)
		return true;
	fprintf(stderr, "%s: takes %s; try '%s --help'\n", verb,
		max == 0   ? "no names"
		: max == 1 ? one
			   : "at least one file",
		verb);
	return false;
}

static bool parse_names(const struct argp *argp, size_t min, size_t max, int argc, char **argv,
			struct kind_request *ret)
{
	*ret = (struct kind_request){ 0 };
	return cli_parse(argp, argc, argv, ret) == 0 && names_fit(ret, argv[0], min, max);
}

bool kind_parse(const char *doc, int argc, char **argv, struct kind_request *ret)
{
	const struct argp argp = { .options = options, .parser = parse, .doc = doc };

	return parse_names(&argp, 0, 0, argc, argv, ret);
}

bool kind_parse_one(const char *doc, const char *args_doc, int argc, char **argv, struct kind_request *ret)
{
	const struct argp argp = { .options = options, .parser = parse, .args_doc = args_doc, .doc = doc };

	return parse_names(&argp, 1, 1, argc, argv, ret);
}

int kind_print(json_t *json)
{
	int r = cli_json(json);

	json_decref(json);
	return r < 0 ? EXIT_BROKEN : EXIT_DONE;
}

/* Loads by name or path, with mistakes printed. */
static bool load(const char *name, struct kind_item *ret)
{
	_cleanup_free_ char *path = NULL;
	struct diags diags = { 0 };
	struct error err = { 0 };
	int r = cli_find(kind->name, name, &path, &err);

	if (r < 0)
		cli_error(&err);
	else
		r = kind->load(path, NULL, ret, &diags);
	cli_diags(&diags);
	diags_release(&diags);
	return r == 0;
}

void kind_release(const struct kind *of, struct kind_item *item)
{
	json_decref(item->json);
	of->free(item->object);
}

int kind_list(int argc, char **argv)
{
	_cleanup_free_ char *doc = xasprintf("Examples:\n  memrig %s list\n  memrig %s list --json\n\n"
					     "Lists the %ss that come with memrig.",
					     kind->name, kind->name, kind->name);
	_cleanup_free_ char *schema = xasprintf("memrig.%ss/1", kind->name);
	_cleanup_free_ char *key = xasprintf("%ss", kind->name);
	struct kind_request request;
	json_t *all;
	int code = EXIT_DONE;
	char **names;

	if (!kind_parse(doc, argc, argv, &request))
		return EXIT_USAGE;
	all = json_array();
	names = cli_names(kind->name);
	for (char **name = names; *name; name++) {
		struct kind_item item;

		if (!load(*name, &item)) {
			code = EXIT_USAGE;
			continue;
		}
		if (request.json)
			json_array_append(all, item.json);
		else if (item.family)
			printf("%-*s %-10s %s\n", kind->name_width, item.name, *item.family ? item.family : "-",
			       item.description);
		else
			printf("%-*s %s\n", kind->name_width, item.name, item.description);
		kind_release(kind, &item);
	}
	cli_names_free(names);
	if (!request.json)
		json_decref(all);
	else if (kind_print(json_pack("{s:s, s:o}", "schema", schema, key, all)))
		return EXIT_BROKEN;
	return code;
}

int kind_show(int argc, char **argv)
{
	struct kind_request request;
	struct kind_item item;
	int code = EXIT_DONE;

	if (!kind_parse_one(kind->show_doc, "NAME|FILE", argc, argv, &request) || !load(request.names[0], &item))
		return EXIT_USAGE;
	if (request.json)
		code = cli_json(item.json) < 0 ? EXIT_BROKEN : EXIT_DONE;
	else
		kind->print(item.object);
	kind_release(kind, &item);
	return code;
}

int kind_check(int argc, char **argv)
{
	const struct argp argp = {
		.options = kind->kernel_matters ? check_options : options,
		.parser = parse,
		.args_doc = "FILE...",
		.doc = kind->check_doc,
	};
	struct kind_request request;

	if (!parse_names(&argp, 1, SIZE_MAX, argc, argv, &request))
		return EXIT_USAGE;
	return kind_check_names(kind, &request);
}

int kind_schema(int argc, char **argv)
{
	_cleanup_free_ char *doc = xasprintf("Examples:\n  memrig %s schema >%s.schema.json\n\n"
					     "Prints the JSON Schema of %ss.",
					     kind->name, kind->name, kind->name);
	struct kind_request request;

	return kind_parse(doc, argc, argv, &request) ? kind_print(kind->schema()) : EXIT_USAGE;
}

int kind_dispatch(const struct kind *asked, const struct verb *const *verbs, int argc, char **argv)
{
	_cleanup_free_ char *prefix = xasprintf("memrig %s", asked->name);

	kind = asked;
	return cli_dispatch(verbs, prefix, argc, argv);
}
