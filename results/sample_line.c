/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/sample_line.h"

#include "common/util.h"

#define BEGINNING "{\"type\":\"sample\",\"t_ns\":"
#define MIDDLE ",\"set\":["
#define END "]}"

static bool take(const char **at, const char *end, const char *text, size_t len)
{
	if ((size_t)(end - *at) < len || memcmp(*at, text, len) != 0)
		return false;
	*at += len;
	return true;
}

/* JSON has no number such as 01, and those that its reader refuses as too large (above INT64_MAX) are left to it. */
static inline bool take_number(const char **at, const char *end, uint64_t *ret)
{
	const char *p = *at, *limit = end - p > 18 ? p + 18 : end;
	uint64_t value = 0;

	for (; p < limit && (unsigned char)(*p - '0') < 10; p++)
		value = value * 10 + (unsigned char)(*p - '0');
	if (p == *at || (**at == '0' && p - *at > 1))
		return false;
	if (p < end && (unsigned char)(*p - '0') < 10) /* the 19th digit */
		return false;
	*at = p;
	*ret = value;
	return true;
}

bool sample_line_parse(const char *line, size_t len, struct sample_line *ret)
{
	const char *at = line, *end = line + len;

	if (!take(&at, end, BEGINNING, strlen(BEGINNING)) || !take_number(&at, end, &ret->t_ns) ||
	    !take(&at, end, MIDDLE, strlen(MIDDLE)))
		return false;
	/* A number takes at least two characters with its comma. */
	if (ret->room < len / 2 + 1) {
		ret->room = len;
		ret->numbers = xrealloc(ret->numbers, ret->room * sizeof(*ret->numbers));
	}
	ret->n = 0;
	if (at < end && *at != ']')
		do {
			if (!take_number(&at, end, &ret->numbers[ret->n++]))
				return false;
		} while (at < end && *at == ',' && at++);
	return take(&at, end, END, strlen(END)) && at == end;
}

void sample_line_release(struct sample_line *sample)
{
	free(sample->numbers);
	*sample = (struct sample_line){ 0 };
}
