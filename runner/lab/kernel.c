/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/kernel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/file.h"
#include "common/util.h"

enum { RELEASE_LONGEST = 64 }; /* uname()'s (__NEW_UTS_LEN) */

const struct lab_kernel_info lab_kernels[] = {
	{ LAB_DEFAULT_KERNEL, "linux-image-cloud-amd64", "Debian 12's kernel: classic LRU by default, MGLRU built in" },
	{ "6.12", "linux-image-6.12-cloud-amd64", "Debian 12's backported kernel: MGLRU by default" },
	{ 0 },
};

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

static const struct lab_kernel_info *find_info(const char *name)
{
	for (const struct lab_kernel_info *info = lab_kernels; info->name; info++)
		if (streq(info->name, name))
			return info;
	return NULL;
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

static int find_in_cache(const struct lab_kernel_info *info, struct lab_kernel *ret, struct error *err)
{
	_cleanup_free_ char *cache = lab_cache_dir();
	_cleanup_free_ char *base = xasprintf("%s/kernels/%s", cache, info->name);
	_cleanup_free_ char *modules = xasprintf("%s/lib/modules", base);
	_cleanup_free_ char *release = only_entry(modules);
	int r;

	if (!release && errno != ENOENT)
		return error_set_errno(err, -errno, modules, "cannot be read");
	if (!release) {
		r = error_set(err, -ENOPKG, info->name, "this kernel has not been fetched yet");
		error_hint(err, "fetch it with: memrig lab prepare --kernel %s", info->name);
		return r;
	}
	*ret = (struct lab_kernel){
		.name = xstrdup(info->name),
		.image = xasprintf("%s/boot/vmlinuz-%s", base, release),
		.modules = xasprintf("%s/%s", modules, release),
		.release = xstrdup(release),
	};
	return 0;
}

int lab_kernel_find(const char *name, struct lab_kernel *ret, struct error *err)
{
	const struct lab_kernel_info *info = find_info(name);
	int r;

	if (info)
		return find_in_cache(info, ret, err);
	if (strchr(name, '/'))
		return find_by_path(name, ret, err);
	r = error_set(err, -EINVAL, name, "there is no kernel of that name");
	error_hint(err, "use 6.1, 6.12, or the path of a bzImage (bzImage:modules-directory)");
	return r;
}

/*
 * Fetches the newest package the metapackage depends on, into a temporary
 * directory that is renamed when it is whole; two at once are safe, the second
 * rename fails and the first one's result is used.
 */
static const char fetch_script[] =
	"meta=$1 tmp=$2 base=$3\n"
	"trap 'rm -rf -- \"$tmp\"' EXIT\n"
	"trap 'exit 1' INT TERM HUP\n"
	"newest() { apt-cache depends \"$meta\" | sed -n 's/.*Depends: \\(linux-image-[^ ]*\\)$/\\1/p' | head -n 1; }\n"
	"download() { package=$(newest) && [ -n \"$package\" ] && apt-get download -q \"$package\"; }\n"
	"cd \"$tmp\" || exit 1\n"
	"download || { apt-get update -q && download; } || { echo \"apt cannot get $meta\"; exit 1; }\n"
	"set -e\n"
	"dpkg-deb -x ./*.deb unpacked\n"
	"[ -d unpacked/lib/modules ] || mv unpacked/usr/lib unpacked/lib\n"
	"PATH=$PATH:/sbin:/usr/sbin depmod -b unpacked \"$(ls unpacked/lib/modules)\"\n"
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

static int fetch(const struct lab_kernel_info *info, struct error *err)
{
	_cleanup_free_ char *cache = lab_cache_dir();
	_cleanup_free_ char *dir = xasprintf("%s/kernels", cache);
	_cleanup_free_ char *base = xasprintf("%s/%s", dir, info->name);
	_cleanup_free_ char *tmp = xasprintf("%s/.fetch-XXXXXX", dir);
	_cleanup_free_ char *log = xasprintf("%s/fetch-%s.log", dir, info->name);
	const char *args[] = { info->package, tmp, base };
	char line[200];
	int r = file_make_dirs(dir, err);

	if (r < 0)
		return r;
	if (!mkdtemp(tmp))
		return error_set_errno(err, -errno, tmp, "cannot make a directory");
	r = run_script(fetch_script, args, log);
	if (r < 0) {
		last_line(log, line, sizeof(line));
		r = error_set(err, -ENOPKG, log, "cannot fetch %s: %s", info->package, line);
		error_hint(err, "check that apt reaches its servers, or give the path of a bzImage with --kernel");
	}
	return r;
}

int lab_kernel_prepare(const char *name, void (*note)(const char *text), struct lab_kernel *ret, struct error *err)
{
	const struct lab_kernel_info *info = find_info(name);
	_cleanup_free_ char *text = NULL;
	int r = lab_kernel_find(name, ret, err);

	if (r != -ENOPKG)
		return r;
	text = xasprintf("fetching kernel %s (package %s)", info->name, info->package);
	if (note)
		note(text);
	r = fetch(info, err);
	return r < 0 ? r : lab_kernel_find(name, ret, err);
}

/* Adds the paths of a module and, before them, of what it depends on; each once. */
static void add_module(struct kmod_module *module, char ***list, size_t *n)
{
	struct kmod_list *deps = kmod_module_get_dependencies(module), *it;
	const char *path = kmod_module_get_path(module);

	kmod_list_foreach(it, deps) {
		struct kmod_module *dep = kmod_module_get_module(it);

		add_module(dep, list, n);
		kmod_module_unref(dep);
	}
	kmod_module_unref_list(deps);
	for (size_t i = 0; path && i < *n; i++)
		if (streq((*list)[i], path))
			return;
	if (!path)
		return; /* built in */
	*list = xrealloc(*list, (*n + 2) * sizeof(**list));
	(*list)[(*n)++] = xstrdup(path);
	(*list)[*n] = NULL;
}

int lab_kernel_modules(const struct lab_kernel *kernel, const char *const *names, char ***ret, struct error *err)
{
	const char *no_config = NULL;
	struct kmod_ctx *ctx = kernel->modules ? kmod_new(kernel->modules, &no_config) : NULL;
	char **list = xcalloc(1, sizeof(*list));
	size_t n = 0;
	int r = 0;

	for (; ctx && r == 0 && *names; names++) {
		struct kmod_list *found = NULL, *it;

		bool optional = **names == '?';
		const char *name = *names + optional;

		if ((kmod_module_new_from_lookup(ctx, name, &found) < 0 || !found) && !optional)
			r = error_set(err, -ENOENT, kernel->modules, "the kernel has no module %s", name);
		kmod_list_foreach(it, found) {
			struct kmod_module *module = kmod_module_get_module(it);

			add_module(module, &list, &n);
			kmod_module_unref(module);
		}
		kmod_module_unref_list(found);
	}
	if (ctx)
		kmod_unref(ctx);
	if (r < 0)
		lab_modules_free(list);
	else
		*ret = list;
	return r;
}

void lab_modules_free(char **modules)
{
	for (char **m = modules; m && *m; m++)
		free(*m);
	free(modules);
}
