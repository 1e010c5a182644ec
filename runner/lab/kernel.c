/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>

#include "common/util.h"
#include "runner/lab/kernel_parts.h"

enum { RELEASE_LONGEST = 64 }; /* uname()'s (__NEW_UTS_LEN) */

char *lab_cache_dir(void)
{
	const char *dir = getenv("MEMRIG_CACHE");

	if (dir && *dir)
		return xstrdup(dir);
	dir = getenv("XDG_CACHE_HOME");
	if (dir && *dir == '/')
		return xasprintf("%s/memrig", dir);
	dir = getenv("HOME");
	return xasprintf("%s/.cache/memrig", dir && *dir ? dir : "/root");
}

void lab_kernel_release(struct lab_kernel *kernel)
{
	free(kernel->name);
	free(kernel->release);
	free(kernel->image);
	free(kernel->modules);
	*kernel = (struct lab_kernel){ 0 };
}

/* It becomes part of a path, and of what is printed. */
static bool is_release(const char *text)
{
	size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+~-");

	return text[0] >= '0' && text[0] <= '9' && text[len] == '\0' && len <= RELEASE_LONGEST;
}

/* The boot protocol keeps the version's offset at 0x20e (Documentation/arch/x86/boot.rst). */
static int image_release(const char *image, char **ret, struct error *err)
{
	_cleanup_close_ int fd = open(image, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO has no other end */
	char magic[4], version[128] = "";
	struct stat st;
	uint16_t offset;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set_errno(err, -errno, image, "cannot open the kernel");
	if (!S_ISREG(st.st_mode))
		return error_set(err, -EINVAL, image, "this is no file");
	if (pread(fd, magic, 4, 0x202) != 4 || memcmp(magic, "HdrS", 4) != 0)
		return error_set(err, -EINVAL, image, "this is not a bzImage");
	if (pread(fd, &offset, 2, 0x20e) != 2 ||
	    pread(fd, version, sizeof(version) - 1, offset + 0x200) <= 0)
		return error_set(err, -EINVAL, image, "the bzImage names no version");
	version[strcspn(version, " ")] = '\0';
	if (!is_release(version))
		return error_set(err, -EINVAL, image, "the bzImage's version is none: '%.60s'", version);
	*ret = xstrdup(version);
	return 0;
}

/* "bzImage" or "bzImage:modules-dir"; without the latter /lib/modules/RELEASE is used when it is there. */
static int find_by_path(const char *name, struct lab_kernel *ret, struct error *err)
{
	struct lab_kernel kernel = { .name = xstrdup(name), .image = xstrdup(name) };
	char *colon = strchr(kernel.image, ':');
	int r;

	if (colon) {
		*colon = '\0';
		kernel.modules = xstrdup(colon + 1);
	}
	r = image_release(kernel.image, &kernel.release, err);
	if (r == 0 && !kernel.modules) {
		kernel.modules = xasprintf("/lib/modules/%s", kernel.release);
		if (access(kernel.modules, F_OK) < 0) {
			free(kernel.modules);
			kernel.modules = NULL;
		}
	}
	if (r == 0 && kernel.modules && access(kernel.modules, R_OK) < 0)
		r = error_set_errno(err, -errno, kernel.modules, "cannot read the kernel's modules");
	if (r < 0)
		lab_kernel_release(&kernel);
	else
		*ret = kernel;
	return r;
}

int lab_kernel_find(const char *name, struct lab_kernel *ret, struct error *err)
{
	int r;

	if (lab_kernel_is_packaged(name))
		return kernel_find_unpacked(name, ret, err);
	if (strchr(name, '/'))
		return find_by_path(name, ret, err);
	r = error_set(err, -EINVAL, name, "there is no kernel of that name");
	error_hint(err, "`memrig lab kernels` lists them; or give the path of a bzImage, bzImage:modules-directory or .deb");
	return r;
}
