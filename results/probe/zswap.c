/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What zswap tells in debugfs alone; the rest is in vmstat, meminfo and the groups' memory.stat. */
#include "results/probe/probe.h"

static void parse_count(struct probe_cursor *c, const char *text)
{
	uint64_t value;

	if (text_number(text, &value))
		probe_put(c, SPAN(""), SPAN(""), "", value);
}

#define ZSWAP "/sys/kernel/debug/zswap/"

const struct probe probes_zswap[] = {
	{ PROBE_SYSTEM, ZSWAP "pool_total_size", "zswap.pool", probe_parse_byte_count, 0 },
	{ PROBE_SYSTEM, ZSWAP "stored_pages", "zswap.stored_pages", parse_count, 0 },
	{ PROBE_SYSTEM, ZSWAP "same_filled_pages", "zswap.same_filled_pages", parse_count, 0 },
	{ PROBE_SYSTEM, ZSWAP "written_back_pages", "zswap.written_back_pages", parse_count, 0 },
	{ PROBE_SYSTEM, ZSWAP "pool_limit_hit", "zswap.pool_limit_hit", parse_count, 0 },
	{ PROBE_SYSTEM, ZSWAP "reject_compress_poor", "zswap.reject_compress_poor", parse_count, 0 },
	{ PROBE_SYSTEM, ZSWAP "reject_reclaim_fail", "zswap.reject_reclaim_fail", parse_count, 0 },
	{ 0 },
};
