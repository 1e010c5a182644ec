/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_COMMON_ERROR_H
#define MEMRIG_COMMON_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What went wrong, for the caller to print or to record. Library code fills it
 * and returns a negative errno; only runner/ prints. Passing NULL where a
 * struct error is asked for is allowed everywhere.
 */
struct error {
	char where[256]; /* the file, option or kernel object concerned; may be "" */
	char what[512];	 /* one sentence, no full stop, no newline */
	char hint[256];	 /* what to do next; may be "" */
};

/* Fills *err and returns code (a negative errno), so that callers can write
 * `return error_set(err, -EINVAL, path, "not a number: '%s'", text);` */
int error_set(struct error *err, int code, const char *where, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* As error_set(), with ": strerror(code)" appended. */
int error_set_errno(struct error *err, int code, const char *where, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#ifdef __clang_analyzer__
/* What the analyzer cannot know: an errno is not 0 where a call has just failed. */
static inline int error_negative(int code)
{
	if (code >= 0)
		__builtin_unreachable();
	return code;
}
#define error_set(...) error_negative(error_set(__VA_ARGS__))
#define error_set_errno(...) error_negative(error_set_errno(__VA_ARGS__))
#endif

/* Adds what to do next to an error already set. */
void error_hint(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Bytes of the control character (C0, DEL or C1 as UTF-8; tab and newline are among them) that text begins with; 0: none. */
size_t text_control_len(const char *text);

/* Makes '?' of control characters other than tab and newline: messages quote what somebody else wrote, and a terminal
 * obeys such characters. Errors and diagnostics are plain already. */
void text_plain(char *text);

/* Whether a name has none of these, nor line breaks and tabs: one that a run or a tag may have. */
bool text_is_plain_name(const char *name);

#endif
