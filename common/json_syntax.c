/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/json_syntax.h"

#include <ctype.h>
#include <stdbool.h>

#include "common/util.h"

/* What jansson says begins with `theirs`; what was found instead is added to those with `found`. */
static const struct {
	const char *theirs, *ours, *hint;
	bool found;
} words[] = {
	{ "string or '}' expected", "a key in double quotes or '}' is expected", NULL, true },
	{ "'}' expected", "',' or '}' is expected", NULL, true },
	{ "']' expected", "',' or ']' is expected", NULL, true },
	{ "':' expected", "':' is expected after the key", NULL, true },
	{ "end of file expected", "the end of the file is expected", "a file is one object", true },
	{ "invalid token", "a value is expected", "a string, a number, true, false, a list or an object", true },
	{ "unexpected token", "a value is expected", "a string, a number, true, false, a list or an object", true },
	{ "unexpected newline", "the string does not end in its line", "a double quote is missing", false },
	{ "premature end of input", "the file ends within a string", "a double quote is missing", false },
	{ "control character", "a string has a tab or another control character", "write \\t for a tab", false },
	{ "invalid escape", "there is no such escape in JSON", "write \\\\ for a backslash", false },
	{ "duplicate object key", "the object has this key already", "remove one of them", false },
	{ "maximum parsing depth", "lists and objects are nested too deep", NULL, false },
	{ "too big", "the number is too large", NULL, false },
	{ "real number overflow", "the number is too large", NULL, false },
	{ "unable to decode", "a character is not UTF-8", "save the file as UTF-8", false },
};

/* "'}'", "'and'", "a string" or "the end of the file". */
static char *found_at(const char *text, size_t len, size_t at)
{
	const char *p = text + at;
	int n = 0;

	if (at >= len)
		return xstrdup("the end of the file");
	if (*p == '"')
		return xstrdup("a string");
	while (n < 20 && at + (size_t)n < len && (isalnum((unsigned char)p[n]) || (n > 0 && p[n] == '_')))
		n++;
	if (n == 0 && !isprint((unsigned char)*p))
		return xstrdup("a character that JSON does not have");
	return xasprintf("'%.*s'", n ? n : 1, p);
}

/* The comma before a bracket that closes: a mistake of its own. */
static bool comma_before(const char *text, size_t at, size_t *ret_at)
{
	if (text[at] != '}' && text[at] != ']')
		return false;
	while (at > 0 && strchr(" \t\r\n", text[at - 1]))
		at--;
	if (at == 0 || text[at - 1] != ',')
		return false;
	*ret_at = at - 1;
	return true;
}

char *json_syntax_message(const char *text, size_t len, size_t at, const json_error_t *error, size_t *ret_at,
			  const char **ret_hint)
{
	_cleanup_free_ char *found = found_at(text, len, at);
	size_t i = 0;

	*ret_at = at;
	*ret_hint = NULL;
	while (i < ARRAY_SIZE(words) && strncmp(error->text, words[i].theirs, strlen(words[i].theirs)) != 0)
		i++;
	if (i == ARRAY_SIZE(words))
		return xstrdup(error->text);
	*ret_hint = words[i].hint;
	if (!words[i].found)
		return xstrdup(words[i].ours);
	if (at < len && comma_before(text, at, ret_at)) {
		*ret_hint = "remove the comma";
		return xasprintf("nothing follows the comma but %s", found);
	}
	if (at < len && (text[at] == '/' || text[at] == '#'))
		*ret_hint = "JSON has no comments";
	else if (at < len && text[at] == '\'')
		*ret_hint = "strings have double quotes";
	else if (at >= len)
		*ret_hint = "a bracket is not closed";
	return xasprintf("%s, not %s", words[i].ours, found);
}
