/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_TESTS_STREAMS_H
#define MEMRIG_TESTS_STREAMS_H

#include <check.h>

#include "common/file.h"
#include "common/util.h"
#include "results/summary.h"
#include "results/timeline.h"
#include "results/verdict.h"

/* The hand-made streams of tests/data/streams; tests run at the top of the source tree. */

static inline char *stream_text_of(const char *name, size_t *ret_len)
{
	_cleanup_free_ char *path = xasprintf("tests/data/streams/%s", name);
	char *text = NULL;

	ck_assert_int_eq(file_read(NULL, path, &text, ret_len, NULL), 0);
	return text;
}

static inline struct timeline *timeline_of(const char *name)
{
	size_t len;
	_cleanup_free_ char *text = stream_text_of(name, &len);
	struct timeline *t = NULL;

	ck_assert_int_eq(timeline_parse(text, len, &t, NULL), 0);
	return t;
}

static inline struct summary *summary_of(const char *name)
{
	size_t len;
	_cleanup_free_ char *text = stream_text_of(name, &len);
	struct summary_input input = { .stream = text, .stream_len = len, .wall_s = 1.5 };
	struct summary *s = NULL;

	ck_assert_int_eq(summary_make(&input, &s, NULL), 0);
	return s;
}

/* A stream of records written with ' for ", after its first line. */
static inline struct timeline *timeline_of_records(const char *records)
{
	_cleanup_free_ char *text = xasprintf("{'type':'stream','schema':'memrig.stream/1'}\n%s", records);
	struct timeline *t = NULL;

	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	ck_assert_int_eq(timeline_parse(text, strlen(text), &t, NULL), 0);
	ck_assert_str_eq(t->damage, "");
	return t;
}

/* What one verdict finds. */
static inline json_t *judge_one(const struct verdict *verdict, const struct timeline *t)
{
	json_t *found = json_array();

	verdict->judge(t, found);
	return found;
}

/* A main() that runs one suite; exit 1 when something failed. */
static inline int run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}

#endif
