/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/proc_value.h"

#include <errno.h>

#include "common/file.h"
#include "common/util.h"

int proc_value(const char *path, const char *key, uint64_t *ret_bytes, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t length = strlen(key);
	int r = file_read("", path, &text, NULL, err);

	if (r < 0)
		return r;
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, length) == 0 && line[length] == ':') {
			*ret_bytes = strtoull(line + length + 1, NULL, 10) * KIB;
			return 0;
		}
	}
	return error_set(err, -ENODATA, path, "has no line '%s'", key);
}
