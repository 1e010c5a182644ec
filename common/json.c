/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/json.h"

#include <ctype.h>
#include <errno.h>

#include "common/error.h"
#include "common/file.h"
#include "common/json_syntax.h"
#include "common/util.h"

enum { LARGEST_FILE = 1 << 20 };

/* Line and column of a byte; UTF-8 continuation bytes are not characters of their own. */
static void place_of(const char *text, size_t offset, unsigned *ret_line, unsigned *ret_column)
{
	unsigned line = 1, column = 1;

	for (size_t i = 0; i < offset && text[i]; i++) {
		if (text[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	*ret_line = line;
	*ret_column = column;
}

/* jansson points behind the offending token and quotes it: "... near 'token'". Point at its start. */
static size_t token_start(const char *text, size_t len, const json_error_t *error)
{
	size_t position = error->position > 0 ? MIN((size_t)error->position, len) : 0;
	const char *near = strstr(error->text, " near '");
	size_t n;

	if (json_error_code(error) == json_error_numeric_overflow)
		while (position > 0 && strchr("0123456789+-.eE", text[position - 1]))
			position--;
	if (!near || json_error_code(error) == json_error_numeric_overflow)
		return position;
	near += strlen(" near '");
	n = strlen(near);
	n -= n > 0; /* the closing quote */
	if (n <= position && memcmp(text + position - n, near, n) == 0)
		return position - n;
	return position;
}

static int syntax_error(const char *text, size_t len, const char *file, const json_error_t *error,
			struct diags *diags)
{
	_cleanup_free_ char *message = NULL;
	const char *hint;
	unsigned line, column;
	size_t at;

	message = json_syntax_message(text, len, token_start(text, len, error), error, &at, &hint);
	place_of(text, at, &line, &column);
	diags_add(diags, file, line, column, "", hint, "not JSON: %s", message);
	return -EINVAL;
}

static int refuse(const char *file, struct diags *diags, const char *hint, const char *message)
{
	diags_add(diags, file, 1, 1, "", hint, "%s", message);
	return -EINVAL;
}

int json_text_load(const char *text, size_t len, const char *file, json_t **ret, struct diags *diags)
{
	json_error_t error;
	json_t *json;

	if (len > LARGEST_FILE)
		return refuse(file, diags, NULL, "larger than 1 MiB");
	if (memchr(text, '\0', len))
		return refuse(file, diags, NULL, "no text: the file has a byte of zero");
	if (strspn(text, " \t\r\n") == len)
		return refuse(file, diags, NULL, "the file is empty");
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		return refuse(file, diags, "save the file without it", "starts with a byte order mark");
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!json)
		return syntax_error(text, len, file, &error, diags);
	*ret = json;
	return 0;
}

int json_file_load(const char *path, json_t **ret, char **ret_text, struct diags *diags)
{
	_cleanup_free_ char *text = NULL;
	struct error err = { 0 };
	size_t len;
	int r;

	r = file_read_limited(path, LARGEST_FILE, &text, &len, &err);
	if (r < 0) {
		diags_add(diags, path, 0, 0, "", NULL, "%s", err.what);
		return r;
	}
	r = json_text_load(text, len, path, ret, diags);
	if (r == 0 && ret_text)
		*ret_text = TAKE_PTR(text);
	return r;
}

/* The six bytes of \uXXXX stand for a control character. */
static bool is_control(const char *escape)
{
	unsigned code = 0;

	for (int i = 2; i < 6; i++)
		code = code << 4 | (unsigned)(escape[i] <= '9' ? escape[i] - '0' : (escape[i] | 0x20) - 'a' + 10);
	return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7f && code < 0xa0);
}

static bool are_hex(const char *p)
{
	return isxdigit((unsigned char)p[0]) && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2]) &&
	       isxdigit((unsigned char)p[3]);
}

static void disarm_escapes(char *p, const char *end)
{
	while ((p = memchr(p, '\\', (size_t)(end - p))) && end - p >= 2) {
		if (strchr("bfr", p[1]) && p[1])
			p[1] = 't';
		else if (p[1] == 'u' && end - p >= 6 && are_hex(p + 2) && is_control(p))
			memcpy(p + 2, "fffd", 4);
		p += 2;
	}
}

