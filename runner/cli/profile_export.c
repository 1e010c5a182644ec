/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig profile export|import|capture: profiles to and from other forms. */
#include "runner/profile_export.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/utsname.h>

#include "common/file.h"
#include "common/size.h"
#include "common/util.h"
#include "runner/cli/profile.h"
#include "runner/scenario.h"
#include "tuners/changes.h"

struct form_request {
	const char *what, *name, *output, *root;
	const struct export_format *format;
	uint64_t ram_bytes;
	bool needs_what;
};

enum { KEY_FORMAT = 256, KEY_RAM, KEY_NAME, KEY_ROOT };

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct form_request *request = state->input;
	struct size size;

	switch (key) {
	case 'o': request->output = arg; return 0;
	case KEY_NAME:
		if (!name_is_valid(arg))
			argp_error(state, "--name: a small letter, then small letters, digits, '-' and '_', at most %d", NAME_LONGEST);
		request->name = arg;
		return 0;
	case KEY_ROOT: request->root = arg; return 0;
	case KEY_FORMAT:
		request->format = export_find(arg);
		if (!request->format)
			argp_error(state, "--format: '%s' is none of sysctl.d, tmpfiles.d, tuned, ansible", arg);
		return 0;
	case KEY_RAM:
		if (size_parse(arg, &size, NULL) < 0 || size.base != SIZE_ABSOLUTE || size.bytes == 0)
			argp_error(state, "--ram: '%s' is not a size as '64G'", arg);
		request->ram_bytes = size.bytes;
		return 0;
	case ARGP_KEY_ARG:
		if (request->what || !request->needs_what)
			argp_error(state, "'%s': %s", arg, request->needs_what ? "one at a time" : "no arguments are taken");
		request->what = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		if (request->needs_what)
			argp_error(state, "nothing named; --help has examples");
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

/* Standard output, or a new file: what is there is not overwritten. */
static FILE *open_output(const char *path)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644) : -1;
	FILE *out;

	if (!path)
		return stdout;
	if (fd < 0)
		fprintf(stderr, "memrig: %s: %s\n", path, errno == EEXIST ? "there is a file already; remove it or name another"
									   : strerror(errno));
	if (fd < 0)
		return NULL;
	out = fdopen(fd, "w");
	if (!out)
		out_of_memory(); /* there is no other reason */
	return out;
}

static int close_output(FILE *out)
{
	if (fflush(out) == 0 && !ferror(out) && (out == stdout || fclose(out) == 0))
		return EXIT_DONE;
	fprintf(stderr, "memrig: cannot write the result: %s\n", strerror(errno));
	return EXIT_BROKEN;
}

int profile_put(json_t *profile, const char *path)
{
	FILE *out = open_output(path);
	int code = EXIT_USAGE;

	if (out) {
		json_dumpf(profile, out, JSON_INDENT(8));
		fputc('\n', out);
		code = close_output(out);
	}
	json_decref(profile);
	return code;
}

/* ---- export ---- */

static int export_profile(const struct form_request *request, const struct profile *profile)
{
	uint64_t ram = request->ram_bytes ? request->ram_bytes : changes_ram_bytes("");
	_cleanup_free_ struct tune *tunes = NULL;
	struct error err = { 0 };
	FILE *out;
	size_t n;

	if (export_resolve(profile, ram, &tunes, &n, &err) < 0) {
		cli_error(&err);
		return EXIT_USAGE;
	}
	out = open_output(request->output);
	if (!out)
		return EXIT_USAGE;
	request->format->write(out, profile, tunes, n);
	return close_output(out);
}

int profile_export_main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "format", KEY_FORMAT, "FORM", 0, "sysctl.d (default), tmpfiles.d, tuned or ansible", 0 },
		{ "ram", KEY_RAM, "SIZE", 0, "Memory that shares as \"1%\" are of (default: this machine's)", 0 },
		{ "output", 'o', "FILE", 0, "Write to a new file", 0 },
		{ 0 },
	};
	static const char doc[] = "Examples:\n"
				  "  memrig profile export swap-averse >90-memrig.conf\n"
				  "  memrig profile export zram-desktop --format ansible --ram 64G -o tasks.yml\n"
				  "\n"
				  "Writes a profile in the form in which settings are deployed.";
	static const struct argp argp = { options, parse_option, "NAME|FILE", doc, NULL, NULL, NULL };
	struct form_request request = { .format = export_formats, .needs_what = true };
	struct profile *profile;
	int r = cli_parse(&argp, argc, argv, &request);

	if (r == 0)
		r = profile_get(request.what, &profile);
	if (r != 0)
		return r;
	r = export_profile(&request, profile);
	profile_free(profile);
	return r;
}

