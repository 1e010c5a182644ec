/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/kmsg.h"

#include <errno.h>
#include <fcntl.h>

#include "common/util.h"

/* "6,436,4367254,-;text": a priority below 8 is the kernel's own. NULL when it is not. */
static const char *parse_header(const char *record, uint64_t *ret_us)
{
	unsigned long priority, us;
	char *p;

	priority = strtoul(record, &p, 10);
	if (p == record || *p != ',' || priority > 7)
		return NULL;
	strtoul(p + 1, &p, 10);
	if (*p != ',')
		return NULL;
	us = strtoul(p + 1, &p, 10);
	p = strchr(p, ';');
	if (!p)
		return NULL;
	*ret_us = us;
	return p + 1;
}

int kmsg_parse_line(const char *record, struct oom_report *ret)
{
	uint64_t us;
	const char *text = parse_header(record, &us);

	/* After the text come the device's properties. */
	return text ? oom_report_line(text, text + strcspn(text, "\n"), us, ret) : 0;
}

int kmsg_open(const char *path, struct kmsg *ret, struct error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return error_set_errno(err, -errno, path, "cannot open the kernel's log");
	if (lseek(fd, 0, SEEK_END) < 0)
		return error_set_errno(err, -errno, path, "cannot go to the end of the kernel's log");
	memset(ret, 0, sizeof(*ret)); /* also touches the buffer */
	ret->fd = TAKE_FD(fd);
	return 0;
}

void kmsg_close(struct kmsg *kmsg)
{
	cleanup_closep(&kmsg->fd);
	kmsg->fd = -1;
}

int kmsg_next(struct kmsg *kmsg, struct oom_report *ret)
{
	for (;;) {
		ssize_t n = read(kmsg->fd, kmsg->record, sizeof(kmsg->record) - 1);

		if (n < 0 && errno == EPIPE) {
			kmsg->overruns++; /* the next read gives the oldest record there still is */
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (n == 0)
			return 0;
		kmsg->record[n] = '\0';
		if (kmsg_parse_line(kmsg->record, &kmsg->oom)) {
			*ret = kmsg->oom;
			return 1;
		}
	}
}