/* JSON has none of these but white space; this may be no JSON. */
static void disarm_bytes(char *p, const char *end)
{
	for (; p < end; p++)
		if ((unsigned char)*p < 0x20 && *p != '\n' && *p != '\t')
			*p = *p == '\r' ? ' ' : '?';
}

void json_text_disarm(char *text, size_t len)
{
	char *end = text + len, *p;

	disarm_escapes(text, end);
	disarm_bytes(text, end);
	for (p = text; (p = memchr(p, 0x7f, (size_t)(end - p))); p++)
		*p = '?';
	/* C1 in UTF-8 is 0xc2 and a byte from 0x80 to 0x9f. */
	for (p = text; (p = memchr(p, 0xc2, (size_t)(end - p))); p++)
		if (end - p > 1 && ((unsigned char)p[1] & 0xe0) == 0x80)
			memset(p, '?', 2);
}

/*
 * The locator walks text that jansson accepted, so it need not check anything.
 */
static const char *skip_space(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

static const char *skip_string(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? p + 1 : p;
}

static const char *skip_value(const char *p)
{
	unsigned depth = 0;

	do {
		p = skip_space(p);
		if (*p == '"') {
			p = skip_string(p);
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '}' || *p == ']')
			depth--;
		else if (*p != ',' && *p != ':')
			p += strcspn(p, ",:]}[{ \t\r\n") - 1;
		p++;
	} while (depth > 0 && *p);
	return p;
}

/* What is left of the path behind this key, or NULL when the path does not go through it. Keys may have dots,
 * so the key decides how much of the path it takes. */
static const char *path_behind_key(const char *path, const char *token, size_t len)
{
	json_t *key = json_loadb(token, len, JSON_DECODE_ANY, NULL);
	size_t n = key ? json_string_length(key) : 0;
	const char *rest = NULL;

	if (key && strncmp(path, json_string_value(key), n) == 0 && strchr(".[", path[n]))
		rest = path[n] == '.' ? path + n + 1 : path + n;
	json_decref(key);
	return rest;
}

static const char *find(const char *p, const char *path, bool want_key);

static const char *find_member(const char *p, const char *path, bool want_key)
{
	for (p = skip_space(p + 1); *p == '"'; p = skip_space(p)) {
		const char *key = p, *rest, *found;

		p = skip_string(p);
		rest = path_behind_key(path, key, (size_t)(p - key));
		p = skip_space(skip_space(p) + 1); /* the colon */
		if (rest && !*rest && want_key)
			return key;
		found = rest ? find(p, rest, want_key) : NULL;
		if (found)
			return found;
		p = skip_space(skip_value(p));
		if (*p == ',')
			p = skip_space(p + 1);
	}
	return NULL;
}

static const char *find_element(const char *p, const char *path, bool want_key)
{
	char *rest;
	unsigned long index = strtoul(path + 1, &rest, 10);

	if (*rest != ']')
		return NULL;
	rest += rest[1] == '.' ? 2 : 1;
	for (p = skip_space(p + 1); *p && *p != ']'; index--) {
		if (index == 0)
			return find(p, rest, want_key);
		p = skip_space(skip_value(p));
		if (*p == ',')
			p = skip_space(p + 1);
	}
	return NULL;
}

static const char *find(const char *p, const char *path, bool want_key)
{
	if (!*path)
		return p;
	if (*p == '{')
		return find_member(p, path, want_key);
	if (*p == '[' && *path == '[')
		return find_element(p, path, want_key);
	return NULL;
}

static bool locate(const char *text, const char *path, bool want_key, unsigned *ret_line,
		   unsigned *ret_column)
{
	const char *found = find(skip_space(text), path, want_key);

	if (!found)
		return false;
	place_of(text, (size_t)(found - text), ret_line, ret_column);
	return true;
}

bool json_locate(const char *text, const char *path, unsigned *ret_line, unsigned *ret_column)
{
	return locate(text, path, false, ret_line, ret_column);
}

bool json_locate_key(const char *text, const char *path, unsigned *ret_line, unsigned *ret_column)
{
	return locate(text, path, true, ret_line, ret_column);
}

const char *json_type_word(const json_t *json)
{
	static const char *const words[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",
		[JSON_STRING] = "a string",  [JSON_INTEGER] = "a whole number",
		[JSON_REAL] = "a fraction",  [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",      [JSON_NULL] = "null",
	};

	return words[json_typeof(json)];
}