/* ---- import ---- */

/* "/etc/tuned/mine/tuned.conf" is "mine", "99-redis.conf" is "redis". */
static char *name_of_file(const char *path)
{
	_cleanup_free_ char *copy = xstrdup(path);
	char *slash = strrchr(copy, '/'), *name = slash ? slash + 1 : copy, *dot;

	if (slash && streq(name, "tuned.conf")) {
		*slash = '\0';
		slash = strrchr(copy, '/');
		name = slash ? slash + 1 : copy;
	}
	dot = strrchr(name, '.');
	if (dot && dot > name)
		*dot = '\0';
	name += strspn(name, "0123456789-_.");
	for (char *p = name; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", *p) ? *p : '-';
	if (strlen(name) > NAME_LONGEST)
		name[NAME_LONGEST] = '\0';
	return xstrdup(name_is_valid(name) ? name : "imported");
}

int profile_import_main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "name", KEY_NAME, "NAME", 0, "Of the profile (default: that of the file)", 0 },
		{ "output", 'o', "FILE", 0, "Write to a new file", 0 },
		{ 0 },
	};
	static const char doc[] = "Examples:\n"
				  "  memrig profile import /etc/sysctl.conf\n"
				  "  memrig profile import /usr/lib/tuned/latency-performance/tuned.conf -o mine.json\n"
				  "\n"
				  "Makes a profile of a sysctl.conf or a TuneD profile. What is no setting of memory is left out, "
				  "and said on standard error.";
	static const struct argp argp = { options, parse_option, "FILE", doc, NULL, NULL, NULL };
	struct form_request request = { .needs_what = true };
	_cleanup_free_ char *text = NULL, *name = NULL;
	json_t *profile = NULL, *left_out = NULL, *sentence;
	struct error err = { 0 };
	size_t i;
	int r = cli_parse(&argp, argc, argv, &request);

	if (r != 0)
		return r;
	r = file_read_limited(request.what, 1 << 20, &text, NULL, &err);
	name = request.name ? xstrdup(request.name) : name_of_file(request.what);
	if (r == 0)
		r = import_text(text, name, &profile, &left_out, &err);
	json_array_foreach (left_out, i, sentence) {
		_cleanup_free_ char *line = xstrdup(json_string_value(sentence));

		text_plain(line);
		fprintf(stderr, "memrig: left out: %s\n", line);
	}
	json_decref(left_out);
	if (r == 0)
		return profile_put(profile, request.output);
	if (!*err.where)
		snprintf(err.where, sizeof(err.where), "%s", request.what);
	cli_error(&err);
	return EXIT_USAGE;
}

/* ---- capture ---- */

/* Every setting that can be read; of a pair the one in force. */
static json_t *capture(const char *root, const char *name)
{
	json_t *sysctl = json_object(), *sysfs = json_object();
	_cleanup_free_ char *description = NULL;
	struct utsname kernel;

	uname(&kernel);
	description = xasprintf("settings as found on Linux %s", kernel.release);
	for (const struct tuner *const *tuner = tuners; *tuner; tuner++)
		for (const struct tunable *t = (*tuner)->tunables; t->key; t++) {
			char value[64], *end;
			long long number;

			if (tune_read(root, t, value, sizeof(value), NULL) < 0 || (t->twin && streq(value, "0")) ||
			    tunable_check(t, value, NULL, NULL) < 0)
				continue;
			number = strtoll(value, &end, 10);
			json_object_set_new(t->sysfs ? sysfs : sysctl, t->key,
					    *end ? json_string(value) : json_integer(number));
		}
	return json_pack("{s:s, s:s, s:o, s:o}", "name", name, "description", description, "sysctl", sysctl, "sysfs", sysfs);
}

int profile_capture_main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "name", KEY_NAME, "NAME", 0, "Of the profile (default: captured)", 0 },
		{ "output", 'o', "FILE", 0, "Write to a new file", 0 },
		{ "root", KEY_ROOT, "DIR", OPTION_HIDDEN, "Where /proc and /sys are; for tests", 0 },
		{ 0 },
	};
	static const char doc[] = "Examples:\n"
				  "  memrig profile capture -o ./as-it-is.json\n"
				  "  memrig run mixed-pressure -p ./as-it-is.json -p swap-averse\n"
				  "\n"
				  "Writes the settings of this machine as a profile. Changes nothing and needs no rights.";
	static const struct argp argp = { options, parse_option, "", doc, NULL, NULL, NULL };
	struct form_request request = { .name = "captured", .root = "" };
	int r = cli_parse(&argp, argc, argv, &request);

	return r ? r : profile_put(capture(request.root, request.name), request.output);
}
