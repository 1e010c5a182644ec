/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/probe/probe.h"

#include <errno.h>

#include "common/file.h"
#include "common/util.h"

#define EVENT "/sys/kernel/tracing/events/vmscan/mm_vmscan_lru_shrink_inactive"

/*
 * Keys are few (two a node), so the smallest table will do. The name keeps it
 * apart from other people's histograms on the same event.
 */
#define HIST_KEYS  "hist:keys=nid,"
#define HIST_REST  ":vals=nr_scanned,nr_reclaimed:size=128:name=memrig"
#define HIST_TITLE "hist:name=memrig:keys=nid,"

#define RECLAIM_WB_FILE 0x2 /* include/trace/events/vmscan.h; RECLAIM_WB_ANON is 0x1 */

enum what { SCANNED, RECLAIMED, N_WHAT };

struct counts {
	uint64_t anon[N_WHAT], file[N_WHAT];
};

/* The number after `name` in a line that ends at `end`. */
static bool field(const char *line, const char *end, struct span name, uint64_t *ret)
{
	const char *p = memmem(line, (size_t)(end - line), name.at, name.len);

	return p && text_number(p + name.len, ret);
}

/* "{ nid:  0, reclaim_flags:  10 } hitcount:  3166  nr_scanned:  101281  nr_reclaimed:  82100" */
static void add_entry(struct counts *nodes, const char *line, const char *end)
{
	uint64_t nid, flags, scanned, reclaimed;
	uint64_t *counts;

	if (!field(line, end, SPAN("nid:"), &nid) || !field(line, end, SPAN("flags:"), &flags) ||
	    !field(line, end, SPAN("nr_scanned:"), &scanned) ||
	    !field(line, end, SPAN("nr_reclaimed:"), &reclaimed) || nid >= MAX_NODES)
		return;
	counts = flags & RECLAIM_WB_FILE ? nodes[nid].file : nodes[nid].anon;
	counts[SCANNED] += scanned;
	counts[RECLAIMED] += reclaimed;
}

/* Entries appear when a node is first reclaimed from; the columns are there from the start. */
static void put_counts(struct probe_cursor *c, const struct counts *nodes)
{
	char name[] = "node0.reclaim";
	struct span node = { name, sizeof(name) - 1 };

	for (unsigned n = 0; n < MAX_NODES; n++) {
		if (!(c->nodes >> n & 1))
			continue;
		name[4] = (char)('0' + n);
		probe_put(c, node, SPAN("anon_scanned"), "_pages", nodes[n].anon[SCANNED]);
		probe_put(c, node, SPAN("anon_reclaimed"), "_pages", nodes[n].anon[RECLAIMED]);
		probe_put(c, node, SPAN("file_scanned"), "_pages", nodes[n].file[SCANNED]);
		probe_put(c, node, SPAN("file_reclaimed"), "_pages", nodes[n].file[RECLAIMED]);
	}
}

static void parse_hist(struct probe_cursor *c, const char *text)
{
	struct counts nodes[MAX_NODES] = { 0 };
	const char *line = strstr(text, HIST_TITLE), *next;

	/* The file is there without the histogram too; then nothing is known. */
	if (!line)
		return;
	for (; *line && strncmp(line, "Totals:", 7) != 0; line = next) {
		next = text_next_line(line);
		if (*line == '{')
			add_entry(nodes, line, next);
	}
	put_counts(c, nodes);
}

const struct probe probes_reclaim[] = {
	{ PROBE_SYSTEM, EVENT "/hist", "", parse_hist, 0 },
	{ 0 },
};

/* The flags' field is "reclaim_flags" in most kernels. */
static int find_flags(const char *root, const char **ret, struct error *err)
{
	static const char *const names[] = { "reclaim_flags", "flags" };
	_cleanup_free_ char *format = NULL;
	int r = file_read(root, EVENT "/format", &format, NULL, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *declaration = xasprintf("int %s;", names[i]);

		if (strstr(format, declaration)) {
			*ret = names[i];
			return 0;
		}
	}
	return error_set(err, -EOPNOTSUPP, EVENT "/format",
			 "the tracepoint has no field with the reclaim flags");
}

static int write_trigger(const char *root, const char *sign, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	const char *flags = NULL;
	int r = find_flags(root, &flags, err);

	if (r < 0)
		return r;
	text = xasprintf("%s" HIST_KEYS "%s" HIST_REST, sign, flags);
	return file_write(root, EVENT "/trigger", text, err);
}

int reclaim_probe_enable(const char *root, struct error *err)
{
	/* What a dead run left behind goes first, and its counts with it. */
	write_trigger(root, "!", NULL);
	return write_trigger(root, "", err);
}

int reclaim_probe_disable(const char *root, struct error *err)
{
	return write_trigger(root, "!", err);
}
