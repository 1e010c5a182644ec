/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is not the same in two runs. */
#include "results/changes.h"
#include "streams.h"

static const char run_text[] = "{\"provenance\":{\"memrig\":\"a\",\"qemu\":\"7.2\",\"host_cpu\":\"X\",\"host_cpus\":2,"
			       "\"kernels\":[{\"release\":\"6.1\",\"image_sha256\":\"11\"}]}}";
static const char cell_text[] = "{\"kernel\":\"6.1\",\"lru\":\"classic\"}";
static const char description_text[] =
	"{\"profile\":{\"name\":\"p\",\"sysctl\":{\"vm.swappiness\":60,\"vm.zone_reclaim_mode\":0}},"
	"\"scenario\":{\"name\":\"s\",\"limit\":\"60s\",\"groups\":[1]}}";

struct side {
	json_t *run, *cell, *description;
};

static struct side side(void)
{
	return (struct side){ json_loads(run_text, 0, NULL), json_loads(cell_text, 0, NULL),
			      json_loads(description_text, 0, NULL) };
}

static void release(struct side *s)
{
	json_decref(s->run);
	json_decref(s->cell);
	json_decref(s->description);
}

/* "what; what": those that are found, as they are told. Releases both. */
static const char *found(struct side a, struct side b)
{
	static char text[1024];
	struct changes_of before = { a.run, a.cell, a.description }, after = { b.run, b.cell, b.description };
	json_t *changes = changes_find(&before, &after), *change;
	size_t i;

	text[0] = '\0';
	json_array_foreach (changes, i, change) {
		_cleanup_free_ char *one = changes_text(change);

		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? "; " : "", one);
	}
	json_decref(changes);
	release(&a);
	release(&b);
	return text;
}

START_TEST(equal_sides_have_no_changes)
{
	ck_assert_str_eq(found(side(), side()), "");
}
END_TEST

START_TEST(kernel_profile_scenario_and_memrig_are_told_in_that_order)
{
	struct side b = side();

	json_object_set_new(json_object_get(b.run, "provenance"), "memrig", json_string("b"));
	json_object_set_new(b.cell, "kernel", json_string("6.2"));
	json_object_set_new(json_object_get(json_object_get(b.description, "profile"), "sysctl"), "vm.swappiness",
			    json_integer(1));
	json_object_set_new(json_object_get(b.description, "scenario"), "limit", json_string("90s"));
	ck_assert_str_eq(found(side(), b), "kernel 6.1 -> 6.2; profile vm.swappiness 60 -> 1; scenario limit 60s -> 90s; "
					   "memrig a -> b");
}
END_TEST

START_TEST(a_setting_that_is_new_or_gone_is_told)
{
	struct side a = side(), b = side();

	json_object_del(json_object_get(json_object_get(a.description, "profile"), "sysctl"), "vm.swappiness");
	json_object_del(json_object_get(json_object_get(b.description, "profile"), "sysctl"), "vm.zone_reclaim_mode");
	ck_assert_str_eq(found(a, b), "profile vm.zone_reclaim_mode 0 -> none; profile vm.swappiness none -> 60");
}
END_TEST

START_TEST(a_kernel_built_anew_under_its_old_name_is_told)
{
	struct side b = side();
	json_t *kernels = json_object_get(json_object_get(b.run, "provenance"), "kernels");

	json_object_set_new(json_array_get(kernels, 0), "image_sha256", json_string("22"));
	ck_assert_str_eq(found(side(), b), "kernel image 11 -> 22");
}
END_TEST

START_TEST(what_only_one_side_knows_is_no_change)
{
	struct side b = side();

	json_object_del(json_object_get(b.run, "provenance"), "qemu");
	json_object_del(b.cell, "lru");
	json_decref(b.description);
	b.description = NULL;
	ck_assert_str_eq(found(side(), b), "");
}
END_TEST

START_TEST(the_machine_is_its_cpus_and_not_its_software)
{
	struct side a = side(), b = side();
	json_t *changes;

	json_object_set_new(json_object_get(b.run, "provenance"), "memrig", json_string("b"));
	changes = changes_of_machine(a.run, b.run);
	ck_assert_uint_eq(json_array_size(changes), 0);
	json_decref(changes);
	json_object_set_new(json_object_get(b.run, "provenance"), "host_cpus", json_integer(4));
	changes = changes_of_machine(a.run, b.run);
	ck_assert_uint_eq(json_array_size(changes), 1);
	json_decref(changes);
	release(&a);
	release(&b);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("changes");
	TCase *tc = tcase_create("changes");

	tcase_add_test(tc, equal_sides_have_no_changes);
	tcase_add_test(tc, kernel_profile_scenario_and_memrig_are_told_in_that_order);
	tcase_add_test(tc, a_setting_that_is_new_or_gone_is_told);
	tcase_add_test(tc, a_kernel_built_anew_under_its_old_name_is_told);
	tcase_add_test(tc, what_only_one_side_knows_is_no_change);
	tcase_add_test(tc, the_machine_is_its_cpus_and_not_its_software);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
