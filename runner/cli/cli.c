/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/cli/cli.h"

#include <errno.h>

#include "common/suggest.h"
#include "common/util.h"
#include "runner/cli/man.h"

/* What every verb shares: printing, options, sub-verbs. */

static const char *color_when = "auto";
static FILE *man_out; /* not NULL: verbs are described, not run */

void cli_error(const struct error *err)
{
	fprintf(stderr, "memrig: %s%s%s\n", err->where, *err->where ? ": " : "", err->what);
	if (*err->hint)
		fprintf(stderr, "        %s\n", err->hint);
}

void cli_diags(const struct diags *diags)
{
	for (size_t i = 0; i < diags->n; i++) {
		_cleanup_free_ char *line = diag_format(&diags->list[i]);

		fprintf(stderr, "%s\n", line);
	}
}

int cli_json(const json_t *json)
{
	if (json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) < 0 || putchar('\n') == EOF ||
	    fflush(stdout) == EOF) {
		fprintf(stderr, "memrig: cannot write the result: %s\n", strerror(errno));
		return -EIO;
	}
	return 0;
}

/*
 * --color is every verb's option. The verb's parser is a child of this one, and
 * is asked whatever is not about colour.
 */
enum { KEY_COLOR = 0x1000 };

static int set_color(const char *when, struct error *err)
{
	static const char *const accepted[] = { "auto", "always", "never", NULL };
	struct word_miss miss;

	if (word_find(when, accepted, &miss) < 0)
		return error_set(err, -EINVAL, "--color", "'%s' is not one of %s", when, miss.accepted);
	color_when = when;
	return 0;
}

static error_t parse_color(int key, char *arg, struct argp_state *state)
{
	struct error err;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->input;
		return 0;
	case KEY_COLOR:
		if (set_color(arg, &err) < 0)
			argp_error(state, "%s: %s", err.where, err.what);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int cli_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	static const struct argp_option options[] = {
		{ "color", KEY_COLOR, "WHEN", 0, "auto (the default), always or never", -1 },
		{ 0 },
	};
	const struct argp_child children[] = { { argp, 0, NULL, 0 }, { 0 } };
	const struct argp whole = { .options = options, .parser = parse_color, .children = children };
	int r;

	if (man_out) {
		man_verb(man_out, argv[0], argp);
		return ECANCELED;
	}
	argp_err_exit_status = EXIT_USAGE;
	r = argp_parse(&whole, argc, argv, 0, NULL, input);
	if (r == ENOMEM)
		out_of_memory(); /* argp says nothing then */
	return r;
}

bool cli_color(int fd)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (!streq(color_when, "auto"))
		return streq(color_when, "always");
	if (no_color && *no_color)
		return false;
	return isatty(fd) && term && !streq(term, "dumb");
}

static void print_choice(FILE *out, const struct verb *const *verbs, const char *prefix)
{
	fprintf(out, "Usage: %s COMMAND [OPTION...]\n\n", prefix);
	for (; *verbs; verbs++)
		if (!(*verbs)->hidden)
			fprintf(out, "  %-10s %s\n", (*verbs)->name, (*verbs)->summary);
	fprintf(out, "\n'%s COMMAND --help' tells more.\n", prefix);
}

static int unknown_verb(const struct verb *const *verbs, const char *prefix, const char *name)
{
	struct suggestion suggestion = suggest_for(name);
	char hint[80];

	for (; *verbs; verbs++)
		if (!(*verbs)->hidden)
			suggest_offer(&suggestion, (*verbs)->name);
	fprintf(stderr, "%s: there is no command '%s'\n", prefix, name);
	if (suggest_hint(&suggestion, hint, sizeof(hint)))
		fprintf(stderr, "        %s\n", hint);
	fprintf(stderr, "Try '%s --help'.\n", prefix);
	return EXIT_USAGE;
}

int cli_finish(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "memrig: the result could not be written: %s\n", strerror(errno));
	return EXIT_BROKEN;
}

void cli_man(const struct verb *const *verbs, const char *prefix, FILE *out)
{
	man_out = out;
	for (; *verbs; verbs++) {
		_cleanup_free_ char *full = xasprintf("%s %s", prefix, (*verbs)->name);

		if (!(*verbs)->hidden)
			(*verbs)->main(1, (char *[]){ full, NULL });
	}
}

int cli_dispatch(const struct verb *const *verbs, const char *prefix, int argc, char **argv)
{
	static const char color[] = "--color=";
	struct error err;
	const char *name;

	if (man_out) {
		cli_man(verbs, prefix, man_out);
		return EXIT_DONE;
	}
	for (; argc > 1 && strncmp(argv[1], color, strlen(color)) == 0; argc--, argv++)
		if (set_color(argv[1] + strlen(color), &err) < 0) {
			fprintf(stderr, "%s: %s: %s\nTry '%s --help'.\n", prefix, err.where, err.what,
				prefix);
			return EXIT_USAGE;
		}
	name = argc > 1 ? argv[1] : NULL;
	if (!name) {
		print_choice(stderr, verbs, prefix);
		return EXIT_USAGE;
	}
	if (streq(name, "--help") || streq(name, "-?") || streq(name, "help")) {
		print_choice(stdout, verbs, prefix);
		return fflush(stdout) == EOF ? EXIT_BROKEN : EXIT_DONE;
	}
	for (const struct verb *const *verb = verbs; *verb; verb++) {
		_cleanup_free_ char *full = NULL;

		if (!streq((*verb)->name, name))
			continue;
		full = xasprintf("%s %s", prefix, name);
		argv[1] = full;
		return (*verb)->main(argc - 1, argv + 1);
	}
	return unknown_verb(verbs, prefix, name);
}
