/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysctl.conf(5): "key = value", '#' and ';' begin comments, a '-' before the key ignores errors, slashes and dots may change
 * places. TuneD: INI with sections; [sysctl] as above, [sysfs] "/sys/...=value", and transparent_hugepages in [vm].
 */
#include <ctype.h>
#include <errno.h>

#include "common/util.h"
#include "runner/profile_export.h"
#include "tuners/tuner.h"

#define THP_ENABLED "kernel/mm/transparent_hugepage/enabled"

struct import {
	json_t *sysctl, *sysfs, *left_out;
	char section[32]; /* "" before any */
};

static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t\r");
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

/* A terminal or a log must not obey it: control characters as \xNN, and all but ASCII where it is no UTF-8. */
static char *escape(const char *text)
{
	char *safe = xcalloc(strlen(text) + 1, 4), *to = safe;
	json_t *utf8 = json_string(text);

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text, second = (unsigned char)text[1];
		bool c1 = c == 0xc2 && second >= 0x80 && second < 0xa0;

		if (c < 0x20 || c == 0x7f || c1 || (!utf8 && c >= 0x80))
			to += sprintf(to, "\\x%02x", c);
		else
			*to++ = (char)c;
		if (c1)
			to += sprintf(to, "\\x%02x", (unsigned char)*++text);
	}
	json_decref(utf8);
	return safe;
}

static void leave_out(struct import *import, const char *key, const char *why)
{
	_cleanup_free_ char *sentence = xasprintf("%.100s: %s", key, why), *safe = escape(sentence);

	json_array_append_new(import->left_out, json_string(safe));
}

/* A whole number as a number, anything else as it is written. */
static json_t *value_json(const char *value)
{
	char *end;
	long long number = strtoll(value, &end, 10);

	return *value && !*end ? json_integer(number) : json_string(value);
}

static void take(struct import *import, bool sysfs, const char *key, const char *value)
{
	const struct tunable *t = tunable_find(sysfs, key);
	json_t *into = sysfs ? import->sysfs : import->sysctl;
	struct error err = { 0 };

	if (!t)
		leave_out(import, key, "not a setting of memory that memrig knows");
	else if (tunable_check(t, value, NULL, &err) < 0)
		leave_out(import, key, err.what);
	else if (t->twin && streq(value, "0"))
		leave_out(import, key, "0: the other of the pair is in force");
	else {
		json_object_set_new(into, key, value_json(value));
		if (t->twin)
			json_object_del(into, t->twin); /* the later one wins, as it does when they are written */
	}
}

/* "vm/swappiness" as well as "vm.swappiness". */
static void take_sysctl(struct import *import, char *key, const char *value)
{
	key += *key == '-';
	for (char *p = key; *p; p++)
		if (*p == '/')
			*p = '.';
	take(import, false, key, value);
}

static void take_pair(struct import *import, char *key, char *value)
{
	if (!*import->section || streq(import->section, "sysctl"))
		take_sysctl(import, key, value);
	else if (streq(import->section, "sysfs") && strncmp(key, "/sys/", 5) == 0)
		take(import, true, key + 5, value);
	else if (streq(import->section, "vm") &&
		 (streq(key, "transparent_hugepages") || streq(key, "transparent_hugepage")))
		take(import, true, THP_ENABLED, value);
	else if (streq(import->section, "main") && streq(key, "include"))
		leave_out(import, key, "what it includes is not read; import that file, too");
	else if (!streq(import->section, "main"))
		leave_out(import, key, "not a setting of memory that memrig knows");
}

static void take_line(struct import *import, char *line)
{
	char *equals, *close;

	line = trim(line);
	if (!*line || *line == '#' || *line == ';')
		return;
	close = *line == '[' ? strchr(line, ']') : NULL;
	equals = strchr(line, '=');
	if (close) {
		*close = '\0';
		snprintf(import->section, sizeof(import->section), "%s", line + 1);
	} else if (!equals) {
		leave_out(import, line, "not 'key = value'");
	} else {
		*equals = '\0';
		take_pair(import, trim(line), trim(equals + 1));
	}
}

int import_text(const char *text, const char *name, json_t **ret, json_t **ret_left_out, struct error *err)
{
	struct import import = { json_object(), json_object(), json_array(), "" };
	_cleanup_free_ char *copy = xstrdup(text);
	char *save = NULL;
	int r = 0;

	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		take_line(&import, line);
	if (json_object_size(import.sysctl) + json_object_size(import.sysfs) == 0) {
		r = error_set(err, -ENODATA, "", "nothing in it is a setting of memory that memrig knows");
	} else {
		*ret = json_pack("{s:s, s:s}", "name", name, "description", "imported");
		if (json_object_size(import.sysctl) > 0)
			json_object_set(*ret, "sysctl", import.sysctl);
		if (json_object_size(import.sysfs) > 0)
			json_object_set(*ret, "sysfs", import.sysfs);
	}
	*ret_left_out = import.left_out;
	json_decref(import.sysctl);
	json_decref(import.sysfs);
	return r;
}
