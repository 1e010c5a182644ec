/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices that are swapped to. */
#include "results/probe/probe.h"

#include "common/util.h"

/* "/dev/zram0   partition   204796   768   -2", in KiB: devices by their name, files by their path. */
static void parse_swaps(struct probe_cursor *c, const char *text)
{
	for (const char *line = text; *line; line = text_next_line(line)) {
		struct span device = text_word(line, '\t'), type;
		uint64_t size, used;
		const char *p = device.at + device.len;

		p += strspn(p, " \t");
		type = text_word(p, '\t');
		p = text_number(type.at + type.len, &size);
		if (*line != '/' || !p || !text_number(p, &used))
			continue;
		if (device.len > 5 && memcmp(device.at, "/dev/", 5) == 0)
			device = (struct span){ device.at + 5, device.len - 5 };
		probe_put(c, device, SPAN("size"), "_bytes", text_kib(size));
		probe_put(c, device, SPAN("used"), "_bytes", text_kib(used));
	}
}

/* Documentation/admin-guide/blockdev/zram.rst; newer kernels add at the end. */
static void parse_mm_stat(struct probe_cursor *c, const char *text)
{
	static const struct {
		struct span name;
		const char *unit;
	} fields[] = {
		{ SPAN_INIT("orig_data"), "_bytes" },	 { SPAN_INIT("compr_data"), "_bytes" },
		{ SPAN_INIT("mem_used"), "_bytes" },	 { SPAN_INIT("mem_limit"), "_bytes" },
		{ SPAN_INIT("mem_used_max"), "_bytes" }, { SPAN_INIT("same"), "_pages" },
		{ SPAN_INIT("compacted"), "_pages" },	 { SPAN_INIT("huge"), "_pages" },
		{ SPAN_INIT("huge_since"), "_pages" },
	};
	uint64_t value;

	for (size_t i = 0; i < ARRAY_SIZE(fields) && (text = text_number(text, &value)); i++)
		probe_put(c, SPAN(""), fields[i].name, fields[i].unit, value);
}

const struct probe probes_swap[] = {
	{ PROBE_SYSTEM, "/proc/swaps", "swap.", parse_swaps, PROBE_SIZES },
	{ PROBE_ZRAM, "mm_stat", "", parse_mm_stat, 0 },
	{ 0 },
};
