/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a kernel's image, and as one of its modules, packed or not: an error, or a release that can be part of a path
 * and an initramfs of no more than the module. */
#include "common/file.h"
#include "runner/lab/image.h"
#include "runner/lab/kernel.h"
#include "runner/lab/scratch.h"
#include "tests/fuzz/fuzz.h"

static char *put(const char *name, const uint8_t *data, size_t size)
{
	char *path = xasprintf("%s/%s", fuzz_dir(), name);
	_cleanup_fclose_ FILE *f = fopen(path, "w");

	if (!f || fwrite(data, 1, size, f) != size)
		abort();
	return path;
}

static void read_image(const char *path)
{
	struct lab_kernel kernel = { 0 };
	struct error err = { 0 };

	if (lab_kernel_find(path, &kernel, &err) == 0) {
		if (strchr(kernel.release, '/') || kernel.release[0] == '.' || !*kernel.release)
			abort();
		lab_kernel_release(&kernel);
	} else if (!*err.what) {
		abort(); /* refused without a word */
	}
}

static void read_module(char *path, const char *init)
{
	char *modules[] = { path, NULL };
	struct error err = { 0 };
	int fd = scratch_open(NULL, NULL);

	if (fd < 0)
		abort();
	if (image_initramfs(fd, init, NULL, modules, &err) < 0 && !*err.what)
		abort();
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *path = put("vmlinuz", data, size), *init = put("init", data, 0);

	read_image(path);
	read_module(path, init);
	return 0;
}
