/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/pick.h"

#include <errno.h>
#include <jansson.h>
#include <regex.h>

#include "common/util.h"

enum { GROUPS_MAX = 9 };

static const char REGEX[] = "regex:", JSON[] = "json:";

static const char *after(const char *where, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(where, prefix, length) == 0 ? where + length : NULL;
}

static int compile(const char *text, regex_t *ret, struct error *err)
{
	char what[128];
	int code = regcomp(ret, text, REG_EXTENDED | REG_NEWLINE);

	if (code == 0 && ret->re_nsub >= 1 && ret->re_nsub <= GROUPS_MAX)
		return 0;
	if (code == 0) {
		regfree(ret);
		return error_set(err, -EINVAL, text, "one to %d groups (...) are wanted, the last around the number", GROUPS_MAX);
	}
	regerror(code, ret, what, sizeof(what));
	return error_set(err, -EINVAL, text, "not a regular expression: %s", what);
}

int pick_check(const char *where, struct error *err)
{
	const char *text;
	regex_t regex;
	int r;

	if ((text = after(where, JSON)) && (*text == '/' || !*text))
		return 0;
	text = after(where, REGEX);
	if (!text)
		return error_set(err, -EINVAL, where, "write \"regex:EXPRESSION\" with a group, or \"json:/POINTER\"");
	r = compile(text, &regex, err);
	if (r == 0)
		regfree(&regex);
	return r;
}

static int to_number(const char *text, size_t length, double *ret, struct error *err)
{
	char copy[64], *end;

	snprintf(copy, sizeof(copy), "%.*s", (int)MIN(length, sizeof(copy) - 1), text);
	*ret = strtod(copy, &end);
	return end == copy || *end ? error_set(err, -EINVAL, copy, "this is not a number") : 0;
}

static int pick_regex(const char *expression, const char *text, double *ret, struct error *err)
{
	regmatch_t match[GROUPS_MAX + 1], *last;
	regex_t regex;
	int r = compile(expression, &regex, err);

	if (r < 0)
		return r;
	last = &match[regex.re_nsub];
	if (regexec(&regex, text, ARRAY_SIZE(match), match, 0) != 0 || last->rm_so < 0)
		r = error_set(err, -ENOENT, expression, "nothing in the output matches");
	else
		r = to_number(text + last->rm_so, (size_t)(last->rm_eo - last->rm_so), ret, err);
	regfree(&regex);
	return r;
}

/* The whole output, else the last line of it that is a document. */
static json_t *find_json(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);
	size_t end = strlen(text);

	while (!json && end > 0) {
		size_t start = end;

		while (start > 0 && text[start - 1] != '\n')
			start--;
		json = json_loadb(text + start, end - start, 0, NULL);
		end = start > 0 ? start - 1 : 0;
	}
	return json;
}

/* "~1" is a slash and "~0" a tilde. */
static void unescape(char *token)
{
	char *to = token;

	for (; *token; token++) {
		if (*token == '~' && (token[1] == '0' || token[1] == '1'))
			*to++ = *++token == '0' ? '~' : '/';
		else
			*to++ = *token;
	}
	*to = '\0';
}

static const json_t *follow(const json_t *json, const char *pointer)
{
	while (json && *pointer == '/') {
		size_t length = strcspn(pointer + 1, "/");
		_cleanup_free_ char *token = xasprintf("%.*s", (int)length, pointer + 1);

		unescape(token);
		json = json_is_array(json) ? json_array_get(json, strtoul(token, NULL, 10)) : json_object_get(json, token);
		pointer += 1 + length;
	}
	return json;
}

static int pick_json(const char *pointer, const char *text, double *ret, struct error *err)
{
	json_t *json = find_json(text);
	const json_t *value = follow(json, pointer);
	int r = 0;

	if (!json)
		r = error_set(err, -ENOENT, pointer, "the output has no JSON");
	else if (json_is_string(value))
		r = to_number(json_string_value(value), json_string_length(value), ret, err);
	else if (json_is_number(value))
		*ret = json_number_value(value);
	else
		r = error_set(err, -ENOENT, pointer, "there is no number in the output");
	json_decref(json);
	return r;
}

int pick_number(const char *where, const char *text, double *ret, struct error *err)
{
	const char *pointer = after(where, JSON);

	return pointer ? pick_json(pointer, text, ret, err) : pick_regex(where + strlen(REGEX), text, ret, err);
}
