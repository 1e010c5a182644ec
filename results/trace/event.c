/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/trace/event.h"

#include "common/file.h"
#include "common/util.h"

#define EVENTS "/sys/kernel/tracing/events/"

const char *const trace_names[TRACE_N_WHAT] = {
	[TRACE_DIRECT_RECLAIM] = "direct_reclaim", [TRACE_MEMCG_RECLAIM] = "memcg_reclaim",
	[TRACE_NODE_RECLAIM] = "node_reclaim",     [TRACE_KSWAPD] = "kswapd",
	[TRACE_COMPACTION] = "compaction",         [TRACE_DIRTY_WAIT] = "dirty_wait",
};

/* The two of a pair are neighbours. */
static const struct {
	const char *name;
	enum trace_what what;
	enum trace_role role;
	enum trace_meaning meaning;
	const char *field;
} known[] = {
	{ "vmscan/mm_vmscan_direct_reclaim_begin", TRACE_DIRECT_RECLAIM, TRACE_BEGIN, TRACE_NOTHING, NULL },
	{ "vmscan/mm_vmscan_direct_reclaim_end", TRACE_DIRECT_RECLAIM, TRACE_END, TRACE_RECLAIMED,
	  "nr_reclaimed" },
	{ "vmscan/mm_vmscan_memcg_reclaim_begin", TRACE_MEMCG_RECLAIM, TRACE_BEGIN, TRACE_NOTHING, NULL },
	{ "vmscan/mm_vmscan_memcg_reclaim_end", TRACE_MEMCG_RECLAIM, TRACE_END, TRACE_RECLAIMED,
	  "nr_reclaimed" },
	{ "vmscan/mm_vmscan_node_reclaim_begin", TRACE_NODE_RECLAIM, TRACE_BEGIN, TRACE_NODE, "nid" },
	{ "vmscan/mm_vmscan_node_reclaim_end", TRACE_NODE_RECLAIM, TRACE_END, TRACE_RECLAIMED,
	  "nr_reclaimed" },
	{ "vmscan/mm_vmscan_kswapd_wake", TRACE_KSWAPD, TRACE_BEGIN, TRACE_NODE, "nid" },
	{ "vmscan/mm_vmscan_kswapd_sleep", TRACE_KSWAPD, TRACE_END, TRACE_NOTHING, NULL },
	{ "compaction/mm_compaction_begin", TRACE_COMPACTION, TRACE_BEGIN, TRACE_ZONE_START, "zone_start" },
	{ "compaction/mm_compaction_end", TRACE_COMPACTION, TRACE_END, TRACE_NOTHING, NULL },
	{ "writeback/balance_dirty_pages", TRACE_DIRTY_WAIT, TRACE_PAUSE, TRACE_PAUSE_MS, "pause" },
};

/* The number after `name` in a line that begins at `line`. */
static bool number_after(const char *line, const char *name, unsigned *ret)
{
	const char *end = line + strcspn(line, "\n");
	const char *p = memmem(line, (size_t)(end - line), name, strlen(name));
	uint64_t value;

	if (!p || !text_number(p + strlen(name), &value) || value > UINT16_MAX)
		return false;
	*ret = (unsigned)value;
	return true;
}

/* "\tfield:unsigned long zone_start;\toffset:8;\tsize:8;\tsigned:0;": the name is the last word before the
 * ';'. */
static bool is_field(const char *line, const char *name)
{
	const char *end = line + strcspn(line, ";\n");
	size_t len = strlen(name);

	return strncmp(line, "\tfield:", 7) == 0 && (size_t)(end - line) > 7 + len &&
	       end[-1 - (int)len] == ' ' && memcmp(end - len, name, len) == 0;
}

bool trace_format_parse(const char *text, const char *field, uint16_t *ret_id, unsigned *ret_offset,
			unsigned *ret_size)
{
	unsigned id = 0, offset = 0, size = 0;

	for (const char *line = text; *line; line = text_next_line(line)) {
		if (strncmp(line, "ID:", 3) == 0 && !number_after(line, "ID:", &id))
			return false;
		if (field && is_field(line, field) &&
		    (!number_after(line, "\toffset:", &offset) || !number_after(line, "\tsize:", &size)))
			return false;
	}
	if (id == 0)
		return false;
	*ret_id = (uint16_t)id;
	*ret_offset = offset;
	*ret_size = size;
	return true;
}

static bool read_event(const char *root, size_t i, struct trace_event *ret)
{
	_cleanup_free_ char *path = xasprintf(EVENTS "%s/format", known[i].name), *text = NULL;

	*ret = (struct trace_event){ .what = known[i].what,
				     .role = known[i].role,
				     .meaning = known[i].meaning };
	return file_read(root, path, &text, NULL, NULL) == 0 &&
	       trace_format_parse(text, known[i].field, &ret->id, &ret->offset, &ret->size);
}

size_t trace_events_read(const char *root, struct trace_event *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		struct trace_event one, other;

		if (known[i].role == TRACE_PAUSE) {
			if (read_event(root, i, &one) && one.size > 0)
				ret[n++] = one;
		} else if (read_event(root, i, &one) && read_event(root, i + 1, &other)) {
			ret[n++] = one;
			ret[n++] = other;
		}
		i += known[i].role == TRACE_BEGIN;
	}
	return n;
}

bool trace_event_field(const struct trace_event *event, const uint8_t *data, size_t len, int64_t *ret)
{
	int64_t eight;
	int32_t four;

	if (event->offset > len || event->size > len - event->offset)
		return false;
	if (event->size == sizeof(eight)) {
		memcpy(&eight, data + event->offset, sizeof(eight));
		*ret = eight;
	} else if (event->size == sizeof(four)) {
		memcpy(&four, data + event->offset, sizeof(four));
		*ret = four;
	} else {
		return false;
	}
	return true;
}
