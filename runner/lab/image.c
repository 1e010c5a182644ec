/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/image.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/lab/scratch.h"

/* The largest module of Debian's kernels has some 10 MiB; a file of that size can say that it has terabytes. */
#define MODULE_MAX (128 * MIB)

/* -EFBIG when there is more than a module has, -EIO when it cannot be read. */
static int unpack(struct archive *in, char **data, size_t *len)
{
	struct archive_entry *entry;
	size_t room = 1 << 20;
	ssize_t n;

	*data = xcalloc(1, room);
	if (archive_read_next_header(in, &entry) != ARCHIVE_OK)
		return -EIO;
	while ((n = archive_read_data(in, *data + *len, room - *len)) > 0) {
		*len += (size_t)n;
		if (*len > MODULE_MAX)
			return -EFBIG;
		if (*len == room)
			*data = xrealloc(*data, room *= 2);
	}
	return n < 0 ? -EIO : 0;
}

/* Reads a module, decompressing .xz, .gz and .zst. */
static int read_module(const char *path, char **ret, size_t *ret_len, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_free_ char *data = NULL;
	struct archive *in;
	struct stat st;
	size_t len = 0;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set_errno(err, -errno, path, "cannot open the module");
	if (!S_ISREG(st.st_mode))
		return error_set(err, -EINVAL, path, "this is no file");
	in = archive_read_new();
	/* Not all that libarchive knows: for some it starts a program. */
	archive_read_support_filter_xz(in);
	archive_read_support_filter_gzip(in);
	archive_read_support_filter_zstd(in);
	archive_read_support_format_raw(in);
	r = archive_read_open_fd(in, fd, 65536) == ARCHIVE_OK ? unpack(in, &data, &len) : -EIO;
	if (r == -EFBIG)
		error_set(err, r, path, "more than %llu MiB: this is no module", MODULE_MAX / MIB);
	else if (r < 0)
		error_set(err, r, path, "cannot read the module: %s", archive_error_string(in));
	archive_read_free(in);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(data);
	*ret_len = len;
	return 0;
}

static int add_entry(struct archive *out, const char *name, unsigned mode, const char *data, size_t len, dev_t device)
{
	struct archive_entry *entry = archive_entry_new();
	int r;

	archive_entry_set_pathname(entry, name);
	archive_entry_set_mode(entry, mode);
	archive_entry_set_nlink(entry, 1);
	archive_entry_set_size(entry, S_ISLNK(mode) ? 0 : (la_int64_t)len);
	if (S_ISLNK(mode))
		archive_entry_set_symlink(entry, data);
	archive_entry_set_mtime(entry, 0, 0);
	if (device)
		archive_entry_set_rdev(entry, device);
	r = archive_write_header(out, entry);
	if (r == ARCHIVE_OK && len > 0 && !S_ISLNK(mode) && archive_write_data(out, data, len) != (la_ssize_t)len)
		r = ARCHIVE_FATAL;
	archive_entry_free(entry);
	return r == ARCHIVE_OK ? 0 : -EIO;
}

static int add_modules(struct archive *out, char *const *modules, struct error *err)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && modules[i]; i++) {
		_cleanup_free_ char *data = NULL;
		_cleanup_free_ char *name = NULL;
		const char *base = strrchr(modules[i], '/') + 1;
		size_t len = 0;

		name = xasprintf("modules/%02u-%.*s.ko", i, (int)strcspn(base, "."), base);
		r = read_module(modules[i], &data, &len, err);
		if (r == 0)
			r = add_entry(out, name, S_IFREG | 0644, data, len, 0);
	}
	return r;
}

/* busybox goes by the name it is called by; these are enough to look around. */
static int add_busybox(struct archive *out, const char *busybox, struct error *err)
{
	static const char *const names[] = { "sh",   "ls",   "cat",  "ps",   "free",  "top",  "grep", "dmesg",
					     "mount", "head", "tail", "less", "sleep", "watch", "dd",   "echo",
					     "mkdir", "rmdir", "kill", "awk",  "sort",  "vi",   "find", "reboot" };
	_cleanup_free_ char *binary = NULL;
	size_t len;
	int r = file_read(NULL, busybox, &binary, &len, err);

	if (r == 0)
		r = add_entry(out, "bin", S_IFDIR | 0755, NULL, 0, 0);
	if (r == 0)
		r = add_entry(out, "bin/busybox", S_IFREG | 0755, binary, len, 0);
	for (size_t i = 0; i < ARRAY_SIZE(names) && r == 0; i++) {
		_cleanup_free_ char *name = xasprintf("bin/%s", names[i]);

		r = add_entry(out, name, S_IFLNK | 0777, "busybox", 7, 0);
	}
	return r;
}

