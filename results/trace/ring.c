/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/trace/ring.h"

#include "common/util.h"

#define HEADER sizeof(struct perf_event_header)

/* Reads little fields in the order in which perf_event_open(2) lists them. */
struct reader {
	const uint8_t *at;
	size_t left;
	bool cut;
};

static const uint8_t *take(struct reader *r, size_t len)
{
	const uint8_t *at = r->at;

	if (len > r->left) {
		r->cut = true;
		return NULL;
	}
	r->at += len;
	r->left -= len;
	return at;
}

static uint64_t take_u64(struct reader *r)
{
	const uint8_t *at = take(r, sizeof(uint64_t));
	uint64_t value = 0;

	if (at)
		memcpy(&value, at, sizeof(value));
	return value;
}

static uint32_t take_u32(struct reader *r)
{
	const uint8_t *at = take(r, sizeof(uint32_t));
	uint32_t value = 0;

	if (at)
		memcpy(&value, at, sizeof(value));
	return value;
}

/* PERF_SAMPLE_TID, TIME, RAW and CGROUP. */
bool trace_record_parse(const uint8_t *record, size_t len, bool with_cgroup, struct trace_record *ret)
{
	struct trace_record next = { 0 };
	struct perf_event_header header;
	struct reader r;

	if (len < HEADER)
		return false;
	memcpy(&header, record, HEADER);
	r = (struct reader){ record + HEADER, len - HEADER, false };
	take_u32(&r); /* the process; threads are what reclaims */
	next.tid = take_u32(&r);
	next.time_ns = take_u64(&r);
	next.len = take_u32(&r);
	next.data = take(&r, next.len);
	if (with_cgroup)
		next.cgroup = take_u64(&r);
	if (header.type != PERF_RECORD_SAMPLE || r.cut)
		return false;
	*ret = next;
	return true;
}

/* Copies from the ring, whose end is followed by its beginning. */
static void copy_out(const struct trace_ring *ring, uint64_t from, uint8_t *to, size_t len)
{
	size_t at = (size_t)(from & (ring->size - 1)), first = MIN(len, (size_t)ring->size - at);

	memcpy(to, ring->data + at, first);
	memcpy(to + first, ring->data, len - first);
}

/* { header; u64 id, lost; } */
static uint64_t lost_of(const struct trace_ring *ring, size_t len)
{
	struct reader r = { ring->copy + HEADER, len - HEADER, false };

	take_u64(&r);
	return take_u64(&r);
}

/* One record; false when there is none in [tail, head) that could be one. */
static bool read_one(struct trace_ring *ring, uint64_t tail, uint64_t head, size_t *ret_len)
{
	struct perf_event_header header;
	size_t len;

	if (head - tail < HEADER || head - tail > ring->size)
		return false;
	copy_out(ring, tail, (uint8_t *)&header, HEADER);
	len = header.size;
	if (len < HEADER || len > head - tail || len % 8 != 0)
		return false;
	*ret_len = len;
	if (len > sizeof(ring->copy))
		return true; /* none of ours */
	copy_out(ring, tail, ring->copy, len);
	if (header.type == PERF_RECORD_LOST)
		ring->lost += lost_of(ring, len);
	ring->has_next = trace_record_parse(ring->copy, len, ring->with_cgroup, &ring->next);
	return true;
}

const struct trace_record *trace_ring_peek(struct trace_ring *ring)
{
	uint64_t head = __atomic_load_n(&ring->page->data_head, __ATOMIC_ACQUIRE),
		 tail = ring->page->data_tail;

	while (!ring->has_next && tail != head) {
		size_t len;

		if (read_one(ring, tail, head, &len)) {
			tail += len;
		} else {
			ring->lost++;
			tail = head;
		}
		/* The record was copied; the kernel may have its room. */
		__atomic_store_n(&ring->page->data_tail, tail, __ATOMIC_RELEASE);
	}
	return ring->has_next ? &ring->next : NULL;
}
