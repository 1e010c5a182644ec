/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "common/util.h"

static const char *scratch_dir(const char *dir)
{
	const char *tmp = getenv("TMPDIR");

	return dir ? dir : tmp && *tmp ? tmp : "/tmp";
}

/* Where O_TMPFILE is not known, as on some network and overlay file systems: the name is there for a moment. */
static int open_and_unlink(const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/memrig-XXXXXX", dir);
	int fd = mkostemp(path, O_CLOEXEC);

	if (fd >= 0)
		unlink(path);
	return fd;
}

int scratch_open(const char *dir, struct error *err)
{
	int fd, r;

	dir = scratch_dir(dir);
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT))
		fd = open_and_unlink(dir);
	if (fd >= 0)
		return fd;
	r = error_set_errno(err, -errno, dir, "cannot make a temporary file");
	error_hint(err, "set TMPDIR to a directory that can be written");
	return r;
}

int scratch_blank(const char *dir, uint64_t bytes, struct error *err)
{
	int fd = scratch_open(dir, err), r;

	if (fd < 0 || ftruncate(fd, (off_t)bytes) == 0)
		return fd;
	r = error_set_errno(err, -errno, scratch_dir(dir), "cannot make a file of %llu bytes", (unsigned long long)bytes);
	close(fd);
	return r;
}

static int copy_range(int from, int to, off_t start, off_t end)
{
	off_t in = start, out = start;
	char buffer[65536];

	while (in < end) {
		ssize_t n = copy_file_range(from, &in, to, &out, (size_t)(end - in), 0);

		if (n > 0)
			continue;
		if (n == 0)
			return -EIO;
		if (errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP && errno != ENOSYS)
			return -errno;
		n = pread(from, buffer, MIN(sizeof(buffer), (size_t)(end - in)), in);
		if (n <= 0 || pwrite(to, buffer, (size_t)n, out) != n)
			return errno ? -errno : -EIO;
		in += n;
		out += n;
	}
	return 0;
}

static int copy_data(int from, int to)
{
	off_t start, end = 0;
	struct stat st;
	int r = 0;

	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	if (fstat(from, &st) < 0 || ftruncate(to, st.st_size) < 0)
		return -errno;
	while (r == 0 && (start = lseek(from, end, SEEK_DATA)) >= 0) {
		end = lseek(from, start, SEEK_HOLE);
		r = end < 0 ? -errno : copy_range(from, to, start, end);
	}
	return r < 0 ? r : errno == ENXIO ? 0 : -errno; /* ENXIO: no data after `end` */
}

int scratch_copy(const char *dir, int from, struct error *err)
{
	int fd = scratch_open(dir, err), r;

	if (fd < 0)
		return fd;
	r = copy_data(from, fd);
	if (r == 0)
		return fd;
	close(fd);
	return error_set_errno(err, r, scratch_dir(dir), "cannot copy a file");
}

int scratch_publish(int fd, const char *path, struct error *err)
{
	char from[SCRATCH_PATH_ROOM];
	_cleanup_close_ int to = -1;
	int r;

	if (linkat(AT_FDCWD, scratch_path(fd, from), AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	if (errno == EEXIST)
		return error_set_errno(err, -EEXIST, path, "cannot name the file");
	to = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600); /* not on one file system, or it never may have a name */
	r = to < 0 ? -errno : copy_data(fd, to);
	return r < 0 ? error_set_errno(err, r, path, "cannot write") : 0;
}

const char *scratch_path(int fd, char *text)
{
	snprintf(text, SCRATCH_PATH_ROOM, "/proc/self/fd/%d", fd);
	return text;
}

int scratch_room(const char *dir, uint64_t *ret_bytes, struct error *err)
{
	struct statvfs fs;

	dir = scratch_dir(dir);
	if (statvfs(dir, &fs) < 0)
		return error_set_errno(err, -errno, dir, "cannot tell the free space");
	*ret_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	return 0;
}
