/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels that come in Debian packages: fetched by name, or a .deb by path; unpacked below the cache, never installed. */
#include "runner/lab/kernel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/lab/checksum.h"
#include "runner/lab/kernel_parts.h"
#include "runner/lab/parts.h"

const struct lab_kernel_info lab_kernels[] = {
	{ LAB_DEFAULT_KERNEL, "6.1", { "linux-image-cloud-amd64" }, "Debian 12's cloud kernel: classic LRU by default, MGLRU built in" },
	{ "6.12", "6.12", { "linux-image-6.12-cloud-amd64", "linux-image-cloud-amd64" },
	  "Debian 13's cloud kernel, backported to 12: MGLRU by default" },
	{ "6.1-generic", "6.1", { "linux-image-amd64" }, "as 6.1, for any machine: has zswap" },
	{ "6.12-generic", "6.12", { "linux-image-6.12-amd64", "linux-image-amd64" }, "as 6.12, for any machine: has zswap" },
	{ 0 },
};

/* Where a package comes from, and where it is unpacked to. */
struct package {
	const struct lab_kernel_info *info; /* one known by name, or NULL */
	char *deb;			    /* otherwise: its path */
	char *base;
};

static void package_release(struct package *package)
{
	free(package->deb);
	free(package->base);
}

static const struct lab_kernel_info *find_info(const char *name)
{
	for (const struct lab_kernel_info *info = lab_kernels; info->name; info++)
		if (streq(info->name, name))
			return info;
	return NULL;
}

static bool is_deb(const char *name)
{
	size_t len = strlen(name);

	return strchr(name, '/') && len > 4 && streq(name + len - 4, ".deb");
}

bool lab_kernel_is_packaged(const char *name)
{
	return is_deb(name) || find_info(name);
}

/* Unpacked once, whatever the file is called and wherever it lies. */
static int package_of_deb(const char *path, const char *cache, struct package *ret, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char sum[CHECKSUM_ROOM], *from;
	int r = fd < 0 ? -errno : checksum_fd(fd, sum);

	if (r < 0)
		return error_set_errno(err, r, path, "cannot read the package");
	from = realpath(path, NULL);
	if (!from)
		return error_set_errno(err, -errno, path, "cannot find the package");
	*ret = (struct package){ .deb = from, .base = xasprintf("%s/kernels/deb-%.16s", cache, sum) };
	return 0;
}

static int package_of(const char *name, struct package *ret, struct error *err)
{
	_cleanup_free_ char *cache = lab_cache_dir();
	const struct lab_kernel_info *info = find_info(name);

	if (!info)
		return package_of_deb(name, cache, ret, err);
	*ret = (struct package){ .info = info, .base = xasprintf("%s/kernels/%s", cache, name) };
	return 0;
}

/* The one entry of a directory that is not hidden; NULL with errno when there is none, ENOENT for want of any. */
static char *only_entry(const char *dir)
{
	DIR *d = xopendir(dir);
	struct dirent *entry;
	char *name = NULL;
	int failed = d ? ENOENT : errno;

	while (d && !name && (entry = readdir(d)))
		if (entry->d_name[0] != '.')
			name = xstrdup(entry->d_name);
	if (d)
		closedir(d);
	errno = failed;
	return name;
}

static int find(const char *name, const struct package *package, struct lab_kernel *ret, struct error *err)
{
	_cleanup_free_ char *modules = xasprintf("%s/lib/modules", package->base);
	_cleanup_free_ char *release = only_entry(modules);
	int r;

	if (!release && errno != ENOENT)
		return error_set_errno(err, -errno, modules, "cannot be read");
	if (!release) {
		r = error_set(err, -ENOPKG, name, "this kernel has not been %s yet", is_deb(name) ? "unpacked" : "fetched");
		error_hint(err, "`memrig lab prepare --kernel %s` does it", name);
		return r;
	}
	*ret = (struct lab_kernel){
		.name = xstrdup(name),
		.image = xasprintf("%s/boot/vmlinuz-%s", package->base, release),
		.modules = xasprintf("%s/%s", modules, release),
		.release = xstrdup(release),
	};
	return 0;
}

int kernel_find_unpacked(const char *name, struct lab_kernel *ret, struct error *err)
{
	struct package package;
	int r = package_of(name, &package, err);

	if (r < 0)
		return r;
	r = find(name, &package, ret, err);
	package_release(&package);
	return r;
}

/* The last line of the log that says something. */
static void last_line(const char *log, char *line, size_t room)
{
	_cleanup_free_ char *text = NULL;
	char *newline;

	line[0] = '\0';
	if (file_read_line(NULL, log, &text, NULL) < 0)
		return;
	newline = strrchr(text, '\n');
	snprintf(line, room, "%s", newline ? newline + 1 : text);
}

static int run_script(const struct package *package, const char *tmp, const char *log)
{
	const struct lab_kernel_info *info = package->info;
	const char *deb[] = { NULL, package->base, tmp, "deb", package->deb, NULL };
	const char *apt[] = { NULL, package->base, tmp, "apt", info ? info->version : NULL, info ? info->packages[0] : NULL,
			      info ? info->packages[1] : NULL, NULL };

	return part_run_script("kernel.sh", info ? apt : deb, log);
}

static int unpack(const struct package *package, const char *name, struct error *err)
{
	_cleanup_free_ char *cache = lab_cache_dir();
	_cleanup_free_ char *dir = xasprintf("%s/kernels", cache);
	_cleanup_free_ char *tmp = xasprintf("%s/.fetch-XXXXXX", dir);
	_cleanup_free_ char *log = xasprintf("%s/fetch-%s.log", dir, strrchr(package->base, '/') + 1);
	char line[400];
	int r = file_make_dirs(dir, err);

	if (r < 0)
		return r;
	if (!mkdtemp(tmp))
		return error_set_errno(err, -errno, tmp, "cannot make a directory");
	r = run_script(package, tmp, log);
	rmdir(tmp); /* where the script did not even begin */
	if (r == -EIO) {
		last_line(log, line, sizeof(line));
		r = error_set(err, package->deb ? -EINVAL : -ENOPKG, log, "cannot %s %s: %s", package->deb ? "unpack" : "fetch", name, line);
		error_hint(err, package->deb ? "give a kernel's package (linux-image-*.deb), or a bzImage"
					     : "another of `memrig lab kernels` may be there; or give the path of a bzImage or .deb with --kernel");
	} else if (r < 0) {
		error_set_errno(err, r, "kernel.sh", "cannot run the script that unpacks kernels");
	}
	return r;
}

int lab_kernel_prepare(const char *name, void (*note)(const char *text), struct lab_kernel *ret, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	struct package package;
	int r = lab_kernel_find(name, ret, err);

	if (r != -ENOPKG)
		return r;
	r = package_of(name, &package, err);
	if (r < 0)
		return r;
	text = package.deb ? xasprintf("unpacking %s", name)
			   : xasprintf("fetching kernel %s (package %s)", name, package.info->packages[0]);
	if (note)
		note(text);
	r = unpack(&package, name, err);
	package_release(&package);
	return r < 0 ? r : lab_kernel_find(name, ret, err);
}
