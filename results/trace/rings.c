/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "common/file.h"
#include "common/util.h"
#include "results/probe/probe.h"
#include "results/trace/ring.h"

/* A power of two. Room for 3,600 records, or 1,800 times direct reclaim. When a quarter is taken, trace_fd() wakes whoever
 * waits: it may have to wait for a CPU until it runs. */
#define DATA_BYTES (256 * KIB)

static int open_event(uint16_t id, unsigned cpu, bool with_cgroup)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_RAW,
		.watermark = 1,
		.wakeup_watermark = DATA_BYTES / 4,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
	};

	if (with_cgroup)
		attr.sample_type |= PERF_SAMPLE_CGROUP;
	return (int)syscall(SYS_perf_event_open, &attr, -1, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

/* Linux before 5.7, and one without CONFIG_CGROUP_PERF, does not tell the cgroup. */
static bool can_tell_cgroup(uint16_t id, unsigned cpu)
{
	_cleanup_close_ int fd = open_event(id, cpu, true);

	return fd >= 0;
}

/* The mapping must be there before the others are sent to it. Every page is touched: none may fault later. */
static int map_ring(struct trace_ring *ring, int fd)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *at = mmap(NULL, page + DATA_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	ring->page = (struct perf_event_mmap_page *)at;
	ring->data = at + page;
	ring->size = DATA_BYTES;
	ring->page->data_tail = 0;
	for (size_t i = 0; i < DATA_BYTES; i += page)
		(void)*(const volatile uint8_t *)(ring->data + i);
	return 0;
}

static int open_cpu(struct trace_rings *rings, const uint16_t *ids, size_t n, unsigned cpu, unsigned node,
		    struct error *err)
{
	struct trace_ring *ring = xcalloc(1, sizeof(*ring));
	struct epoll_event event = { .events = EPOLLIN };
	int first = -1, r = 0;

	rings->list = xrealloc(rings->list, (rings->n + 1) * sizeof(*rings->list));
	rings->list[rings->n++] = ring;
	rings->fds = xrealloc(rings->fds, (rings->n_fds + n) * sizeof(*rings->fds));
	ring->node = node;
	ring->with_cgroup = can_tell_cgroup(ids[0], cpu);
	for (size_t i = 0; i < n && r == 0; i++) {
		int fd = open_event(ids[i], cpu, ring->with_cgroup);

		if (fd < 0)
			return error_set_errno(err, -errno, "perf_event_open", "cannot trace CPU %u", cpu);
		rings->fds[rings->n_fds++] = fd;
		if (i == 0)
			r = map_ring(ring, first = fd);
		if (i == 0 && r == 0)
			r = epoll_ctl(rings->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
		else if (i > 0 && ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, first) < 0)
			r = -errno;
	}
	return r < 0 ? error_set_errno(err, r, "perf_event_open", "cannot map the ring of CPU %u", cpu) : 0;
}

/* "0-1,4" */
static int open_cpus(struct trace_rings *rings, const uint16_t *ids, size_t n, const char *list,
		     unsigned node, struct error *err)
{
	uint64_t from, to;
	int r = 0;

	while (r == 0 && (list = text_number(list, &from))) {
		to = from;
		if (*list == '-')
			list = text_number(list + 1, &to);
		for (uint64_t cpu = from; list && cpu <= to && r == 0; cpu++)
			r = open_cpu(rings, ids, n, (unsigned)cpu, node, err);
		if (!list || *list++ != ',')
			break;
	}
	return r;
}

int trace_rings_open(const uint16_t *ids, size_t n_ids, struct trace_rings *ret, struct error *err)
{
	struct trace_rings rings = { .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };
	int r = rings.epoll_fd < 0 ? error_set_errno(err, -errno, "epoll", "cannot wait for trace records") : 0;

	for (unsigned node = 0; node < MAX_NODES && r == 0; node++) {
		_cleanup_free_ char *path = xasprintf("/sys/devices/system/node/node%u/cpulist", node),
				    *list = NULL;

		if (file_read_line("", path, &list, NULL) == 0)
			r = open_cpus(&rings, ids, n_ids, list, node, err);
	}
	if (r == 0 && rings.n == 0)
		r = error_set(err, -ENOENT, "/sys/devices/system/node", "no node has CPUs");
	if (r < 0)
		trace_rings_close(&rings);
	else
		*ret = rings;
	return r;
}

void trace_rings_close(struct trace_rings *rings)
{
	for (size_t i = 0; i < rings->n; i++) {
		if (rings->list[i]->page)
			munmap(rings->list[i]->page, (size_t)sysconf(_SC_PAGESIZE) + DATA_BYTES);
		free(rings->list[i]);
	}
	for (size_t i = 0; i < rings->n_fds; i++)
		close(rings->fds[i]);
	if (rings->epoll_fd >= 0)
		close(rings->epoll_fd);
	free(rings->list);
	free(rings->fds);
	*rings = TRACE_NO_RINGS;
}
