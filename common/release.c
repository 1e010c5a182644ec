/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/release.h"

#include <ctype.h>

/* At most three digits: no release has more, and none overflows. */
static bool read_number(const char **at, unsigned *ret)
{
	const char *begin = *at;

	for (*ret = 0; isdigit((unsigned char)**at) && *at - begin < 3; ++*at)
		*ret = *ret * 10 + (unsigned)(**at - '0');
	return *at > begin && !isdigit((unsigned char)**at);
}

bool release_parse(const char *text, struct release *ret, const char **ret_end)
{
	struct release release;

	if (!read_number(&text, &release.major) || *text++ != '.' || !read_number(&text, &release.minor))
		return false;
	*ret = release;
	if (ret_end)
		*ret_end = text;
	return true;
}

int release_compare(struct release a, struct release b)
{
	return a.major != b.major ? (int)a.major - (int)b.major : (int)a.minor - (int)b.minor;
}
