/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_COMMON_JSON_SYNTAX_H
#define MEMRIG_COMMON_JSON_SYNTAX_H

#include <jansson.h>
#include <stddef.h>

/*
 * A mistake in JSON, as somebody who edits the file would say it. `at` is where it was noticed, in `text` of `len` bytes;
 * *ret_at is where it stands (a comma too many is before what was noticed). *ret_hint is static, NULL when there is nothing
 * to add. The caller frees the result.
 */
char *json_syntax_message(const char *text, size_t len, size_t at, const json_error_t *error, size_t *ret_at,
			  const char **ret_hint);

#endif
