/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <sys/stat.h>
#include <zstd.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/lab/image.h"
#include "runner/lab/kernel.h"
#include "runner/lab/scratch.h"

/* Kernels and modules that somebody else has made. */
static char dir[] = "/tmp/memrig-image-XXXXXX";

static void set_up(void)
{
	snprintf(dir, sizeof(dir), "/tmp/memrig-image-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void tear_down(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", dir);

	ck_assert_int_eq(system(command), 0);
}

static char *put(const char *name, const void *data, size_t len)
{
	char *path = xasprintf("%s/%s", dir, name);

	ck_assert_int_eq(file_write_atomic(path, data, len, NULL), 0);
	return path;
}

/* The fields of the boot protocol that are read. */
static char *put_image(const char *version)
{
	enum { VERSION = 0x40 };
	char image[0x300] = { 0 };

	memcpy(image + 0x202, "HdrS", 4);
	image[0x20e] = VERSION;
	snprintf(image + 0x200 + VERSION, 0x80, "%s", version);
	return put("vmlinuz", image, sizeof(image));
}

static int find(const char *version, struct lab_kernel *ret, struct error *err)
{
	_cleanup_free_ char *path = put_image(version);

	return lab_kernel_find(path, ret, err);
}

START_TEST(an_image_names_its_release)
{
	struct lab_kernel kernel;

	ck_assert_int_eq(find("6.1.0-30-cloud-amd64 (somebody@somewhere) #1 SMP", &kernel, NULL), 0);
	ck_assert_str_eq(kernel.release, "6.1.0-30-cloud-amd64");
	lab_kernel_release(&kernel);
}
END_TEST

static const char *const no_releases[] = { "", "../../tmp", "6/1", "6.1\033[2J", "-rf", ".", "6.1\n" };

START_TEST(what_is_no_release_is_refused)
{
	struct lab_kernel kernel;
	struct error err = { 0 };

	ck_assert_int_eq(find(no_releases[_i], &kernel, &err), -EINVAL);
	ck_assert(err.what[0]);
}
END_TEST

START_TEST(a_fifo_is_no_image)
{
	_cleanup_free_ char *path = xasprintf("%s/fifo", dir);
	struct lab_kernel kernel;

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(lab_kernel_find(path, &kernel, NULL), -EINVAL);
}
END_TEST

/* The length of the initramfs that has the module, or what was wrong with it. */
static int64_t add_module(char *path, struct error *err)
{
	_cleanup_free_ char *init = put("init", "", 0);
	_cleanup_close_ int fd = scratch_open(dir, NULL);
	char *modules[] = { path, NULL };
	int r = image_initramfs(fd, init, NULL, modules, err);

	return r < 0 ? r : lseek(fd, 0, SEEK_END);
}

START_TEST(a_fifo_is_no_module)
{
	_cleanup_free_ char *path = xasprintf("%s/m.ko", dir);
	struct error err = { 0 };

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(add_module(path, &err), -EINVAL);
}
END_TEST

static char *put_zeros(const char *name, size_t len)
{
	_cleanup_free_ char *zeros = xcalloc(len, 1), *packed = xcalloc(ZSTD_compressBound(len), 1);
	size_t n = ZSTD_compress(packed, ZSTD_compressBound(len), zeros, len, 1);

	ck_assert(!ZSTD_isError(n));
	return put(name, packed, n);
}

START_TEST(a_packed_module_is_unpacked)
{
	_cleanup_free_ char *path = put_zeros("m.ko.zst", 1 << 20);

	ck_assert_int_gt(add_module(path, NULL), 1 << 20);
}
END_TEST

START_TEST(a_module_that_unpacks_to_much_is_refused)
{
	_cleanup_free_ char *path = put_zeros("m.ko.zst", 130 << 20);
	struct error err = { 0 };

	ck_assert_int_eq(add_module(path, &err), -EFBIG);
	ck_assert_ptr_nonnull(strstr(err.what, "128 MiB"));
}
END_TEST

/* libarchive has formats that it gives to a program of that name. */
START_TEST(no_program_is_started_for_a_module)
{
	static const char script[] = "#!/bin/sh\n: >\"$0.ran\"\n", packed[] = "LRZI\0\6 and what it packs";
	_cleanup_free_ char *path = put("m.ko", packed, sizeof(packed));
	_cleanup_free_ char *program = put("lrzip", script, strlen(script));
	_cleanup_free_ char *ran = xasprintf("%s.ran", program);

	ck_assert_int_eq(chmod(program, 0700), 0);
	setenv("PATH", dir, 1);
	ck_assert_int_gt(add_module(path, NULL), 0);
	setenv("PATH", "/usr/bin:/bin", 1);
	ck_assert_int_ne(access(ran, F_OK), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("kernel_image");
	TCase *tcase = tcase_create("image");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, an_image_names_its_release);
	tcase_add_loop_test(tcase, what_is_no_release_is_refused, 0, ARRAY_SIZE(no_releases));
	tcase_add_test(tcase, a_fifo_is_no_image);
	tcase_add_test(tcase, a_fifo_is_no_module);
	tcase_add_test(tcase, a_packed_module_is_unpacked);
	tcase_add_test(tcase, a_module_that_unpacks_to_much_is_refused);
	tcase_add_test(tcase, no_program_is_started_for_a_module);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
