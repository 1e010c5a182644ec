/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "common/util.h"

static char *join_root(const char *root, const char *path)
{
	return xasprintf("%s%s", root ? root : "", path);
}

/* Sizes reported for /proc and /sys files are 0 or 4096, so read until the end. */
static int read_all(int fd, size_t limit, char **ret, size_t *ret_len)
{
	_cleanup_free_ char *buf = NULL;
	size_t len = 0, room = 0;

	for (;;) {
		ssize_t n;

		if (room - len < 4096) {
			room = room ? room * 2 : 16384;
			buf = xrealloc(buf, room);
		}
		n = read(fd, buf + len, room - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > limit)
			return -EFBIG;
	}
	buf[len] = '\0';
	*ret = TAKE_PTR(buf);
	if (ret_len)
		*ret_len = len;
	return 0;
}

int file_read(const char *root, const char *path, char **ret, size_t *ret_len, struct error *err)
{
	_cleanup_free_ char *full = join_root(root, path);
	_cleanup_close_ int fd = open(full, O_RDONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return error_set_errno(err, -errno, full, "cannot open");
	r = read_all(fd, SIZE_MAX, ret, ret_len);
	if (r < 0)
		return error_set_errno(err, r, full, "cannot read");
	return 0;
}

/* Part by part, none of them a link. (openat2(2) does it in one call, where the kernel and its filters have it.) */
static int open_beneath(const char *dir, const char *path)
{
	_cleanup_free_ char *copy = xstrdup(path);
	_cleanup_close_ int at = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *rest = copy, *part;

	while (at >= 0 && (part = strsep(&rest, "/"))) {
		int flags = rest ? O_PATH | O_DIRECTORY : O_RDONLY | O_NONBLOCK | O_NOCTTY;
		int next;

		if (!*part || streq(part, ".."))
			return -EXDEV;
		next = openat(at, part, flags | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return -errno;
		close(at);
		at = next;
	}
	return at < 0 ? -errno : TAKE_FD(at);
}

int file_read_beneath(const char *dir, const char *path, size_t limit, char **ret, size_t *ret_len, struct error *err)
{
	_cleanup_free_ char *full = xasprintf("%s/%s", dir, path);
	_cleanup_close_ int fd = open_beneath(dir, path);
	struct stat st;
	int r;

	if (fd == -ELOOP || fd == -ENOTDIR || fd == -EXDEV)
		return error_set(err, fd, full, "a link, or outside its directory: not read");
	if (fd < 0)
		return error_set_errno(err, fd, full, "cannot open");
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return error_set(err, -EINVAL, full, "not a regular file: not read");
	if ((uintmax_t)st.st_size > limit)
		return error_set(err, -EFBIG, full, "%jd bytes, more than the limit of %zu MiB", (intmax_t)st.st_size, limit >> 20);
	r = read_all(fd, limit, ret, ret_len);
	return r < 0 ? error_set_errno(err, r, full, "cannot read") : 0;
}

int file_read_limited(const char *path, size_t limit, char **ret, size_t *ret_len, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return error_set_errno(err, -errno, path, "cannot open");
	r = read_all(fd, limit, ret, ret_len);
	if (r == -EFBIG)
		return error_set(err, r, path, "larger than %zu MiB", limit >> 20);
	return r < 0 ? error_set_errno(err, r, path, "cannot read") : 0;
}

int file_read_line(const char *root, const char *path, char **ret, struct error *err)
{
	size_t len = 0;
	int r = file_read(root, path, ret, &len, err);

	if (r < 0)
		return r;
	while (len > 0 && isspace((unsigned char)(*ret)[len - 1]))
		(*ret)[--len] = '\0';
	return 0;
}

int file_write(const char *root, const char *path, const char *text, struct error *err)
{
	_cleanup_free_ char *full = join_root(root, path);
	_cleanup_close_ int fd = open(full, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return error_set_errno(err, -errno, full, "cannot open for writing");
	n = write(fd, text, strlen(text));
	if (n < 0)
		return error_set_errno(err, -errno, full, "cannot write '%s'", text);
	if ((size_t)n != strlen(text))
		return error_set(err, -EIO, full, "wrote only %zd of %zu bytes", n, strlen(text));
	return 0;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A device or a pipe, such as /dev/null and /dev/stdout: a file must not take its place. */
static int write_special(const char *path, const void *data, size_t len, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	int r = fd < 0 ? -errno : write_all(fd, data, len);

	return r < 0 ? error_set_errno(err, r, path, "cannot write") : 0;
}

/* The temporary name can be guessed: what lies there, a link perhaps, is removed and never written through. */
static int replace(const char *path, const void *data, size_t len, mode_t mode, struct error *err)
{
	_cleanup_free_ char *tmp = xasprintf("%s.tmp.%d", path, (int)getpid());
	_cleanup_close_ int fd = -1;
	int r;

	unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return error_set_errno(err, -errno, path, "cannot create");
	r = write_all(fd, data, len);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && rename(tmp, path) < 0)
		r = -errno;
	if (r < 0) {
		unlink(tmp);
		return error_set_errno(err, r, path, "cannot write");
	}
	return 0;
}

int file_write_atomic(const char *path, const void *data, size_t len, struct error *err)
{
	return replace(path, data, len, 0600, err);
}

int file_write_output(const char *path, const void *data, size_t len, struct error *err)
{
	struct stat there;

	if (stat(path, &there) == 0 && !S_ISREG(there.st_mode))
		return write_special(path, data, len, err);
	return replace(path, data, len, 0666, err);
}

int file_make_dirs(const char *path, struct error *err)
{
	_cleanup_free_ char *copy = xstrdup(path);

	for (char *p = copy + 1;; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, 0700) < 0 && errno != EEXIST)
			return error_set_errno(err, -errno, copy, "cannot make directory");
		*p = c;
		if (c == '\0')
			return 0;
	}
}
