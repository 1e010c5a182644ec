/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_KERNEL_H
#define MEMRIG_RUNNER_LAB_KERNEL_H

#include <stdbool.h>

#include "common/error.h"

/*
 * Which kernel a guest boots. By name ("6.1", "6.12-generic") one of
 * Debian's, whose package is fetched with apt and unpacked below the cache,
 * never installed; by path a package ("./linux-image-6.16_amd64.deb"; of one
 * in parts any, with the others beside it), or any other ("/boot/vmlinuz-6.1.0" or "bzImage:modules-dir").
 */
struct lab_kernel {
	char *name;    /* as asked for */
	char *release; /* "6.1.0-56-cloud-amd64"; from the modules' directory, else from the image */
	char *image;   /* path of the bzImage */
	char *modules; /* directory with modules.dep; NULL: everything needed must be built in */
};

struct lab_kernel_info {
	const char *name;
	const char *version;	 /* "6.1" */
	const char *packages[3]; /* metapackages that depend on the newest of it, on one Debian or the next */
	const char *doc;
};
extern const struct lab_kernel_info lab_kernels[]; /* ends with a NULL name; the first is the default */
#define LAB_DEFAULT_KERNEL "6.1"

/* By name, or a .deb: found again below the cache, wherever that is. */
bool lab_kernel_is_packaged(const char *name);

/* Finds a kernel that is there already. -ENOPKG when it has not been
 * fetched or unpacked yet, -EINVAL when there is none of that name; other errors are the files'. */
int lab_kernel_find(const char *name, struct lab_kernel *ret, struct error *err);

/* As lab_kernel_find(), fetching one that is known by name and unpacking its package; calls note() (may be NULL) with what it
 * does. -ENOPKG when it cannot be had, -EINVAL when a .deb has no kernel. */
int lab_kernel_prepare(const char *name, void (*note)(const char *text), struct lab_kernel *ret, struct error *err);

void lab_kernel_release(struct lab_kernel *kernel);

/* Where the lab keeps what it can make again: $MEMRIG_CACHE, $XDG_CACHE_HOME/memrig or ~/.cache/memrig.
 * The caller frees it. */
char *lab_cache_dir(void);

/* Paths of the modules that hold the named ones and what they depend on, in loading order; names that are built in
 * are left out, and so is a name that starts with '?' where the kernel does not have it. *ret is NULL-terminated; lab_modules_free(). -ENOENT when the kernel has no such module. */
int lab_kernel_modules(const struct lab_kernel *kernel, const char *const *names, char ***ret, struct error *err);
void lab_modules_free(char **modules);

#endif