int image_initramfs(int fd, const char *init, const char *busybox, char *const *modules,
		    struct error *err)
{
	static const char *const dirs[] = { "dev", "proc", "sys", "data", "user", "modules" };
	_cleanup_free_ char *binary = NULL;
	size_t len;
	struct archive *out;
	int r = file_read(NULL, init, &binary, &len, err);

	if (r < 0)
		return r;
	out = archive_write_new();
	archive_write_set_format_cpio_newc(out);
	archive_write_set_bytes_per_block(out, 65536);
	archive_write_set_bytes_in_last_block(out, 512);
	if (archive_write_open_fd(out, fd) != ARCHIVE_OK)
		r = -EIO;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(dirs); i++)
		r = add_entry(out, dirs[i], S_IFDIR | 0755, NULL, 0, 0);
	if (r == 0) /* where PID 1's messages go before /dev is mounted */
		r = add_entry(out, "dev/console", S_IFCHR | 0600, NULL, 0, makedev(5, 1));
	if (r == 0)
		r = add_entry(out, "init", S_IFREG | 0755, binary, len, 0);
	if (err)
		err->what[0] = '\0';
	if (r == 0 && busybox)
		r = add_busybox(out, busybox, err);
	if (r == 0)
		r = add_modules(out, modules, err);
	if (r == 0 && archive_write_close(out) != ARCHIVE_OK)
		r = -EIO;
	if (r < 0 && err && !err->what[0])
		error_set(err, r, "initramfs", "cannot write: %s", archive_error_string(out));
	archive_write_free(out);
	return r;
}

/* In place of the machine's own mke2fs.conf: nothing but the two types named below. */
static const char *mke2fs_config(char *path, size_t room)
{
	static const char text[] = "[fs_types]\next4 = {\nfeatures = extent\n}\nmemrig = {\nblocksize = 4096\n}\n";
	int fd = memfd_create("mke2fs.conf", 0);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return "/dev/null";
	snprintf(path, room, "/proc/self/fd/%d", fd);
	return path;
}

/* mke2fs with everything fixed that it would take from the clock or from random numbers. */
static void exec_mke2fs(int image)
{
	char config[64], path[SCRATCH_PATH_ROOM];

	fcntl(image, F_SETFD, 0);
	setenv("E2FSPROGS_FAKE_TIME", "1767225600", 1); /* 2026-01-01, where the guest's clock starts */
	setenv("MKE2FS_CONFIG", mke2fs_config(config, sizeof(config)), 1);
	setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
	execlp("mke2fs", "mke2fs", "-q", "-F", "-t", "ext4", "-T", "memrig", "-b", "4096", "-I", "256", "-m", "0", "-N", "16384",
	       "-O", "none,extents,filetype,sparse_super,large_file,dir_index,uninit_bg,flex_bg", "-U",
	       "6d656d72-6967-4000-8000-000000000001", "-E",
	       "hash_seed=6d656d72-6967-4000-8000-000000000002,lazy_itable_init=1,nodiscard,root_owner=0:0",
	       scratch_path(image, path), (char *)NULL);
	_exit(127);
}

int image_ext4(int fd, struct error *err)
{
	pid_t pid = fork();
	int status, r;

	if (pid < 0)
		return error_set_errno(err, -errno, "mke2fs", "cannot start");
	if (pid == 0)
		exec_mke2fs(fd);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_set_errno(err, -errno, "mke2fs", "cannot wait for it");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		r = error_set(err, -EIO, "mke2fs", "cannot make the data disk's file system");
		error_hint(err, "install e2fsprogs; is the disk full?");
		return r;
	}
	return 0;
}
