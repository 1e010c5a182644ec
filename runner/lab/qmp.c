/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/qmp.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "common/clock.h"
#include "common/util.h"

int qmp_pair(struct qmp *ret, int *ret_theirs, struct error *err)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return error_set_errno(err, -errno, "QMP", "cannot make a socket");
	*ret = (struct qmp){ .fd = fds[0] };
	*ret_theirs = fds[1];
	return 0;
}

void qmp_close(struct qmp *qmp)
{
	if (qmp->fd >= 0)
		close(qmp->fd);
	free(qmp->text);
	*qmp = (struct qmp){ .fd = -1 };
}

int qmp_send(struct qmp *qmp, const char *command, json_t *arguments, int pass_fd, struct error *err)
{
	json_t *message = json_pack("{s:s, s:o*}", "execute", command, "arguments", arguments);
	_cleanup_free_ char *text = json_dumps(message, JSON_COMPACT);
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))) = { 0 };
	struct iovec data = { text, strlen(text) };
	struct msghdr header = { .msg_iov = &data, .msg_iovlen = 1 };

	json_decref(message);
	if (pass_fd >= 0) {
		header.msg_control = control;
		header.msg_controllen = sizeof(control);
		*CMSG_FIRSTHDR(&header) = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET,
							    .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&header)), &pass_fd, sizeof(int));
	}
	if (sendmsg(qmp->fd, &header, MSG_NOSIGNAL) != (ssize_t)data.iov_len)
		return error_set_errno(err, -errno, "QMP", "cannot send %s", command);
	return 0;
}

/* Takes the first whole line out of what was read. */
static json_t *take_line(struct qmp *qmp)
{
	char *newline = qmp->len ? memchr(qmp->text, '\n', qmp->len) : NULL;
	json_t *message;

	if (!newline)
		return NULL;
	message = json_loadb(qmp->text, (size_t)(newline - qmp->text), 0, NULL);
	qmp->len -= (size_t)(newline + 1 - qmp->text);
	memmove(qmp->text, newline + 1, qmp->len);
	return message ? message : json_object();
}

int qmp_next(struct qmp *qmp, json_t **ret)
{
	json_t *message;
	ssize_t n;

	while (!(message = take_line(qmp))) {
		if (qmp->room - qmp->len < 4096)
			qmp->text = xrealloc(qmp->text, qmp->room += 16384);
		n = recv(qmp->fd, qmp->text + qmp->len, qmp->room - qmp->len, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return -ECONNRESET;
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		qmp->len += (size_t)n;
	}
	*ret = message;
	return 1;
}

int qmp_wait(struct qmp *qmp, int timeout_ms, json_t **ret)
{
	struct pollfd pfd = { .fd = qmp->fd, .events = POLLIN };
	double until = now_s() + timeout_ms / 1000.0;
	int r;

	while ((r = qmp_next(qmp, ret)) == 0) {
		double left = until - now_s();

		if (left <= 0)
			return -ETIMEDOUT;
		poll(&pfd, 1, (int)(left * 1000) + 1);
	}
	return r;
}

const char *qmp_event(const json_t *message)
{
	const char *event = json_string_value(json_object_get(message, "event"));

	return event ? event : "";
}

bool qmp_is_error(const json_t *message, struct error *err)
{
	const char *what = NULL;

	if (json_unpack((json_t *)message, "{s:{s:s}}", "error", "desc", &what) < 0)
		return false;
	error_set(err, -EIO, "QEMU", "%s", what);
	return true;
}
