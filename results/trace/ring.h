/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_TRACE_RING_H
#define MEMRIG_RESULTS_TRACE_RING_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/* One CPU's ring of trace records, as perf_event_open(2) describes it; private to results/trace/. */

enum { TRACE_RECORD_MAX = 512 }; /* the longest of ours, balance_dirty_pages, has some 200 bytes */

struct trace_record {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint64_t cgroup;  /* the inode of its directory; 0: not known */
	uint32_t tid;
	const uint8_t *data; /* of the event, beginning with its id */
	size_t len;
};

struct trace_ring {
	struct perf_event_mmap_page *page; /* head is the kernel's, tail is ours */
	const uint8_t *data;
	uint64_t size;    /* of data, a power of two */
	unsigned node;    /* of the CPU */
	bool with_cgroup; /* the records have it */
	uint64_t lost;    /* records there was no room for */
	bool has_next;    /* `next` was read and not yet taken */
	struct trace_record next;
	_Alignas(8) uint8_t copy[TRACE_RECORD_MAX]; /* of the next record, which may lie around the end */
};

/* The first record not yet taken, NULL when there is none. Adds to `lost` on its way; a ring that makes no
 * sense is emptied and counted as one lost record. */
const struct trace_record *trace_ring_peek(struct trace_ring *ring);
static inline void trace_ring_take(struct trace_ring *ring)
{
	ring->has_next = false;
}

/* The records of a sample, `len` bytes with the header; false when it is cut or no sample. Points into it. */
bool trace_record_parse(const uint8_t *record, size_t len, bool with_cgroup, struct trace_record *ret);

/* The rings of all CPUs that are online, for events of the given numbers. */
struct trace_rings {
	struct trace_ring **list;
	size_t n;
	int *fds; /* one an event and CPU */
	size_t n_fds;
	int epoll_fd; /* readable when a ring is a quarter full */
};

#define TRACE_NO_RINGS ((struct trace_rings){ .epoll_fd = -1 })

/* Returns 0, or the errno of perf_event_open(2) or mmap(2); nothing is left open then. */
int trace_rings_open(const uint16_t *ids, size_t n_ids, struct trace_rings *ret, struct error *err);
void trace_rings_close(struct trace_rings *rings);

#endif
