/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels that come in Debian packages: fetched by name, or a .deb by path; unpacked below the cache, never installed. */
#include "runner/lab/kernel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/lab/checksum.h"
#include "runner/lab/kernel_parts.h"

const struct lab_kernel_info lab_kernels[] = {
	{ LAB_DEFAULT_KERNEL, "linux-image-cloud-amd64", "Debian 12's cloud kernel: classic LRU by default, MGLRU built in" },
	{ "6.12", "linux-image-6.12-cloud-amd64", "Debian 12's backported cloud kernel: MGLRU by default" },
	{ "6.1-generic", "linux-image-amd64", "as 6.1, for any machine: has zswap" },
	{ "6.12-generic", "linux-image-6.12-amd64", "as 6.12, for any machine: has zswap" },
	{ 0 },
};

/* Where a package comes from, and where it is unpacked to. */
struct package {
	char *from; /* its name, or the path of the .deb */
	char *base;
};

static void package_release(struct package *package)
{
	free(package->from);
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
	*ret = (struct package){ from, xasprintf("%s/kernels/deb-%.16s", cache, sum) };
	return 0;
}

static int package_of(const char *name, struct package *ret, struct error *err)
{
	_cleanup_free_ char *cache = lab_cache_dir();
	const struct lab_kernel_info *info = find_info(name);

	if (!info)
		return package_of_deb(name, cache, ret, err);
	*ret = (struct package){ xstrdup(info->package), xasprintf("%s/kernels/%s", cache, name) };
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

/*
 * Fetches the newest package the metapackage depends on, or takes the .deb,
 * and unpacks it into a temporary directory that is renamed when it is whole;
 * two at once are safe, the second rename fails and the first one's result is
 * used.
 */
static const char unpack_script[] =
	"from=$1 tmp=$2 base=$3\n"
	"trap 'rm -rf -- \"$tmp\"' EXIT\n"
	"trap 'exit 1' INT TERM HUP\n"
	"newest() { apt-cache depends \"$from\" | sed -n 's/.*Depends: \\(linux-image-[^ ]*\\)$/\\1/p' | head -n 1; }\n"
	"download() { package=$(newest) && [ -n \"$package\" ] && apt-get download -q \"$package\"; }\n"
	"cd \"$tmp\" || exit 1\n"
	"case $from in\n"
	"/*) ln -s \"$from\" linux.deb ;;\n"
	"*) download || { apt-get update -q && download; } || { echo \"apt cannot get $from\"; exit 1; } ;;\n"
	"esac\n"
	"set -e\n"
	"dpkg-deb -x ./*.deb unpacked\n"
	"set -- unpacked/boot/vmlinuz-*\n"
	"[ -e \"$1\" ] || { echo 'no kernel (boot/vmlinuz-RELEASE) is in it'; exit 1; }\n"
	"[ -d unpacked/lib/modules ] || [ ! -d unpacked/usr/lib/modules ] || mv unpacked/usr/lib unpacked/lib\n"
	"release=${1#unpacked/boot/vmlinuz-}\n"
	"mkdir -p \"unpacked/lib/modules/$release\"\n"
	"PATH=$PATH:/sbin:/usr/sbin depmod -b unpacked \"$release\"\n"
	"mv -T unpacked \"$base\" || [ -d \"$base/lib/modules\" ]\n";

static int run_script(const char *script, const char *const *args, const char *log)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);

		if (fd >= 0) {
			dup2(fd, 1);
			dup2(fd, 2);
		}
		execl("/bin/sh", "sh", "-c", script, "sh", args[0], args[1], args[2], (char *)NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
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

static int unpack(const struct package *package, struct error *err)
{
	_cleanup_free_ char *cache = lab_cache_dir();
	_cleanup_free_ char *dir = xasprintf("%s/kernels", cache);
	_cleanup_free_ char *tmp = xasprintf("%s/.fetch-XXXXXX", dir);
	_cleanup_free_ char *log = xasprintf("%s/fetch-%s.log", dir, strrchr(package->base, '/') + 1);
	const char *args[] = { package->from, tmp, package->base };
	bool by_path = package->from[0] == '/';
	char line[200];
	int r = file_make_dirs(dir, err);

	if (r < 0)
		return r;
	if (!mkdtemp(tmp))
		return error_set_errno(err, -errno, tmp, "cannot make a directory");
	r = run_script(unpack_script, args, log);
	if (r < 0) {
		last_line(log, line, sizeof(line));
		r = error_set(err, by_path ? -EINVAL : -ENOPKG, log, "cannot %s %s: %s", by_path ? "unpack" : "fetch", package->from, line);
		error_hint(err, by_path ? "give a kernel's package (linux-image-*.deb), or a bzImage"
					: "check that apt reaches its servers, or give the path of a bzImage or .deb with --kernel");
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
	text = is_deb(name) ? xasprintf("unpacking %s", name)
			    : xasprintf("fetching kernel %s (package %s)", name, package.from);
	if (note)
		note(text);
	r = unpack(&package, err);
	package_release(&package);
	return r < 0 ? r : lab_kernel_find(name, ret, err);
}
