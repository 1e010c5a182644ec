/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <jansson.h>

#include "common/util.h"
#include "runner/machine.h"

/* What the executor says of the machine, from a tree of files. */
static char root[] = "/tmp/memrig-machine-XXXXXX", out[1 << 16];

static void set_up(void)
{
	snprintf(root, sizeof(root), "/tmp/memrig-machine-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
}

static void tear_down(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", root);

	ck_assert_int_eq(system(command), 0);
}

static void make_tier(const char *name)
{
	_cleanup_free_ char *command =
		xasprintf("mkdir -p '%s/sys/devices/virtual/memory_tiering/%s'", root, name);

	ck_assert_int_eq(system(command), 0);
}

static int collect(void *opaque, const char *data, size_t len)
{
	size_t *at = opaque;

	ck_assert_uint_lt(*at + len, sizeof(out));
	memcpy(out + *at, data, len);
	*at += len;
	out[*at] = '\0';
	return 0;
}

static json_t *record(void)
{
	const struct topology none = { .n_nodes = 0 };
	struct stream_writer w;
	size_t len = 0;
	json_t *json;

	ck_assert_int_eq(stream_writer_init(&w, (struct stream_sink){ collect, &len }, NULL), 0);
	ck_assert_int_eq(machine_record(root, &none, "v2", &w), 0);
	stream_writer_release(&w);
	json = json_loads(out, JSON_DISABLE_EOF_CHECK, NULL);
	ck_assert_ptr_nonnull(json);
	return json;
}

START_TEST(memory_tiers_are_counted)
{
	json_t *json;

	make_tier("memory_tier4");
	make_tier("memory_tier22");
	make_tier("power");
	json = record();
	ck_assert_int_eq(json_integer_value(json_object_get(json, "memory_tiers")), 2);
	json_decref(json);
}
END_TEST

START_TEST(a_kernel_without_tiers_says_nothing_of_them)
{
	json_t *json = record();

	ck_assert_str_eq(json_string_value(json_object_get(json, "type")), "machine");
	ck_assert_ptr_null(json_object_get(json, "memory_tiers"));
	json_decref(json);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("machine");
	TCase *tcase = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, memory_tiers_are_counted);
	tcase_add_test(tcase, a_kernel_without_tiers_says_nothing_of_them);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
