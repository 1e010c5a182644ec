/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a ring of trace records, and as an event's format: emptied without harm, and never in an
 * endless loop. */
#include "results/trace/figures.h"
#include "tests/fuzz/fuzz.h"

enum { RING_BYTES = 4096 };

static struct trace *make_trace(void)
{
	static const char *const groups[] = { "db", NULL };
	struct trace_config config = { "tests/data/trace/6.1", "/sys/fs/cgroup/memrig", groups };
	struct trace *trace = NULL;

	if (trace_prepare(&config, &trace, NULL) < 0)
		abort(); /* not started at the top of the tree */
	return trace;
}

static void read_as_format(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_text(data, size);
	unsigned offset, field_size;
	uint16_t id;

	trace_format_parse(text, "nid", &id, &offset, &field_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct trace *trace;
	_cleanup_free_ uint8_t *bytes = xcalloc(RING_BYTES, 1);
	struct perf_event_mmap_page page = { .data_head = size };
	struct trace_ring ring = {
		.page = &page, .data = bytes, .size = RING_BYTES, .with_cgroup = size % 2
	};
	struct trace_ring *list[] = { &ring };

	if (!trace)
		trace = make_trace();
	read_as_format(data, size);
	if (size > 0)
		page.data_tail = (uint64_t)data[0] * 8;
	page.data_head += page.data_tail;
	for (size_t i = 0; i < MIN(size, (size_t)RING_BYTES); i++)
		bytes[(page.data_tail + i) % RING_BYTES] = data[i];
	trace->rings = (struct trace_rings){ .list = list, .n = 1, .epoll_fd = -1 };
	trace_drain(trace, UINT64_MAX);
	if (page.data_tail != page.data_head)
		abort();
	trace->rings = TRACE_NO_RINGS;
	return 0;
}
