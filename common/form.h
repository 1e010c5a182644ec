/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_COMMON_FORM_H
#define MEMRIG_COMMON_FORM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/diag.h"

/*
 * Checking a JSON document against its form. A form is a table of fields for
 * each object; reading the object, refusing what does not belong and the JSON
 * Schema all come from that table. Nothing stops at the first mistake.
 */
struct form {
	const char *file;
	const char *text; /* the source, for line and column; NULL: without */
	struct diags *diags;
};

/* A value and where it stands. */
struct form_value {
	const struct form *form;
	const char *path; /* "groups[0].name"; "" is the document */
	json_t *json;
};

enum form_types {
	FORM_STRING = 1,
	FORM_INTEGER = 2,
	FORM_NUMBER = 4, /* whole numbers too */
	FORM_BOOL = 8,
	FORM_OBJECT = 16,
	FORM_ARRAY = 32,
};

struct form_field {
	const char *key;
	unsigned types; /* enum form_types, or-ed */
	bool required;
	/* Reads a value of the right type into `into` + offset. NULL: read elsewhere. */
	void (*read)(const struct form_value *value, void *into);
	size_t offset;
	json_t *(*schema)(void); /* what the types do not say; NULL: nothing */
	const char *doc;         /* one line */
};

/* One mistake: at the value, at the key that names it, or at the object that lacks a key. hint may be NULL.
 */
void form_fail(const struct form_value *value, const char *hint, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void form_fail_key(const struct form_value *value, const char *hint, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void form_fail_missing(const struct form_value *object, const char *key, const char *hint, const char *format,
		       ...) __attribute__((format(printf, 4, 5)));
/* The same for a path made by form_path(), when the value is not at hand. */
void form_fail_at(const struct form *form, const char *path, const char *hint, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* "parent.key" and "parent[index]"; the caller frees it. */
char *form_path(const char *parent, const char *key);
char *form_path_index(const char *parent, size_t index);

/* Whether the value has one of the types; else the mistake is reported. */
bool form_check_type(const struct form_value *value, unsigned types);

/* Reads an object by its table (ends with a NULL key). Keys that the table does not have go to `other`, with
 * the whole `into`; without `other` they are mistakes. Returns false when it is no object. */
typedef void form_other_fn(const struct form_value *value, const char *key, void *into);
bool form_read_object(const struct form_value *value, const struct form_field *fields, form_other_fn *other,
		      void *into);

/* Calls read for each element of a list; `into` is passed on. */
void form_read_list(const struct form_value *list, unsigned types,
		    void (*read)(const struct form_value *value, size_t index, void *into), void *into);

/* Reports text that is more than a line, or would steer a terminal: control characters, and U+2028 and U+2029, which are
 * line breaks to YAML. A reader of one field, too, which reads nothing. */
void form_check_line(const struct form_value *value, void *unused);

/* Readers of one field; for `read`. */
void form_string(const struct form_value *value, void *into);   /* char *, a copy */
void form_line(const struct form_value *value, void *into);     /* the same, of text that form_check_line() accepts */
void form_bytes(const struct form_value *value, void *into);    /* uint64_t; "64M" or a number, no shares */
void form_duration(const struct form_value *value, void *into); /* uint64_t, nanoseconds */

/* A number or string as it would be written by hand: "60", "0.3", "1%", "true". The caller frees it. */
char *form_scalar_text(const json_t *json);

/* {"type":"object","properties":{...},"required":[...],"additionalProperties":false} from a table. */
json_t *form_schema(const struct form_field *fields);
/* Names the types of one field, and describes it; for schemas that are made by hand. */
json_t *form_schema_types(unsigned types, const char *doc);

#endif
