/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/kmsg.h"

#include <errno.h>
#include <fcntl.h>

#include "common/util.h"

static const struct {
	const char *kernel, *name;
} constraints[] = {
	{ "CONSTRAINT_NONE,", "none" },
	{ "CONSTRAINT_CPUSET,", "cpuset" },
	{ "CONSTRAINT_MEMORY_POLICY,", "mempolicy" },
	{ "CONSTRAINT_MEMCG,", "memcg" },
};

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

/* The last place in [text, end) where `what` is. */
static const char *find_last(const char *text, const char *end, const char *what)
{
	const char *last = NULL, *p = text;

	while ((p = memmem(p, (size_t)(end - p), what, strlen(what))))
		last = p++;
	return last;
}

static const char *find(const char *text, const char *end, const char *what)
{
	return memmem(text, (size_t)(end - text), what, strlen(what));
}

static void copy(char *to, size_t room, const char *from, const char *end)
{
	size_t len = MIN((size_t)(end - from), room - 1);

	memcpy(to, from, len);
	to[len] = '\0';
}

/* ",task=<comm>" at the end of the text: up to 15 characters of any kind, so take the longest. */
static const char *find_task(const char *text, const char *end)
{
	size_t longest = strlen(",task=") + 15;

	return find(end - MIN(longest, (size_t)(end - text)), end, ",task=");
}

/*
 * "CONSTRAINT_CPUSET,nodemask=(null),cpuset=db,mems_allowed=0,global_oom,task_memcg=/memrig/db,task=anon,pid=57,
 * uid=0"; for CONSTRAINT_MEMCG "oom_memcg=/memrig/db" in the place of "global_oom".
 * Group and task names may hold commas; so the front is read from the front and the rest from the back.
 */
static bool parse_constraint(const char *text, const char *end, struct kmsg_oom *ret)
{
	struct kmsg_oom oom = { 0 };
	const char *pid, *task, *group, *limit;

	for (size_t i = 0; i < ARRAY_SIZE(constraints); i++)
		if (strncmp(text, constraints[i].kernel, strlen(constraints[i].kernel)) == 0)
			oom.constraint = constraints[i].name;
	pid = find_last(text, end, ",pid=");
	task = pid ? find_task(text, pid) : NULL;
	group = task ? find(text, task, ",task_memcg=") : NULL;
	if (!oom.constraint || !group)
		return false;
	limit = find(text, group, ",oom_memcg=");
	if (limit)
		copy(oom.oom_memcg, sizeof(oom.oom_memcg), limit + strlen(",oom_memcg="), group);
	copy(oom.task_memcg, sizeof(oom.task_memcg), group + strlen(",task_memcg="), task);
	copy(oom.comm, sizeof(oom.comm), task + strlen(",task="), pid);
	oom.pid = oom.first_pid = (pid_t)strtol(pid + strlen(",pid="), NULL, 10);
	*ret = oom;
	return true;
}

/* "57 (anon) total-vm:616596kB, anon-rss:491864kB, file-rss:4kB, ...": returns 1 when that ends a kill. */
static int parse_killed(const char *text, const char *end, struct kmsg_oom *oom)
{
	const char *total = find_last(text, end, ") total-vm:");
	const char *anon = total ? find(total, end, "anon-rss:") : NULL;
	char *name;
	pid_t pid = (pid_t)strtol(text, &name, 10);

	if (!anon || strncmp(name, " (", 2) != 0)
		return 0;
	if (!oom->complete && (!oom->constraint || pid != oom->pid))
		return 0;
	/* Without a constraint line of its own: the victim again, one of its group, or a kill whose report the kernel
	 * left out (it prints ten in five seconds). */
	if (oom->complete && pid == oom->first_pid)
		return 0;
	if (oom->complete && !oom->group_kill)
		*oom = (struct kmsg_oom){ .first_pid = pid };
	oom->pid = pid;
	copy(oom->comm, sizeof(oom->comm), name + 2, total);
	oom->anon_rss_bytes = strtoull(anon + strlen("anon-rss:"), NULL, 10) * KIB;
	oom->complete = true;
	return 1;
}

int kmsg_parse_line(const char *record, struct kmsg_oom *ret)
{
	static const char reason[] = "oom-kill:constraint=", killed[] = "Killed process ";
	uint64_t us;
	const char *text = parse_header(record, &us), *end, *p;

	if (!text)
		return 0;
	end = text + strcspn(text, "\n"); /* after it come the device's properties */
	if (strncmp(text, reason, strlen(reason)) == 0) {
		if (parse_constraint(text + strlen(reason), end, ret))
			ret->timestamp_us = us;
		return 0;
	}
	if (ret->complete && strncmp(text, "Tasks in ", 9) == 0 && find(text, end, "memory.oom.group set"))
		ret->group_kill = true;
	p = find(text, end, killed);
	return p ? parse_killed(p + strlen(killed), end, ret) : 0;
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

int kmsg_next(struct kmsg *kmsg, struct kmsg_oom *ret)
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
