/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "common/file.h"
#include "results/timeline.h"
#include "runner/provenance_machine.h"
#include "tests/unit/streams.h"

#define TREE "tests/data/trees/"

static json_t *of(const char *root)
{
	json_t *p = json_object();

	provenance_machine(root, true, p);
	return p;
}

START_TEST(nodes_and_swap_are_those_of_the_tree)
{
	json_t *p = of(TREE "2node-6.1"), *nodes = json_object_get(p, "host_nodes");

	ck_assert_uint_eq(json_array_size(nodes), 2);
	ck_assert_int_eq(json_integer_value(json_array_get(json_object_get(json_array_get(nodes, 0), "distance"), 1)), 20);
	ck_assert_uint_gt(record_u64(json_array_get(nodes, 1), "total_bytes", 0), 200 << 20);
	ck_assert_str_eq(record_text(json_array_get(json_object_get(p, "host_swap"), 0), "kind", ""), "zram");
	ck_assert_str_eq(record_text(json_object_get(p, "host_memory"), "lru_gen", ""), "0x0000");
	ck_assert_uint_gt(record_u64(p, "available_bytes", 0), 0);
	json_decref(p);
}
END_TEST

START_TEST(the_mode_of_cgroups_is_told)
{
	static const char *const trees[][2] = { { TREE "2node-6.1", "v2" }, { TREE "hybrid-host", "hybrid" }, { TREE "v1-host", "v1" }, { "/nowhere", "none" } };

	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		json_t *p = of(trees[i][0]);

		ck_assert_str_eq(record_text(p, "host_cgroup", ""), trees[i][1]);
		json_decref(p);
	}
}
END_TEST

/* What captured trees do not have: a machine made for the test. */
static char top[] = "/tmp/memrig-provenance-XXXXXX";

static void put(const char *dir, const char *name, const char *text)
{
	_cleanup_free_ char *at = xasprintf("%s/%s", top, dir), *path = xasprintf("%s/%s", at, name);

	ck_assert_int_eq(file_make_dirs(at, NULL), 0);
	ck_assert_int_eq(file_write_atomic(path, text, strlen(text), NULL), 0);
}

START_TEST(cpu_kernel_and_settings_are_read)
{
	_cleanup_free_ char *clean = NULL;
	json_t *p;

	ck_assert_ptr_nonnull(mkdtemp(top));
	put("proc", "cpuinfo",
	    "processor\t: 0\nmodel name\t: A CPU @ 2: fast\nmicrocode\t: 0x12\nflags\t\t: fpu hypervisor sse\n\nprocessor\t: 1\nmodel name\t: other\n");
	put("proc/sys/kernel", "osrelease", "6.99.0-test\n");
	put("proc/sys/kernel", "tainted", "512\n");
	put("proc/sys/vm", "swappiness", "42\n");
	put("proc", "loadavg", "1.50 1.00 0.50 2/100 1234\n");
	put("boot", "config-6.99.0-test", "abc");
	put("sys/devices/system/cpu/smt", "active", "1\n");
	p = of(top);
	ck_assert_str_eq(record_text(p, "host_cpu", ""), "A CPU @ 2: fast");
	ck_assert_str_eq(record_text(p, "host_microcode", ""), "0x12");
	ck_assert(json_is_true(json_object_get(p, "host_is_guest")));
	ck_assert_str_eq(record_text(p, "host_kernel", ""), "6.99.0-test");
	ck_assert_str_eq(record_text(p, "host_tainted", ""), "512");
	ck_assert_str_eq(record_text(p, "load", ""), "1.50 1.00 0.50 2/100 1234");
	ck_assert_str_eq(record_text(json_object_get(p, "host_vm"), "swappiness", ""), "42");
	ck_assert_str_eq(record_text(json_object_get(p, "host_cpu_state"), "smt", ""), "1");
	/* FIPS 180-4's example. */
	ck_assert_str_eq(record_text(p, "host_config_sha256", ""), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	json_decref(p);
	clean = xasprintf("rm -r %s", top);
	ck_assert_int_eq(system(clean), 0);
}
END_TEST

START_TEST(what_is_not_there_is_left_out)
{
	json_t *p = of("/nowhere");

	ck_assert_ptr_null(json_object_get(p, "host_cpu"));
	ck_assert_ptr_null(json_object_get(p, "host_vm"));
	ck_assert_ptr_null(json_object_get(p, "host_config_sha256"));
	json_decref(p);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("provenance");
	TCase *tcase = tcase_create("provenance");

	tcase_add_test(tcase, nodes_and_swap_are_those_of_the_tree);
	tcase_add_test(tcase, the_mode_of_cgroups_is_told);
	tcase_add_test(tcase, cpu_kernel_and_settings_are_read);
	tcase_add_test(tcase, what_is_not_there_is_left_out);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
