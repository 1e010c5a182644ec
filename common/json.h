/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_COMMON_JSON_H
#define MEMRIG_COMMON_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/diag.h"

/*
 * JSON documents that people write: read with jansson, every mistake with the
 * place it stands at. Key paths look like "groups[0].workloads[1].size".
 */

/* Returns 0, or -EINVAL with one entry in *diags. `file` is for the messages. A key given twice is a mistake.
 */
int json_text_load(const char *text, size_t len, const char *file, json_t **ret, struct diags *diags);

/* As json_text_load(), from a file; unreadable files come back as an entry in *diags too, with their errno.
 * *ret_text is the source, for json_locate(); the caller frees it. It may be NULL. */
int json_file_load(const char *path, json_t **ret, char **ret_text, struct diags *diags);

/* Text that reaches a terminal must not steer it: what in the strings of this JSON text stands for a control character
 * (C0 but tab and newline, DEL, C1) becomes U+FFFD, '?', a tab or a blank, in place and of the same length; so does such a
 * character itself, where the text is no JSON. */
void json_text_disarm(char *text, size_t len);

/* Line and column (characters, from 1) of a value in a document that json_text_load() accepted. Keys with
 * dots in them may stand in a path as they are. Returns false, with nothing written, when there is no such
 * value. */
bool json_locate(const char *text, const char *path, unsigned *ret_line, unsigned *ret_column);

/* As json_locate(), but the place of the key that names the value. */
bool json_locate_key(const char *text, const char *path, unsigned *ret_line, unsigned *ret_column);

/* "an object", "a string", "an integer": for messages. */
const char *json_type_word(const json_t *json);

#endif
